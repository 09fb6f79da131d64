"""The claim of a mail: made by one worker only, not while sending is stopped, and not over a refusal."""

from copy import replace
from datetime import timedelta

from nurture.deliver import deliver
from ripen.adapters.table import Replace, Table, keys
from ripen.mail.incoming.feedback import Event
from ripen.mail.ledger import SendState
from tests.support.fakes import NOON, FakeClock
from tests.support.planned_mails import (
    FakeSes,
    a_send,
    an_event,
    an_outside,
    decisions,
    known,
    planned,
    record_events,
    row,
)


def test_claim_fails_if_the_lead_unsubscribes_while_the_mail_is_rendered(table: Table, clock: FakeClock) -> None:
    # given a lead who unsubscribes after the policy was judged and before the claim
    known(table)
    key, ses = planned(table, a_send(email="case-study")), FakeSes()
    looks = iter([False, True])

    def stopped() -> bool:
        if next(looks, False):
            contact = table.get(keys.contact("lead1"))
            assert contact is not None
            table.write(Replace(contact.key, replace(contact.value, unsubscribed=clock.now()), contact.version))
        return False

    # when
    deliver(key, an_outside(table, clock, ses, stopped=stopped))
    # then
    assert (row(table, key).value.reason, ses.calls) == ("unsubscribed", 0)


def test_only_one_of_two_workers_claims(table: Table, clock: FakeClock) -> None:
    # given a second worker that is through before the first one claims
    known(table)
    key, ses = planned(table, a_send()), FakeSes()
    looks = iter([False, True])

    def stopped() -> bool:
        if next(looks, False):
            deliver(key, an_outside(table, clock, ses))
        return False

    # when
    deliver(key, an_outside(table, clock, ses, stopped=stopped))
    # then
    assert (row(table, key).value.attempt, ses.calls) == (1, 1)
    assert decisions(table) == [("accepted", "")]


def test_answer_is_recorded_beside_an_event_that_arrives_during_the_call(table: Table, clock: FakeClock) -> None:
    # given an event of SES that is recorded before the answer of the call
    known(table)
    key = planned(table, a_send())
    ses = FakeSes(meanwhile=lambda mail: record_events(table, clock, an_event(a_send(), Event.DELIVERED)))
    # when
    deliver(key, an_outside(table, clock, ses))
    # then
    send = row(table, key).value
    assert (send.state, send.delivered, ses.calls) == (SendState.ACCEPTED, NOON, 1)
    assert decisions(table) == [("accepted", "")]


def test_event_that_arrives_while_a_mail_is_rendered_again_stops_it(table: Table, clock: FakeClock) -> None:
    # given a mail on its second attempt, whose first attempt SES tells of just before the claim
    known(table)
    key, ses = planned(table, a_send(attempt=1)), FakeSes()
    looks = iter([False, True])

    def stopped() -> bool:
        if next(looks, False):
            record_events(table, clock, an_event(a_send(), Event.SENT))
        return False

    # when
    deliver(key, an_outside(table, clock, ses, stopped=stopped))
    # then
    assert (row(table, key).value.state, ses.calls) == (SendState.ACCEPTED, 0)


def test_nothing_is_claimed_while_sending_is_stopped(table: Table, clock: FakeClock) -> None:
    known(table)
    key, ses = planned(table, a_send()), FakeSes()
    deliver(key, an_outside(table, clock, ses, stopped=lambda: True))
    after = row(table, key)
    assert (after.value, after.due, ses.calls) == (a_send(), NOON + timedelta(seconds=60), 0)
    deliver(key, an_outside(table, clock, ses))
    assert ses.calls == 1


def test_stop_while_the_mail_is_rendered_prevents_the_claim(table: Table, clock: FakeClock) -> None:
    known(table)
    key, ses = planned(table, a_send()), FakeSes()
    deliver(key, an_outside(table, clock, ses, stopped=iter([False, True]).__next__))
    assert (row(table, key).value.state, ses.calls) == (SendState.PLANNED, 0)


def test_stop_during_a_slow_claim_prevents_the_call(table: Table, clock: FakeClock) -> None:
    # given a claim that the table takes so long to write that the stop comes in between
    known(table)
    key, ses = planned(table, a_send()), FakeSes()
    # when
    deliver(key, an_outside(table, clock, ses, stopped=iter([False, False, True]).__next__))
    # then nothing is handed over, and it goes once when sending goes on
    after = row(table, key)
    assert (after.value.state, after.due, ses.calls) == (SendState.PLANNED, NOON, 0)
    deliver(key, an_outside(table, clock, ses))
    assert (row(table, key).value.state, ses.calls) == (SendState.ACCEPTED, 1)
