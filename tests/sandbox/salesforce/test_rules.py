"""The stand-in refuses what a company's own rules refuse, with Salesforce's errors."""

from typing import Any

import httpx
import pytest

from sandbox.salesforce.ids import make
from tests.sandbox.salesforce.conftest import AnOrg

LEAD = {"LastName": "山田", "Company": "みどり物流"}


def error(answer: httpx.Response) -> tuple[str, str]:
    assert answer.status_code == 400, answer.text
    return answer.json()[0]["errorCode"], answer.json()[0]["message"]


def written(org: AnOrg, **fields: Any) -> httpx.Response:
    return org.ask("POST", "/sobjects/Lead", LEAD | fields)


def changed(org: AnOrg, object: str, id: str, **fields: Any) -> httpx.Response:
    return org.ask("PATCH", f"/sobjects/{object}/{id}", fields)


@pytest.mark.parametrize("sharing", [{"Lead": "read"}, {"Lead": "edit"}])
def test_a_colleagues_record_is_edited_only_if_it_is_shared(org: AnOrg, sharing: dict[str, str]) -> None:
    lead = org.lead(OwnerId=org.user("alice@ripen.example"))
    org.set(sharing=sharing)
    answer = changed(org, "Lead", lead, Title="部長")
    assert answer.status_code == (204 if sharing["Lead"] == "edit" else 400)
    assert org.query("SELECT Id FROM Lead")  # the permission set lets Ripen see all leads
    if answer.status_code == 400:
        assert error(answer) == ("INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id")


def test_a_contact_that_is_controlled_by_its_account_follows_the_accounts_sharing(org: AnOrg) -> None:
    contact = org.query("SELECT Id FROM Contact")[0]["Id"]
    org.set(sharing={"Contact": "controlled by parent"})
    assert changed(org, "Contact", contact, Title="部長").status_code == 204
    org.set(sharing={"Contact": "controlled by parent", "Account": "read"})
    assert error(changed(org, "Contact", contact, Title="課長"))[0] == "INSUFFICIENT_ACCESS_OR_READONLY"


def test_a_validation_rule_refuses_with_its_own_message(org: AnOrg) -> None:
    org.set(validation=[{"object": "Lead", "blank": "Phone", "message": "電話番号を入力してください"}])
    assert error(written(org)) == ("FIELD_CUSTOM_VALIDATION_EXCEPTION", "電話番号を入力してください")
    assert written(org, Phone="03-1234-5678").status_code == 201


def test_a_required_custom_field_is_missing(org: AnOrg) -> None:
    org.set(required=["Lead.Region__c"])
    assert error(written(org)) == ("REQUIRED_FIELD_MISSING", "Required fields are missing: [Region__c]")
    assert written(org, Region__c="関東").status_code == 201


def test_a_restricted_picklist_takes_only_its_values(org: AnOrg) -> None:
    org.set(restricted={"Lead.LeadSource": ["Web", "Expo"]})
    assert error(written(org, LeadSource="Ripen")) == (
        "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
        "Lead Source: bad value for restricted picklist field: Ripen",
    )
    assert written(org, LeadSource="Expo").status_code == 201


def test_a_record_type_is_the_users_and_narrows_restricted_picklists(org: AnOrg) -> None:
    partner, other = make("012", 1), make("012", 2)
    kinds = [
        {"object": "Lead", "picklists": {"LeadSource": ["Web"]}},
        {"object": "Lead", "assigned": False},
    ]
    org.set(record_types=kinds, restricted={"Lead.LeadSource": ["Web", "Ripen"]})
    made = written(org)
    assert org.read("Lead", made.json()["id"])["RecordTypeId"] == partner
    assert error(written(org, LeadSource="Ripen"))[0] == "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"
    assert error(written(org, RecordTypeId=other)) == (
        "INVALID_CROSS_REFERENCE_KEY",
        f"Record Type ID: this ID value isn't valid for the user: {other}",
    )


def test_the_assignment_rule_takes_a_lead_unless_the_call_says_no(org: AnOrg) -> None:
    bob = org.user("bob@ripen.example")
    org.set(assignment=bob)
    lead = written(org).json()["id"]
    assert org.read("Lead", lead)["OwnerId"] == bob
    org.set(assignment=org.user("carol@ripen.example"))
    keeps = {"Sforce-Auto-Assign": "FALSE"}
    assert org.ask("PATCH", f"/sobjects/Lead/{lead}", {"Title": "部長"}, headers=keeps).status_code == 204
    assert org.read("Lead", lead)["OwnerId"] == bob
    changed(org, "Lead", lead, Title="課長")
    assert org.read("Lead", lead)["OwnerId"] == org.user("carol@ripen.example")


@pytest.mark.parametrize("clause", ["WHERE Email = 'a@example.co.jp'", "WHERE Email IN ('a@example.co.jp')"])
def test_an_encrypted_field_is_read_but_not_searched(org: AnOrg, clause: str) -> None:
    org.set(encrypted=["Lead.Email"])
    answer = org.ask("GET", "/query", params={"q": f"SELECT Id FROM Lead {clause}"})  # noqa: S608
    assert error(answer)[0] == "INVALID_FIELD"
    assert error(answer)[1].endswith("field 'Email' can not be filtered in a query call")
    assert org.query("SELECT Email FROM Lead") == []


def test_a_status_that_a_campaign_does_not_have_becomes_its_default(org: AnOrg) -> None:
    campaign = org.query("SELECT Id FROM Campaign")[0]["Id"]
    member = org.create("CampaignMember", CampaignId=campaign, LeadId=org.lead(), Status="Attended")
    assert org.read("CampaignMember", member)["Status"] == "Sent"


def test_a_partner_user_cannot_own_a_lead(org: AnOrg) -> None:
    who = {"LastName": "Partner", "Username": "p@partner.example", "Email": "p@partner.example", "Alias": "p"}
    partner = org.create("User", **who, IsActive=True, UserType="PowerPartner")
    assert error(written(org, OwnerId=partner))[0] == "TRANSFER_REQUIRES_READ"
    assert {row["UserType"] for row in org.query("SELECT UserType FROM User")} == {"Standard", "PowerPartner"}


def test_a_duplicate_rule_that_blocks_cannot_be_overruled(org: AnOrg) -> None:
    org.lead(Email="taro@example.co.jp")
    org.fault("block_duplicate", -1)
    overruled = {"Sforce-Duplicate-Rule-Header": "allowSave=true"}
    answer = org.ask("POST", "/sobjects/Lead", LEAD | {"Email": "taro@example.co.jp"}, headers=overruled)
    assert error(answer)[0] == "DUPLICATES_DETECTED"
    assert answer.json()[0]["duplicateResult"]["allowSave"] is False
