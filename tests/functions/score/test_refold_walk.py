"""score.refold on a table: after a publication each lead is recalculated, even if workers die or run twice."""

from copy import replace
from typing import Any

import pytest

from ripen.adapters.table import Change, Mark, Replace, Table, keys
from ripen.agenda import SHARDS, Lane, shard
from ripen.campaign.walk import Walk
from ripen.operations.publication.recalculation import Recalculation, recalculation, refolding
from score import _refold_page, _refold_walk
from tests.support.campaign_machinery import known, leads_of
from tests.support.fakes import NOON
from tests.support.planned_mails import Killed
from tests.support.quick_dynamodb import QuickDynamoDB
from tests.support.refold_walks import KEY, NEW, NEWER, OLD, OWNER, Publisher, roster


@pytest.fixture
def dynamodb() -> Any:
    return QuickDynamoDB()


@pytest.fixture
def publisher(table: Table) -> Publisher:
    return Publisher(table)


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_refold_walk, "_PAGE", 3)


def test_each_lead_of_all_shards_gets_the_new_rules_page_by_page(publisher: Publisher, table: Table) -> None:
    # given
    leads = [*roster(table), *leads_of(63, 1)]
    known(table, leads[-1])
    # when
    publisher.start(NEW)
    assert len(publisher.queue.woken) == SHARDS
    publisher.run(KEY.ref)
    assert (publisher.walk.after, publisher.queue.woken.count(KEY.ref)) == (leads[2], 2)
    publisher.run_all()
    # then
    assert publisher.with_rules(NEW, leads) == leads
    assert publisher.walk == Walk(shard=5, after=leads[7], passed=8, taken=8, done=True)
    assert recalculation(table) == Recalculation(NEW.hash, NOON, passed=9, failed=0, shards_done=SHARDS)
    assert list(table.all_due(Lane.BULK, shard(OWNER.pk), NOON.replace(year=2030))) == []


def test_publication_that_changes_no_rules_recalculates_nobody(table: Table) -> None:
    renamed = replace(OLD, hash="other")
    assert refolding(renamed, OLD, table, NOON, due=NOON) == []
    assert refolding(NEW, None, table, NOON, due=NOON) == []


def test_walk_starts_when_the_playbook_is_in_force(publisher: Publisher, table: Table) -> None:
    # given functions that still follow the previous playbook
    leads = roster(table, 2)
    publisher.publish(NEW)
    publisher.live = OLD
    # when
    publisher.run(OWNER.ref)
    # then
    assert (publisher.queue.woken, publisher.queue.delays) == ([OWNER.ref], [6])
    assert table.get(KEY) is None
    # and then it starts
    publisher.live = NEW
    publisher.run_all()
    assert publisher.with_rules(NEW, leads) == leads


def test_publication_that_never_gets_in_force_is_left_to_the_tick(publisher: Publisher) -> None:
    publisher.publish(NEW)
    publisher.live = OLD
    publisher.clock.move(seconds=59)
    publisher.run(OWNER.ref)
    assert publisher.queue.woken == [OWNER.ref]
    publisher.clock.move(seconds=1)
    publisher.run(OWNER.ref)
    assert publisher.queue.woken == [OWNER.ref]  # else each message of the tick begins a chain without an end


def test_message_that_comes_twice_starts_no_second_lap(publisher: Publisher, table: Table) -> None:
    roster(table, 2)
    publisher.start(NEW)
    publisher.run_all()
    before = table.get(KEY)
    publisher.run(OWNER.ref)
    publisher.run(KEY.ref)
    assert (table.get(KEY), publisher.queue.woken) == (before, [])


def test_page_waits_while_its_worker_follows_the_previous_playbook(publisher: Publisher, table: Table) -> None:
    leads = roster(table, 2)
    publisher.start(NEW)
    publisher.live = OLD
    publisher.queue.woken.clear()
    publisher.run(KEY.ref)
    assert (publisher.walk.passed, publisher.queue.woken) == (0, [KEY.ref])
    publisher.live = NEW
    publisher.run_all()
    assert publisher.with_rules(NEW, leads) == leads


def test_newer_publication_restarts_the_walk(publisher: Publisher, table: Table) -> None:
    # given a walk after its first page
    leads = roster(table)
    publisher.start(NEW)
    publisher.run(KEY.ref)
    publisher.queue.woken.clear()
    # when
    publisher.start(NEWER)
    publisher.run_all()
    # then
    assert publisher.with_rules(NEWER, leads) == leads
    assert (publisher.walk.lap, publisher.walk.passed, publisher.walk.done) == (2, 8, True)


def test_walk_of_an_earlier_lap_leaves_the_agenda(publisher: Publisher, table: Table) -> None:
    roster(table)
    publisher.start(NEW)
    publisher.publish(NEWER)
    publisher.run(KEY.ref)
    row = table.get(KEY)
    assert row and (row.due, row.value.passed) == (None, 0)


def test_page_during_which_other_rules_are_published_undoes_nothing(dynamodb: Any) -> None:
    """The page is of the earlier lap: its leads get the newer rules, and its cursor is not written."""

    class Overtaken(Table):
        overtaken = False

        def write(self, *changes: Change) -> None:
            if keys.kind(changes[0].key.ref) == "state" and not self.overtaken:
                self.overtaken = True
                crowd.start(NEWER)
                crowd.run_all()
            super().write(*changes)

    table = Overtaken("table", dynamodb)
    crowd = Publisher(table)
    leads = roster(table)
    crowd.start(NEW)
    crowd.queue.woken.clear()
    crowd.run(KEY.ref)
    crowd.run_all()
    assert crowd.with_rules(NEWER, leads) == leads
    assert (crowd.walk.lap, crowd.walk.passed, crowd.walk.done) == (2, 8, True)


def test_lead_that_cannot_be_recalculated_is_left_to_react(publisher: Publisher, table: Table) -> None:
    # given one whose state cannot be written
    leads = roster(table, 4)

    class Broken(Table):
        def write(self, *changes: Change) -> None:
            if changes[0].key == keys.state(leads[1]) and isinstance(changes[0], Replace):
                raise ZeroDivisionError
            super().write(*changes)

    publisher.table = Broken("table", table._client)
    # when
    publisher.start(NEW)
    publisher.run_all()
    # then the others are done, and that one waits for score.react
    assert publisher.with_rules(NEW, leads) == [leads[0], *leads[2:]]
    assert (publisher.walk.passed, publisher.walk.taken, publisher.walk.failed) == (4, 3, 1)
    [waits] = table.all_due(Lane.BULK, 5, NOON)
    assert keys.parse(waits.ref).lead == leads[1]


def test_page_that_runs_out_of_time_goes_on_after_the_last_lead_that_was_reached(
    publisher: Publisher, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_refold_page, "_THREADS", 1)
    leads = roster(table, 6)
    publisher.start(NEW)
    publisher.queue.woken.clear()
    times = iter([True, True])
    publisher.run(KEY.ref, lambda: next(times, False))
    assert (publisher.walk.after, publisher.walk.passed, publisher.walk.done) == (leads[1], 2, False)
    assert publisher.queue.woken == [KEY.ref]
    publisher.run_all()
    assert publisher.with_rules(NEW, leads) == leads


def test_lead_that_acted_before_the_walk_is_only_passed(publisher: Publisher, table: Table) -> None:
    leads = roster(table, 2)
    publisher.start(NEW)
    publisher.run(KEY.ref)
    publisher.queue.woken.clear()
    table.write(Mark(KEY, NOON, Lane.BULK))
    before = [table.get(keys.state(lead)) for lead in leads]
    publisher.table.write(*refolding(NEW, OLD, table, NOON, due=NOON))
    publisher.run(OWNER.ref)
    publisher.run(KEY.ref)
    assert [table.get(keys.state(lead)) for lead in leads] == before
    assert (publisher.walk.passed, publisher.walk.taken) == (2, 0)


class Mortal(Table):
    """Whoever writes a row of the walk dies: the first time before the write and the next time after it, in turn."""

    kills = False
    writes = 0

    def write(self, *changes: Change) -> None:
        if not (self.kills and changes[0].key.pk == OWNER.pk):
            return super().write(*changes)
        self.writes += 1
        if self.writes % 2:
            raise Killed
        super().write(*changes)
        raise Killed


def test_worker_killed_at_any_write_loses_no_lead(dynamodb: Any) -> None:
    # given
    table = Mortal("table", dynamodb)
    publisher = Publisher(table)
    leads = roster(table)
    publisher.publish(NEW)
    table.kills = True
    # when each worker dies, and the next one is called for what is still due
    deaths = 0
    for ref, done in ((OWNER.ref, lambda: table.get(KEY)), (KEY.ref, lambda: publisher.walk.done)):
        while not done():
            with pytest.raises(Killed):
                publisher.run(ref)
            deaths += 1
            row = table.get(keys.parse(ref))
            assert ref == OWNER.ref or (row and (row.due or row.value.done))
    # then
    assert deaths == 2 + 3 * 2
    assert publisher.with_rules(NEW, leads) == leads
    assert publisher.walk.passed == 8


def test_unknown_walk_does_nothing(publisher: Publisher) -> None:
    publisher.run(KEY.ref)
    publisher.run("refold#none|-")
    assert publisher.queue.woken == []
