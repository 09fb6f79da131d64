"""ripen doctor: Salesforce."""

from typing import Any

import pytest

from cli.doctor import salesforce
from cli.doctor.finding import State
from ripen.adapters.salesforce.token import Token
from ripen.crm.api_usage import ApiUsage
from ripen.playbook.bundle import Policy
from tests.support.builders import a_bundle
from tests.support.doctor_account import states


def an_org(**changes: Any) -> dict[str, dict[str, dict[str, Any]] | None]:
    """As describe shows it to a user with the permission set."""
    may = {"createable": True, "updateable": True}
    org: dict[str, dict[str, dict[str, Any]] | None] = {}
    for object in ("Lead", "Contact", "Task"):
        org[object] = {name: dict(may) for of, name in salesforce.packaged() if of == object} | {"Title": dict(may)}
    return org | changes


def test_an_org_with_the_package_and_its_permission_set_is_well() -> None:
    assert salesforce.our_fields(an_org()).state is State.OK
    assert salesforce.rights(an_org()).state is State.OK


def test_a_field_that_is_not_there_is_named() -> None:
    org = an_org()
    assert org["Lead"]
    del org["Lead"]["Ripen_Score__c"]

    found = salesforce.our_fields(org)

    assert (found.state, "Lead.Ripen_Score__c" in found.found.en) == (State.FAIL, True)


def test_a_field_that_is_not_ours_to_write_is_named() -> None:
    org = an_org()
    assert org["Contact"]
    org["Contact"]["Ripen_Rank__c"] = {"createable": False, "updateable": False}

    found = salesforce.rights(org)

    assert (found.state, "Contact.Ripen_Rank__c" in found.found.en) == (State.FAIL, True)
    assert salesforce.rights(an_org(Task=None)).state is State.FAIL


def test_where_the_policy_asks_with_whom_sales_is_dealing_it_must_be_seen() -> None:
    seen: dict[str, Any] = {
        "Opportunity": {"AccountId": {}, "IsClosed": {}},
        "Account": {"Website": {}},
        "Contact": {"AccountId": {}, "Email": {}},
    }
    assert salesforce.opportunities(seen).state is State.OK
    for hidden, named in (({"Opportunity": None}, "Opportunity.AccountId"), ({"Account": {}}, "Account.Website")):
        found = salesforce.opportunities(seen | hidden)
        assert (found.state, named in found.found.en) == (State.FAIL, True)


@pytest.mark.parametrize("asks", [True, False])
def test_nobody_needs_to_see_opportunities_otherwise(asks: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def get(session: object, token: object, path: str) -> dict[str, Any]:
        asked.append(path)
        return {}

    monkeypatch.setattr(salesforce, "fetch", lambda settings, session: Token(access="t", instance="https://o.example"))
    monkeypatch.setattr(salesforce, "_get", get)
    found = states(salesforce.org({}, a_bundle(policy=Policy(skips_open_opportunities=asks))))
    assert ("Salesforce opportunities" in found, "sobjects/Opportunity/describe" in asked) == (asks, asks)


@pytest.mark.parametrize(
    ("left", "state"), [(9_000, State.OK), (3_001, State.OK), (3_000, State.WARN), (0, State.FAIL)]
)
def test_few_calls_left_are_seen(left: int, state: State) -> None:
    assert salesforce.calls(ApiUsage(15_000 - left, 15_000)).state is state


def test_without_a_login_to_salesforce_nothing_else_is_said() -> None:
    assert states(salesforce.org({})) == {"Salesforce login": State.FAIL}
