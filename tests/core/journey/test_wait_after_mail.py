"""Waits after a mail that was sent late, because of quiet hours, the cap, the send rate or a stop."""

from copy import replace
from datetime import datetime, timedelta

import pytest

from ripen.journey.enrollment import Enrollment
from ripen.playbook.clause import Did
from ripen.playbook.graph import Journey, Until, WaitForStep, WaitPath, WaitStep
from tests.support.fakes import NOON
from tests.support.journeys import CLICKED, a_click, a_journey, moved, send, sent

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
THREE_DAYS = Until(days=3)
CLICKED_OR_SILENT = [
    WaitPath(name="clicked", when=CLICKED, next="b"),
    WaitPath(name="silent", after=THREE_DAYS, next="c"),
]


def after_a(*steps: WaitStep | WaitForStep) -> Journey:
    return a_journey(send("a", next=steps[0].id), *steps, send("b"), send("c"))


WAITS = after_a(WaitStep(id="wait", until=THREE_DAYS, next="b"))
WAITS_FOR = after_a(WaitForStep(id="wait", paths=tuple(CLICKED_OR_SILENT)))


def waiting(journey: Journey) -> Enrollment:
    """Return the enrollment whose first mail was planned at noon, and which waits since."""
    return moved(journey).enrollment


def test_wait_counts_from_the_time_the_mail_was_sent() -> None:
    enrollment = waiting(WAITS)
    # when the wait is evaluated after three days, and the mail was sent after two
    early = moved(WAITS, enrollment, NOON + 3 * DAY, mail_leaves=NOON + 2 * DAY)
    # then
    assert (sent(early), early.due, early.enrollment.until) == ([], NOON + 5 * DAY, NOON + 5 * DAY)
    assert sent(moved(WAITS, early.enrollment, NOON + 5 * DAY, mail_leaves=NOON + 2 * DAY)) == ["b"]


def test_timed_path_counts_from_the_time_the_mail_was_sent() -> None:
    enrollment = waiting(WAITS_FOR)
    early = moved(WAITS_FOR, enrollment, NOON + 3 * DAY, mail_leaves=NOON + 2 * DAY)
    assert (sent(early), early.due) == ([], NOON + 5 * DAY)
    assert sent(moved(WAITS_FOR, early.enrollment, NOON + 5 * DAY - MINUTE, mail_leaves=NOON + 2 * DAY)) == []
    assert sent(moved(WAITS_FOR, early.enrollment, NOON + 5 * DAY, mail_leaves=NOON + 2 * DAY)) == ["c"]
    clicks = [a_click(4 * DAY)]
    assert sent(moved(WAITS_FOR, early.enrollment, NOON + 4 * DAY, mail_leaves=NOON + 2 * DAY, activities=clicks)) == [
        "b"
    ]


def test_activity_during_the_delay_of_the_mail_counts() -> None:
    form = WaitPath(name="filled in", when=Did(kind="link_clicked", subject="other"), next="b")
    journey = after_a(WaitForStep(id="wait", paths=(form, CLICKED_OR_SILENT[1])))
    done = [a_click(DAY, subject="other")]
    assert sent(moved(journey, waiting(journey), NOON + 2 * DAY, mail_leaves=NOON + 3 * DAY, activities=done)) == ["b"]


@pytest.mark.parametrize("sent_at", [NOON + 15 * MINUTE, NOON, None])
def test_mail_sent_within_minutes_or_never_moves_no_wait(sent_at: datetime | None) -> None:
    for journey, next in ((WAITS, "b"), (WAITS_FOR, "c")):
        assert sent(moved(journey, waiting(journey), NOON + 3 * DAY, mail_leaves=sent_at)) == [next]


@pytest.mark.parametrize(
    "until", [Until(date=(NOON + 3 * DAY).date().isoformat()), Until(at="13:00"), Until(weekdays=(0,))]
)
def test_late_mail_moves_no_date_weekday_or_time_of_day(until: Until) -> None:
    journey = after_a(WaitStep(id="wait", until=until, next="b"))
    enrollment = waiting(journey)
    assert enrollment.until
    assert sent(moved(journey, enrollment, enrollment.until, mail_leaves=enrollment.until + DAY)) == ["b"]


def test_only_the_latest_mail_moves_the_wait() -> None:
    # given a late mail, and a wait_for that ends before the mail is sent
    first = WaitForStep(id="first", paths=(replace(CLICKED_OR_SILENT[0], next="b"), CLICKED_OR_SILENT[1]))
    journey = a_journey(send("a", next="first"), first, send("b", next="then"), WaitStep(id="then", until=THREE_DAYS))
    # when
    result = moved(journey, waiting(journey), NOON + DAY, mail_leaves=NOON + 9 * DAY, activities=[a_click(DAY)])
    # then
    assert (sent(result), result.due) == (["b"], NOON + 4 * DAY)
    assert result.enrollment.mail == result.sends[0].id


def test_transactional_mail_moves_no_wait() -> None:
    assert moved(a_journey(send("promised"), WaitStep(id="wait", until=THREE_DAYS))).enrollment.mail == ""
