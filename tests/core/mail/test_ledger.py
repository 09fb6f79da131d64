"""The moves of the send ledger: each from its own state only, with the next due time."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from ripen.agenda import Lane
from ripen.decision import KeptDecision, Outcome
from ripen.mail import ledger
from ripen.mail.ledger import IllegalMove, MailClass, MovedSend, Send, SendState
from ripen.mail.send_decisions import with_decision
from tests.support.builders import a_marketing_mail
from tests.support.fakes import NOON

CLAIMED = a_marketing_mail(state=SendState.CLAIMED, claimed=NOON, attempt=1, bundle="b1", subject="件名", locale="ja")
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
UNKNOWN = a_marketing_mail(state=SendState.UNKNOWN, unknown=NOON, attempt=1)


def test_a_claim_counts_the_attempt_and_lasts_five_minutes() -> None:
    moved = ledger.claim(a_marketing_mail(not_before=NOON, reason="later"), "b1", "件名", "ja", NOON)
    assert moved == MovedSend(CLAIMED, NOON + timedelta(minutes=5))


MOVES: list[tuple[SendState, Callable[[Send], MovedSend]]] = [
    (SendState.PLANNED, lambda send: ledger.claim(send, "b1", "件名", "ja", NOON)),
    (SendState.PLANNED, lambda send: ledger.skip(send, "no consent")),
    (SendState.PLANNED, lambda send: ledger.skip_in_shadow(send, "b1", "件名")),
    (SendState.PLANNED, lambda send: ledger.hold(send, "no such mail")),
    (SendState.PLANNED, lambda send: ledger.postpone(send, "quiet hours", NOON)),
    (SendState.HELD, lambda send: ledger.release(send, "alice", NOON)),
    (SendState.HELD, lambda send: ledger.drop(send, "alice")),
    (SendState.CLAIMED, lambda send: ledger.refuse(send, "no", permanent=True, after=None, now=NOON)),
    (SendState.CLAIMED, lambda send: ledger.mark_unknown(send, "silence", NOON)),
]


@pytest.mark.parametrize("state", SendState)
@pytest.mark.parametrize(("only_from", "move"), MOVES)
def test_a_move_is_legal_from_its_own_state_only(
    state: SendState, only_from: SendState, move: Callable[[Send], MovedSend]
) -> None:
    send = a_marketing_mail(state=state, reason="rejected by SES")
    if state is only_from:
        move(send)
    else:
        with pytest.raises(IllegalMove):
            move(send)


@pytest.mark.parametrize("state", SendState)
def test_acceptance_outweighs_every_state(state: SendState) -> None:
    moved = ledger.accept(a_marketing_mail(state=state, reason="refused by us"), "m1", NOON)
    assert (moved.send.state, moved.send.message_id, moved.due) == (SendState.ACCEPTED, "m1", None)


def test_first_acceptance_is_kept() -> None:
    first = ledger.accept(CLAIMED, "m1", NOON).send
    assert ledger.accept(first, "m2", NOON + timedelta(seconds=1)).send == first


def test_mail_that_the_provider_gave_up_stays_failed() -> None:
    gave_up = a_marketing_mail(state=SendState.FAILED, reason="rejected by SES")
    moved = ledger.accept(gave_up, "m1", NOON)
    assert (moved.send.state, moved.send.reason) == (SendState.FAILED, "rejected by SES")


def test_permanent_refusal_holds_the_mail() -> None:
    moved = ledger.refuse(CLAIMED, "bad address", permanent=True, after=None, now=NOON)
    assert (moved.send.state, moved.send.reason, moved.due) == (SendState.HELD, "bad address", None)
    assert ledger.departure(moved.send, None, NOON) is None


@pytest.mark.parametrize(
    "held",
    [
        ledger.hold(a_marketing_mail(bundle="run"), "no such mail").send,
        ledger.refuse(CLAIMED, "too large", permanent=True, after=None, now=NOON).send,
        a_marketing_mail(state=SendState.FAILED, reason="cannot be written", bundle="b1"),
        a_marketing_mail(state=SendState.FAILED, reason="refused by SES (MessageRejected)", bundle="b1"),
    ],
)
def test_mail_held_for_a_fault_of_ours_is_released_with_the_live_playbook(held: Send) -> None:
    assert ledger.is_held(held)
    assert not ledger.may_have_arrived(held)
    released = ledger.release(held, "alice", NOON)
    assert (released.send.state, released.send.bundle, released.due) == (SendState.PLANNED, "", NOON)
    assert with_decision(held, released.send, NOON).decisions[-1].outcome is Outcome.RELEASED


@pytest.mark.parametrize("state", SendState)
def test_mail_without_an_answer_may_have_arrived(state: SendState) -> None:
    open_or_held = (SendState.CLAIMED, SendState.UNKNOWN, SendState.HELD)
    assert ledger.may_have_arrived(a_marketing_mail(state=state, unknown=NOON)) == (state in open_or_held)


@pytest.mark.parametrize("reason", ["rejected by SES", "rendering failed"])
def test_mail_that_ses_took_and_gave_up_is_not_held(reason: str) -> None:
    assert not ledger.is_held(a_marketing_mail(state=SendState.FAILED, reason=reason))


def test_temporary_refusal_waits_as_long_as_ses_asks() -> None:
    moved = ledger.refuse(CLAIMED, "paused", permanent=False, after=600, now=NOON)
    later = NOON + timedelta(seconds=600)
    assert (moved.send.state, moved.send.not_before, moved.due) == (SendState.PLANNED, later, later)


@pytest.mark.parametrize(("attempt", "least"), [(1, 10), (2, 20), (4, 80), (9, 600), (200, 600)])
def test_a_refusal_without_a_time_waits_longer_with_each_attempt(attempt: int, least: int) -> None:
    moved = ledger.refuse(
        a_marketing_mail(state=SendState.CLAIMED, attempt=attempt), "slower", permanent=False, after=None, now=NOON
    )
    assert moved.due is not None
    assert timedelta(seconds=least) <= moved.due - NOON < timedelta(seconds=least + 10)


def test_a_planned_send_may_be_claimed_from_its_time_on() -> None:
    waiting = a_marketing_mail(not_before=NOON)
    assert ledger.may_be_claimed(a_marketing_mail(), NOON)
    assert ledger.may_be_claimed(waiting, NOON - timedelta(seconds=2))
    assert not ledger.may_be_claimed(waiting, NOON - timedelta(seconds=3))
    assert not ledger.may_be_claimed(CLAIMED, NOON)


def test_claim_times_out_after_its_lease() -> None:
    assert ledger.time_out(CLAIMED, NOON + timedelta(minutes=4, seconds=57)) is None
    assert ledger.time_out(CLAIMED, NOON + timedelta(minutes=4, seconds=58)) is not None
    end = NOON + timedelta(minutes=5)
    moved = ledger.time_out(CLAIMED, end)
    assert moved is not None
    assert (moved.send.state, moved.send.unknown, moved.due) == (SendState.UNKNOWN, end, end + timedelta(hours=1))


def test_an_unknown_outcome_is_resolved_by_class_after_an_hour() -> None:
    hour = NOON + timedelta(hours=1)
    asked_for = a_marketing_mail(state=SendState.UNKNOWN, unknown=NOON, mail_class=MailClass.TRANSACTIONAL)
    assert ledger.time_out(UNKNOWN, hour - timedelta(seconds=3)) is None
    assert ledger.time_out(UNKNOWN, hour - timedelta(seconds=2)) is not None
    held, again = ledger.time_out(UNKNOWN, hour), ledger.time_out(asked_for, hour)
    assert held is not None
    assert again is not None
    assert (held.send.state, held.due) == (SendState.HELD, None)
    assert (again.send.state, again.due) == (SendState.PLANNED, hour)


@pytest.mark.parametrize(
    "state", [SendState.PLANNED, SendState.ACCEPTED, SendState.HELD, SendState.FAILED, SendState.SKIPPED]
)
def test_other_states_do_not_time_out(state: SendState) -> None:
    assert ledger.time_out(a_marketing_mail(state=state, claimed=NOON, unknown=NOON), NOON + timedelta(days=9)) is None


@pytest.mark.parametrize("state", [SendState.CLAIMED, SendState.UNKNOWN])
def test_send_without_the_time_of_its_move_does_not_time_out(state: SendState) -> None:
    assert ledger.time_out(a_marketing_mail(state=state), NOON + timedelta(days=9)) is None


@pytest.mark.parametrize(
    ("state", "accepted", "due", "then"),
    [
        (SendState.PLANNED, None, DAY, DAY),
        (SendState.PLANNED, None, HOUR, 3 * HOUR),
        (SendState.PLANNED, None, None, 3 * HOUR),
        (SendState.CLAIMED, None, DAY, HOUR),
        (SendState.UNKNOWN, None, DAY, HOUR),
        (SendState.HELD, None, None, HOUR),
        (SendState.ACCEPTED, 2 * HOUR, None, 2 * HOUR),
        (SendState.SKIPPED, None, None, None),
        (SendState.FAILED, 2 * HOUR, None, None),
    ],
)
def test_departure_of_a_mail_depends_on_its_state(
    state: SendState, accepted: timedelta | None, due: timedelta | None, then: timedelta | None
) -> None:
    def at(after: timedelta | None) -> datetime | None:
        return None if after is None else NOON + after

    mail = a_marketing_mail(state=state, claimed=at(HOUR), accepted=at(accepted))
    assert ledger.departure(mail, at(due), NOON + 3 * HOUR) == at(then)


def test_mails_that_waited_together_return_within_ten_seconds_of_each_other() -> None:
    later = {ledger.with_jitter(a_marketing_mail(id=f"s{number}"), NOON) - NOON for number in range(200)}
    assert later == {timedelta(seconds=seconds) for seconds in range(10)}


def test_transactional_mail_is_hot_and_marketing_is_paced_until_claimed() -> None:
    lanes = [ledger.lane(a_marketing_mail(priority=priority)) for priority in ("high", "normal", "low")]
    assert lanes == [Lane.MAIL_HIGH, Lane.MAIL, Lane.MAIL_LOW]
    for state in SendState:
        assert ledger.lane(a_marketing_mail(mail_class=MailClass.TRANSACTIONAL, state=state)) is Lane.HOT
        assert state is SendState.PLANNED or ledger.lane(a_marketing_mail(state=state)) is Lane.BULK


def test_postponed_mail_stays_planned_and_records_its_reason_once() -> None:
    morning = NOON + timedelta(hours=9)
    moved = ledger.postpone(a_marketing_mail(), "quiet hours", morning)
    assert (moved.send.state, moved.send.not_before, moved.due) == (SendState.PLANNED, morning, morning)
    noted = with_decision(a_marketing_mail(), moved.send, NOON)
    assert noted.decisions == (KeptDecision(NOON, Outcome.POSTPONED, "quiet hours"),)
    again = ledger.postpone(noted, "quiet hours", morning + timedelta(days=1)).send
    assert with_decision(noted, again, morning).decisions == noted.decisions


def test_mail_released_late_is_valid_for_another_day() -> None:
    day = timedelta(days=1)
    for valid_until, expected in ((NOON - day, NOON + day), (NOON + 7 * day, NOON + 7 * day), (None, None)):
        held = a_marketing_mail(state=SendState.HELD, attempt=1, valid_until=valid_until)
        assert ledger.release(held, "alice", NOON).send.valid_until == expected


def test_held_mail_is_released_or_dropped_by_a_person() -> None:
    held = a_marketing_mail(state=SendState.HELD, unknown=NOON, attempt=1, bundle="b1")
    released, dropped = ledger.release(held, "alice", NOON), ledger.drop(held, "alice")
    assert (released.send.state, released.send.bundle, released.due) == (SendState.PLANNED, "b1", NOON)
    assert ledger.may_be_claimed(released.send, NOON)
    assert (dropped.send.state, dropped.send.reason, dropped.due) == (SendState.SKIPPED, "dropped by alice", None)
    moves = [with_decision(held, moved.send, NOON).decisions for moved in (released, dropped)]
    assert [(move.outcome, move.reason) for (move,) in moves] == [
        ("released", "released by alice"),
        ("skipped", "dropped by alice"),
    ]
