"""A campaign through the whole machinery on a real table: begun, paused, halted, stopped, resumed, sent again."""

from copy import replace
from typing import Any

import pytest

from nurture.feedback import take_in
from nurture.preferences import unsubscribe
from ripen import campaign
from ripen.adapters import walks
from ripen.adapters.campaign_sign import CampaignSign
from ripen.adapters.table import Replace, Table, keys
from ripen.adapters.tally import tally
from ripen.campaign import RunState
from ripen.feedback import Event
from ripen.ledger import SendState
from tests.fakes import FakeQueue
from tests.functions.nurture.mailing import (
    AUTUMN,
    KEY,
    Machinery,
    a_playbook,
    after,
    known,
    leads_of,
    many,
    with_rates,
)
from tests.functions.nurture.mails import ADDRESS_KEY, an_event, decisions, refuses
from tests.quick_dynamodb import QuickDynamoDB

AUDIENCE, BEFORE_THE_STOP = 3000, 400


@pytest.fixture
def table() -> Table:
    client: Any = QuickDynamoDB()
    return Table("table", client)


@pytest.fixture
def machinery(table: Table) -> Machinery:
    return Machinery(table)


def one_lead(machinery: Machinery) -> str:
    [lead] = leads_of(0, 1)
    known(machinery.table, lead)
    return lead


def test_it_begins_five_minutes_ahead_so_that_each_mail_is_there_at_its_second(machinery: Machinery) -> None:
    lead = one_lead(machinery)
    machinery.schedule(at=after(hours=1))
    machinery.clock.move(minutes=54)
    machinery.supervise()
    assert machinery.run().state is RunState.PLANNED
    machinery.clock.move(minutes=1)
    machinery.supervise()
    machinery.walk(0)
    assert machinery.sends([lead])[lead].not_before == after(hours=1)
    assert machinery.run().state is RunState.RUNNING
    # whoever wakes it earlier finds nothing to do
    machinery.deliver()
    assert machinery.taken() == []


def test_it_is_done_when_nothing_waits(machinery: Machinery) -> None:
    one_lead(machinery)
    machinery.begin()
    machinery.supervise()
    assert machinery.run().state is RunState.RUNNING
    machinery.deliver()
    machinery.supervise()
    row = machinery.table.get(KEY)
    assert row
    assert (row.value.state, row.due) == (RunState.DONE, None)
    assert [deed.what for deed in row.value.deeds] == ["scheduled", "started", "done"]


def test_all_shards_that_ring_at_once_are_not_in_each_others_way(machinery: Machinery) -> None:
    # given a campaign that is gone through, and will be looked at again
    one_lead(machinery)
    machinery.begin(1)
    machinery.supervise()
    before = machinery.table.get(KEY)
    # when the next ones ring
    machinery.clock.move(seconds=2)
    for _ in range(64):
        machinery.supervise()
    # then nobody has written anything
    assert machinery.table.get(KEY) == before


def test_a_paused_campaign_claims_nothing_and_goes_on_with_what_is_left(machinery: Machinery) -> None:
    # given three of eight sent
    leads = leads_of(0, 8)
    for lead in leads:
        known(machinery.table, lead)
    machinery.begin(0)
    machinery.deliver(3)
    # when paused, longer than its mails are valid
    machinery.change(campaign.pause(machinery.run(), "hanako", after()))
    machinery.deliver()
    machinery.clock.move(days=3)
    machinery.deliver()
    assert len(machinery.taken()) == 3
    assert len(machinery.in_state(leads, SendState.PLANNED)) == 5
    # and resumed
    machinery.change(campaign.resume(machinery.run(), AUTUMN, "bundle1", "hanako", machinery.clock.now()))
    machinery.walk(0)
    machinery.deliver()
    # then each has it once
    assert sorted(machinery.taken()) == leads
    assert machinery.counts() == {"accepted": 8}


def test_a_pause_within_the_walk_ends_it_and_the_resume_begins_it_anew(machinery: Machinery) -> None:
    leads = sorted(leads_of(0, 2) + leads_of(1, 2))
    for lead in leads:
        known(machinery.table, lead)
    machinery.begin(0)
    machinery.change(campaign.pause(machinery.run(), "hanako", after()))
    machinery.walk(0, 1)
    assert len(machinery.sends(leads)) == 2
    machinery.change(campaign.resume(machinery.run(), AUTUMN, "bundle1", "hanako", machinery.clock.now()))
    machinery.walk(0, 1)
    machinery.deliver()
    assert sorted(machinery.taken()) == leads


def test_it_resumes_with_the_mail_as_it_is_live_then(machinery: Machinery) -> None:
    lead = one_lead(machinery)
    machinery.begin(0)
    machinery.change(campaign.pause(machinery.run(), "hanako", after()))
    machinery.bundle = a_playbook(hash="bundle2")
    machinery.change(campaign.resume(machinery.run(), AUTUMN, "bundle2", "hanako", after()))
    machinery.walk(0)
    assert machinery.sends([lead])[lead].bundle == "bundle2"


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
    machinery.supervise()
    machinery.deliver()
    # then
    assert machinery.run().state is RunState.RUNNING
    assert sorted(machinery.taken()) == leads


def test_two_bounced_canaries_are_enough_to_halt(machinery: Machinery) -> None:
    careful(machinery)
    machinery.deliver()
    canaries = machinery.taken()
    bounce(machinery, canaries[:2])
    machinery.supervise()
    assert machinery.run().state is RunState.CANARY
    machinery.clock.move(hours=1)
    machinery.supervise()
    machinery.deliver()
    assert machinery.run().state is RunState.HALTED
    assert machinery.taken() == canaries
    assert machinery.counts()["bounced"] == 2


def test_the_rest_does_not_overtake_the_look_at_the_canaries(machinery: Machinery) -> None:
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
    machinery.supervise()
    machinery.clock.move(minutes=1)
    machinery.deliver()
    assert (machinery.run().state, machinery.taken()) == (RunState.HALTED, canaries)


def test_a_lost_bell_delays_a_halt_by_ten_minutes_at_most(machinery: Machinery) -> None:
    # given a campaign whose last mail goes in hours
    for lead in leads_of(0, 4):
        known(machinery.table, lead)
    slow = with_rates(per_hour=60)
    machinery.bundle = a_playbook(slow)
    machinery.begin(campaign=slow)
    machinery.supervise()
    row = machinery.table.get(KEY)
    assert row
    assert (row.value.state, row.due) == (RunState.RUNNING, after(minutes=10))


def bounce(machinery: Machinery, leads: list[str]) -> FakeQueue:
    sends, walk = machinery.sends(leads), FakeQueue()
    for lead in leads:
        event = an_event(
            sends[lead], Event.BOUNCED, message_id=sends[lead].message_id, recipient=f"{lead}@example.co.jp"
        )
        for _ in range(2):
            take_in(event, machinery.table, machinery.clock, FakeQueue(), ADDRESS_KEY, walk)
    return walk


def test_too_many_bounces_halt_it_and_who_looks_may_resume_it(machinery: Machinery) -> None:
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
    machinery.supervise()
    machinery.deliver()
    # then
    run = machinery.run()
    assert (run.state, run.reason) == (RunState.HALTED, "3 of 60 mails bounced: more than 4.0%")
    assert len(machinery.taken()) == 60
    # and a person decides that it goes on
    machinery.change(campaign.resume(run, strict, "bundle1", "hanako", machinery.clock.now()))
    for _ in range(2):
        machinery.supervise()
    assert machinery.run().state is RunState.RUNNING
    machinery.walk(0)
    machinery.deliver()
    assert sorted(machinery.taken()) == leads


def test_an_unsubscription_by_a_campaigns_mail_counts_once(machinery: Machinery) -> None:
    lead = one_lead(machinery)
    machinery.begin(0)
    machinery.deliver()
    send, walk = machinery.sends([lead])[lead], FakeQueue()
    pointer = machinery.table.get(keys.send_pointer(send.id))
    assert pointer
    for _ in range(2):
        unsubscribe(pointer.value, send.id, machinery.table, machinery.clock, FakeQueue(), walk)
    assert machinery.counts()["unsubscribed"] == 1
    assert walk.woken == [KEY.ref]


def test_a_stopped_campaign_skips_what_was_planned(machinery: Machinery) -> None:
    lead = one_lead(machinery)
    machinery.begin(0)
    machinery.change(campaign.stop(machinery.run(), "hanako", after()))
    machinery.deliver()
    assert (machinery.sends([lead])[lead].state, machinery.taken()) == (SendState.SKIPPED, [])
    assert decisions(machinery.table, lead) == [("skipped", "campaign stopped")]
    assert machinery.counts() == {"skipped": 1, "skipped: campaign stopped": 1}


def test_a_claim_made_while_it_was_being_stopped_is_given_back_unsent(machinery: Machinery) -> None:
    # given a stop that is seen only after the claim
    lead = one_lead(machinery)
    machinery.begin(0)
    words = iter(["yes", "yes", "yes", "never", "never"])
    machinery.says = lambda name: next(words)  # type: ignore[method-assign]
    # when
    machinery.deliver()
    # then
    assert (machinery.taken(), machinery.sends([lead])[lead].state) == ([], SendState.PLANNED)
    machinery.deliver()
    assert machinery.sends([lead])[lead].reason == "campaign stopped"


def test_the_sign_is_a_second_old_at_most(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    machinery, now = Machinery(table), 100.0
    machinery.schedule()
    machinery.change(replace(machinery.run(), state=RunState.RUNNING))
    sign = CampaignSign(table, machinery.clock)
    monkeypatch.setattr("ripen.adapters.campaign_sign.monotonic", lambda: now)
    assert sign.says("autumn") == "yes"
    machinery.change(campaign.pause(machinery.run(), "hanako", after()))
    now += 1.0
    assert sign.says("autumn") == "yes"
    now += 0.1
    assert sign.says("autumn") == "later"
    assert sign.says("another") == "yes"


def test_sending_again_takes_up_what_failed_by_us_and_what_may_have_gone_only_if_asked(machinery: Machinery) -> None:
    # given one accepted, one failed, one held, one rejected by the provider, one new
    accepted, failed, held, rejected, new = leads = leads_of(0, 5)
    for lead in leads[:4]:
        known(machinery.table, lead)
    machinery.begin(0)
    machinery.deliver(1)
    machinery.ses.answer = refuses
    machinery.deliver(1)
    for lead, state, reason in ((held, SendState.HELD, "no answer"), (rejected, SendState.FAILED, "rejected by SES")):
        row = machinery.table.get(keys.send(lead, machinery.sends([lead])[lead].id))
        assert row
        after = replace(row.value, state=state, reason=reason)
        machinery.table.write(Replace(row.key, after, row.version), *tally(row.value, after))
    machinery.supervise()
    assert walks.held(machinery.table) == 1
    known(machinery.table, new)
    machinery.ses.answer = type(machinery.ses)().answer
    # when
    for with_held in (False, True):
        machinery.change(campaign.resend(machinery.run(), "bundle1", with_held, "hanako", machinery.clock.now()))
        machinery.walk(0)
        machinery.deliver()
        # then
        assert machinery.taken() == [accepted, failed, new, *([held] if with_held else [])]
        assert walks.held(machinery.table) == (0 if with_held else 1)


def test_stopped_at_some_resumed_without_a_repeat_and_an_apology_to_exactly_its_recipients(
    machinery: Machinery,
) -> None:
    # given a campaign that is paused while a mail is on its way
    leads = many(machinery.table, AUDIENCE)
    machinery.begin()
    machinery.deliver(BEFORE_THE_STOP)
    machinery.change(campaign.pause(machinery.run(), "hanako", machinery.clock.now()))
    # when the queue rings for all of them
    machinery.deliver()
    # then nobody else is written to, and the rest is there
    early = machinery.taken()
    assert (len(early), machinery.counts()) == (
        BEFORE_THE_STOP,
        {"accepted": BEFORE_THE_STOP, "planned": AUDIENCE - BEFORE_THE_STOP},
    )
    assert sorted(machinery.in_state(leads, SendState.ACCEPTED)) == sorted(early)
    # and when an apology goes to the recipients
    sorry = with_rates(name="sorry", segment="", recipients_of="autumn")
    machinery.bundle = a_playbook(AUTUMN, sorry)
    machinery.begin(campaign=sorry)
    machinery.deliver()
    assert sorted(machinery.taken()[BEFORE_THE_STOP:]) == sorted(early)
    # and when it is resumed
    machinery.change(campaign.resume(machinery.run(), AUTUMN, "bundle1", "hanako", machinery.clock.now()))
    machinery.walk()
    machinery.deliver()
    assert sorted(machinery.taken()[2 * BEFORE_THE_STOP :]) == sorted(set(leads) - set(early))
