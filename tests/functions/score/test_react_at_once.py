"""score.react that is woken twice, runs several times at once, or dies: nothing is lost or counted twice."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ripen.adapters.rows.fold_rows import Queues
from ripen.adapters.table import Change, Create, Table, keys
from ripen.agenda import Lane, shard
from ripen.lead.activity import Activity
from ripen.lead.state import State
from ripen.scoring.rules_version import rules_version
from tests.support.builders import a_bundle, an_activity
from tests.support.fakes import NOON, FakeClock
from tests.support.folded_activities import a_lead_row, captured, due, key_of, react, value, woken

BUNDLE = a_bundle()
STATE = keys.state("lead1")


def forms(count: int, **changes: Any) -> list[Activity]:
    return [an_activity(id=f"activity{n}", subject="contact", **changes) for n in range(1, count + 1)]


def test_folded_activity_is_not_folded_again(table: Table, clock: FakeClock, queues: Queues) -> None:
    a_lead_row(table)
    refs = captured(table, an_activity())
    react(refs * 2, table, BUNDLE, clock, queues)
    before = table.get(STATE)
    clock.move(minutes=1)
    react(refs, table, BUNDLE, clock, queues)
    assert table.get(STATE) == before
    assert len(woken(queues.advance)) == 1


def test_two_workers_at_once_lose_no_activity(table: Table, clock: FakeClock, queues: Queues) -> None:
    """Let the second worker find another version of the state, and read again."""
    a_lead_row(table, job_title="")
    first, second = captured(table, *forms(2))

    class Interrupted(Table):
        def write(self, *changes: Change) -> None:
            if not interruptions:
                interruptions.append(True)
                react([second], table, BUNDLE, clock, queues)
            super().write(*changes)

    interruptions: list[bool] = []
    react([first], Interrupted("table", table._client), BUNDLE, clock, queues)
    state = value(table, STATE)
    assert (state.rule_points["form"].count, state.rule_points["form"].points, state.activity_count) == (2, 60, 2)


def test_many_workers_count_each_activity_once(table: Table, clock: FakeClock, queues: Queues) -> None:
    a_lead_row(table, job_title="部長")
    refs = captured(table, *forms(6))

    def work(n: int) -> None:
        react(refs[n % 3 :: 2] + refs[:n], table, BUNDLE, clock, queues)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(6)))
    state = value(table, STATE)
    assert (state.activity_count, state.rule_points["form"].count, state.episode) == (6, 6, 1)
    assert len(list(table.under("lead1", "alert#"))) == 1


def test_crash_before_or_after_the_write_loses_nothing(table: Table, clock: FakeClock, queues: Queues) -> None:
    class Killed(BaseException):
        pass

    class Dying(Table):
        def write(self, *changes: Change) -> None:
            raise Killed

    class DeadQueue:
        def wake(self, *refs: object, delay: int = 0) -> None:
            raise Killed

    a_lead_row(table, job_title="部長")
    refs = captured(table, an_activity())
    # when the worker dies before the write
    with pytest.raises(Killed):
        react(refs, Dying("table", table._client), BUNDLE, clock, queues)
    # then nothing has changed
    assert table.get(STATE) is None
    assert due(table, key_of(an_activity())) == NOON
    # when the worker dies after the write
    with pytest.raises(Killed):
        react(refs, table, BUNDLE, clock, Queues(advance=DeadQueue(), sync=DeadQueue(), alert=DeadQueue()))
    # then all consequences are on the agenda once, also after another wake-up
    react(refs, table, BUNDLE, clock, queues)
    waiting = {keys.kind(due.ref) for due in table.due(Lane.HOT, shard("lead1"), NOON)}
    assert waiting == {"alert", "due#crm", "enrollment"}
    assert value(table, STATE).activity_count == 1


def test_state_is_written_over_the_version_that_was_read(table: Table, clock: FakeClock, queues: Queues) -> None:
    a_lead_row(table)
    table.write(Create(STATE, State(lead="lead1", rules_version=rules_version(BUNDLE))))
    react(captured(table, an_activity()), table, BUNDLE, clock, queues)
    row = table.get(STATE)
    assert row is not None
    assert row.version == 2
