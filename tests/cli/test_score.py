"""ripen score: the ledger of one lead, for people and scripts."""

from collections.abc import Sequence
from copy import replace
from datetime import timedelta
from io import StringIO

import pytest
from rich.console import Console

from cli.output.score import ledger_parts
from ripen.adapters.table import Create, Table, keys
from ripen.failure import Failure
from ripen.fold.fold import add_activities, with_rank
from ripen.lead.address import address_hash
from ripen.lead.history import HistoryEntry, HistoryPage, history_entry
from ripen.lead.state import State
from ripen.operations.leads.score_ledger import ScoreLedger, score_ledger
from ripen.pointers import Pointer
from tests.cli.test_lead_report import KEY, Held
from tests.support.builders import a_bundle, a_lead, an_activity
from tests.support.fakes import NOON

DAY = timedelta(days=1)


def write_lead(table: Table, entries: Sequence[HistoryEntry]) -> None:
    """Write a lead whose first activity is in a history page, and the others in the state."""
    lead, bundle = a_lead(), a_bundle()
    state, _ = with_rank(add_activities(State(lead=lead.id), lead, entries, bundle), bundle, NOON)
    table.write(
        Create(keys.address(address_hash(KEY, lead.email)), Pointer(lead=lead.id)),
        Create(keys.profile(lead.id), lead),
        Create(keys.history_page(lead.id, 1), HistoryPage(entries=tuple(entries[:1]))),
        Create(keys.state(lead.id), replace(state, history=tuple(entries[1:]))),
    )


def ledger(table: Table) -> ScoreLedger:
    held = Held()
    return score_ledger(a_lead().email, table, held, held, NOON, "en")  # type: ignore[arg-type]


def forms(*days: float) -> list[HistoryEntry]:
    return [history_entry(an_activity(at=NOON - day * DAY, received=NOON - day * DAY)) for day in days]


def test_scripts_get_each_rule_with_its_activities(table: Table) -> None:
    write_lead(table, forms(14, 0))
    found = ledger(table).plain()
    assert found["disqualified"] == ""
    [main] = found["models"]
    assert {name: main[name] for name in ("name", "fit", "engagement", "total", "grade", "level", "rank")} == {
        "name": "main",
        "fit": 40,
        "engagement": 45,
        "total": 85,
        "grade": "",
        "level": 0,
        "rank": "hot",
    }
    assert [(rule["code"], rule["points"], rule["words"]) for rule in main["rules"]] == [
        ("form", 45, "Filled in a form"),
        ("title", 40, "Senior title"),
    ]
    assert [(each["points"], each["now"]) for each in main["rules"][0]["activities"]] == [(30, 30), (30, 15)]
    assert main["next_rank"] == "warm"


def test_people_see_points_then_and_now_and_the_next_rank(table: Table) -> None:
    write_lead(table, forms(14, 0))
    console = Console(file=StringIO(), width=120)
    for part in ledger_parts(ledger(table), "Asia/Tokyo"):
        console.print(part)
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    for words in ("85 points: fit 40, engagement 45", "+45", "+30 → +15.0", "the rank changes to", "every 14 days"):
        assert words in shown


def test_lead_without_a_state_has_no_score_yet(table: Table) -> None:
    table.write(
        Create(keys.address(address_hash(KEY, a_lead().email)), Pointer(lead="lead1")),
        Create(keys.profile("lead1"), a_lead()),
    )
    with pytest.raises(Failure, match="no score yet"):
        ledger(table)
