"""ripen campaign: from scheduling it to an apology to exactly its recipients."""

import csv
import json
from copy import replace
from io import StringIO
from typing import Any

import pytest

from cli.commands import campaign as command
from cli.stack.stack import Stack
from ripen.adapters.table import Create, Table, keys
from ripen.campaign.campaign_run import HEAD_START, RunState
from ripen.failure import Failure
from ripen.mail.ledger import SendState
from ripen.settings import LivePlaybook
from tests.support.campaign_machinery import (
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
from tests.support.fakes import NOON, FakeClock
from tests.support.memory_stack import a_stack
from tests.support.planned_mails import is_silent, refuses
from tests.support.quick_dynamodb import QuickDynamoDB

TOMORROW = with_rates(at="2026-11-22T12:00")
AUDIENCE, BEFORE_THE_STOP = 300, 40
SORRY = with_rates(name="sorry", segment="", recipients_of="autumn", at="2026-11-22T12:00")


@pytest.fixture
def table() -> Table:
    return Table("table", QuickDynamoDB())


@pytest.fixture
def machinery(table: Table, clock: FakeClock) -> Machinery:
    return Machinery(table, clock, a_playbook(TOMORROW, SORRY))


@pytest.fixture
def stack(machinery: Machinery, monkeypatch: pytest.MonkeyPatch) -> Stack:
    stack = a_stack(machinery.table, machinery.clock, machinery.bundle)
    machinery.table.write(Create(keys.LIVE, LivePlaybook(bundle="bundle1", site="", at=NOON)))
    monkeypatch.setattr(command, "connect", lambda: stack)
    monkeypatch.setattr(command, "sleep", lambda seconds: None)
    return stack


def schedule(name: str = "autumn", now: bool = False) -> None:
    command.schedule(name, now=now, yes=True)


def some_leads(machinery: Machinery, count: int = 8) -> list[str]:
    leads = leads_of(0, count)
    for lead in leads:
        known(machinery.table, lead)
    return leads


def begun(machinery: Machinery, sent: int) -> list[str]:
    """A campaign of eight leads that has reached some."""
    leads = some_leads(machinery)
    schedule(now=True)
    machinery.review()
    machinery.walk(0)
    machinery.deliver(sent)
    return leads


def test_schedule_shows_the_audience_and_begins_at_its_time(
    stack: Stack, machinery: Machinery, capsys: pytest.CaptureFixture[str]
) -> None:
    some_leads(machinery)
    known(machinery.table, "other", "others")
    schedule()
    told = capsys.readouterr().out
    assert "to 8 leads (segment “everyone”)" in told
    assert told.count("@example.co.jp") == 5
    assert "Begins 2026-11-22 Sun 12:00." in told
    row = machinery.table.get(KEY)
    assert row
    assert (row.value.state, row.value.bundle, row.due) == (RunState.PLANNED, "bundle1", after(days=1) - HEAD_START)
    machinery.review()
    assert machinery.run().state is RunState.PLANNED


def test_schedule_in_each_leads_own_time_says_so(
    machinery: Machinery, stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    machinery.bundle.campaigns["autumn"] = replace(TOMORROW, zone="lead")
    said = "2026-11-22 12:00 of each lead's own time: furthest east 2026-11-22 Sun 07:00 of ours"
    for is_new in (True, False):
        schedule() if is_new else command.show("autumn")
        assert said in capsys.readouterr().out


def test_unknown_or_unscheduled_campaign_is_refused(stack: Stack, machinery: Machinery) -> None:
    with pytest.raises(Failure, match="no campaign 'winter'; it has: autumn, sorry"):
        command.show("winter")
    with pytest.raises(Failure, match="The campaign autumn is not scheduled"):
        command.pause("autumn")


def test_past_time_is_refused_without_now(stack: Stack, machinery: Machinery) -> None:
    machinery.clock.move(days=2)
    with pytest.raises(Failure, match="past"):
        schedule()
    schedule(now=True)
    assert machinery.run().since == after(days=2)


def test_campaign_can_be_rescheduled_until_it_begins(stack: Stack, machinery: Machinery) -> None:
    schedule()
    schedule(now=True)
    assert machinery.run().since == NOON
    machinery.review()
    with pytest.raises(Failure, match="is running"):
        schedule()


def test_stop_says_what_was_sent_and_cannot_be_resumed(
    stack: Stack, machinery: Machinery, capsys: pytest.CaptureFixture[str]
) -> None:
    leads = begun(machinery, sent=3)
    command.stop("autumn")
    assert "Sent: 3. In flight: 0. Not sent: 5." in capsys.readouterr().out
    machinery.deliver()
    assert len(machinery.in_state(leads, SendState.SKIPPED)) == 5
    with pytest.raises(Failure, match="cannot be resumed"):
        command.resume("autumn")


def test_each_lead_gets_a_resumed_campaign_once(stack: Stack, machinery: Machinery) -> None:
    leads = begun(machinery, sent=3)
    command.pause("autumn")
    machinery.deliver()
    assert len(machinery.taken()) == 3
    command.resume("autumn")
    machinery.review()
    machinery.walk(0)
    machinery.deliver()
    assert sorted(machinery.taken()) == leads


def test_resend_reaches_leads_that_the_stop_skipped(stack: Stack, machinery: Machinery) -> None:
    leads = begun(machinery, sent=3)
    command.stop("autumn")
    machinery.deliver()
    command.resend("autumn")
    machinery.walk(0)
    machinery.deliver()
    assert sorted(machinery.taken()) == leads


def test_resend_with_no_lead_left_changes_nothing(stack: Stack, machinery: Machinery) -> None:
    begun(machinery, sent=8)
    before = stack.table.get(keys.campaign("autumn"))
    with pytest.raises(Failure, match="No lead is left that autumn can still reach"):
        command.resend("autumn")
    assert stack.table.get(keys.campaign("autumn")) == before


def test_recipients_are_exact_and_an_apology_reaches_them(
    stack: Stack, machinery: Machinery, capsys: pytest.CaptureFixture[str]
) -> None:
    begun(machinery, sent=3)
    command.pause("autumn")
    capsys.readouterr()
    command.recipients("autumn")
    rows = list(csv.DictReader(StringIO(capsys.readouterr().out)))
    assert sorted(row["lead"] for row in rows) == sorted(machinery.taken())
    command.recipients("autumn", as_json=True)
    assert [row["email"] for row in json.loads(capsys.readouterr().out)] == [row["email"] for row in rows]
    # when
    schedule("sorry", now=True)
    assert "to 3 leads (the recipients of “autumn”)" in capsys.readouterr().out
    machinery.review("sorry")
    machinery.walk(0, name="sorry")
    machinery.deliver()
    # then
    assert sorted(machinery.taken()[3:]) == sorted(machinery.taken()[:3])


def test_pause_counts_a_mail_in_flight_and_resume_does_not_repeat_it(
    stack: Stack, machinery: Machinery, capsys: pytest.CaptureFixture[str]
) -> None:
    # given a campaign that somebody pauses while SES has not answered for the fortieth mail
    leads = many(machinery.table, AUDIENCE)
    schedule(now=True)
    assert f"to {AUDIENCE} leads" in capsys.readouterr().out
    machinery.review()
    machinery.walk()
    machinery.ses.meanwhile = lambda mail: (
        command.pause("autumn") if len(machinery.ses.taken) == BEFORE_THE_STOP else None
    )
    machinery.deliver()
    # then it is in flight, and nothing is claimed afterwards
    sent, left = BEFORE_THE_STOP - 1, AUDIENCE - BEFORE_THE_STOP
    assert f"Sent: {sent}. In flight: 1. Not sent: {left}." in capsys.readouterr().out
    early = machinery.taken()
    command.show("autumn", as_json=True)
    found = json.loads(capsys.readouterr().out)
    assert (found["states"]["accepted"], len(early)) == (BEFORE_THE_STOP, BEFORE_THE_STOP)
    # and when an apology goes to exactly those
    command.recipients("autumn", as_json=True)
    assert sorted(row["lead"] for row in json.loads(capsys.readouterr().out)) == sorted(early)
    schedule("sorry", now=True)
    machinery.review("sorry")
    machinery.walk(name="sorry")
    machinery.deliver()
    assert sorted(machinery.taken()[BEFORE_THE_STOP:]) == sorted(early)
    # and when it goes on
    command.resume("autumn")
    machinery.review()
    machinery.walk()
    machinery.deliver()
    # then everybody has it once
    assert sorted(machinery.taken()[2 * BEFORE_THE_STOP :]) == sorted(set(leads) - set(early))


def test_recipients_with_unknown_outcome_are_counted_apart(
    stack: Stack, machinery: Machinery, capsys: pytest.CaptureFixture[str]
) -> None:
    begun(machinery, sent=1)
    for answer in (is_silent, refuses):  # a mail that SES refuses has not arrived
        machinery.ses.answer = answer
        machinery.deliver(1)
    capsys.readouterr()
    command.recipients("autumn")
    told = capsys.readouterr()
    assert len(told.out.splitlines()) == 2
    assert "1 more may have received it" in told.err


def test_progress_is_shown_with_reasons(stack: Stack, machinery: Machinery, capsys: pytest.CaptureFixture[str]) -> None:
    begun(machinery, sent=3)
    command.stop("autumn")
    machinery.deliver()
    capsys.readouterr()
    command.show("autumn")
    told = capsys.readouterr().out
    assert "autumn is stopped" in told
    assert "8 of 8 mails are done; the audience is still being read" in told
    assert "  campaign stopped" in told
    command.show("autumn", as_json=True)
    found = json.loads(capsys.readouterr().out)
    assert (found["audience"], found["states"]["accepted"], found["skipped"]) == (8, 3, {"campaign stopped": 5})
    assert found["run"]["state"] == "stopped"


@pytest.mark.parametrize("verb", ["pause", "stop", "resume", "resend", "recipients"])
def test_campaign_that_is_not_scheduled_is_a_clear_failure(stack: Stack, verb: str) -> None:
    with pytest.raises(Failure, match="not scheduled"):
        getattr(command, verb)("autumn")


def test_unknown_campaign_is_answered_with_the_known_ones(stack: Stack) -> None:
    with pytest.raises(Failure, match="no campaign 'winter'; it has: autumn, sorry"):
        command.schedule("winter")


def test_campaign_is_not_resumed_without_its_file(stack: Stack, machinery: Machinery) -> None:
    begun(machinery, sent=1)
    command.pause("autumn")
    playbook: Any = stack.playbook
    playbook.bundles = (*playbook.bundles, replace(a_playbook(AUTUMN), campaigns={}, hash="bundle2"))
    with pytest.raises(Failure, match="no campaign"):
        command.resume("autumn")


@pytest.mark.usefixtures("japanese")
def test_campaign_speaks_japanese(stack: Stack, machinery: Machinery, capsys: pytest.CaptureFixture[str]) -> None:
    begun(machinery, sent=3)
    assert "メール「…様へ」を 8 人へ（セグメント「everyone」、現在の人数）" in capsys.readouterr().out
    command.stop("autumn")
    assert "autumn を中止しました。 送信済み: 3。送信中: 0。未送信: 5。" in capsys.readouterr().out
    command.show("autumn")
    shown = capsys.readouterr().out
    assert "autumn の状態: 中止" in shown
    assert "2026-11-21 土 12:00  予約" in shown
    with pytest.raises(Failure) as failed:
        command.resume("autumn")
    assert failed.value.in_language("ja")[1] == "状況を見るには: ripen campaign autumn"


def test_schedule_warns_if_no_lead_would_get_the_campaign(
    stack: Stack, machinery: Machinery, capsys: pytest.CaptureFixture[str]
) -> None:
    schedule(now=True)
    shown = capsys.readouterr().out
    assert "No lead would get it now." in shown
