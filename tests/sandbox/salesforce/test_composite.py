"""Many changes in one call: composite calls with references, and collections with an answer for each row."""

from typing import Any

import pytest

from tests.sandbox.salesforce.conftest import BASE, AnOrg

type Part = dict[str, Any]


def part(name: str, method: str, path: str, body: Any = None) -> Part:
    return {"referenceId": name, "method": method, "url": BASE + path} | ({"body": body} if body is not None else {})


def row(**fields: Any) -> Part:
    return {"attributes": {"type": "Lead"}, **fields}


def test_a_later_part_uses_the_answer_of_an_earlier_one(org: AnOrg) -> None:
    lead = {"LastName": "山田", "Company": "みどり物流", "Email": "taro@example.co.jp"}
    made, found, task, read = org.composite(
        part("made", "PATCH", "/sobjects/Lead/Ripen_Key__c/k1", lead),
        part("found", "GET", "/query?q=SELECT+Id+FROM+Lead+WHERE+Email+IN+('taro@example.co.jp')"),
        part("task", "POST", "/sobjects/Task", {"Subject": "Call", "WhoId": "@{found.records[0].Id}"}),
        part("read", "GET", "/sobjects/Task/@{task.id}"),
    )
    assert [p["httpStatusCode"] for p in (made, found, task, read)] == [201, 200, 201, 200]
    assert made["httpHeaders"] == {"Location": f"{BASE}/sobjects/Lead/{made['body']['id']}"}
    assert read["body"]["WhoId"] == made["body"]["id"]


def test_a_failed_part_does_not_stop_the_others(org: AnOrg) -> None:
    bad, dependent, good = org.composite(
        part("bad", "POST", "/sobjects/Lead", {"Company": "x"}),
        part("dependent", "POST", "/sobjects/Task", {"Subject": "Call", "WhoId": "@{bad.id}"}),
        part("good", "POST", "/sobjects/Lead", {"LastName": "a", "Company": "b"}),
    )
    assert bad["httpStatusCode"] == 400
    assert bad["body"][0]["errorCode"] == "REQUIRED_FIELD_MISSING"
    assert dependent["body"][0]["errorCode"] == "PROCESSING_HALTED"
    assert good["httpStatusCode"] == 201


def test_all_or_none_undoes_the_parts_before_the_failed_one(org: AnOrg) -> None:
    done, bad, never = org.composite(
        part("done", "POST", "/sobjects/Lead", {"LastName": "a", "Company": "b"}),
        part("bad", "GET", "/sobjects/Nothing/1"),
        part("never", "POST", "/sobjects/Lead", {"LastName": "c", "Company": "d"}),
        allOrNone=True,
    )
    assert bad["body"] == [{"errorCode": "NOT_FOUND", "message": "The requested resource does not exist"}]
    assert {p["body"][0]["errorCode"] for p in (done, never)} == {"PROCESSING_HALTED"}
    assert org.query("SELECT Id FROM Lead") == []


def test_a_composite_counts_as_one_call(org: AnOrg) -> None:
    def used() -> int:
        return int(org.ask("GET", "/limits").json()["DailyApiRequests"]["Remaining"])

    before = used()
    org.composite(*[part(f"q{n}", "GET", "/query?q=SELECT+Id+FROM+Lead") for n in range(5)])
    assert before - used() == 2


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [part(f"p{n}", "GET", "/limits") for n in range(26)],
        [part(f"q{n}", "GET", "/query?q=SELECT+Id+FROM+Lead") for n in range(6)],
        [part("same", "GET", "/limits"), part("same", "GET", "/limits")],
        [part("not-a-name", "GET", "/limits")],
        ["text"],
    ],
)
def test_a_malformed_composite_is_refused(org: AnOrg, parts: list[Any]) -> None:
    answer = org.ask("POST", "/composite", {"compositeRequest": parts})
    assert answer.status_code == 400
    assert answer.json()[0]["errorCode"]


def test_each_row_of_a_collection_has_its_answer(org: AnOrg) -> None:
    there = org.lead(Ripen_Key__c="k1")
    answer = org.ask(
        "PATCH",
        "/composite/sobjects/Lead/Ripen_Key__c",
        {"allOrNone": False, "records": [
            row(Ripen_Key__c="k1", Ripen_Score__c=80),
            row(Ripen_Key__c="k2", LastName="b", Company="c"),
            row(Ripen_Key__c="k3"),
            row(Ripen_Key__c="K1", Ripen_Score__c=81),
            row(LastName="d", Company="e"),
        ]},
    )  # fmt: skip
    assert answer.status_code == 200
    changed, made, incomplete, twice, nameless = answer.json()
    assert changed == {"id": there, "success": True, "errors": [], "created": False}
    assert (made["success"], made["created"]) == (True, True)
    assert incomplete == {
        "success": False,
        "errors": [
            {
                "statusCode": "REQUIRED_FIELD_MISSING",
                "message": "Required fields are missing: [LastName, Company]",
                "fields": ["LastName", "Company"],
            }
        ],
    }
    assert twice["errors"][0]["statusCode"] == "DUPLICATE_VALUE"
    assert nameless["errors"][0]["statusCode"] == "MISSING_ARGUMENT"
    assert org.read("Lead", there)["Ripen_Score__c"] == 80


def test_a_collection_with_all_or_none_is_created_whole_or_not_at_all(org: AnOrg) -> None:
    rows = [row(LastName="a", Company="b"), row(LastName="c")]
    good, bad = org.ask("POST", "/composite/sobjects", {"allOrNone": True, "records": rows}).json()
    assert good["errors"][0]["statusCode"] == "ALL_OR_NONE_OPERATION_ROLLED_BACK"
    assert bad["errors"][0]["statusCode"] == "REQUIRED_FIELD_MISSING"
    assert org.query("SELECT Id FROM Lead") == []


def test_rows_are_changed_and_deleted_by_id(org: AnOrg) -> None:
    one, two = org.lead(), org.lead()
    nowhere = "00QJ50000000099MAA"
    rows = [row(Id=one, Title="部長"), row(Title="x"), row(id=nowhere, Title="y")]
    changed, idless, lost = org.ask("PATCH", "/composite/sobjects", {"records": rows}).json()
    assert changed == {"id": one, "success": True, "errors": []}
    assert idless["errors"] == [
        {"statusCode": "MISSING_ARGUMENT", "message": "Id not specified in an update call", "fields": []}
    ]
    assert lost["errors"][0]["statusCode"] == "INVALID_CROSS_REFERENCE_KEY"
    assert org.read("Lead", one)["Title"] == "部長"
    deleted = org.ask("DELETE", f"/composite/sobjects?ids={one},{two}").json()
    assert [d["success"] for d in deleted] == [True, True]
    assert org.query("SELECT Id FROM Lead") == []


def test_many_records_are_read_in_the_order_of_their_ids(org: AnOrg) -> None:
    one, two = org.lead(LastName="a"), org.lead(LastName="b")
    path = f"/composite/sobjects/Lead?ids={two},00QJ50000000099MAA,{one}&fields=LastName"
    second, missing, first = org.ask("GET", path).json()
    assert (second["LastName"], missing, first["LastName"]) == ("b", None, "a")
    assert set(first) == {"attributes", "Id", "LastName"}


@pytest.mark.parametrize(
    "body",
    [{"records": []}, {"records": [row(LastName="a", Company="b")] * 201}, {"records": "x"}, {}, {"records": [1]}],
)
def test_a_malformed_collection_is_refused(org: AnOrg, body: Part) -> None:
    assert org.ask("POST", "/composite/sobjects", body).status_code == 400
    assert org.query("SELECT Id FROM Lead") == []


def test_a_row_without_a_known_type_is_refused_alone(org: AnOrg) -> None:
    rows = [{"LastName": "a"}, {"attributes": {"type": "Unicorn"}}, row(LastName="a", Company="b")]
    answers = org.ask("POST", "/composite/sobjects", {"records": rows}).json()
    assert [a["success"] for a in answers] == [False, False, True]
