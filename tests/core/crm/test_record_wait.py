"""A card says in words what the record of its lead waits for."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from ripen.crm.record_wait import RecordWait, Wait, record_wait
from ripen.marks import CrmMark
from ripen.operations.record_wait_words import in_words
from tests.support.fakes import NOON

TOKYO = "Asia/Tokyo"


def mark(**changes: Any) -> CrmMark:
    return CrmMark(lead="lead1", **changes)


@pytest.mark.parametrize(
    ("found", "wait"),
    [
        (None, RecordWait()),
        (mark(urgent=True), RecordWait()),
        (mark(waits_for="last_name"), RecordWait(why=Wait.MISSING, detail="last_name")),
        (mark(waits_for="last_name, company"), RecordWait(why=Wait.MISSING, detail="last_name, company")),
        (mark(waits_for="shadow mode"), RecordWait(why=Wait.BLOCKED, detail="shadow mode")),
        (mark(error="HTTP 503", failing_since=NOON, attempts=3), RecordWait()),
        (mark(error="HTTP 503", failing_since=NOON, attempts=4), RecordWait(why=Wait.UNREACHABLE, since=NOON)),
        (mark(waits_for="no login", failing_since=NOON), RecordWait(why=Wait.NOT_CONNECTED, since=NOON)),
        (
            mark(error="STRING_TOO_LONG: Acme", failing_since=NOON, refused=True, attempts=9),
            RecordWait(why=Wait.REFUSED, detail="STRING_TOO_LONG"),
        ),
        (
            mark(error="STRING_TOO_LONG: Acme", waits_for="few calls left today", failing_since=NOON, refused=True),
            RecordWait(why=Wait.REFUSED, detail="STRING_TOO_LONG"),
        ),
    ],
)
def test_mark_says_what_the_record_waits_for(found: CrmMark | None, wait: RecordWait) -> None:
    assert record_wait(found) == wait


@pytest.mark.parametrize(
    ("wait", "en", "ja"),
    [
        (RecordWait(), "Saving to Salesforce…", "Salesforce に登録中…"),
        (
            RecordWait(why=Wait.MISSING, detail="last_name"),
            "Not in Salesforce yet: the last name is missing",
            "Salesforce に未登録: 姓が未入力です",
        ),
        (
            RecordWait(why=Wait.MISSING, detail="last_name, company"),
            "Not in Salesforce yet: the last name and the company are missing",
            "Salesforce に未登録: 姓と会社名が未入力です",
        ),
        (
            RecordWait(why=Wait.REFUSED, detail="STRING_TOO_LONG"),
            "Salesforce refused the record: a value is longer than its field (STRING_TOO_LONG)",
            "Salesforce が登録を受け付けません: 値が項目の長さを超えている（STRING_TOO_LONG）",
        ),
        (
            RecordWait(why=Wait.UNREACHABLE, since=NOON),
            "Salesforce has been unreachable since 12:00. The record follows by itself.",
            "12:00 から Salesforce に接続できません。つながり次第、自動で登録します。",
        ),
    ],
)
def test_wait_is_one_sentence(wait: RecordWait, en: str, ja: str) -> None:
    assert (in_words(wait, "en", TOKYO, NOON), in_words(wait, "ja", TOKYO, NOON)) == (en, ja)


@pytest.mark.parametrize(("later", "date"), [(timedelta(hours=11), ""), (timedelta(hours=12), "2026-11-21")])
def test_outage_of_another_day_has_its_date(later: timedelta, date: str) -> None:
    now: datetime = NOON + later
    said = in_words(RecordWait(why=Wait.UNREACHABLE, since=NOON), "en", TOKYO, now)

    assert ("2026" in said or "Nov" in said) is bool(date)
