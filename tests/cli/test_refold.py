"""After new scoring rules, every lead is recalculated without waiting for its next activity."""

from copy import replace
from datetime import timedelta
from typing import Any

import pytest

from cli.stack.stack import Stack
from ripen.adapters.table import Create, Table, keys
from ripen.agenda import Lane, shard
from ripen.lead.state import State
from ripen.operations.publication.publish import publish
from ripen.operations.publication.recalculation import changed_rules
from ripen.operations.publication.refold import refold_all
from ripen.playbook.bundle import Segment
from ripen.playbook.clause import Condition
from ripen.playbook.trigger import OnDate
from tests.support.builders import a_bundle
from tests.support.fakes import NOON, FakeClock
from tests.support.memory_stack import Kept


@pytest.fixture
def stack(table: Table, clock: FakeClock) -> Stack:
    class Stored:
        def bundle(self, hash: str) -> Any:
            return replace(a_bundle(), hash=hash)

    fake: Any = Stored()
    at: Any = clock
    return Stack(
        table=table,
        playbook=fake,
        secrets=fake,
        connections=fake,
        clock=at,
        site="",
        queues=(),
        tick="",
        local=None,
    )


def test_only_changed_rules_need_a_refold() -> None:
    segment = Segment(name="s", when=(Condition(field="company", present=True),))
    assert not changed_rules(replace(a_bundle(), hash="2", stages=("lead", "customer")), a_bundle())
    assert changed_rules(replace(a_bundle(), segments={"s": segment}), a_bundle()) == {"segments"}
    dearer = replace(a_bundle().scoring, half_life_days=30)
    assert changed_rules(replace(a_bundle(), scoring=dearer), a_bundle()) == {"scoring"}
    timed = replace(a_bundle().journeys["whitepaper"], enrol=(OnDate(field="birthday", yearly=True),))
    assert changed_rules(replace(a_bundle(), journeys={"whitepaper": timed}), a_bundle()) == {"conditions"}


def test_refold_puts_every_lead_on_the_agenda(stack: Stack, table: Table) -> None:
    for n in range(30):
        table.write(Create(keys.state(f"lead{n}"), State(lead=f"lead{n}")))
    assert refold_all(stack.table, stack.clock) == 30
    for lead in (f"lead{n}" for n in range(30)):
        assert [due.at for due in table.due(Lane.BULK, shard(lead), NOON) if due.ref == keys.state(lead).ref] == [NOON]


def test_publication_of_other_rules_starts_a_recalculation_when_it_is_in_force(table: Table) -> None:
    kept: Any = Kept((a_bundle(),))
    dearer = replace(a_bundle(), hash="dearer", scoring=replace(a_bundle().scoring, half_life_days=30))
    publish(a_bundle(), table, kept, "", NOON)
    assert table.get(keys.REFOLDING) is None
    publish(dearer, table, kept, "", NOON)
    publish(replace(dearer, hash="renamed"), table, kept, "", NOON)
    row = table.get(keys.REFOLDING)
    assert row and (row.value.lap, row.value.bundle) == (1, "dearer")
    publish(replace(a_bundle(), hash="back"), table, kept, "", NOON, timedelta(seconds=6))
    row = table.get(keys.REFOLDING)
    assert row and (row.value.lap, row.value.bundle) == (2, "back")
    assert (row.due, row.lane) == (NOON + timedelta(seconds=6), Lane.BULK)
