"""The console's page of a lead shows rows as they are stored: decisions and the consent inside the activity."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from httpx import ASGITransport, AsyncClient, Response

from cli.local.web import web
from cli.stack.stack import Stack
from ripen.adapters.playbook import Live
from ripen.adapters.table import Create, Table, keys
from ripen.decision import DecisionKind, EmbeddedDecision, KeptDecision, Outcome, Reason
from ripen.journey.enrollment import Enrollment
from ripen.lead.activity import Activity, Classification, ConsentProof, Kind, Verdict
from ripen.lead.address import address_hash
from ripen.lead.contact import Contact, Permission
from ripen.lead.lead import Touch
from ripen.lead.state import Rank, State
from ripen.mail.ledger import MailClass, Send, SendState
from ripen.playbook.bundle import Bundle
from ripen.pointers import Pointer
from sandbox.console.app import build
from tests.sandbox.console.test_shadow import STATUS
from tests.support.builders import a_bundle, a_lead, an_activity
from tests.support.fakes import NOON, FakeClock

KEY = b"k" * 32


class Held:
    """The master key and the playbook of a stack, in memory."""

    def key(self, purpose: str) -> bytes:
        return KEY

    def live(self) -> Live:
        return Live(a_bundle(), "https://site.example")

    def bundle(self, hash: str) -> Bundle:
        return a_bundle(hash=hash)


@pytest.fixture
def page(table: Table, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], str]:
    """The console's page of a lead in a language, with nothing in the mailbox and in Slack."""
    held: Any = Held()
    at: Any = clock
    stack = Stack(
        table=table, playbook=held, secrets=held, connections=held, clock=at, site="", queues=(), tick="", local=STATUS
    )
    console = build(lambda: stack, lambda: STATUS)
    monkeypatch.setattr(web, "get", lambda url: Response(200, json=[], request=httpx.Request("GET", url)))

    async def asked(email: str, lang: str) -> str:
        async with AsyncClient(transport=ASGITransport(console), base_url="http://console") as client:
            return (await client.get("/", params={"lead": email, "lang": lang})).text

    return lambda email, lang: asyncio.run(asked(email, lang))


def a_form_with_all_inside() -> Activity:
    made = EmbeddedDecision(what=DecisionKind.RANK, outcome=Outcome.ROSE, subject=Rank.HOT, reason=Reason.ACTIVITY)
    return an_activity(
        consent=ConsentProof(purpose="marketing", version="2026-11", locale="ja", bundle="bundle1"),
        decisions=(made,),
        folded=NOON,
        touch=Touch(at=NOON, url="https://site.example/", utm_source="google"),
    )


def a_machine_s_click(lead: str) -> Activity:
    return Activity(
        id="click1",
        lead=lead,
        kind=Kind.LINK_CLICKED,
        at=NOON,
        received=NOON,
        subject="case-study",
        facts={"send": "send1"},
        verdict=Verdict.MACHINE,
        classification=Classification(points=9, rules_version=1, why=("scanner",)),
    )


def a_capped_mail(lead: str) -> Send:
    return Send(
        id="send1",
        lead=lead,
        email="case-study",
        mail_class=MailClass.MARKETING,
        origin="whitepaper",
        step="s",
        planned=NOON,
        state=SendState.SKIPPED,
        decisions=(KeptDecision(NOON, Outcome.SKIPPED, Reason.CAPPED),),
    )


def a_lead_that_acted(table: Table, locale: str) -> str:
    """Write a lead whose form carried a consent, a judged click, and decisions in all kinds of rows."""
    lead = a_lead(locale=locale)
    send = a_capped_mail(lead.id)
    left = Enrollment(
        lead=lead.id,
        journey="whitepaper",
        key="once",
        entered=NOON,
        bundle="bundle1",
        decisions=(KeptDecision(NOON, Outcome.EXITED, Reason.GOAL_REACHED),),
    )
    granted = Permission(granted=True, at=NOON, record="activity1")
    table.write(
        Create(keys.address(address_hash(KEY, lead.email)), Pointer(lead=lead.id)),
        Create(keys.profile(lead.id), lead),
        Create(keys.state(lead.id), State(lead=lead.id, rank=Rank.HOT)),
        Create(keys.contact(lead.id), Contact(lead=lead.id, consent={"marketing": granted})),
        Create(keys.activity(lead.id, NOON, "activity1"), a_form_with_all_inside()),
        Create(keys.activity(lead.id, NOON, "click1"), a_machine_s_click(lead.id), due=NOON),
        Create(keys.send(lead.id, send.id), send),
        Create(keys.enrollment(lead.id, left.journey, left.key), left),
    )
    return lead.email


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("ja", ("山田 花子", "マーケティングメール: 同意あり", "フォームを送信", "機械", "配信数の上限", "目標に到達")),
        ("en", ("山田 花子", "Marketing mail: agreed", "Sent the form", "machine", "capped", "goal reached")),
    ],
)
def test_a_lead_with_consent_and_decisions_inside_its_rows_is_shown(
    page: Callable[[str, str], str], table: Table, lang: str, said: tuple[str, ...]
) -> None:
    email = a_lead_that_acted(table, lang)
    shown = page(email, lang)
    for words in (*said, "google", "…様へ"):
        assert words in shown
    assert "case-study" not in shown
    assert shown.count('class="rose"') == shown.count('class="skipped"') == shown.count('class="exited"') == 1
    assert '<polyline class="past" points="' in shown


def test_a_lead_without_mail_is_among_the_recent_leads(page: Callable[[str, str], str], table: Table) -> None:
    for minutes, name in enumerate(("old", "new")):
        lead = a_lead(id=name, email=f"{name}@example.jp", created=NOON + timedelta(minutes=minutes))
        table.write(Create(keys.profile(name), lead), Create(keys.state(name), State(lead=name)))
    shown = page("", "en")
    assert "/?lead=new%40example.jp" in shown
    assert shown.index("new@example.jp") < shown.index("old@example.jp")
