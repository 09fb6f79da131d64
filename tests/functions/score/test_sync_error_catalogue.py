"""Salesforce's errors through the real client: why the lead waits, when it is tried again, and its neighbours."""

from datetime import timedelta
from typing import Any

import pytest

from ripen.cause import Cause
from ripen.crm.crm_errors import cause, error_code
from ripen.crm.crm_mark import delayed
from ripen.errors import Undeliverable
from ripen.marks import CrmMark
from tests.support.crm_sync import Office
from tests.support.fakes import NOON
from tests.support.salesforce_org import a_wish
from tests.support.scripted_org import ScriptedOrg, Whole, connected

SOON, HOUR, QUARTER = timedelta(seconds=30), timedelta(hours=1), timedelta(minutes=15)
SLOT = timedelta(hours=1, minutes=5)
"""A refusal that lasts is tried again in the next slot of five minutes after an hour."""
LEADS = ("lead1", "lead2", "lead3")
DUPLICATE = {"duplicateResult": {"allowSave": True, "duplicateRule": "Standard", "matchResults": []}}


@pytest.fixture
def org(office: Office) -> ScriptedOrg:
    org = ScriptedOrg()
    office.crm = connected(org)  # type: ignore[assignment]
    for lead in LEADS:
        office.admit(id=lead, email=f"{lead}@example.co.jp")
    return org


def an_error(code: str, message: str = "", **more: Any) -> dict[str, Any]:
    return {"statusCode": code, "message": message, "fields": []} | more


ROWS: list[tuple[dict[str, Any], Cause, timedelta]] = [
    (an_error("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record"), Cause.REFUSED, SOON),
    (an_error("ENTITY_IS_DELETED", "entity is deleted"), Cause.REFUSED, SOON),
    (an_error("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead"), Cause.REFUSED, SOON),
    (an_error("DUPLICATE_VALUE", "duplicate value found: Ripen_Key__c"), Cause.REFUSED, SOON),
    (an_error("DUPLICATES_DETECTED", "Use one of these records?", **DUPLICATE), Cause.REFUSED, SLOT),
    (an_error("REQUIRED_FIELD_MISSING", "Required fields are missing: [Region__c]"), Cause.REFUSED, SLOT),
    (an_error("INVALID_EMAIL_ADDRESS", "Email: invalid email address: x"), Cause.REFUSED, SLOT),
    (an_error("STRING_TOO_LONG", "Title: data value too large"), Cause.REFUSED, SLOT),
    (an_error("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "Status: bad value"), Cause.REFUSED, SLOT),
    (an_error("FIELD_CUSTOM_VALIDATION_EXCEPTION", "電話番号が必要です"), Cause.REFUSED, SLOT),
    (an_error("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "LeadTrigger: execution"), Cause.REFUSED, SLOT),
    (an_error("MALFORMED_ID", "malformed id 001RM"), Cause.REFUSED, SLOT),
    (an_error("STORAGE_LIMIT_EXCEEDED", "storage limit exceeded"), Cause.REFUSED, SLOT),
    (an_error("INVALID_FIELD", "No such column 'foo' on sobject of type Lead"), Cause.RIGHTS, SLOT),
    (an_error("INVALID_FIELD_FOR_INSERT_UPDATE", "Unable to create/update fields"), Cause.RIGHTS, SLOT),
    (an_error("INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights"), Cause.RIGHTS, SLOT),
    (an_error("CODE_OF_TOMORROW", "of a release that we do not know"), Cause.REFUSED, SLOT),
    ({}, Cause.REFUSED, SLOT),
]


def test_each_refused_row_waits_alone(office: Office, org: ScriptedOrg) -> None:
    refused = {f"refused{number}": row for number, row in enumerate(ROWS)}
    for lead, (error, _, _) in refused.items():
        office.admit(id=lead, email=f"{lead}@example.co.jp")
        org.rows[lead] = error

    office.sync("lead1", *refused, "lead2")

    for lead, (error, why, wait) in refused.items():
        mark = office.mark(lead)
        assert cause(error_code(mark.value)) is why, error
        assert (mark.due, mark.value.refused) == (NOON + wait, wait > SOON), error
    assert [office.decisions(lead) for lead in ("lead1", "lead2")] == [[("created", "")]] * 2

    org.rows.clear()
    office.clock.move(hours=2)
    office.sync(*refused)
    assert {office.mark(lead).due for lead in refused} == {None}
    assert sorted(org.saved) == sorted(["lead1", "lead2", *refused])


def whole(status: int, code: str = "", message: str = "") -> Whole:
    return status, [{"errorCode": code, "message": message}] if code else "<html>no JSON</html>"


@pytest.mark.parametrize(
    ("answer", "why", "wait"),
    [
        (whole(500, "UNKNOWN_EXCEPTION", "An unexpected error occurred"), Cause.OUTAGE, SOON),
        (whole(503, "SERVER_UNAVAILABLE"), Cause.OUTAGE, SOON),
        (whole(503), Cause.OUTAGE, SOON),
        (whole(502), Cause.OUTAGE, SOON),
        (whole(200), Cause.OUTAGE, SOON),
        ((200, {"compositeResponse": []}), Cause.OUTAGE, SOON),
        (whole(400, "QUERY_TIMEOUT", "Your query request was running for too long."), Cause.OUTAGE, SOON),
        (whole(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."), Cause.LIMIT, QUARTER),
        (
            whole(403, "REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests (Concurrent API Requests) Limit exceeded."),
            Cause.LIMIT,
            SOON,
        ),
        (whole(403, "REQUEST_LIMIT_EXCEEDED", "ConcurrentPerOrgLongTxn Limit exceeded"), Cause.LIMIT, SOON),
        (whole(429), Cause.LIMIT, QUARTER),
        (whole(403, "API_DISABLED_FOR_ORG"), Cause.RIGHTS, HOUR),
        (whole(403, "INSUFFICIENT_ACCESS_OR_READONLY"), Cause.RIGHTS, HOUR),
        (whole(400, "INVALID_TYPE", "sObject type 'Lead' is not supported."), Cause.RIGHTS, HOUR),
        (whole(400, "MALFORMED_QUERY"), Cause.REFUSED, HOUR),
        (whole(400, "JSON_PARSER_ERROR", "Unexpected character"), Cause.REFUSED, HOUR),
        (whole(404, "NOT_FOUND", "The requested resource does not exist"), Cause.REFUSED, HOUR),
        (whole(300), Cause.REFUSED, HOUR),
        *((whole(status), Cause.REFUSED, HOUR) for status in (405, 409, 410, 412, 414, 415, 431)),
    ],
    ids=str,
)
def test_a_refused_call_is_repeated_for_all(answer: Whole, why: Cause, wait: timedelta) -> None:
    org = ScriptedOrg(whole=lambda writes: answer)

    with pytest.raises(Undeliverable) as refused:
        connected(org).find([a_wish()])

    result = delayed(CrmMark(lead="lead1"), refused.value, NOON)
    mark = result.change(CrmMark(lead="lead1"))
    assert (cause(error_code(mark)), result.due, mark.refused) == (why, NOON + wait, False)


def test_a_used_up_day_parks_all_leads_and_loses_none(office: Office, org: ScriptedOrg) -> None:
    org.whole = lambda writes: whole(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.") if writes else None

    left = office.sync(*LEADS)

    assert left == set()
    assert {office.mark(lead).due for lead in LEADS} == {NOON + QUARTER}

    org.whole = lambda writes: None
    office.clock.move(minutes=15)
    office.sync(*LEADS)
    assert {office.mark(lead).due for lead in LEADS} == {None}
    assert sorted(org.saved) == list(LEADS)


def test_a_lost_answer_makes_no_duplicate(office: Office, org: ScriptedOrg) -> None:
    org.lost = 1

    office.sync(*LEADS)
    office.clock.move(seconds=30)
    office.sync(*LEADS)

    assert sorted(org.saved) == list(LEADS)
    assert {office.mark(lead).due for lead in LEADS} == {None}


@pytest.mark.parametrize(
    "body", [[{"errorCode": "INVALID_SESSION_ID", "message": "Session expired or invalid"}], {"error": "x"}, "no JSON"]
)
def test_a_session_that_is_always_refused_stops_after_one_new_login(
    body: Any, office: Office, org: ScriptedOrg
) -> None:
    org.whole = lambda writes: (401, body)

    office.sync(*LEADS)

    assert (org.logins, org.calls) == (2, 2)
    assert {cause(office.mark(lead).value.waits_for) for lead in LEADS} == {Cause.CREDENTIALS}
    assert {office.mark(lead).due for lead in LEADS} == {NOON + HOUR}
