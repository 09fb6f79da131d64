"""A campaign with all its workers on a real table: started, paused, stopped, resumed and sent again."""

from copy import replace
from datetime import timedelta

import pytest

from ripen.adapters.rows import campaign_counts
from ripen.adapters.rows.campaign_counts import count_sends
from ripen.adapters.rows.campaign_switch import CampaignSwitch
from ripen.adapters.table import Replace, Table, keys
from ripen.campaign import campaign_run
from ripen.campaign.campaign_run import RunState
from ripen.mail.ledger import SendState
from tests.support.campaign_machinery import (
    AUTUMN,
    KEY,
    Machinery,
    a_playbook,
    after,
    known,
    leads_of,
    many,
    one_lead,
    with_rates,
)
from tests.support.planned_mails import decisions, refuses

AUDIENCE, BEFORE_THE_STOP = 3000, 400
pytestmark = pytest.mark.many_rows


@pytest.fixture
def machinery(table: Table) -> Machinery:
    return Machinery(table)


def test_campaign_is_planned_five_minutes_ahead_of_its_time(machinery: Machinery) -> None:
    lead = one_lead(machinery)
    machinery.schedule(at=after(hours=1))
    machinery.clock.move(minutes=54)
    machinery.review()
    assert machinery.run().state is RunState.PLANNED
    machinery.clock.move(minutes=1)
    machinery.review()
    machinery.walk(0)
    assert machinery.sends([lead])[lead].not_before == after(hours=1)
    assert machinery.run().state is RunState.RUNNING
    # whoever wakes it earlier finds nothing to do
    machinery.deliver()
    assert machinery.taken() == []


def test_campaign_is_done_when_no_mail_waits(machinery: Machinery) -> None:
    one_lead(machinery)
    machinery.begin()
    machinery.review()
    assert machinery.run().state is RunState.RUNNING
    machinery.deliver()
    machinery.review()
    row = machinery.table.get(KEY)
    assert row
    assert (row.value.state, row.due) == (RunState.DONE, None)
    assert [event.what for event in row.value.history] == ["scheduled", "started", "done"]


def test_shards_that_finish_together_do_not_contend_for_the_run(machinery: Machinery) -> None:
    # given a campaign that is gone through, and will be looked at again
    one_lead(machinery)
    machinery.begin(1)
    machinery.review()
    before = machinery.table.get(KEY)
    # when the next ones ring
    machinery.clock.move(seconds=2)
    for _ in range(64):
        machinery.review()
    # then nobody has written anything
    assert machinery.table.get(KEY) == before
    # but once its time has come, it gets another one
    assert before and before.due
    machinery.clock.at = before.due
    machinery.review()
    after = machinery.table.get(KEY)
    assert after and after.due
    assert after.due > before.due


def test_paused_campaign_claims_nothing_and_continues_with_the_rest(machinery: Machinery) -> None:
    # given three of eight sent
    leads = leads_of(0, 8)
    for lead in leads:
        known(machinery.table, lead)
    machinery.begin(0)
    machinery.deliver(3)
    # when paused, longer than its mails are valid
    machinery.change(campaign_run.pause(machinery.run(), "hanako", after()))
    machinery.deliver()
    machinery.clock.move(days=3)
    machinery.deliver()
    assert len(machinery.taken()) == 3
    assert len(machinery.in_state(leads, SendState.PLANNED)) == 5
    # and resumed
    machinery.change(campaign_run.resume(machinery.run(), AUTUMN, "bundle1", "hanako", machinery.clock.now()))
    machinery.walk(0)
    machinery.deliver()
    # then each has it once
    assert sorted(machinery.taken()) == leads
    assert machinery.counts() == {"accepted": 8}


def test_pause_ends_the_walk_and_a_resume_starts_it_from_the_beginning(machinery: Machinery) -> None:
    leads = sorted(leads_of(0, 2) + leads_of(1, 2))
    for lead in leads:
        known(machinery.table, lead)
    machinery.begin(0)
    machinery.change(campaign_run.pause(machinery.run(), "hanako", after()))
    machinery.walk(0, 1)
    assert len(machinery.sends(leads)) == 2
    machinery.change(campaign_run.resume(machinery.run(), AUTUMN, "bundle1", "hanako", machinery.clock.now()))
    machinery.walk(0, 1)
    machinery.deliver()
    assert sorted(machinery.taken()) == leads


def test_campaign_resumes_with_the_live_mail(machinery: Machinery) -> None:
    lead = one_lead(machinery)
    machinery.begin(0)
    machinery.change(campaign_run.pause(machinery.run(), "hanako", after()))
    machinery.bundle = a_playbook(hash="bundle2")
    machinery.change(campaign_run.resume(machinery.run(), AUTUMN, "bundle2", "hanako", after()))
    machinery.walk(0)
    assert machinery.sends([lead])[lead].bundle == "bundle2"


def test_stopped_campaign_skips_its_planned_mails(machinery: Machinery) -> None:
    lead = one_lead(machinery)
    machinery.begin(0)
    machinery.change(campaign_run.stop(machinery.run(), "hanako", after()))
    machinery.deliver()
    assert (machinery.sends([lead])[lead].state, machinery.taken()) == (SendState.SKIPPED, [])
    assert decisions(machinery.table, lead) == [("skipped", "campaign stopped")]
    assert machinery.counts() == {"skipped": 1, "skipped: campaign stopped": 1}


def test_claim_made_during_the_stop_is_returned_unsent(machinery: Machinery) -> None:
    # given a stop that is seen only after the claim
    lead = one_lead(machinery)
    machinery.begin(0)
    words = iter(["yes", "yes", "never", "never"])  # to decide, before the claim, after it; to decide again
    machinery.says = lambda name: next(words)  # type: ignore[method-assign]
    # when
    machinery.deliver()
    # then
    assert (machinery.taken(), machinery.sends([lead])[lead].state) == ([], SendState.PLANNED)
    machinery.deliver()
    assert machinery.sends([lead])[lead].reason == "campaign stopped"


def test_state_of_a_campaign_is_at_most_a_second_old(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    machinery, now = Machinery(table), 100.0
    machinery.schedule()
    machinery.change(replace(machinery.run(), state=RunState.RUNNING))
    switch = CampaignSwitch(table, machinery.clock)
    monkeypatch.setattr("ripen.adapters.rows.campaign_switch.monotonic", lambda: now)
    assert switch.may_send("autumn") == "yes"
    machinery.change(campaign_run.pause(machinery.run(), "hanako", after()))
    now += 1.0
    assert switch.may_send("autumn") == "yes"
    now += 0.1
    assert switch.may_send("autumn") == "later"
    assert switch.may_send("another") == "yes"


def test_canary_time_ends_although_the_run_is_cached(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    machinery = Machinery(table)
    machinery.schedule()
    machinery.change(replace(machinery.run(), state=RunState.CANARY, rest=machinery.clock.now() + timedelta(minutes=2)))
    switch = CampaignSwitch(table, machinery.clock)
    monkeypatch.setattr("ripen.adapters.rows.campaign_switch.monotonic", lambda: 100.0)
    assert switch.may_send("autumn") == "yes"
    machinery.clock.move(minutes=2)
    assert switch.may_send("autumn") == "soon"


def test_resend_includes_our_failures_and_held_mails_only_on_request(machinery: Machinery) -> None:
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
        after = replace(row.value, state=state, reason=reason, unknown=machinery.clock.now())
        machinery.table.write(Replace(row.key, after, row.version), *count_sends([(row.value, after)]))
    machinery.review()
    assert campaign_counts.held_total(machinery.table) == 2
    known(machinery.table, new)
    machinery.ses.answer = type(machinery.ses)().answer
    # when
    for with_held in (False, True):
        machinery.change(campaign_run.resend(machinery.run(), "bundle1", with_held, "hanako", machinery.clock.now()))
        machinery.walk(0)
        machinery.deliver()
        # then
        assert machinery.taken() == [accepted, failed, new, *([held] if with_held else [])]
        assert campaign_counts.held_total(machinery.table) == (0 if with_held else 1)


def test_stopped_campaign_resumes_without_a_repeat_and_an_apology_reaches_its_recipients(
    machinery: Machinery,
) -> None:
    # given a campaign that is paused while a mail is on its way
    leads = many(machinery.table, AUDIENCE)
    machinery.begin()
    machinery.deliver(BEFORE_THE_STOP)
    machinery.change(campaign_run.pause(machinery.run(), "hanako", machinery.clock.now()))
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
    machinery.change(campaign_run.resume(machinery.run(), AUTUMN, "bundle1", "hanako", machinery.clock.now()))
    machinery.walk()
    machinery.deliver()
    assert sorted(machinery.taken()[2 * BEFORE_THE_STOP :]) == sorted(set(leads) - set(early))
