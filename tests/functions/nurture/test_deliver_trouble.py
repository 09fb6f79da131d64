"""Delivery when SES refuses a mail or the account, throttles, or does not answer, and when workers die."""

from datetime import timedelta

import pytest

from nurture.deliver import deliver
from ripen.adapters.table import Create, Key, Replace, Table, keys
from ripen.ids import digest
from ripen.mail.content.message import OutgoingMail
from ripen.mail.ledger import Send, SendState
from ripen.mail.limits.breaker import Breaker
from ripen.playbook.bundle import Policy
from tests.support.builders import a_bundle
from tests.support.fakes import NOON, FakeClock
from tests.support.planned_mails import (
    FakeSes,
    Killed,
    a_send,
    an_outside,
    decisions,
    is_silent,
    kills,
    known,
    pauses,
    planned,
    refuses,
    row,
    throttles,
)


def test_a_throttled_mail_waits_and_goes_once(table: Table, clock: FakeClock) -> None:
    known(table)
    key, ses = planned(table, a_send(email="case-study")), FakeSes(answer=throttles)
    dependencies = an_outside(table, clock, ses, playbook=a_bundle(policy=Policy(per_week=1)))
    deliver(key, dependencies)
    after = row(table, key)
    assert after.value.state is SendState.PLANNED
    assert after.due and NOON + timedelta(seconds=10) <= after.due <= NOON + timedelta(seconds=20)
    # a wake before its time changes nothing
    deliver(key, dependencies)
    assert ses.calls == 1
    # its own first attempt does not count against the cap
    clock.at = after.due
    ses.answer = FakeSes().answer
    deliver(key, dependencies)
    assert row(table, key).value.state is SendState.ACCEPTED
    contact = table.get(keys.contact("lead1"))
    assert contact is not None
    assert contact.value.sent == {"2026-11-21": 1}


def test_paused_account_fails_no_mail(table: Table, clock: FakeClock) -> None:
    known(table)
    key = planned(table, a_send())
    deliver(key, an_outside(table, clock, FakeSes(answer=pauses)))
    after = row(table, key)
    assert (after.value.state, after.due) == (SendState.PLANNED, NOON + timedelta(seconds=600))
    assert decisions(table) == []


@pytest.mark.parametrize(("email", "after_an_hour"), [("whitepaper-delivery", "accepted"), ("case-study", "held")])
def test_unknown_outcome_is_resolved_after_an_hour_by_class(
    table: Table, clock: FakeClock, email: str, after_an_hour: str
) -> None:
    known(table)
    key, ses = planned(table, a_send(email=email)), FakeSes(answer=is_silent, takes=False)
    dependencies = an_outside(table, clock, ses)
    deliver(key, dependencies)
    assert (row(table, key).value.state, row(table, key).due) == (SendState.UNKNOWN, NOON + timedelta(minutes=60))
    clock.move(minutes=59)
    assert deliver(key, dependencies) is None
    clock.move(minutes=1)
    ses.answer = FakeSes().answer
    deliver(key, dependencies)
    deliver(key, dependencies)
    assert row(table, key).value.state == after_an_hour
    assert len(ses.taken) == (1 if after_an_hour == "accepted" else 0)


@pytest.mark.parametrize("taken", [True, False])
@pytest.mark.parametrize(("email", "due"), [("whitepaper-delivery", 0), ("case-study", 5)])
def test_claim_of_a_dead_worker_becomes_unknown_when_its_lease_ends(
    table: Table, clock: FakeClock, taken: bool, email: str, due: int
) -> None:
    """A mail that keeps its lane keeps its place on the agenda too; a paced one leaves the paced lanes."""
    known(table)
    key, ses = planned(table, a_send(email=email)), FakeSes(answer=kills, takes=taken)
    dependencies = an_outside(table, clock, ses)
    with pytest.raises(Killed):
        deliver(key, dependencies)
    assert (row(table, key).value.state, row(table, key).due) == (SendState.CLAIMED, NOON + timedelta(minutes=due))
    clock.move(minutes=4)
    assert deliver(key, dependencies) is None
    clock.move(minutes=1)
    deliver(key, dependencies)
    assert row(table, key).value.state is SendState.UNKNOWN
    assert ses.calls == 1


def test_second_attempt_is_rendered_from_the_same_playbook(table: Table, clock: FakeClock) -> None:
    known(table)
    old, new = a_bundle(), a_bundle(hash="bundle2")
    key, ses = planned(table, a_send()), FakeSes(answer=throttles)
    deliver(key, an_outside(table, clock, ses, playbook=old))
    clock.move(minutes=1)
    ses.answer = FakeSes().answer
    deliver(key, an_outside(table, clock, ses, playbook=new, bundle={"bundle1": old}.__getitem__))
    assert row(table, key).value.bundle == "bundle1"


def two(table: Table, email: str = "case-study") -> list[Key[Send]]:
    known(table)
    return [planned(table, a_send(email=email, id=digest("send", n))) for n in (1, 2)]


@pytest.mark.parametrize("email", ["case-study", "whitepaper-delivery"])
def test_no_other_mail_is_claimed_while_the_account_is_refused(table: Table, clock: FakeClock, email: str) -> None:
    # given an account that is paused
    first, second = two(table, email)
    ses = FakeSes(answer=pauses)
    dependencies = an_outside(table, clock, ses)
    # when one mail was refused
    deliver(first, dependencies)
    # then the other is not even claimed, and nobody is failed
    deliver(second, dependencies)
    assert ses.calls == 1
    for key in (first, second):
        due = row(table, key).due
        assert row(table, key).value.state is SendState.PLANNED
        assert due and NOON + timedelta(seconds=600) <= due < NOON + timedelta(seconds=610)
    assert decisions(table) == []


def test_after_several_answers_that_are_not_clear_no_other_mail_is_risked(table: Table, clock: FakeClock) -> None:
    known(table)
    keys_of_mails = [planned(table, a_send(email="case-study", id=digest("send", n))) for n in range(7)]
    ses = FakeSes(answer=is_silent)
    dependencies = an_outside(table, clock, ses)
    for key in keys_of_mails:
        deliver(key, dependencies)
    states = [row(table, key).value.state for key in keys_of_mails]
    assert (ses.calls, states) == (5, [SendState.UNKNOWN] * 5 + [SendState.PLANNED] * 2)
    # and they go once SES answers again
    clock.move(seconds=20)
    ses.answer = FakeSes().answer
    for key in keys_of_mails[5:]:
        deliver(key, dependencies)
        assert row(table, key).value.state is SendState.ACCEPTED


def test_one_mail_probes_and_then_all_go(table: Table, clock: FakeClock) -> None:
    first, second = two(table)
    ses = FakeSes(answer=pauses)
    dependencies = an_outside(table, clock, ses)
    deliver(first, dependencies)
    # when its time is up, one goes, and while it is under way no other one does
    clock.move(seconds=600)
    ses.answer = FakeSes().answer
    ses.meanwhile = lambda mail: deliver(second, dependencies)
    deliver(first, dependencies)
    assert ses.calls == 2
    assert (row(table, second).value.state, row(table, second).value.attempt) == (SendState.PLANNED, 0)
    # then the breaker is closed
    ses.meanwhile = lambda mail: None
    deliver(second, dependencies)
    assert row(table, second).value.state is SendState.ACCEPTED
    fuse = table.get(keys.BREAKER)
    assert fuse is not None
    assert fuse.value.until is None


def test_refusal_of_one_mail_closes_the_breaker(table: Table, clock: FakeClock) -> None:
    first, second = two(table)
    ses = FakeSes(answer=pauses)
    dependencies = an_outside(table, clock, ses)
    deliver(first, dependencies)
    clock.move(seconds=600)
    ses.answer = refuses
    deliver(first, dependencies)
    ses.answer = FakeSes().answer
    deliver(second, dependencies)
    assert row(table, second).value.state is SendState.ACCEPTED


def test_probe_does_not_close_a_breaker_that_was_opened_again(table: Table, clock: FakeClock) -> None:
    # given an open breaker, and a mail that tries and goes, while another worker is refused
    first, _ = two(table)
    ses = FakeSes(answer=pauses)
    dependencies = an_outside(table, clock, ses)
    deliver(first, dependencies)
    clock.move(seconds=600)
    again = Breaker(until=NOON + timedelta(hours=1), opened=NOON, trips=2)

    def refused_elsewhere(mail: OutgoingMail) -> None:
        fuse = table.get(keys.BREAKER)
        assert fuse is not None
        table.write(Replace(keys.BREAKER, again, fuse.version))

    ses.answer, ses.meanwhile = FakeSes().answer, refused_elsewhere
    # when
    deliver(first, dependencies)
    # then
    fuse = table.get(keys.BREAKER)
    assert row(table, first).value.state is SendState.ACCEPTED
    assert fuse is not None
    assert fuse.value == again


def test_second_refusal_waits_twice_as_long(table: Table, clock: FakeClock) -> None:
    first, _ = two(table)
    dependencies = an_outside(table, clock, FakeSes(answer=pauses))
    deliver(first, dependencies)
    clock.move(seconds=600)
    deliver(first, dependencies)
    assert row(table, first).due == clock.now() + timedelta(seconds=1200)


def test_mail_is_still_skipped_while_the_account_is_refused(table: Table, clock: FakeClock) -> None:
    known(table, unsubscribed=NOON)
    table.write(Create(keys.BREAKER, Breaker(until=NOON + timedelta(hours=1), opened=NOON)))
    key = planned(table, a_send(email="case-study"))
    deliver(key, an_outside(table, clock, FakeSes()))
    assert row(table, key).value.reason == "unsubscribed"
