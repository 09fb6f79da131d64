"""The console in shadow mode lists the suppressed effects with their leads, in both languages."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient

from cli.local.home import LocalCloud
from cli.stack.stack import Stack
from ripen.adapters.rows.decisions import create_decision
from ripen.adapters.table import Create, Replace, Table, keys
from ripen.decision import Decision, DecisionKind, Outcome, Reason
from ripen.lead.state import State
from ripen.settings import Shadow
from sandbox.console.app import build
from tests.support.builders import a_bundle, a_lead
from tests.support.fakes import NOON, FakeClock

NOWHERE = "http://127.0.0.1:1"
STATUS = LocalCloud(
    pid=1, ready=True, api=NOWHERE, mailbox=NOWHERE, slack=NOWHERE, salesforce=NOWHERE, aws=NOWHERE, ca="ca.pem"
)


class Published:
    def live(self) -> Any:
        return SimpleNamespace(bundle=a_bundle())


@pytest.fixture
def page(table: Table, clock: FakeClock) -> Callable[[str], str]:
    """The console's page in a language."""
    nothing: Any = None
    published: Any = Published()
    at: Any = clock
    stack = Stack(
        table=table,
        playbook=published,
        secrets=nothing,
        connections=nothing,
        clock=at,
        site="",
        queues=(),
        tick="",
        local=STATUS,
    )
    console = build(lambda: stack, lambda: STATUS)

    async def asked(lang: str) -> str:
        async with AsyncClient(transport=ASGITransport(console), base_url="http://console") as client:
            return (await client.get("/", params={"lang": lang})).text

    return lambda lang: asyncio.run(asked(lang))


def kept_back(table: Table, what: DecisionKind, outcome: Outcome, minutes: int = 0, **facts: str) -> None:
    at = NOON + timedelta(minutes=minutes)
    decision = Decision(
        id=f"{what}{minutes}",
        lead="lead1",
        at=at,
        what=what,
        subject="s",
        outcome=outcome,
        reason=Reason.SHADOW,
        facts=facts,
    )
    table.write(create_decision(decision))


@pytest.fixture
def shadowed(table: Table) -> None:
    table.write(Create(keys.SHADOW, Shadow(on=True, at=NOON)))
    table.write(Create(keys.profile("lead1"), a_lead()), Create(keys.state("lead1"), State(lead="lead1")))
    kept_back(table, DecisionKind.SEND, Outcome.WOULD_HAVE_SENT, subject="<b>山田様へ</b>")
    kept_back(table, DecisionKind.ALERT, Outcome.WOULD_HAVE_POSTED, 5, text="🔥 山田 花子")


@pytest.mark.usefixtures("shadowed")
@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("ja", ("シャドーモードです", "シャドーモードで見合わせたこと", "送信を見合わせ", "投稿を見合わせ")),
        ("en", ("Shadow mode is on", "What would have been done", "would have sent", "would have posted")),
    ],
)
def test_shadow_mode_is_shown_with_the_suppressed_effects(
    page: Callable[[str], str], lang: str, said: tuple[str, ...]
) -> None:
    shown = page(lang)
    for words in (*said, "hanako@example.co.jp", "🔥 山田 花子", "&lt;b&gt;山田様へ&lt;/b&gt;"):
        assert words in shown
    assert shown.index("🔥 山田 花子") < shown.index("山田様へ")  # the latest first


def test_without_shadow_mode_its_section_is_missing(page: Callable[[str], str], table: Table, shadowed: None) -> None:
    row = table.get(keys.SHADOW)
    assert row
    table.write(Replace(keys.SHADOW, Shadow(on=False, at=NOON), row.version))
    shown = page("en")
    assert "Shadow mode" not in shown
    assert "would have" not in shown


def test_shadow_mode_that_just_began_lists_nothing(page: Callable[[str], str], table: Table) -> None:
    table.write(Create(keys.SHADOW, Shadow(on=True, at=NOON)))
    shown = page("en")
    assert "What would have been done" in shown
    assert "Nothing yet." in shown
