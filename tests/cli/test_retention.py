"""ripen retention: what is gone, what goes when, and what other periods would change."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cli.commands import retention as command
from cli.stack.stack import Stack
from ripen.adapters.table import Create, Table, keys
from ripen.lead.activity import Activity, Kind
from ripen.lead.history import HistoryPage, history_entry
from ripen.lead.state import State
from ripen.operations.leads.retention import DECISIONS, MAILS
from ripen.playbook.retention import Retention
from tests.support.builders import a_bundle, a_marketing_mail, an_activity
from tests.support.fakes import NOON, FakeClock
from tests.support.memory_stack import a_stack

KEEP = Retention(activities={Kind.PAGE_VIEWED: 30}, mails=730)
NOWHERE = Path("no-such-folder")


def a_view(number: int) -> Activity:
    at = NOON + timedelta(minutes=number)
    return an_activity(id=f"view{number}", kind=Kind.PAGE_VIEWED, at=at, received=at, folded=at)


@pytest.fixture
def stack(table: Table, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Stack:
    """A lead with three views, of which one is gone, a form that is not folded, and a mail, written without periods."""
    stack = a_stack(table, clock, a_bundle(keep=KEEP))
    monkeypatch.setattr(command, "connect", lambda: stack)
    for view in (a_view(2), a_view(3)):
        table.write(Create(keys.activity("lead1", view.at, view.id), view))
    form, mail = an_activity(), a_marketing_mail()
    table.write(Create(keys.activity("lead1", form.at, form.id), form, due=NOON))
    table.write(Create(keys.visit("browser", NOON, "v"), a_view(9), expires=NOON))
    table.write(Create(keys.send("lead1", mail.id), mail, due=NOON))
    table.write(
        Create(keys.history_page("lead1", 2), HistoryPage(entries=tuple(map(history_entry, map(a_view, (1, 2))))))
    )
    table.write(Create(keys.state("lead1"), State(lead="lead1", history=(history_entry(a_view(3)),))))
    return stack


def found(capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, object]]:
    command.retention(folder=NOWHERE, as_json=True)
    return {each.pop("kind"): each for each in json.loads(capsys.readouterr().out)}


def test_it_says_what_is_gone_and_what_would_go(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    assert found(capsys) == {
        "form_submitted": {"gone": 0, "now": {"never": 1}, "planned": {"never": 1}},
        "mails": {"gone": 0, "now": {"never": 1}, "planned": {"2028-11": 1}},
        "page_viewed": {"gone": 1, "now": {"never": 2}, "planned": {"2026-12": 2}},
    }


def test_month_is_that_of_the_company(stack: Stack, table: Table, capsys: pytest.CaptureFixture[str]) -> None:
    call = an_activity(id="call1", kind=Kind.BOUNCED)
    in_december = datetime(2026, 11, 30, 16, tzinfo=UTC)  # 1:00 of December 1 in Tokyo
    table.write(Create(keys.activity("lead1", call.at, call.id), call, expires=in_december))
    assert found(capsys)["bounced"]["now"] == {"2026-12": 1}


def test_every_kind_has_words() -> None:
    assert {*Kind, MAILS, DECISIONS} == command.KINDS.keys()


def test_table_shows_the_months(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    command.retention(folder=NOWHERE)
    shown = capsys.readouterr().out
    assert "pages viewed (visits)" in shown
    assert "never: 2" in shown
    assert "With the folder's periods" not in shown


def test_periods_of_the_folder_are_compared(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    command.retention(folder=Path("playbook"), as_json=True)
    views = next(each for each in json.loads(capsys.readouterr().out) if each["kind"] == "page_viewed")
    assert views["planned"] == {"2028-11": 2}
    command.retention(folder=Path("playbook"))
    assert "With the folder's periods" in capsys.readouterr().out
