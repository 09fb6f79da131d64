"""Schedules on the agenda: each occurrence enrols the segment once."""

from copy import replace
from datetime import datetime, timedelta

import pytest

from nurture.walk import run_due
from ripen.adapters.table import Change, Conflict, Create, Row, Table, keys
from ripen.agenda import SHARDS
from ripen.campaign.walk import Schedule
from ripen.playbook.bundle import Bundle
from ripen.playbook.trigger import OnSchedule
from tests.support.campaign_machinery import Machinery, a_playbook, after
from tests.support.fakes import NOON

NINE = OnSchedule(rrule="FREQ=DAILY", start="2026-11-20T12:00", segment="everyone")
KEY = keys.schedule("whitepaper")


def scheduled(*triggers: OnSchedule) -> Bundle:
    bundle = a_playbook()
    journey = replace(bundle.journeys["whitepaper"], enrol=triggers)
    return replace(bundle, journeys={"whitepaper": journey})


@pytest.fixture
def machinery(table: Table) -> Machinery:
    return Machinery(table, bundle=scheduled(NINE))


def published(machinery: Machinery, since: datetime, due: datetime) -> None:
    machinery.table.write(Create(KEY, Schedule(journey="whitepaper", since=since), due=due))


def row(machinery: Machinery) -> Row[Schedule]:
    found = machinery.table.get(KEY)
    assert found
    return found


def asked(machinery: Machinery, occurrence: str) -> bool:
    return machinery.table.get(keys.entries("whitepaper", "everyone", occurrence)) is not None


def test_segment_is_enrolled_at_its_time_and_the_next_occurrence_is_on_the_agenda(machinery: Machinery) -> None:
    published(machinery, after(days=-1), NOON)
    for _ in range(2):
        run_due(KEY.ref, machinery.dependencies, lambda: True)
    assert asked(machinery, "2026-11-21T12:00")
    assert (row(machinery).due, row(machinery).value.since) == (after(days=1), NOON)
    of = keys.entries("whitepaper", "everyone", "2026-11-21T12:00")
    assert machinery.queue.woken == [keys.walk(of, shard).ref for shard in range(SHARDS)]


def test_occurrence_is_not_lost_when_two_workers_cancel_each_other(machinery: Machinery) -> None:
    # given a transaction that DynamoDB gives up because of another one at work on the same rows, which it gives up too
    class Contested(Table):
        def write(self, *changes: Change) -> None:
            if len(changes) > SHARDS:
                raise Conflict((0,))
            super().write(*changes)

    published(machinery, after(days=-1), NOON)
    contested = replace(machinery.dependencies, table=Contested("table", machinery.table._client))
    # when
    with pytest.raises(Conflict):
        run_due(KEY.ref, contested, lambda: True)
    # then it is still due, and asked for by who comes next
    assert row(machinery).due == NOON
    run_due(KEY.ref, machinery.dependencies, lambda: True)
    assert asked(machinery, "2026-11-21T12:00")


def test_schedule_woken_too_early_enrols_nobody(machinery: Machinery) -> None:
    published(machinery, NOON, after(days=1))
    run_due(KEY.ref, machinery.dependencies, lambda: True)
    assert machinery.queue.woken == []
    assert row(machinery).due == after(days=1)


@pytest.mark.parametrize(("late", "runs"), [(timedelta(hours=23), True), (timedelta(days=1, minutes=1), False)])
def test_occurrence_missed_by_up_to_a_day_still_runs(machinery: Machinery, late: timedelta, runs: bool) -> None:
    machinery.bundle = scheduled(replace(NINE, rrule="FREQ=WEEKLY"))
    week = after(days=6)
    published(machinery, NOON, week)
    machinery.clock.at = week + late
    run_due(KEY.ref, machinery.dependencies, lambda: True)
    assert asked(machinery, "2026-11-27T12:00") == runs
    assert row(machinery).due == after(days=13)


def test_only_the_latest_of_several_missed_occurrences_runs(machinery: Machinery) -> None:
    published(machinery, after(days=-1), NOON)
    machinery.clock.move(days=2, hours=1)
    run_due(KEY.ref, machinery.dependencies, lambda: True)
    assert [asked(machinery, f"2026-11-{day}T12:00") for day in (21, 22, 23)] == [False, False, True]


@pytest.mark.parametrize("playbook", [scheduled(), a_playbook(journeys={})], ids=["its trigger", "its journey"])
def test_schedule_removed_from_the_playbook_leaves_the_agenda(machinery: Machinery, playbook: Bundle) -> None:
    published(machinery, after(days=-1), NOON)
    machinery.bundle = playbook
    run_due(KEY.ref, machinery.dependencies, lambda: True)
    assert row(machinery).due is None
    assert machinery.queue.woken == []
