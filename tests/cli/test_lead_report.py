"""ripen lead: what is known about one lead, as scripts get it."""

import json
import re
from copy import replace
from datetime import timedelta
from io import StringIO
from typing import Any, Literal

import pytest
from rich.console import Console

from cli.commands import lead as command
from cli.output.lead import lead_parts
from cli.stack.stack import Stack
from ripen.adapters.playbook import Live
from ripen.adapters.rows.decisions import create_decision
from ripen.adapters.table import Create, Replace, Table, keys
from ripen.decision import Decision, DecisionKind, KeptDecision, Outcome
from ripen.failure import Failure
from ripen.lead.activity import Classification, ConsentProof, Kind, Verdict
from ripen.lead.address import address_hash
from ripen.lead.contact import ConsentRecord, Contact, Permission
from ripen.lead.lead import FormAnswers
from ripen.lead.state import Rank, RulePoints, State
from ripen.mail.ledger import MailClass, Send, SendState
from ripen.operations.leads.report import lead_report
from ripen.playbook.bundle import Bundle
from ripen.pointers import Pointer
from ripen.slack.alert import Alert, AlertState
from tests.support.builders import a_bundle, a_lead, an_activity
from tests.support.fakes import NOON, FakeClock

KEY = b"k" * 32


class Held:
    """The secrets and the playbook of a stack, in memory."""

    def key(self, purpose: str) -> bytes:
        assert purpose == "address"
        return KEY

    def live(self) -> Live:
        return Live(a_bundle(), "https://site.example")

    def bundle(self, hash: str) -> Bundle:
        assert hash == a_bundle().hash
        return a_bundle()


@pytest.fixture
def stack(table: Table, clock: FakeClock) -> Stack:
    held: Any = Held()
    at: Any = clock
    return Stack(
        table=table, playbook=held, secrets=held, connections=held, clock=at, site="", queues=(), tick="", local=None
    )


def report(stack: Stack, email: str) -> dict[str, Any]:
    return lead_report(email, stack.table, stack.playbook, stack.secrets, stack.clock.now())


def write_a_full_lead(table: Table) -> None:
    """Write a lead with a fold, a consent, a skipped mail and an activity."""
    lead = a_lead()
    granted = Permission(granted=True, at=NOON, record="record1")
    record = ConsentRecord(
        id="record1", lead=lead.id, purpose="marketing", granted=True, at=NOON, source="form:whitepaper"
    )
    form = RulePoints(points=30, at=NOON)
    state = State(
        lead=lead.id, rule_points={"form": form}, fit=40, fit_reasons=("title",), rank=Rank.HOT, segments=("a",)
    )
    send = a_skipped_send(lead.id)
    table.write(
        Create(keys.address(address_hash(KEY, lead.email)), Pointer(lead=lead.id)),
        Create(keys.profile(lead.id), lead),
        Create(keys.state(lead.id), state),
        Create(keys.contact(lead.id), Contact(lead=lead.id, consent={"marketing": granted})),
        Create(keys.consent(lead.id, NOON, record.id), record),
        Create(keys.send(lead.id, send.id), send, due=NOON),
        Create(keys.activity(lead.id, NOON, "activity1"), an_activity()),
    )


@pytest.mark.parametrize(
    ("kind", "subject", "facts"),
    [(Kind.FORM_SUBMITTED, "whitepaper", {}), (Kind.CONFIRMED, "confirmation", {"form": "whitepaper"})],
)
def test_report_has_the_wording_of_a_consent_and_its_form(
    stack: Stack, table: Table, kind: Kind, subject: str, facts: dict[str, str]
) -> None:
    # given
    write_a_full_lead(table)
    consent = stack.playbook.live().bundle.forms["whitepaper"].consent
    assert consent
    proof = ConsentProof(purpose="marketing", version="1", locale="en", bundle=stack.playbook.live().bundle.hash)
    given = an_activity(id="given", kind=kind, subject=subject, facts=facts, consent=proof)
    table.write(Create(keys.activity("lead1", NOON, "given"), given))

    # when
    [record] = [each for each in report(stack, a_lead().email)["consent"]["records"] if each["id"] == "given"]

    # then
    assert (record["source"], record["wording"]) == ("form:whitepaper", consent.text["en"])


def a_skipped_send(lead: str) -> Send:
    return Send(
        id="send1",
        lead=lead,
        email="case-study",
        mail_class=MailClass.MARKETING,
        origin="whitepaper",
        step="send-case-study",
        subject="導入事例のご紹介",
        planned=NOON,
        state=SendState.SKIPPED,
        reason="unsubscribed",
        decisions=(KeptDecision(NOON, Outcome.SKIPPED, "unsubscribed"),),
    )


def test_report_has_what_scripts_were_promised(stack: Stack, table: Table, clock: FakeClock) -> None:
    # given
    write_a_full_lead(table)

    # when it is asked for half a life later, with the address typed as people do
    clock.move(days=14)
    found = report(stack, " Hanako＠Example.co.jp ")

    # then all is there, the score as of now
    assert found["profile"]["last_name"] == "山田"
    assert found["score"] == {"fit": 40, "engagement": 15.0, "total": 55.0}
    assert (found["rank"], found["lacks_proof"]) == ("hot", False)
    assert [reason["code"] for reason in found["reasons"]] == ["form", "title"]
    assert found["segments"] == ["a"]
    assert set(found["touches"]) == {"first", "lead", "last"}
    assert found["consent"]["consent"]["marketing"]["granted"] is True
    assert [kept["id"] for kept in found["consent"]["records"]] == ["record1"]
    assert [(kept["state"], kept["reason"]) for kept in found["sends"]] == [("skipped", "unsubscribed")]
    assert found["enrollments"] == found["alerts"] == []
    assert [(made["what"], made["outcome"], made["reason"]) for made in found["decisions"]] == [
        ("send", "skipped", "unsubscribed")
    ]
    json.dumps(found)


def test_report_has_the_answers_in_the_language_of_the_reader(stack: Stack, table: Table) -> None:
    answers = FormAnswers(form="whitepaper", at=NOON, values={"budget": "100万円"})
    lead = a_lead(answers=(answers,))
    table.write(
        Create(keys.address(address_hash(KEY, lead.email)), Pointer(lead=lead.id)),
        Create(keys.profile(lead.id), lead),
    )
    title = stack.playbook.live().bundle.forms["whitepaper"].title
    for locale in ("ja", "en"):
        [form] = lead_report(lead.email, stack.table, stack.playbook, stack.secrets, stack.clock.now(), locale)[
            "answers"
        ]
        assert (form["title"], form["answers"]) == (title[locale], [["budget", "100万円"]])


def test_a_lead_that_was_not_folded_yet_is_cold(stack: Stack, table: Table) -> None:
    lead = a_lead()
    table.write(
        Create(keys.address(address_hash(KEY, lead.email)), Pointer(lead=lead.id)),
        Create(keys.profile(lead.id), lead),
    )
    found = report(stack, lead.email)
    assert (found["rank"], found["score"]["total"]) == ("cold", 0)


@pytest.mark.parametrize("email", ["nobody@example.co.jp", "no address"])
def test_an_address_that_nobody_has_is_a_failure_that_names_it(stack: Stack, email: str) -> None:
    with pytest.raises(Failure, match=email):
        report(stack, email)


def test_a_mail_shows_the_hits_on_its_links_and_when_a_person_first_clicked(stack: Stack, table: Table) -> None:
    # given a mail whose link a scanner fetched and a person clicked twice
    lead = a_lead()
    send = Send(id="send1", lead=lead.id, email="m", mail_class=MailClass.MARKETING, origin="j", step="s", planned=NOON)
    table.write(
        Create(keys.address(address_hash(KEY, lead.email)), Pointer(lead=lead.id)),
        Create(keys.profile(lead.id), lead),
        Create(keys.send(lead.id, send.id), send),
        Create(keys.send(lead.id, "send2"), replace(send, id="send2")),
    )
    for n, verdict in enumerate((Verdict.MACHINE, Verdict.HUMAN, Verdict.HUMAN)):
        at = NOON + timedelta(minutes=n)
        click = an_activity(
            id=f"c{n}",
            kind=Kind.LINK_CLICKED,
            at=at,
            verdict=verdict,
            facts={"send": "send1", "link": "0"},
            classification=Classification(points=60, rules_version=2, why=("identifies itself as a scanner",))
            if n == 0
            else None,
        )
        table.write(Create(keys.activity(lead.id, at, click.id), click))

    # when it is asked for
    clicked, untouched = report(stack, lead.email)["sends"]

    # then
    assert clicked["clicked"] == "2026-11-21T03:01:00Z"
    assert [(hit["verdict"], hit["why"]) for hit in clicked["clicks"]] == [
        ("machine", ["identifies itself as a scanner"]),
        ("human", []),
        ("human", []),
    ]
    assert (untouched["clicked"], untouched["clicks"]) == (None, [])


def shown(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], columns: str = "200"
) -> str:
    """Return what `ripen lead` prints of a full lead with a decision of sales."""
    write_a_full_lead(stack.table)
    alert = Alert(id="wu4bf", lead="lead1", kind="hot", planned=NOON, state=AlertState.POSTED, posted=NOON)
    press = Decision(
        id="d1",
        lead="lead1",
        at=NOON,
        what=DecisionKind.ALERT,
        subject="wu4bf",
        outcome=Outcome.ACCEPTED,
        reason="",
        bundle="b",
    )
    stack.table.write(Create(keys.alert("lead1", alert.id), alert), create_decision(press))
    monkeypatch.setattr(command, "connect", lambda: stack)
    monkeypatch.setenv("COLUMNS", columns)
    command.lead("hanako@example.co.jp")
    return capsys.readouterr().out


def test_times_are_in_the_brands_zone_which_is_named(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = shown(stack, monkeypatch, capsys)
    assert "Times: Asia/Tokyo" in out
    assert "2026-11-21 12:00" in out
    assert "03:00" not in out


def test_nothing_is_cut_on_a_narrow_screen(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not re.search(r"…\s*│", shown(stack, monkeypatch, capsys, columns="40"))


@pytest.mark.usefixtures("japanese")
def test_rows_are_in_japanese_words(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = shown(stack, monkeypatch, capsys)
    for words in ("ホット", "送信せず", "担当決定", "投稿", "配信停止"):
        assert words in out
    for code in ("skipped", "accepted", "posted", "hot ", "wu4bf"):
        assert code not in out


@pytest.mark.parametrize(
    ("folded", "language", "words"),
    [
        (3, "en", "2 older activities have expired: score and segments still count them"),
        (2, "en", "1 older activity has expired: score and segments still count them"),
        (3, "ja", "保存期間を過ぎた行動 2 件は削除済み（スコアとセグメントでは引き続き数えます）"),
        (1, "en", ""),
    ],
)
def test_expired_activities_are_counted(
    stack: Stack, folded: int, language: Literal["en", "ja"], words: str, request: pytest.FixtureRequest
) -> None:
    # given a lead with one folded activity that is left, and one that is not folded yet
    write_a_full_lead(stack.table)
    row = stack.table.get(keys.state("lead1"))
    assert row
    left = an_activity(id="left", folded=NOON)
    stack.table.write(
        Replace(row.key, replace(row.value, activity_count=folded), row.version),
        Create(keys.activity("lead1", NOON, "left"), left),
    )
    # when
    if language == "ja":
        request.getfixturevalue("japanese")
    found = report(stack, "hanako@example.co.jp")
    printed = StringIO()
    Console(width=200, file=printed).print(lead_parts(found, "UTC", a_bundle())[0])
    # then
    assert found["expired_activities"] == folded - 1
    out = printed.getvalue()
    assert words in out
    assert ("expired" in out or "保存期間" in out) is (folded > 1)
