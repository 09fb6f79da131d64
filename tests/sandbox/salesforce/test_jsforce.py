"""The JavaScript world's client is content with the stand-in, over TLS."""

from tests.sandbox.salesforce.conftest import AnOrg
from tests.support import node_peers


def test_a_morning_at_the_sales_desk(org: AnOrg) -> None:
    # given jsforce, logged in by client credentials
    id, secret = org.basic

    # when it makes, reads, changes, finds and deletes
    did = node_peers.run(
        "jsforce", {"url": org.url, "id": id, "secret": secret}, NODE_EXTRA_CA_CERTS=str(org.authorities)
    )

    # then each step is answered as by Salesforce
    assert did["name"] == org.app.username
    assert did["created"]["success"] is True
    assert (did["read"]["LastName"], did["read"]["attributes"]["type"]) == ("O'Hara", "Lead")
    assert did["updated"]["success"] is True
    assert (did["upserted"]["created"], did["again"]["created"]) == (True, False)
    [found] = did["queried"]
    assert (found["Title"], bool(found["Owner"]["Name"])) == ("部長", True)
    assert did["counted"] == 2

    # and lists are whole, page by page and row by row
    assert (did["made"], did["paged"]) == (2100, 2100)
    assert [row["success"] for row in did["mixed"]] == [True, False]
    assert did["mixed"][1]["errors"][0]["statusCode"] == "REQUIRED_FIELD_MISSING"

    # and it learns what our fields are, what is left of the day, and what went wrong
    assert did["rank"] == ["hot", "warm", "cold"]
    assert {"Lead", "Contact", "Task"} <= set(did["objects"])
    assert did["limit"] == 15000
    assert did["wrongs"] == {
        "missing": "REQUIRED_FIELD_MISSING",
        "unknown": "INVALID_FIELD",
        "gone": "NOT_FOUND",
    }
    assert did["deleted"]["success"] is True
