"""Canaries of a campaign go first; the campaign halts if too many mails bounce or recipients unsubscribe."""

import pytest

from nurture.preferences import unsubscribe
from ripen.adapters.table import Table
from ripen.campaign import campaign_run
from ripen.campaign.campaign_run import RunState
from ripen.campaign.mailing import is_canary
from ripen.mail.incoming.feedback import Event
from tests.support.campaign_machinery import KEY, Machinery, a_playbook, after, known, leads_of, one_lead, with_rates
from tests.support.fakes import FakeQueue
from tests.support.planned_mails import an_event, record_events, unsubscribing

pytestmark = pytest.mark.many_rows


@pytest.fixture
def machinery(table: Table) -> Machinery:
    return Machinery(table)


def careful(machinery: Machinery) -> list[str]:
    """Forty leads, a quarter of whom get the campaign's mail an hour before the others."""
    leads = leads_of(0, 40)
    for lead in leads:
        known(machinery.table, lead)
    campaign = with_rates(canary=0.25, canary_seconds=3600)
    machinery.bundle = a_playbook(campaign)
    machinery.begin(0, campaign=campaign)
    return leads


def test_the_rest_waits_for_the_canaries(machinery: Machinery) -> None:
    # given
    leads = careful(machinery)
    assert machinery.run().state is RunState.CANARY
    # when
    machinery.deliver()
    canaries = machinery.taken()
    assert 0 < len(canaries) < 20
    machinery.clock.move(hours=1)
    machinery.review()
    machinery.deliver()
    # then
    assert machinery.run().state is RunState.RUNNING
    assert sorted(machinery.taken()) == leads


def test_canaries_and_the_rest_are_paced_apart(machinery: Machinery) -> None:
    # given a pace at which each lead of a shard waits a minute for the one before it
    leads = leads_of(0, 20)
    for lead in leads:
        known(machinery.table, lead)
    campaign = with_rates(canary=0.25, canary_seconds=3600, per_hour=64 * 60)
    machinery.bundle = a_playbook(campaign)
    machinery.begin(0, campaign=campaign)
    # then neither waits for the others
    due = {lead: send.not_before for lead, send in machinery.sends(leads).items()}
    first = [due[lead] for lead in leads if is_canary(campaign, lead)]
    rest = [due[lead] for lead in leads if not is_canary(campaign, lead)]
    assert first
    assert first == [after(minutes=n) for n in range(len(first))]
    assert rest == [after(hours=1, minutes=n) for n in range(len(rest))]


def test_two_bounced_canaries_are_enough_to_halt(machinery: Machinery) -> None:
    careful(machinery)
    machinery.deliver()
    canaries = machinery.taken()
    bounce(machinery, canaries[:2])
    machinery.review()
    assert machinery.run().state is RunState.CANARY
    machinery.clock.move(hours=1)
    machinery.review()
    machinery.deliver()
    assert machinery.run().state is RunState.HALTED
    assert machinery.taken() == canaries
    assert machinery.counts()["bounced"] == 2


def test_rest_waits_for_the_review_of_the_canaries(machinery: Machinery) -> None:
    # given canaries that fared badly, and the rest due at the very moment at which that is judged
    careful(machinery)
    machinery.deliver()
    canaries = machinery.taken()
    bounce(machinery, canaries[:2])
    machinery.clock.move(hours=1)
    # when the mails are woken first
    machinery.deliver()
    # then they wait a minute, and then for somebody to look
    assert machinery.taken() == canaries
    machinery.review()
    machinery.clock.move(minutes=1)
    machinery.deliver()
    assert (machinery.run().state, machinery.taken()) == (RunState.HALTED, canaries)


def test_lost_wake_up_delays_a_halt_by_at_most_ten_minutes(machinery: Machinery) -> None:
    # given a campaign whose last mail goes in hours
    for lead in leads_of(0, 4):
        known(machinery.table, lead)
    slow = with_rates(per_hour=60)
    machinery.bundle = a_playbook(slow)
    machinery.begin(campaign=slow)
    machinery.review()
    row = machinery.table.get(KEY)
    assert row
    assert (row.value.state, row.due) == (RunState.RUNNING, after(minutes=10))


def bounce(machinery: Machinery, leads: list[str]) -> FakeQueue:
    sends, walk = machinery.sends(leads), FakeQueue()
    for lead in leads:
        event = an_event(
            sends[lead], Event.BOUNCED, message_id=sends[lead].message_id, recipient=f"{lead}@example.co.jp"
        )
        record_events(machinery.table, machinery.clock, event, event, walk=walk)
    return walk


def test_too_many_bounces_halt_the_campaign_and_a_person_may_resume_it(machinery: Machinery) -> None:
    # given sixty of seventy sent, and three of them bounced
    leads = leads_of(0, 70)
    for lead in leads:
        known(machinery.table, lead)
    strict = with_rates(halt_bounces=0.04)
    machinery.bundle = a_playbook(strict)
    machinery.begin(0, campaign=strict)
    machinery.deliver(60)
    walk = bounce(machinery, machinery.taken()[:3])
    assert walk.woken == [KEY.ref] * 3
    # when
    machinery.review()
    machinery.deliver()
    # then
    run = machinery.run()
    assert (run.state, run.reason) == (RunState.HALTED, "3 of 60 mails bounced: more than 4.0%")
    assert len(machinery.taken()) == 60
    # and a person decides that it goes on
    machinery.change(campaign_run.resume(run, strict, "bundle1", "hanako", machinery.clock.now()))
    for _ in range(2):
        machinery.review()
    assert machinery.run().state is RunState.RUNNING
    machinery.walk(0)
    machinery.deliver()
    assert sorted(machinery.taken()) == leads


def test_an_unsubscription_by_a_campaigns_mail_counts_once(machinery: Machinery) -> None:
    lead = one_lead(machinery)
    machinery.begin(0)
    machinery.deliver()
    send, walk = machinery.sends([lead])[lead], FakeQueue()
    for _ in range(2):
        unsubscribe(send, unsubscribing(machinery.table, machinery.clock, walk=walk))
    assert machinery.counts()["unsubscribed"] == 1
    assert walk.woken == [KEY.ref]
