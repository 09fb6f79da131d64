"""ripen status: what an operator asks first in the morning."""

import json
from datetime import timedelta
from typing import Any, Literal

import pytest

from cli.commands import cloud as command
from cli.output import language
from cli.stack.stack import Stack
from ripen.adapters.rows.campaign_counts import count_sends
from ripen.adapters.table import Create, Replace, Table, keys
from ripen.agenda import SHARDS, Lane
from ripen.campaign.walk import Refolding, Walk
from ripen.crm.call_gate import CrmGate
from ripen.crm.incoming.membership import MemberPoll
from ripen.crm.incoming.opportunity import OpportunityPoll
from ripen.crm.incoming.opt_out import OptOutPoll
from ripen.ids import digest
from ripen.lead.state import State
from ripen.mail import ledger
from ripen.mail.ledger import MailClass, Send, SendState
from ripen.mail.limits.breaker import Breaker
from ripen.settings import Shadow, Stop
from tests.support.fakes import NOON, FakeClock
from tests.support.memory_stack import a_stack
from tests.support.quick_dynamodb import QuickDynamoDB


@pytest.fixture
def table() -> Table:
    client: Any = QuickDynamoDB()
    return Table("table", client)


@pytest.fixture(autouse=True)
def stack(table: Table, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Stack:
    stack = a_stack(table, clock)
    monkeypatch.setenv("RIPEN_STACK", "ripen")
    monkeypatch.setattr(command, "connect", lambda: stack)
    return stack


def due(table: Table, lead: str, ago: timedelta, lane: Lane) -> None:
    table.write(Create(keys.state(lead), State(lead=lead), due=NOON - ago, lane=lane))


def a_send(**changes: Any) -> Send:
    known: dict[str, Any] = {
        "id": digest("s"),
        "lead": "lead1",
        "email": "case-study",
        "mail_class": MailClass.MARKETING,
        "origin": "whitepaper",
        "step": "s",
        "planned": NOON,
        "attempt": 1,
        "state": SendState.UNKNOWN,
    }
    return Send(**(known | changes))


def told(capsys: pytest.CaptureFixture[str]) -> str:
    command.status()
    return capsys.readouterr().out


def plain(capsys: pytest.CaptureFixture[str]) -> Any:
    command.status(as_json=True)
    return json.loads(capsys.readouterr().out)["sending"]


def test_where_all_is_well_it_says_that_nothing_is_due(capsys: pytest.CaptureFixture[str]) -> None:
    assert "Nothing is due." in told(capsys)
    found = plain(capsys)
    assert (found["stopped_since"], found["shadow_since"], found["ses_refusal"], found["held"]) == ("", "", None, 0)
    assert found["due"]["hot"] == {"count": 0, "oldest": "", "overdue": False}


def test_polls_of_salesforce_that_fail_are_told(table: Table, capsys: pytest.CaptureFixture[str]) -> None:
    failing: dict[str, Any] = {"failing_since": NOON, "error": "HTTP 503"}
    polls: list[Any] = [
        (keys.opt_outs("Lead"), OptOutPoll(since=NOON, **failing)),
        (keys.MEMBERS, MemberPoll(since=NOON, **failing)),
        (keys.OPPORTUNITIES, OpportunityPoll(**failing)),
    ]
    table.write(*(Create(key, poll, due=NOON + timedelta(hours=1), lane=Lane.BULK) for key, poll in polls))
    assert "3 reads of changes wait for Salesforce since" in told(capsys)
    assert plain(capsys)["waiting"][0]["work"] == {"polls": 3}


def test_the_backlog_is_told_by_lane_with_its_oldest(table: Table, capsys: pytest.CaptureFixture[str]) -> None:
    due(table, "lead1", timedelta(minutes=2), Lane.BULK)
    due(table, "lead2", timedelta(minutes=14), Lane.BULK)
    due(table, "lead3", timedelta(hours=3), Lane.MAIL)
    due(table, "lead4", timedelta(minutes=-1), Lane.HOT)
    found = plain(capsys)["due"]
    assert found["bulk"] == {"count": 2, "oldest": (NOON - timedelta(minutes=14)).isoformat(), "overdue": False}
    assert found["mail"] == {"count": 1, "oldest": (NOON - timedelta(hours=3)).isoformat(), "overdue": False}
    assert found["hot"]["count"] == 0
    assert "ripen redrive" not in told(capsys)


def test_overdue_rows_are_shown_with_where_to_look(table: Table, capsys: pytest.CaptureFixture[str]) -> None:
    due(table, "lead1", timedelta(minutes=16), Lane.HOT)
    assert plain(capsys)["due"]["hot"]["overdue"]
    assert "overdue" in (shown := told(capsys))
    assert "ripen redrive --dry-run" in shown


def test_why_no_mail_goes_is_told(table: Table, capsys: pytest.CaptureFixture[str]) -> None:
    table.write(
        Create(keys.STOP, Stop(on=True, at=NOON, by="mika")),
        Create(keys.SHADOW, Shadow(on=True, at=NOON, by="mika")),
        Create(keys.BREAKER, Breaker(until=NOON + timedelta(minutes=5), reason="paused", opened=NOON)),
    )
    shown = told(capsys)
    for words in ("Sending is stopped", "Shadow mode is on", "SES refuses our mail (paused); tried again at 12:05"):
        assert words in shown
    assert plain(capsys)["ses_refusal"]["reason"] == "paused"


def test_an_outage_of_salesforce_is_told(table: Table, capsys: pytest.CaptureFixture[str]) -> None:
    assert plain(capsys)["salesforce_outage"] is None
    breaker = Breaker(until=NOON + timedelta(minutes=5), reason="HTTP 503", opened=NOON)
    table.write(Create(keys.CRM_GATE, CrmGate(breaker=breaker)))

    assert "Salesforce takes no calls; all work waits (HTTP 503); tried again at 12:05" in told(capsys)
    assert plain(capsys)["salesforce_outage"]["reason"] == "HTTP 503"


def test_what_was_switched_off_again_is_not_told(table: Table, capsys: pytest.CaptureFixture[str]) -> None:
    table.write(Create(keys.STOP, Stop(on=False, at=NOON, by="mika")), Create(keys.BREAKER, Breaker(throttles=2)))
    assert plain(capsys)["stopped_since"] == ""
    assert plain(capsys)["ses_refusal"] is None


def test_held_mails_are_counted_as_they_come_and_go(table: Table, capsys: pytest.CaptureFixture[str]) -> None:
    # given a mail of a journey whose fate is not known for an hour
    key, unknown = keys.send("lead1", digest("s")), a_send(unknown=NOON)
    table.write(Create(key, unknown))
    held = ledger.time_out(unknown, NOON + timedelta(hours=1))
    assert held
    table.write(Replace(key, held.send, 1), *count_sends([(unknown, held.send)]))
    # then
    assert plain(capsys)["held"] == 1
    assert "1 mail is held: ripen held" in told(capsys)
    # and when somebody lets it go
    released = ledger.release(held.send, "mika", NOON)
    table.write(Replace(key, released.send, 2), *count_sends([(held.send, released.send)]))
    assert plain(capsys)["held"] == 0


def a_recalculation(table: Table, done: int, failed: int = 0) -> None:
    """Add a recalculation that is done in some shards, and has passed ten leads in each of the others."""
    table.write(Create(keys.REFOLDING, Refolding(lap=2, bundle="b1", at=NOON)))
    for shard in range(SHARDS):
        walk = Walk(shard=shard, lap=2, passed=20 if shard < done else 10, failed=failed, done=shard < done)
        table.write(Create(keys.walk(keys.REFOLDING, shard), walk))


def test_recalculation_of_all_leads_is_shown_until_it_is_done(table: Table, capsys: pytest.CaptureFixture[str]) -> None:
    assert plain(capsys)["recalculation"] is None
    a_recalculation(table, done=2)
    shown = told(capsys)
    assert "playbook b1 (since 2026-11-21 12:00): 660 leads so far, 2 of 64 parts done." in shown
    assert "failed" not in shown
    found = plain(capsys)["recalculation"]
    assert (found["leads"], found["parts_done"], found["done"]) == (660, 2, False)


def test_walks_of_the_lap_before_do_not_count(table: Table, capsys: pytest.CaptureFixture[str]) -> None:
    a_recalculation(table, done=SHARDS)
    assert "brought up to date" not in told(capsys)
    assert plain(capsys)["recalculation"]["done"]
    table.write(Replace(keys.REFOLDING, Refolding(lap=3, bundle="b2", at=NOON), 1))
    assert "playbook b2 (since 2026-11-21 12:00): 0 leads so far, 0 of 64 parts done." in told(capsys)


@pytest.mark.parametrize(("lang", "words"), [("en", "64 leads failed"), ("ja", "64 人が失敗しました")])
@pytest.mark.parametrize("done", [0, SHARDS])
def test_leads_that_failed_are_shown_with_what_to_do(
    done: int, lang: Literal["en", "ja"], words: str, table: Table, capsys: pytest.CaptureFixture[str]
) -> None:
    language.use(lang)
    a_recalculation(table, done, failed=1)
    shown = told(capsys)
    assert words in shown
    assert "score.refold" in shown
    assert "docs/operations.md" in shown


@pytest.mark.usefixtures("japanese")
def test_status_speaks_japanese(table: Table, capsys: pytest.CaptureFixture[str]) -> None:
    table.write(Create(keys.STOP, Stop(on=True, at=NOON, by="mika")))
    due(table, "lead1", timedelta(minutes=16), Lane.HOT)
    shown = told(capsys)
    for words in ("配信は停止しています（2026-11-21 12:00 から、mika）: ripen resume", "人が待っている処理", "遅れ"):
        assert words in shown
    assert plain(capsys)["due"]["hot"]["overdue"]
