"""ripen why: the decisions about one lead, in words."""

import json
from datetime import timedelta
from typing import Any

import pytest

from cli.commands import why as command
from cli.stack.stack import Stack
from ripen.adapters.rows.decisions import create_decision
from ripen.adapters.table import Create, Table, keys
from ripen.decision import Decision, KeptDecision, Outcome
from ripen.journey.enrollment import Enrollment
from ripen.lead.activity import Kind
from ripen.marks import CrmMark
from ripen.operations.leads.decision_log import LogEntry, decision_log
from ripen.slack.alert import Alert
from tests.support.builders import a_bundle, a_marketing_mail, an_activity
from tests.support.fakes import NOON, FakeClock
from tests.support.memory_stack import a_known_lead, a_stack


def decision(**changes: Any) -> Decision:
    known: dict[str, Any] = {
        "id": "d1",
        "lead": "lead1",
        "at": NOON + timedelta(minutes=1),
        "what": "send",
        "subject": "case-study",
        "outcome": "skipped",
        "reason": "no consent",
        "bundle": "b1a2b3c4d5e6",
    }
    return Decision(**(known | changes))


@pytest.fixture
def stack(table: Table, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Stack:
    stack = a_stack(table, clock)
    monkeypatch.setattr(command, "connect", lambda: stack)
    a_known_lead(table)
    return stack


def keep(table: Table, *decisions: Decision) -> None:
    table.write(*(create_decision(d) for d in decisions))


def entries(stack: Stack) -> tuple[LogEntry, ...]:
    return decision_log("hanako@example.co.jp", stack.table, stack.playbook, stack.secrets).entries


def test_each_deed_and_decision_is_told_oldest_first_with_its_points(stack: Stack, table: Table) -> None:
    table.write(Create(keys.activity("lead1", NOON, "activity1"), an_activity()))
    keep(table, decision(), decision(id="d2", what="rank", subject="hot", outcome="rose", reason="activity"))
    told = entries(stack)
    assert [entry.words("en") for entry in told] == [
        "filled in the form “White paper”",
        "rank rose to hot (by what the lead did)",
        "did not send “…様へ”: no consent",
    ]
    assert told[0].points == {"form": 30}
    assert told[2].words("ja") == "メール「…様へ」を送信しなかった: 同意がない"


def test_card_that_slack_does_not_take_is_told_with_its_reason(stack: Stack, table: Table) -> None:
    reason = "chat.postMessage: ekm_access_denied"
    alert = Alert(id="a" * 26, lead="lead1", kind="hot", planned=NOON, error=reason, failing_since=NOON)
    table.write(Create(keys.alert("lead1", alert.id), alert, due=NOON))

    [told] = entries(stack)

    assert (told.at, told.code) == (NOON, "alert.waits")
    assert "the company's key management" in told.words("en")
    assert "Next attempt: 2026-11-21 12:00" in told.words("en")


def test_lead_that_waits_for_salesforce_is_told_with_the_last_answer(stack: Stack, table: Table) -> None:
    mark = CrmMark(lead="lead1", error="HTTP 503: Service Unavailable", failing_since=NOON, attempts=4)
    table.write(Create(keys.crm_mark("lead1"), mark, due=NOON + timedelta(minutes=8)))

    [told] = entries(stack)

    assert (told.at, told.code) == (NOON, "salesforce.waits")
    assert told.words("en") == (
        "has waited for Salesforce since 2026-11-21 12:00: Salesforce does not answer (HTTP 503: Service Unavailable)."
        " Next attempt: 2026-11-21 12:08"
    )
    assert "次の試行: 2026-11-21 12:08" in told.words("ja")


@pytest.mark.parametrize("said", ["verdicts revised", "playbook changed", "does not match `who`", "exit condition met"])
def test_reasons_are_told_in_japanese_too(stack: Stack, table: Table, said: str) -> None:
    keep(table, decision(reason=said))
    [told] = entries(stack)
    assert said in told.words("en")
    assert said not in told.words("ja")


def test_of_one_moment_steps_are_told_in_their_order_and_the_end_last(stack: Stack, table: Table) -> None:
    a_step = {"what": "step", "subject": "whitepaper", "outcome": "took", "reason": "else"}
    steps = [step.id for step in a_bundle().journeys["whitepaper"].steps]
    assert len(steps) > 1
    keep(
        table,
        decision(id="d1", what="enrollment", subject="whitepaper", outcome="finished", reason=""),
        *(decision(**a_step, id=f"d{9 - n}", facts={"step": step}) for n, step in enumerate(steps)),
    )
    told = entries(stack)
    assert [entry.facts.get("step", entry.code) for entry in told] == [*steps, "enrollment.finished"]


def test_the_end_of_a_journey_comes_after_its_mails_of_the_same_minute(stack: Stack, table: Table) -> None:
    minute = NOON + timedelta(minutes=1)
    send = {"outcome": "accepted", "reason": "", "facts": {"origin": "whitepaper"}}
    end = {"what": "enrollment", "subject": "whitepaper", "outcome": "finished", "reason": ""}
    keep(
        table,
        decision(id="d1", **end, at=minute),
        decision(id="d2", **send, at=minute + timedelta(seconds=3)),
        decision(id="d3", **send, at=minute + timedelta(hours=3)),
    )
    assert [entry.code for entry in entries(stack)] == ["send.accepted", "enrollment.finished", "send.accepted"]


@pytest.mark.parametrize(("reason", "cause"), [("unsubscribed", ["activity2"]), ("goal reached", [])])
def test_behind_an_exit_is_what_ended_the_journey(stack: Stack, table: Table, reason: str, cause: list[str]) -> None:
    left = an_activity(id="activity2", kind=Kind.UNSUBSCRIBED, at=NOON + timedelta(seconds=30))
    table.write(
        Create(keys.activity("lead1", NOON, "activity1"), an_activity()),
        Create(keys.activity("lead1", left.at, left.id), left),
    )
    exited = {"what": "enrollment", "subject": "whitepaper", "outcome": "exited", "activities": ("activity1",)}
    keep(table, decision(**exited, reason=reason))
    assert [activity.id for activity in entries(stack)[-1].causes] == cause


def test_behind_a_mail_and_a_step_is_what_let_the_lead_into_their_journey(stack: Stack, table: Table) -> None:
    sent, took = (
        KeptDecision(NOON + timedelta(minutes=1), Outcome.ACCEPTED),
        KeptDecision(NOON + timedelta(minutes=2), Outcome.TOOK, "clicked", "fork", 1),
    )
    send = a_marketing_mail(entry="a1", subject="山田様へ", decisions=(sent,))
    entry = Enrollment(
        lead="lead1",
        journey="whitepaper",
        key="a1",
        entered=NOON,
        bundle="b",
        activity="activity1",
        decisions=(took,),
    )
    table.write(
        Create(keys.activity("lead1", NOON, "activity1"), an_activity()),
        Create(keys.send("lead1", "s1"), send),
        Create(keys.enrollment("lead1", "whitepaper", "a1"), entry),
    )
    accepted, stepped = entries(stack)[-2:]
    assert (accepted.words("en"), accepted.words("ja")) == ("sent “…様へ”", "メール「…様へ」を送信した")
    assert (stepped.code, stepped.facts["step"], stepped.reason) == ("step.took", "fork", "clicked")
    for told in (accepted, stepped):
        assert [activity.id for activity in told.causes] == ["activity1"]


def test_it_is_shown_in_the_brands_time_with_reason_and_version(
    stack: Stack, table: Table, capsys: pytest.CaptureFixture[str]
) -> None:
    table.write(Create(keys.activity("lead1", NOON, "activity1"), an_activity()))
    keep(table, decision(activities=("activity1",)))
    command.why("hanako@example.co.jp")
    out = capsys.readouterr().out
    assert out.startswith("Times: Asia/Tokyo\n")
    assert "2026-11-21 Sat 12:01" in out
    assert "playbook b1a2b3c" in out
    assert "because: filled in the form “White paper” (2026-11-21 Sat 12:00)" in out


@pytest.mark.usefixtures("japanese")
def test_why_speaks_japanese(stack: Stack, table: Table, capsys: pytest.CaptureFixture[str]) -> None:
    keep(table, decision())
    command.why("hanako@example.co.jp")
    assert "送信しなかった: 同意がない" in capsys.readouterr().out
    command.why("hanako@example.co.jp", as_json=True)
    [entry] = json.loads(capsys.readouterr().out)
    assert (entry["text"], entry["reason"]) == ("did not send “…様へ”: no consent", "no consent")


@pytest.mark.parametrize(
    ("changes", "english", "japanese"),
    [
        ({"what": "step", "outcome": "took", "reason": "else", "facts": {"step": "wait-3-days"}},
         "“wait 3 days” of “whitepaper”: takes the path “all others”",
         "シナリオ「whitepaper」の「3 日待つ」: 「それ以外」へ進む"),
        ({"what": "step", "outcome": "moved", "reason": "gone", "facts": {"step": "send-x"}},
         "was moved from “send-x” of “whitepaper” to “gone”",
         "シナリオ「whitepaper」の「send-x」から「gone」へ移った"),
        ({"what": "answer", "subject": "company", "outcome": "cut", "reason": "too long"},
         "the answer “company” was cut: too long", "「会社名」の回答を短くした: 長すぎる"),
        ({"what": "webhook", "subject": "wait-3-days", "outcome": "answered", "facts": {"journey": "whitepaper"}},
         "the webhook “wait 3 days” answered", "ウェブフック「3 日待つ」が応答した"),
        ({"what": "crm", "subject": "task, owner", "outcome": "done"},
         "done in Salesforce: task, owner", "Salesforce で実行した: ToDo、担当者"),
        ({"what": "alert", "subject": "unproven reply", "outcome": "posted"},
         "alerted sales in Slack (Reply, sender not proven)", "Slack に知らせた（返信（差出人未確認））"),
        ({"what": "rank", "subject": "hot", "outcome": "rose", "reason": "activity"},
         "rank rose to hot (by what the lead did)", "ランクがホットに上がった（行動による）"),
    ],
)  # fmt: skip
def test_names_and_codes_are_in_words(
    stack: Stack, table: Table, changes: dict[str, Any], english: str, japanese: str
) -> None:
    keep(table, decision(**({"reason": "", "subject": "whitepaper"} | changes)))
    [told] = entries(stack)
    assert (told.words("en"), told.words("ja")) == (english, japanese)


def test_points_come_with_the_words_of_their_rule(
    stack: Stack, table: Table, capsys: pytest.CaptureFixture[str]
) -> None:
    table.write(Create(keys.activity("lead1", NOON, "activity1"), an_activity()))
    command.why("hanako@example.co.jp")
    assert "+30 Filled in a form" in capsys.readouterr().out


def test_a_decision_that_has_no_sentence_is_told_all_the_same(stack: Stack, table: Table) -> None:
    keep(table, decision(what="rank", outcome="posted", subject="hot", reason="wind"))
    [told] = entries(stack)
    assert told.words("en") == "rank hot: posted (wind)"


def test_scripts_get_all_of_it(stack: Stack, table: Table, capsys: pytest.CaptureFixture[str]) -> None:
    keep(table, decision())
    command.why("hanako@example.co.jp", as_json=True)
    [told] = json.loads(capsys.readouterr().out)
    assert (told["code"], told["reason"], told["playbook"]) == ("send.skipped", "no consent", "b1a2b3c4d5e6")


def test_the_mail_of_a_campaign_has_the_campaign_as_its_cause(
    stack: Stack, table: Table, capsys: pytest.CaptureFixture[str]
) -> None:
    mail = a_marketing_mail(campaign=True, origin="december")
    table.write(Create(keys.send("lead1", mail.id), mail))
    keep(table, decision(outcome="accepted", reason="", facts={"send": mail.id}))
    command.why("hanako@example.co.jp")
    assert "because: campaign “december”" in capsys.readouterr().out
    command.why("hanako@example.co.jp", as_json=True)
    assert json.loads(capsys.readouterr().out)[-1]["campaign"] == "december"
