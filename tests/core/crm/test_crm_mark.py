"""The outcomes of a CRM mark."""

from datetime import timedelta

import pytest

from ripen.crm import crm_mark, upsert
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
    assert outcome.change(MARK) == CrmMark(lead="lead1", written=NOON, digest=upsert.digest(wish), task=wish.task.key)
    assert outcome.due is None
    assert outcome.link == LINK
    assert outcome.decision == crm_mark.MarkDecision(object="Lead", outcome=Outcome.CREATED)


def test_a_permanent_refusal_stays_visible_and_is_reported_once() -> None:
    refused = Undeliverable("STRING_TOO_LONG: x", permanent=True)

    outcome = concluded(MARK, refused)
    after = outcome.change(MARK)

    assert (after.error, after.digest, outcome.due) == ("STRING_TOO_LONG: x", "d0", None)
    assert outcome.decision == crm_mark.MarkDecision(
        object="Lead", outcome=Outcome.REFUSED, reason="STRING_TOO_LONG: x"
    )
    assert concluded(after, refused).decision is None


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
