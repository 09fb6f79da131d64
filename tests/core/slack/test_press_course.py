"""What a press leads to: the first one counts, and a double press changes nothing."""

from datetime import timedelta
from typing import Any

import pytest

from ripen.slack.action import CardAction, can_answer
from ripen.slack.alert import Alert, AlertOutcome, with_answer_of
from ripen.slack.press_course import Course, answered, begun, course, reopened, still_accepted
from tests.support.fakes import NOON

SECOND = timedelta(seconds=1)


def a_press(user: str = "U0ALICE", verb: str = "accept", after: timedelta = timedelta(), **changes: Any) -> CardAction:
    known: dict[str, Any] = {"id": f"{user}-{verb}-{after}", "lead": "lead1", "alert": "a", "verb": verb, "user": user}
    return CardAction(**(known | {"user_name": user.lower(), "at": NOON + after} | changes))


def an_alert(**changes: Any) -> Alert:
    return Alert(id="a", lead="lead1", kind="hot", planned=NOON, **changes)


FIRST = a_press()
ACCEPTING = begun(an_alert(), FIRST)
ACCEPTED = answered(ACCEPTING, FIRST, AlertOutcome.ACCEPTED, NOON + 5 * SECOND)
REJECTED = answered(an_alert(), FIRST, AlertOutcome.NOT_A_FIT, NOON)


@pytest.mark.parametrize("verb", ["accept", "not_fit"])
def test_the_first_press_begins(verb: str) -> None:
    assert course(a_press(verb=verb), an_alert()) is Course.BEGIN


def test_a_press_that_is_being_carried_out_is_resumed() -> None:
    assert course(FIRST, ACCEPTING) is Course.RESUME


@pytest.mark.parametrize("verb", ["accept", "not_fit"])
@pytest.mark.parametrize(
    ("alert", "for_bob"),
    [(ACCEPTING, Course.TOO_LATE), (ACCEPTED, Course.TOO_LATE), (REJECTED, Course.CLOSED)],
    ids=["accepting", "accepted", "rejected"],
)
def test_a_later_press_comes_too_late_and_a_double_press_does_nothing(alert: Alert, for_bob: Course, verb: str) -> None:
    assert course(a_press("U0BOB", verb, SECOND), alert) is for_bob
    assert course(a_press("U0ALICE", verb, SECOND), alert) is Course.NOTHING


@pytest.mark.parametrize(
    ("user", "after", "expected"),
    [
        ("U0ALICE", 5 * SECOND, Course.NOTHING),
        ("U0ALICE", 6 * SECOND, Course.BEGIN),
        ("U0BOB", SECOND, Course.BEGIN),
    ],
    ids=["double press", "new press", "other person"],
)
def test_a_reopened_card_ignores_the_double_press_of_the_press_that_failed(
    user: str, after: timedelta, expected: Course
) -> None:
    opened = reopened(ACCEPTING, FIRST, NOON + 5 * SECOND)

    assert (opened.outcome, opened.by, opened.press) == (AlertOutcome.OPEN, "", "")
    assert course(a_press(user, after=after), opened) is expected


@pytest.mark.parametrize(("after", "expected"), [(timedelta(), True), (30 * 60 * SECOND, False)])
def test_slack_takes_answers_for_half_an_hour(after: timedelta, expected: bool) -> None:
    press = a_press(response_url="https://hooks.slack.com/1")

    assert can_answer(press, NOON + after) is expected
    assert can_answer(press, NOON + 30 * 60 * SECOND - timedelta(microseconds=1))
    assert not can_answer(a_press(), NOON)


def test_an_update_of_the_card_keeps_the_answer_that_came_meanwhile() -> None:
    kept = with_answer_of(an_alert(ts="1", shown="digest"), ACCEPTED)

    assert (kept.ts, kept.shown) == ("1", "digest")
    assert kept == with_answer_of(kept, ACCEPTED)
    assert (kept.outcome, kept.by, kept.settled) == (AlertOutcome.ACCEPTED, "U0ALICE", NOON + 5 * SECOND)


RELEASED = reopened(ACCEPTED, a_press(verb="release", after=9 * SECOND), NOON + 10 * SECOND)
RELEASING = begun(ACCEPTED, a_press(verb="release", after=9 * SECOND))


@pytest.mark.parametrize(
    ("alert", "own", "for_bob"),
    [
        (ACCEPTED, Course.BEGIN, Course.NOT_YOURS),
        (RELEASING, Course.NOTHING, Course.NOT_YOURS),
        (ACCEPTING, Course.NOTHING, Course.NOT_YOURS),
        (RELEASED, Course.NOTHING, Course.NOTHING),
        (REJECTED, Course.NOTHING, Course.NOTHING),
    ],
    ids=["accepted", "releasing", "accepting", "open", "rejected"],
)
def test_only_the_person_who_accepted_can_release(alert: Alert, own: Course, for_bob: Course) -> None:
    assert course(a_press(verb="release", after=11 * SECOND), alert) is own
    assert course(a_press("U0BOB", "release", 11 * SECOND), alert) is for_bob


def test_a_release_that_is_being_carried_out_is_resumed() -> None:
    assert course(a_press(verb="release", after=9 * SECOND), RELEASING) is Course.RESUME
    assert (RELEASING.by, RELEASING.acted) == (ACCEPTED.by, ACCEPTED.acted)


def test_a_double_press_of_accept_does_not_undo_the_release() -> None:
    assert course(a_press(after=SECOND), RELEASED) is Course.NOTHING
    assert course(a_press(after=11 * SECOND), RELEASED) is Course.BEGIN
    assert course(a_press("U0BOB", after=SECOND), RELEASED) is Course.BEGIN


def test_a_double_press_of_release_does_not_undo_the_next_acceptance() -> None:
    again = a_press(after=11 * SECOND)
    accepted = answered(begun(RELEASED, again), again, AlertOutcome.ACCEPTED, NOON + 12 * SECOND)

    assert course(a_press(verb="release", after=12 * SECOND), accepted) is Course.NOTHING
    assert course(a_press(verb="release", after=13 * SECOND), accepted) is Course.BEGIN


def test_a_release_that_failed_leaves_the_lead_accepted() -> None:
    kept = still_accepted(RELEASING, a_press(verb="release", after=9 * SECOND), NOON + 10 * SECOND)

    assert (kept.outcome, kept.by, kept.press) == (AlertOutcome.ACCEPTED, "U0ALICE", "")
    assert course(a_press(verb="release", after=11 * SECOND), kept) is Course.BEGIN
