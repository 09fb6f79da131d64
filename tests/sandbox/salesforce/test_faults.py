"""The faults of the stand-in, and the records that a failed call leaves."""

import httpx
import pytest

from tests.sandbox.salesforce.conftest import BASE, AnOrg

LEAD = {"LastName": "山田", "Company": "みどり物流", "Email": "taro@example.co.jp"}


@pytest.mark.parametrize(
    ("mode", "status", "code"),
    [
        ("down", 503, "SERVER_UNAVAILABLE"),
        ("error_500", 500, "UNKNOWN_EXCEPTION"),
        ("limit", 403, "REQUEST_LIMIT_EXCEEDED"),
        ("lock_row", 400, "UNABLE_TO_LOCK_ROW"),
        ("expire_tokens", 401, "INVALID_SESSION_ID"),
    ],
)
def test_a_fault_occurs_as_often_as_set_and_leaves_no_record(org: AnOrg, mode: str, status: int, code: str) -> None:
    org.fault(mode, 2)
    for _ in range(2):
        answer = org.ask("POST", "/sobjects/Lead", LEAD)
        assert (answer.status_code, answer.json()[0]["errorCode"]) == (status, code)
        if status == 401:
            org.log_in()
    assert org.query("SELECT Id FROM Lead") == []
    assert org.ask("POST", "/sobjects/Lead", LEAD).status_code == 201


def test_an_unlimited_fault_stays_until_it_is_cleared(org: AnOrg) -> None:
    org.fault("error_500", -1)
    assert [org.ask("GET", "/limits").status_code for _ in range(3)] == [500, 500, 500]
    assert org.web.get("/_control/faults").json() == [{"mode": "error_500", "count": -1, "seconds": 60}]
    org.web.delete("/_control/faults")
    assert org.ask("GET", "/limits").status_code == 200


def test_no_token_is_given_during_an_outage(org: AnOrg) -> None:
    org.fault("down")
    form = {"grant_type": "client_credentials"}
    assert org.web.post("/services/oauth2/token", data=form, auth=org.basic).status_code == 503


def test_a_locked_row_fails_alone(org: AnOrg) -> None:
    org.fault("lock_row")
    rows = [{"attributes": {"type": "Lead"}, **LEAD} for _ in range(2)]
    locked, free = org.ask("POST", "/composite/sobjects", {"records": rows}).json()
    assert locked["errors"][0]["statusCode"] == "UNABLE_TO_LOCK_ROW"
    assert free["success"]


def test_a_call_that_hangs_writes_nothing(org: AnOrg) -> None:
    org.fault("hang", seconds=30)
    with pytest.raises(httpx.ReadTimeout):
        org.ask("POST", "/sobjects/Lead", LEAD, timeout=0.3)
    assert org.query("SELECT Id FROM Lead") == []


def test_a_call_that_hangs_after_the_write_has_written(org: AnOrg) -> None:
    org.fault("hang_after_write", seconds=30)
    with pytest.raises(httpx.ReadTimeout):
        org.ask("POST", "/sobjects/Lead", LEAD, timeout=0.3)
    assert len(org.query("SELECT Id FROM Lead")) == 1


def test_a_call_whose_answer_is_cut_short_has_written(org: AnOrg) -> None:
    org.fault("drop_after_write")
    with pytest.raises(httpx.RemoteProtocolError):
        org.ask("POST", "/sobjects/Lead", LEAD)
    assert len(org.query("SELECT Id FROM Lead")) == 1


def test_the_duplicate_rule_names_the_existing_record(org: AnOrg) -> None:
    org.fault("duplicate", -1)
    contact = org.query("SELECT Id, Email FROM Contact")[0]
    answer = org.ask("POST", "/sobjects/Lead", {**LEAD, "Email": contact["Email"]})
    assert answer.status_code == 400
    error = answer.json()[0]
    assert (error["errorCode"], error["message"]) == ("DUPLICATES_DETECTED", "Use one of these records?")
    match = error["duplicateResult"]["matchResults"][0]
    assert match["matchRecords"][0]["record"]["Id"] == contact["Id"]
    assert org.ask("POST", "/sobjects/Lead", LEAD).status_code == 201


def test_the_caller_may_overrule_the_duplicate_rule(org: AnOrg) -> None:
    org.fault("duplicate", -1)
    org.lead(Email="taro@example.co.jp")
    allowed = {"Sforce-Duplicate-Rule-Header": "allowSave=true"}
    assert org.ask("PATCH", "/sobjects/Lead/Ripen_Key__c/k", LEAD).status_code == 400
    assert org.ask("PATCH", "/sobjects/Lead/Ripen_Key__c/k", LEAD, headers=allowed).status_code == 201


def test_the_calls_of_a_day_are_limited_until_the_next_day(org: AnOrg) -> None:
    org.clock.move(days=400)
    org.set(administrator=True, daily_calls=2)
    assert [org.ask("GET", "/limits").status_code for _ in range(3)] == [200, 200, 403]
    org.clock.move(days=1)
    assert org.ask("GET", "/limits").status_code == 200


@pytest.mark.parametrize("body", [{"mode": "tea"}, {}, [], {"mode": "hang", "seconds": -1}])
def test_an_unknown_fault_is_refused(org: AnOrg, body: object) -> None:
    assert org.web.post("/_control/faults", json=body).status_code == 400


def test_a_composite_call_that_only_reads_is_no_write(org: AnOrg) -> None:
    org.fault("drop_after_write")

    read = org.composite({"method": "GET", "url": f"{BASE}/query?q=SELECT+Id+FROM+User", "referenceId": "users"})

    assert read[0]["httpStatusCode"] == 200
