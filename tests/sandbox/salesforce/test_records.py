"""One record at a time: the stored values, and the errors of a refused write."""

import json
from typing import Any

import pytest

from tests.sandbox.salesforce.conftest import BASE, AnOrg


def refused(answer: Any, status: int = 400) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert isinstance(answer.json(), list)
    return dict(answer.json()[0])


def test_a_created_lead_is_answered_with_its_id_and_read_with_its_values(org: AnOrg) -> None:
    made = org.ask("POST", "/sobjects/Lead/", {"LastName": "山田", "FirstName": "太郎", "Company": "㈱みどり"})
    assert made.status_code == 201
    id = made.json()["id"]
    assert made.json() == {"id": id, "success": True, "errors": []}
    assert id.startswith("00Q") and len(id) == 18
    assert made.headers["Location"] == f"{BASE}/sobjects/Lead/{id}"

    lead = org.read("Lead", id)
    assert lead["attributes"] == {"type": "Lead", "url": f"{BASE}/sobjects/Lead/{id}"}
    assert (lead["Name"], lead["Company"], lead["Status"]) == ("山田 太郎", "㈱みどり", "Open - Not Contacted")
    assert lead["CreatedDate"] == "2026-11-21T03:00:00.000+0000"
    assert lead["IsConverted"] is False


def test_a_lead_is_changed_by_its_id_of_15_letters(org: AnOrg) -> None:
    id = org.lead()
    org.clock.move(minutes=5)
    assert org.ask("PATCH", f"/sobjects/Lead/{id[:15]}", {"Ripen_Score__c": 71.6}).status_code == 204
    changed = org.read("Lead", id)
    assert changed["Ripen_Score__c"] == 72.0
    assert changed["LastModifiedDate"] > changed["CreatedDate"]


def test_a_deleted_lead_is_found_only_by_query_all(org: AnOrg) -> None:
    id = org.lead()
    assert org.ask("DELETE", f"/sobjects/Lead/{id}").status_code == 204
    gone = refused(org.ask("GET", f"/sobjects/Lead/{id}"), 404)
    assert gone == {"message": "entity is deleted", "errorCode": "ENTITY_IS_DELETED"}
    assert org.query("SELECT Id FROM Lead") == []
    deleted = org.ask("GET", "/queryAll/", params={"q": "SELECT Id, IsDeleted FROM Lead"}).json()["records"]
    assert deleted[0]["IsDeleted"] is True


def test_last_name_and_company_are_required(org: AnOrg) -> None:
    error = refused(org.ask("POST", "/sobjects/Lead", {"Email": "taro@example.co.jp"}))
    assert error == {
        "message": "Required fields are missing: [LastName, Company]",
        "errorCode": "REQUIRED_FIELD_MISSING",
        "fields": ["LastName", "Company"],
    }


@pytest.mark.parametrize(
    ("fields", "code", "message"),
    [
        ({"Nonsense": 1}, "INVALID_FIELD", "No such column 'Nonsense' on sobject of type Lead"),
        ({"Email": "not-an-email"}, "INVALID_EMAIL_ADDRESS", "Email: invalid email address: not-an-email"),
        ({"FirstName": "x" * 41}, "STRING_TOO_LONG", f"First Name: data value too large: {'x' * 41} (max length=40)"),
        (
            {"CleanStatus": "scorching"},
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
            "Clean Status: bad value for restricted picklist field: scorching",
        ),
        ({"Ripen_Score__c": "many"}, "JSON_PARSER_ERROR", None),
        ({"LastName": 5}, "JSON_PARSER_ERROR", None),
        ({"FirstName": "half \ud83d"}, "JSON_PARSER_ERROR", None),
        ({"Ripen_Last_Activity__c": "2026-11-21T12:00:00"}, "JSON_PARSER_ERROR", None),
        ({"Ripen_Score__c": 100_000}, "NUMBER_OUTSIDE_VALID_RANGE", None),
        ({"LastName": None}, "REQUIRED_FIELD_MISSING", "Required fields are missing: [LastName]"),
        ({"OwnerId": "nobody"}, "MALFORMED_ID", None),
        ({"OwnerId": "005J50000000099"}, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id"),
    ],
)
def test_a_wrong_value_is_refused_and_nothing_is_kept(
    org: AnOrg, fields: dict[str, Any], code: str, message: str | None
) -> None:
    body = json.dumps({"LastName": "a", "Company": "b", **fields})
    answer = org.ask("POST", "/sobjects/Lead", content=body, headers={"Content-Type": "application/json"})
    error = refused(answer)
    assert error["errorCode"] == code
    assert message is None or error["message"] == message
    assert org.query("SELECT Id FROM Lead") == []


@pytest.mark.parametrize("field", ["Name", "CreatedDate", "ConvertedContactId", "Id"])
def test_a_read_only_field_cannot_be_written(org: AnOrg, field: str) -> None:
    error = refused(org.ask("POST", "/sobjects/Lead", {"LastName": "a", "Company": "b", field: "x"}))
    assert error["errorCode"] == "INVALID_FIELD_FOR_INSERT_UPDATE"
    assert error["fields"] == [field]


def test_a_japanese_mobile_address_with_two_dots_is_kept(org: AnOrg) -> None:
    id = org.lead(Email="a..b@docomo.ne.jp")
    assert org.read("Lead", id)["Email"] == "a..b@docomo.ne.jp"


def test_a_time_is_stored_in_utc(org: AnOrg) -> None:
    id = org.lead(Ripen_Last_Activity__c="2026-11-21T21:00:00+09:00")
    assert org.read("Lead", id)["Ripen_Last_Activity__c"] == "2026-11-21T12:00:00.000+0000"


def test_our_key_is_unique_in_any_case(org: AnOrg) -> None:
    first = org.lead(Ripen_Key__c="abc")
    error = refused(org.ask("POST", "/sobjects/Lead", {"LastName": "a", "Company": "b", "Ripen_Key__c": "ABC"}))
    assert error["errorCode"] == "DUPLICATE_VALUE"
    assert error["message"].endswith(f"duplicates value on record with id: {first}")


def test_an_upsert_creates_then_changes(org: AnOrg) -> None:
    fields = {"LastName": "山田", "Company": "みどり物流"}
    made = org.ask("PATCH", "/sobjects/Lead/Ripen_Key__c/k%2F1", fields)
    assert (made.status_code, made.json()["created"]) == (201, True)
    again = org.ask("PATCH", "/sobjects/Lead/Ripen_Key__c/k%2F1", {"Ripen_Rank__c": "hot"})
    assert (again.status_code, again.json()) == (
        200,
        {"id": made.json()["id"], "success": True, "errors": [], "created": False},
    )
    lead = org.ask("GET", "/sobjects/Lead/Ripen_Key__c/k%2F1").json()
    assert (lead["Ripen_Key__c"], lead["Ripen_Rank__c"], lead["LastName"]) == ("k/1", "hot", "山田")


def test_an_upsert_with_update_only_creates_no_record(org: AnOrg) -> None:
    refused(org.ask("PATCH", "/sobjects/Lead/Ripen_Key__c/k?updateOnly=true", {"LastName": "a", "Company": "b"}), 404)
    assert org.query("SELECT Id FROM Lead") == []


def test_an_upsert_that_finds_several_records_writes_none(org: AnOrg) -> None:
    ids = [org.lead(Email="taro@example.co.jp") for _ in range(2)]
    answer = org.ask("PATCH", "/sobjects/Lead/Email/taro@example.co.jp", {"Title": "部長"})
    assert answer.status_code == 300
    assert answer.json() == [f"{BASE}/sobjects/Lead/{id}" for id in ids]
    assert [lead["Title"] for lead in org.query("SELECT Title FROM Lead")] == [None, None]


def test_an_upsert_by_a_field_that_is_no_key_is_not_found(org: AnOrg) -> None:
    error = refused(org.ask("PATCH", "/sobjects/Lead/Company/x", {"LastName": "a"}), 404)
    assert error == {
        "message": "Provided external ID field does not exist or is not accessible: Company",
        "errorCode": "NOT_FOUND",
    }


def test_the_key_must_not_be_in_the_body_as_well(org: AnOrg) -> None:
    error = refused(org.ask("PATCH", "/sobjects/Lead/Ripen_Key__c/k", {"Ripen_Key__c": "k", "LastName": "a"}))
    assert error["errorCode"] == "INVALID_FIELD"


def test_a_key_that_ends_like_a_file_name_is_not_found(org: AnOrg) -> None:
    refused(org.ask("PATCH", "/sobjects/Lead/Email/taro@example.inc", {"LastName": "a", "Company": "b"}), 404)


def test_a_converted_lead_cannot_change_and_its_contact_has_our_fields(org: AnOrg) -> None:
    lead = org.lead(Email="taro@example.co.jp", Ripen_Key__c="k1", Ripen_Rank__c="hot")
    became = org.web.post("/_control/convert", json={"lead": lead}).json()
    error = refused(org.ask("PATCH", f"/sobjects/Lead/{lead}", {"Ripen_Score__c": 5}))
    assert error == {"message": "cannot reference converted lead", "errorCode": "CANNOT_UPDATE_CONVERTED_LEAD"}
    assert org.read("Lead", lead)["ConvertedContactId"] == became["ConvertedContactId"]
    contact = org.read("Contact", became["ConvertedContactId"])
    assert (contact["Email"], contact["Ripen_Key__c"], contact["Ripen_Rank__c"]) == ("taro@example.co.jp", "k1", "hot")


def test_a_record_belongs_to_its_creator_until_an_active_user_owns_it(org: AnOrg) -> None:
    lead = org.lead()
    assert org.read("Lead", lead)["OwnerId"] == org.user("ripen@ripen.example")
    alice, dave = org.user("alice@ripen.example"), org.user("dave@ripen.example")
    assert org.ask("PATCH", f"/sobjects/Lead/{lead}", {"OwnerId": alice}).status_code == 204
    assert org.read("Lead", lead)["OwnerId"] == alice
    error = refused(org.ask("PATCH", f"/sobjects/Lead/{lead}", {"OwnerId": dave}))
    assert error["errorCode"] == "INACTIVE_OWNER_OR_USER"


def test_a_person_is_in_a_campaign_once(org: AnOrg) -> None:
    member = {"CampaignId": org.create("Campaign", Name="展示会"), "LeadId": org.lead()}
    org.create("CampaignMember", **member)
    error = refused(org.ask("POST", "/sobjects/CampaignMember", member))
    assert error == {"message": "Already a campaign member.", "errorCode": "DUPLICATE_VALUE"}


def test_lead_describes_its_own_and_our_fields(org: AnOrg) -> None:
    described = org.ask("GET", "/sobjects/Lead/describe").json()
    fields = {field["name"]: field for field in described["fields"]}
    required = [
        f["name"] for f in described["fields"] if f["createable"] and not f["nillable"] and not f["defaultedOnCreate"]
    ]
    assert required == ["LastName", "Company"]
    key = fields["Ripen_Key__c"]
    assert (key["externalId"], key["unique"], key["length"], key["custom"]) == (True, True, 64, True)
    assert [value["value"] for value in fields["Ripen_Rank__c"]["picklistValues"]] == ["hot", "warm", "cold"]
    assert fields["Email"]["idLookup"] and not fields["Email"]["externalId"]
    listed = org.ask("GET", "/sobjects/").json()["sobjects"]
    assert {"Lead", "Contact", "Account", "Task", "User"} <= {sobject["name"] for sobject in listed}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/sobjects/Unicorn/describe", 404),
        ("GET", "/sobjects/Lead/00QJ50000000099MAA", 404),
        ("GET", "/sobjects/Lead/00Q!", 400),
        ("PUT", "/sobjects/Lead/00QJ50000000099MAA", 405),
        ("GET", "/nowhere", 404),
    ],
)
def test_an_unknown_path_is_answered_with_an_array_of_errors(org: AnOrg, method: str, path: str, status: int) -> None:
    assert refused(org.ask(method, path), status)["errorCode"]


def test_a_body_that_is_not_json_is_refused(org: AnOrg) -> None:
    for body, kind, status in (
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"a=b", "text/plain", 415),
    ):
        answer = org.ask("POST", "/sobjects/Lead", content=body, headers={"Content-Type": kind})
        assert refused(answer, status)["errorCode"]


def test_each_answer_has_the_number_of_used_calls(org: AnOrg) -> None:
    used = [org.ask("GET", "/limits").headers["Sforce-Limit-Info"] for _ in range(2)]
    first, second = (int(text.removeprefix("api-usage=").split("/")[0]) for text in used)
    assert second == first + 1
    limits = org.ask("GET", "/limits").json()["DailyApiRequests"]
    assert limits == {"Max": 15000, "Remaining": 15000 - second - 1}
