"""The stand-in gives Ripen's user the rights of the permission set, as Salesforce does."""

from typing import Any

import httpx
import pytest

from tests.sandbox.salesforce.conftest import AnOrg

LEAD = {"LastName": "山田", "Company": "みどり物流"}


@pytest.fixture
def lead(org: AnOrg) -> str:
    """Return a lead of Alice; from now on Ripen's user makes the calls, with its own rights."""
    id = org.lead(OwnerId=org.user("alice@ripen.example"))
    org.set()
    return id


def error(answer: httpx.Response) -> tuple[str, str]:
    return answer.json()[0]["errorCode"], answer.json()[0]["message"]


def refusal(org: AnOrg, method: str, path: str, body: Any = None) -> tuple[str, str]:
    answer = org.ask(method, path, body)
    assert answer.status_code == 400, answer.text
    return error(answer)


def test_a_field_that_is_not_granted_is_not_there(org: AnOrg, lead: str) -> None:
    answer = org.ask("GET", "/query", params={"q": "SELECT MobilePhone FROM Lead"})
    assert error(answer)[0] == "INVALID_FIELD"
    assert "No such column 'MobilePhone' on entity 'Lead'" in error(answer)[1]
    assert "MobilePhone" not in org.read("Lead", lead)
    assert refusal(org, "PATCH", f"/sobjects/Lead/{lead}", {"MobilePhone": "090"}) == (
        "INVALID_FIELD",
        "No such column 'MobilePhone' on sobject of type Lead",
    )


def test_a_field_that_is_only_readable_cannot_be_written(org: AnOrg) -> None:
    contact = org.query("SELECT Id FROM Contact")[0]["Id"]
    org.set()
    code, message = refusal(org, "PATCH", f"/sobjects/Contact/{contact}", {"Email": "new@example.co.jp"})
    assert code == "INVALID_FIELD_FOR_INSERT_UPDATE"
    assert message.startswith("Unable to create/update fields: Email.")


def test_a_hidden_value_survives_a_change_by_a_user_who_does_not_see_it(org: AnOrg, lead: str) -> None:
    org.set(administrator=True)
    org.ask("PATCH", f"/sobjects/Lead/{lead}", {"MobilePhone": "090"})
    org.set()
    assert org.ask("PATCH", f"/sobjects/Lead/{lead}", {"Title": "部長"}).status_code == 204
    org.set(administrator=True)
    assert org.read("Lead", lead)["MobilePhone"] == "090"


def test_a_field_of_another_permission_set_is_there_too(org: AnOrg, lead: str) -> None:
    org.set(fields={"Lead.MobilePhone": True})
    assert org.ask("PATCH", f"/sobjects/Lead/{lead}", {"MobilePhone": "090"}).status_code == 204


def test_required_fields_are_writable_without_a_grant(org: AnOrg, lead: str) -> None:
    assert org.ask("POST", "/sobjects/Lead", LEAD).status_code == 201


@pytest.mark.parametrize(
    ("method", "path", "body", "code"),
    [
        ("POST", "/sobjects/Contact", {"LastName": "山田"}, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"),
        ("POST", "/sobjects/Campaign", {"Name": "春"}, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"),
        ("DELETE", "/sobjects/Lead/{lead}", None, "INSUFFICIENT_ACCESS_OR_READONLY"),
    ],
)
def test_what_the_permission_set_leaves_out_is_refused(
    org: AnOrg, lead: str, method: str, path: str, body: Any, code: str
) -> None:
    assert refusal(org, method, path.format(lead=lead), body)[0] == code


def test_the_owner_of_a_lead_is_changed_by_its_permission_and_of_a_contact_not(org: AnOrg, lead: str) -> None:
    org.set(administrator=True)
    contact, alice = org.query("SELECT Id FROM Contact")[0]["Id"], org.user("alice@ripen.example")
    org.set()
    assert org.ask("PATCH", f"/sobjects/Lead/{lead}", {"OwnerId": org.user("bob@ripen.example")}).status_code == 204
    assert refusal(org, "PATCH", f"/sobjects/Contact/{contact}", {"OwnerId": alice}) == (
        "INSUFFICIENT_ACCESS_OR_READONLY",
        "insufficient access rights on object id",
    )


def test_only_a_marketing_user_edits_campaign_members(org: AnOrg, lead: str) -> None:
    campaign = org.query("SELECT Id FROM Campaign")[0]["Id"]
    org.set(administrator=True)
    ripen = org.user("ripen@ripen.example")
    org.ask("PATCH", f"/sobjects/User/{ripen}", {"UserPermissionsMarketingUser": False})
    org.set()
    member = {"CampaignId": campaign, "LeadId": lead}
    assert refusal(org, "POST", "/sobjects/CampaignMember", member) == (
        "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
        "entity type cannot be inserted: Campaign Member",
    )


def test_without_the_permission_set_the_objects_are_not_there(org: AnOrg) -> None:
    org.set(permission_set=False)
    answer = org.ask("GET", "/query", params={"q": "SELECT Id FROM Lead"})
    assert error(answer)[0] == "INVALID_TYPE"
    assert org.ask("GET", "/sobjects/Lead/describe").status_code == 404


def test_describe_shows_only_what_the_user_may_do(org: AnOrg) -> None:
    org.set()
    described = org.ask("GET", "/sobjects/Contact/describe").json()
    fields = {field["name"]: field["updateable"] for field in described["fields"]}
    assert (described["createable"], described["updateable"]) == (False, True)
    assert (fields["Email"], fields["Title"], fields["LastName"]) == (False, True, True)
    assert "MobilePhone" not in fields


def test_the_limits_need_a_right_that_the_permission_set_does_not_have(org: AnOrg) -> None:
    org.set()
    answer = org.ask("GET", "/limits")
    assert (answer.status_code, error(answer)[0]) == (403, "FORBIDDEN")
    assert answer.headers["Sforce-Limit-Info"].startswith("api-usage=")


def test_each_part_of_a_composite_call_has_the_rights_of_its_user(org: AnOrg) -> None:
    org.set()
    part = {"method": "GET", "url": "/services/data/v62.0/query?q=SELECT+MobilePhone+FROM+Lead", "referenceId": "a"}
    assert org.composite(part)[0]["httpStatusCode"] == 400
