"""The stand-in serves jsforce, the Salesforce client of the JavaScript world, over TLS."""

from typing import Any

import pytest

from tests.sandbox.salesforce.conftest import AnOrg
from tests.support import node_peers


@pytest.fixture(scope="module")
def answers(served: AnOrg) -> dict[str, Any]:
    """Return the answers to everything that tests/peers/jsforce.mjs asks, logged in by client credentials."""
    served.reset()
    id, secret = served.basic
    given = {"url": served.url, "id": id, "secret": secret}
    return dict(node_peers.run("jsforce", given, NODE_EXTRA_CA_CERTS=str(served.authorities)))


def test_jsforce_logs_in_as_the_integration_user(served: AnOrg, answers: dict[str, Any]) -> None:
    assert answers["name"] == served.app.username


def test_jsforce_writes_one_record(answers: dict[str, Any]) -> None:
    assert answers["created"]["success"] is True
    assert answers["updated"]["success"] is True
    assert (answers["upserted"]["created"], answers["again"]["created"]) == (True, False)
    assert answers["deleted"]["success"] is True


def test_jsforce_reads_and_finds_records(answers: dict[str, Any]) -> None:
    assert (answers["read"]["LastName"], answers["read"]["attributes"]["type"]) == ("O'Hara", "Lead")
    [found] = answers["queried"]
    assert (found["Title"], bool(found["Owner"]["Name"])) == ("部長", True)
    assert answers["counted"] == 2


def test_jsforce_gets_whole_lists_page_by_page_and_row_by_row(answers: dict[str, Any]) -> None:
    assert (answers["made"], answers["paged"]) == (2100, 2100)
    assert [row["success"] for row in answers["mixed"]] == [True, False]
    assert answers["mixed"][1]["errors"][0]["statusCode"] == "REQUIRED_FIELD_MISSING"


def test_jsforce_reads_our_fields_and_the_limit_of_calls(answers: dict[str, Any]) -> None:
    assert answers["rank"] == ["hot", "warm", "cold"]
    assert {"Lead", "Contact", "Task"} <= set(answers["objects"])
    assert answers["limit"] == 15000


def test_jsforce_gets_the_error_codes_of_salesforce(answers: dict[str, Any]) -> None:
    assert answers["wrongs"] == {
        "missing": "REQUIRED_FIELD_MISSING",
        "unknown": "INVALID_FIELD",
        "gone": "NOT_FOUND",
    }
