"""The outcomes of a CRM mark."""

from copy import replace
from datetime import timedelta

import pytest

from ripen.crm import crm_mark
from ripen.crm.upsert import WriteResult
from ripen.decision import Outcome
from ripen.errors import NotConnected, Undeliverable
from ripen.marks import CrmMark
from tests.core.crm.test_upsert import LINK, a_wish, planned
from tests.support.fakes import NOON

MARK = CrmMark(lead="lead1", urgent=True, attempts=3, error="old", waits_for="old", claimed=NOON, digest="d0")


def concluded(mark: CrmMark, refused: Undeliverable | None) -> crm_mark.MarkChange:
    wish = a_wish()
    return crm_mark.concluded(mark, wish, planned(wish), WriteResult(link=LINK, refused=refused), NOON)


def test_a_written_mark_leaves_the_agenda() -> None:
    outcome = concluded(MARK, None)

    wish = a_wish()
    assert outcome.change(MARK) == CrmMark(lead="lead1", written=NOON, digest=wish.digest, task=wish.task.key)
    assert outcome.due is None
    assert outcome.link == LINK
    assert outcome.decision == crm_mark.MarkDecision(object="Lead", outcome=Outcome.CREATED)


def test_a_refusal_stays_visible_and_is_reported_once() -> None:
    refused = Undeliverable("STRING_TOO_LONG: x", permanent=True)

    outcome = concluded(MARK, refused)
    after = outcome.change(MARK)

    assert (after.error, after.digest, after.failing_since) == ("STRING_TOO_LONG: x", "d0", NOON)
    assert outcome.decision == crm_mark.MarkDecision(
        object="Lead", outcome=Outcome.REFUSED, reason="STRING_TOO_LONG: x"
    )
    assert concluded(after, refused).decision is None
    assert concluded(after, None).change(after).failing_since is None


def test_another_refusal_is_reported_and_keeps_the_time_of_the_first() -> None:
    mark = CrmMark(lead="lead1", error="STORAGE_LIMIT_EXCEEDED: x", failing_since=NOON - timedelta(hours=2))

    outcome = concluded(mark, Undeliverable("REQUIRED_FIELD_MISSING: y", permanent=True))

    assert outcome.decision
    assert outcome.change(mark).failing_since == NOON - timedelta(hours=2)


REFUSED = Undeliverable("FIELD_CUSTOM_VALIDATION_EXCEPTION: x", permanent=True)
SETUP = Undeliverable("INVALID_FIELD: x", permanent=False, after=3600)
LOCKED = Undeliverable("UNABLE_TO_LOCK_ROW: x", permanent=False)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("failure", "attempts", "failing_for", "after"),
    [
        (REFUSED, 0, None, timedelta(hours=1, minutes=5)),
        (REFUSED, 1, timedelta(hours=1), timedelta(hours=1, minutes=5)),
        (REFUSED, 23, DAY - timedelta(seconds=1), timedelta(hours=1, minutes=5)),
        (REFUSED, 24, DAY, timedelta(days=1, minutes=5)),
        (REFUSED, 99, 30 * DAY, timedelta(days=1, minutes=5)),
        (SETUP, 0, None, timedelta(hours=1, minutes=5)),
        (SETUP, 24, DAY, timedelta(days=1, minutes=5)),
        (LOCKED, 0, None, timedelta(seconds=30)),
        (LOCKED, 0, 30 * DAY, timedelta(seconds=30)),
        (LOCKED, 6, timedelta(hours=1), timedelta(seconds=1920)),
        (LOCKED, 7, timedelta(hours=2), timedelta(hours=1, minutes=5)),
        (LOCKED, 30, DAY, timedelta(days=1, minutes=5)),
    ],
)
def test_a_refused_record_is_retried_every_hour_for_a_day_and_then_every_day(
    failure: Undeliverable, attempts: int, failing_for: timedelta | None, after: timedelta
) -> None:
    since = NOON - failing_for if failing_for else None

    assert concluded(CrmMark(lead="lead1", attempts=attempts, failing_since=since), failure).due == NOON + after


def test_an_ignored_refusal_waits_for_a_change_and_another_refusal_does_not() -> None:
    mark = CrmMark(lead="lead1", failing_since=NOON, refused=True, error="INVALID_FIELD: a", ignored="INVALID_FIELD")

    assert concluded(mark, SETUP).due == NOON + timedelta(days=365)
    assert concluded(mark, REFUSED).due == NOON + timedelta(hours=1, minutes=5)
    assert concluded(mark, None).change(mark).ignored == ""


@pytest.mark.parametrize("seconds", [0, 1, 119, 299])
def test_refused_records_are_retried_at_the_same_time(seconds: int) -> None:
    now = NOON + timedelta(seconds=seconds)
    assert crm_mark.next_attempt(CrmMark(lead="lead1"), REFUSED, now) == NOON + timedelta(hours=1, minutes=5)


@pytest.mark.parametrize(("failure", "is_urgent"), [(REFUSED, False), (SETUP, False), (LOCKED, True)])
def test_retries_of_a_lasting_refusal_leave_the_last_calls_to_others(failure: Undeliverable, is_urgent: bool) -> None:
    mark = CrmMark(lead="lead1", urgent=True)
    after = concluded(mark, failure).change(mark)

    assert after.urgent is is_urgent
    assert crm_mark.can_wait(after, replace(a_wish(), link=None)) is not is_urgent


@pytest.mark.parametrize(
    ("attempts", "failure", "seconds"),
    [
        (0, Undeliverable("x", permanent=False), 30),
        (1, Undeliverable("x", permanent=False), 60),
        (6, Undeliverable("x", permanent=False), 1920),
        (7, Undeliverable("x", permanent=False), 3600),
        (99999, Undeliverable("x", permanent=False), 3600),
        (0, Undeliverable("x", permanent=False, after=900), 900),
        (0, Undeliverable("x", permanent=True), 3600),
        (5, NotConnected("x"), 3600),
    ],
)
def test_a_failure_waits_longer_each_time(attempts: int, failure: Undeliverable, seconds: int) -> None:
    mark = CrmMark(lead="lead1", attempts=attempts)

    outcome = crm_mark.delayed(mark, failure, NOON)

    assert outcome.due == NOON + timedelta(seconds=seconds)
    assert outcome.change(mark).attempts == attempts + 1
    assert outcome.change(mark).failing_since == NOON


def test_a_missing_connection_is_awaited_and_no_error() -> None:
    after = crm_mark.delayed(MARK, NotConnected("not connected"), NOON).change(MARK)

    assert (after.waits_for, after.error, after.claimed) == ("not connected", "", None)


def test_a_blocked_lead_is_reported_once() -> None:
    outcome = crm_mark.blocked(MARK, "company")
    after = outcome.change(MARK)

    assert (after.waits_for, after.error, outcome.due) == ("company", "", None)
    assert outcome.decision == crm_mark.MarkDecision(object="Lead", outcome=Outcome.WAITS, reason="company")
    assert crm_mark.blocked(after, "company").decision is None


def test_a_claim_lasts_five_minutes() -> None:
    mark = CrmMark(lead="lead1", claimed=NOON)

    assert crm_mark.is_claimed(mark, NOON + crm_mark.LEASE - timedelta(seconds=1))
    assert not crm_mark.is_claimed(mark, NOON + crm_mark.LEASE)
    assert not crm_mark.is_claimed(CrmMark(lead="lead1"), NOON)


@pytest.mark.parametrize(
    ("mark", "minutes", "is_early"),
    [
        (CrmMark(lead="lead1", written=NOON), 14, True),
        (CrmMark(lead="lead1", written=NOON), 15, False),
        (CrmMark(lead="lead1", written=NOON, urgent=True), 1, False),
        (CrmMark(lead="lead1"), 0, False),
    ],
)
def test_message_of_an_earlier_change_does_not_hasten_the_next_write(
    mark: CrmMark, minutes: int, is_early: bool
) -> None:
    assert crm_mark.comes_early(mark, NOON + timedelta(minutes=minutes)) is is_early
