"""Leads that do not reach the CRM are counted by code, and a person is called when it matters."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from ripen.cause import Cause
from ripen.crm.crm_errors import cause, error_code, is_ignored, merged_with, needs_a_person
from ripen.marks import CrmMark
from tests.support.fakes import NOON

MINUTE = timedelta(minutes=1)


def a_failing_mark(lead: str = "lead1", **changes: Any) -> CrmMark:
    known: dict[str, Any] = {"error": "STORAGE_LIMIT_EXCEEDED: x", "failing_since": NOON, "refused": True}
    return CrmMark(lead=lead, **(known | changes))


def three(**changes: Any) -> list[CrmMark]:
    return [a_failing_mark(f"lead{n}", **changes) for n in range(3)]


@pytest.mark.parametrize(
    ("mark", "code"),
    [
        (a_failing_mark(), "STORAGE_LIMIT_EXCEEDED"),
        (a_failing_mark(error="HTTP 503"), "HTTP 503"),
        (a_failing_mark(error="no answer from Salesforce: ReadTimeout"), "no answer from Salesforce"),
        (a_failing_mark(error="", waits_for="Salesforce is not connected"), "Salesforce is not connected"),
        (CrmMark(lead="lead1", waits_for="last_name, company"), ""),
        (CrmMark(lead="lead1"), ""),
    ],
)
def test_the_code_names_the_error_of_a_lead_that_fails(mark: CrmMark, code: str) -> None:
    assert error_code(mark) == code


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("no answer from Salesforce", Cause.OUTAGE),
        ("no answer from Salesforce's login", Cause.OUTAGE),
        ("HTTP 500", Cause.OUTAGE),
        ("HTTP 503", Cause.OUTAGE),
        ("SERVER_UNAVAILABLE", Cause.OUTAGE),
        ("HTTP 429", Cause.LIMIT),
        ("REQUEST_LIMIT_EXCEEDED", Cause.LIMIT),
        ("Salesforce is not connected", Cause.CREDENTIALS),
        ("Salesforce refuses the login", Cause.CREDENTIALS),
        ("API_DISABLED_FOR_ORG", Cause.RIGHTS),
        ("INVALID_FIELD", Cause.RIGHTS),
        ("not in Salesforce yet", Cause.BEHIND),
        ("HTTP 400", Cause.REFUSED),
        ("STORAGE_LIMIT_EXCEEDED", Cause.REFUSED),
    ],
)
def test_an_outage_is_told_from_a_refusal(code: str, found: Cause) -> None:
    assert cause(code) is found


@pytest.mark.parametrize(
    ("marks", "is_needed"),
    [
        ([], False),
        (three()[:2], False),
        (three(), True),
        ([*three()[:2], a_failing_mark(error="DUPLICATES_DETECTED: x")], False),
        (three(error="HTTP 503", refused=False), False),
        ([a_failing_mark(failing_since=NOON - timedelta(minutes=59))], False),
        ([a_failing_mark(failing_since=NOON - timedelta(minutes=60))], True),
        ([a_failing_mark(error="HTTP 503", refused=False, failing_since=NOON - timedelta(minutes=60))], True),
        ([CrmMark(lead="lead1", waits_for="company")] * 3, False),
        (three(ignored="STORAGE_LIMIT_EXCEEDED"), False),
        (three(ignored="DUPLICATES_DETECTED"), True),
    ],
)
def test_a_person_is_needed_for_three_leads_with_one_code_or_a_lead_that_fails_for_an_hour(
    marks: list[CrmMark], is_needed: bool
) -> None:
    assert needs_a_person(marks, NOON) is is_needed


def test_only_the_error_that_a_person_chose_is_ignored() -> None:
    ignored = a_failing_mark(ignored="STORAGE_LIMIT_EXCEEDED")

    assert is_ignored(ignored)
    assert not is_ignored(a_failing_mark(ignored="DUPLICATES_DETECTED"))
    assert not is_ignored(a_failing_mark())
    assert not is_ignored(CrmMark(lead="lead1"))


def test_no_more_marks_are_read_than_decide() -> None:
    def marks() -> Iterator[CrmMark]:
        yield from three()
        raise AssertionError("a fourth mark was read")

    assert needs_a_person(marks(), NOON)


def test_merged_records_call_nobody_however_many_and_however_long() -> None:
    marks = three(error="MERGED_RECORDS: lead9", failing_since=NOON - timedelta(days=2))

    assert not needs_a_person(marks, NOON)


def test_a_merged_record_names_the_other_lead() -> None:
    assert merged_with(a_failing_mark(error="MERGED_RECORDS: lead9")) == "lead9"
    assert merged_with(a_failing_mark()) == ""
