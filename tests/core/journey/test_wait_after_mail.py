"""Waits behind a mail that was held back: quiet hours, the cap, the rate or a stop kept it for a while."""

from copy import replace
from datetime import datetime, timedelta

import pytest

from ripen.journey.enrollment import Enrollment
from ripen.mail.ledger import Send, SendState, departure
from ripen.playbook.clause import Did
from ripen.playbook.graph import Journey, Until, WaitForStep, WaitPath, WaitStep
from tests.support.fakes import NOON
from tests.support.journeys import CLICKED, a_click, a_journey, moved, send, sent

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
THREE_DAYS = Until(days=3)
AT_LAST = [WaitPath(name="clicked", when=CLICKED, next="b"), WaitPath(name="silent", after=THREE_DAYS, next="c")]


def after_a(*steps: WaitStep | WaitForStep) -> Journey:
    return a_journey(send("a", next=steps[0].id), *steps, send("b"), send("c"))


WAITS = after_a(WaitStep(id="wait", until=THREE_DAYS, next="b"))
LISTENS = after_a(WaitForStep(id="wait", paths=tuple(AT_LAST)))


def waiting(journey: Journey) -> Enrollment:
    """At noon the first mail was planned, and it waits since."""
    return moved(journey).enrollment


def test_a_wait_counts_from_when_the_mail_before_it_went() -> None:
    stands = waiting(WAITS)
    # when it looks after three days, the mail had gone on the second
    early = moved(WAITS, stands, NOON + 3 * DAY, mail_leaves=NOON + 2 * DAY)
    # then
    assert (sent(early), early.due, early.enrollment.until) == ([], NOON + 5 * DAY, NOON + 5 * DAY)
    assert sent(moved(WAITS, early.enrollment, NOON + 5 * DAY, mail_leaves=NOON + 2 * DAY)) == ["b"]


def test_nobody_was_silent_before_having_had_the_mail_for_as_long_as_that() -> None:
    stands = waiting(LISTENS)
    early = moved(LISTENS, stands, NOON + 3 * DAY, mail_leaves=NOON + 2 * DAY)
    assert (sent(early), early.due) == ([], NOON + 5 * DAY)
    assert sent(moved(LISTENS, early.enrollment, NOON + 5 * DAY - MINUTE, mail_leaves=NOON + 2 * DAY)) == []
    assert sent(moved(LISTENS, early.enrollment, NOON + 5 * DAY, mail_leaves=NOON + 2 * DAY)) == ["c"]
    clicks = [a_click(4 * DAY)]
    assert sent(moved(LISTENS, early.enrollment, NOON + 4 * DAY, mail_leaves=NOON + 2 * DAY, activities=clicks)) == [
        "b"
    ]


def test_what_was_done_while_the_mail_was_held_counts_all_the_same() -> None:
    form = WaitPath(name="filled in", when=Did(kind="link_clicked", subject="other"), next="b")
    listens = after_a(WaitForStep(id="wait", paths=(form, AT_LAST[1])))
    done = [a_click(DAY, subject="other")]
    assert sent(moved(listens, waiting(listens), NOON + 2 * DAY, mail_leaves=NOON + 3 * DAY, activities=done)) == ["b"]


@pytest.mark.parametrize("went", [NOON + 15 * MINUTE, NOON, None])
def test_a_mail_that_went_within_minutes_or_never_will_moves_nothing(went: datetime | None) -> None:
    for journey, next in ((WAITS, "b"), (LISTENS, "c")):
        assert sent(moved(journey, waiting(journey), NOON + 3 * DAY, mail_leaves=went)) == [next]


@pytest.mark.parametrize(
    "until", [Until(date=(NOON + 3 * DAY).date().isoformat()), Until(at="13:00"), Until(weekdays=(0,))]
)
def test_a_date_a_weekday_and_a_time_of_day_are_what_they_are(until: Until) -> None:
    journey = after_a(WaitStep(id="wait", until=until, next="b"))
    stands = waiting(journey)
    assert stands.until
    assert sent(moved(journey, stands, stands.until, mail_leaves=stands.until + DAY)) == ["b"]


def test_behind_another_mail_the_first_one_moves_nothing() -> None:
    # given a mail that is held, and a listener that is done before it went
    first = WaitForStep(id="first", paths=(replace(AT_LAST[0], next="b"), AT_LAST[1]))
    journey = a_journey(send("a", next="first"), first, send("b", next="then"), WaitStep(id="then", until=THREE_DAYS))
    # when
    result = moved(journey, waiting(journey), NOON + DAY, mail_leaves=NOON + 9 * DAY, activities=[a_click(DAY)])
    # then
    assert (sent(result), result.due) == (["b"], NOON + 4 * DAY)
    assert result.enrollment.mail == result.sends[0].id


def test_what_was_asked_for_is_never_held_and_not_looked_up() -> None:
    assert moved(a_journey(send("promised"), WaitStep(id="wait", until=THREE_DAYS))).enrollment.mail == ""


@pytest.mark.parametrize(
    ("state", "then"),
    [
        (SendState.PLANNED, NOON + DAY),
        (SendState.CLAIMED, NOON + HOUR),
        (SendState.UNKNOWN, NOON + HOUR),
        (SendState.HELD, NOON + HOUR),
        (SendState.ACCEPTED, NOON + 2 * HOUR),
        (SendState.SKIPPED, None),
        (SendState.FAILED, None),
    ],
)
def test_when_a_mail_leaves(state: SendState, then: datetime | None) -> None:
    mail = moved(WAITS).sends[0]
    claimed, accepted = NOON + HOUR, NOON + 2 * HOUR if state is SendState.ACCEPTED else None
    known: Send = replace(mail, state=state, claimed=claimed, accepted=accepted)
    assert departure(known, NOON + DAY, NOON + 3 * HOUR) == then
    assert departure(replace(mail, state=SendState.PLANNED), NOON, NOON + 3 * HOUR) == NOON + 3 * HOUR
