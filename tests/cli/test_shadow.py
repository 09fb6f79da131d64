"""ripen shadow: the list of what shadow mode kept back."""

from datetime import timedelta

import pytest

from cli.commands import shadow as command
from ripen.adapters.rows.decisions import create_decision
from ripen.adapters.table import Create, Table, keys
from ripen.decision import Decision, DecisionKind, Outcome, Reason
from ripen.lead.state import State
from ripen.settings import Shadow
from tests.support.fakes import NOON, FakeClock
from tests.support.memory_stack import a_known_lead, a_stack


class NoSubcommand:
    invoked_subcommand = None


@pytest.fixture(autouse=True)
def kept_back_mail(table: Table, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shadow mode is on, and a mail to the lead was kept back."""
    stack = a_stack(table, clock)
    monkeypatch.setattr(command, "connect", lambda: stack)
    a_known_lead(table)
    decision = Decision(
        id="d1",
        lead="lead1",
        at=NOON + timedelta(minutes=1),
        what=DecisionKind.SEND,
        subject="case-study",
        outcome=Outcome.WOULD_HAVE_SENT,
        reason=Reason.SHADOW,
        facts={"subject": "山田様へ"},
    )
    table.write(
        Create(keys.SHADOW, Shadow(on=True, at=NOON)),
        Create(keys.state("lead1"), State(lead="lead1")),
        create_decision(decision),
    )


def shown(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("COLUMNS", "160")
    command.shadow(NoSubcommand())  # type: ignore[arg-type]
    return capsys.readouterr().out


def test_list_names_the_lead_and_the_mail_that_was_kept_back(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = shown(capsys, monkeypatch)
    for words in (
        "Shadow mode is on since 2026-11-21 12:00 Asia/Tokyo",
        "hanako@example.co.jp",
        "would have sent “…様へ”",
    ):
        assert words in out
    assert "山田様へ" in out


@pytest.mark.usefixtures("japanese")
def test_shadow_speaks_japanese(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    out = shown(capsys, monkeypatch)
    for words in ("シャドーモードです（2026-11-21 12:00 Asia/Tokyo から）", "メール「…様へ」"):
        assert words in out
