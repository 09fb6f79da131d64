"""nurture.walk on a real table: each lead of a segment gets one mail, even if workers die or run twice."""

from collections.abc import Sequence
from copy import replace
from datetime import timedelta
from typing import Any

import pytest

from nurture import _roster_page
from nurture._roster_page import walk_shard
from nurture.walk import run_due
from ripen.adapters.rows.walk_rows import ask_segment
from ripen.adapters.table import Change, Create, Key, Replace, Table, keys
from ripen.agenda import Lane, shard
from ripen.campaign import campaign_run
from ripen.campaign.walk import Entries, Walk
from ripen.lead.activity import Activity, Kind
from ripen.lead.state import State
from ripen.mail.ledger import SendState
from tests.support.campaign_machinery import AUTUMN, KEY, Machinery, a_playbook, after, known, leads_of, with_rates
from tests.support.fakes import NOON
from tests.support.planned_mails import Killed
from tests.support.quick_dynamodb import QuickDynamoDB


@pytest.fixture
def dynamodb() -> Any:
    return QuickDynamoDB()


@pytest.fixture
def machinery(table: Table) -> Machinery:
    return Machinery(table)


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_roster_page, "_PAGE", 3)


def walked(table: Table, shard: int) -> Walk:
    row = table.get(keys.walk(KEY, shard))
    assert row
    return row.value


def started(machinery: Machinery, **campaign: Any) -> None:
    machinery.bundle = a_playbook(with_rates(**campaign))
    machinery.schedule(with_rates(**campaign))
    machinery.review()


def test_every_lead_of_the_segment_gets_one_mail(machinery: Machinery, small_pages: None) -> None:
    # given
    leads = leads_of(5, 8)
    for lead in leads[:7]:
        known(machinery.table, lead)
    known(machinery.table, leads[7], "others")
    # when
    machinery.begin(5)
    # then
    sends = machinery.sends(leads)
    assert sorted(sends) == leads[:7]
    assert {(send.state, send.campaign, send.origin, send.not_before) for send in sends.values()} == {
        (SendState.PLANNED, True, "autumn", NOON)
    }
    rows = [row for lead in leads[:7] for row in machinery.table.under(lead, "send#")]
    assert {row.expires for row in rows} == {NOON + timedelta(days=1000)}
    walk = walked(machinery.table, 5)
    assert (walk.passed, walk.taken, walk.done) == (8, 7, True)
    assert machinery.counts() == {"planned": 7}
    assert len(machinery.due()) == 7


def test_a_page_that_just_fits_is_followed_by_an_empty_one(machinery: Machinery, small_pages: None) -> None:
    leads = leads_of(0, 6)
    for lead in leads:
        known(machinery.table, lead)
    machinery.begin(0)
    assert sorted(machinery.sends(leads)) == leads
    assert walked(machinery.table, 0).done


def test_walk_that_runs_out_of_time_is_due_at_once(machinery: Machinery, small_pages: None) -> None:
    # given time for one page
    leads = leads_of(9, 7)
    for lead in leads:
        known(machinery.table, lead)
    started(machinery)
    machinery.queue.woken.clear()
    key, times = keys.walk(KEY, 9), iter([True, False])
    # when
    walk_shard(key, machinery.dependencies, lambda: next(times))
    # then
    row = machinery.table.get(key)
    assert row
    assert (row.value.after, row.value.taken, row.due, row.lane) == (leads[2], 3, NOON, Lane.BULK)
    assert machinery.queue.woken == [key.ref]
    # and the next call goes on from there
    walk_shard(key, machinery.dependencies, lambda: True)
    assert machinery.counts() == {"planned": 7}


def test_lap_that_begins_between_two_reads_of_one_request_is_walked(machinery: Machinery) -> None:
    """Show that a batch may return the run from before a resume, and the walk from after it.

    DynamoDB reads the rows of a batch one by one.
    """
    # given a run that was paused, and is resumed while a worker reads its walk
    leads = leads_of(5, 2)
    for lead in leads:
        known(machinery.table, lead)
    started(machinery)
    machinery.change(campaign_run.pause(machinery.run(), "hanako", NOON))
    before = machinery.table.get(KEY)

    class Torn(Table):
        def get_many(self, wanted: Sequence[Key[Any]]) -> list[Any]:
            found = super().get_many(wanted)
            if before and KEY in wanted:
                found[wanted.index(KEY)] = before
            return found

    machinery.change(campaign_run.resume(machinery.run(), with_rates(), machinery.bundle.hash, "hanako", NOON))
    torn = replace(machinery.dependencies, table=Torn("table", machinery.table._client))
    # when
    walk_shard(keys.walk(KEY, 5), torn, lambda: True)
    # then
    assert sorted(machinery.sends(leads)) == leads
    assert walked(machinery.table, 5).done


class Mortal(Table):
    """Whoever writes to it dies: the first time before the write and the next time after it, in turn."""

    kills = False
    writes = 0

    def write(self, *changes: Change) -> None:
        self.writes += 1
        if self.kills and self.writes % 2:
            raise Killed
        super().write(*changes)
        if self.kills:
            raise Killed


def test_worker_killed_at_any_write_neither_loses_nor_doubles_a_mail(dynamodb: Any, small_pages: None) -> None:
    # given
    table = Mortal("table", dynamodb)
    leads, key, deaths = leads_of(3, 8), keys.walk(KEY, 3), 0
    for lead in leads:
        known(table, lead)
    machinery = Machinery(table)
    machinery.schedule()
    # when each worker dies, and the next one is called for what is still due
    table.kills, table.writes = True, 0
    for ref, done in ((KEY.ref, lambda: table.get(key)), (key.ref, lambda: walked(table, 3).done)):
        while not done():
            with pytest.raises(Killed):
                run_due(ref, machinery.dependencies, lambda: True)
            deaths += 1
    # then
    assert deaths == 2 + 3 * 2
    assert sorted(machinery.sends(leads)) == leads
    assert machinery.counts() == {"planned": 8}


def test_two_workers_at_one_shard_plan_each_mail_once(dynamodb: Any, small_pages: None) -> None:
    # given a second worker who comes while the first is about to write
    leads = leads_of(3, 10)

    class Crowded(Table):
        others = 2

        def write(self, *changes: Change) -> None:
            if keys.kind(changes[0].key.ref) == "walk" and self.others:
                self.others -= 1
                times = iter([True, False])
                walk_shard(keys.walk(KEY, 3), plain.dependencies, lambda: next(times))
            super().write(*changes)

    plain = Machinery(Table("table", dynamodb))
    for lead in leads:
        known(plain.table, lead)
    started(plain)
    machinery = Machinery(Crowded("table", dynamodb))
    # when
    for _ in range(3):
        walk_shard(keys.walk(KEY, 3), machinery.dependencies, lambda: True)
    # then
    assert sorted(plain.sends(leads)) == leads
    assert plain.counts() == {"planned": 10}
    assert walked(plain.table, 3).passed == 10


def test_lead_that_joins_before_the_walk_is_in_and_one_that_leaves_later_stays_in(
    machinery: Machinery, small_pages: None
) -> None:
    # given a walk between its first and its second page
    leads = leads_of(4, 6)
    for lead in leads:
        known(machinery.table, lead)
    for lead in (leads[1], leads[4]):
        change_segments(machinery.table, lead)
    started(machinery)
    times = iter([True, False])
    walk_shard(keys.walk(KEY, 4), machinery.dependencies, lambda: next(times))
    # when one ahead joins and one leaves, and the same behind
    change_segments(machinery.table, leads[0])
    change_segments(machinery.table, leads[1], "everyone")
    change_segments(machinery.table, leads[4], "everyone")
    change_segments(machinery.table, leads[5])
    machinery.walk(4)
    # then
    assert sorted(machinery.sends(leads)) == [leads[0], leads[2], leads[3], leads[4]]


def test_lead_that_has_left_the_segment_keeps_its_planned_mail_in_the_next_lap(machinery: Machinery) -> None:
    # given a mail that is planned and paused for longer than it is valid, and its lead leaves the segment
    [lead] = leads_of(4, 1)
    known(machinery.table, lead)
    machinery.begin(4)
    machinery.change(campaign_run.pause(machinery.run(), "hanako", NOON))
    change_segments(machinery.table, lead)
    machinery.clock.move(days=3)
    # when
    machinery.change(campaign_run.resume(machinery.run(), AUTUMN, "bundle1", "hanako", machinery.clock.now()))
    machinery.walk(4)
    machinery.deliver()
    # then
    assert machinery.taken() == [lead]


def change_segments(table: Table, lead: str, *segments: str) -> None:
    row = table.get(keys.state(lead))
    assert row
    table.write(Replace(row.key, State(lead=lead, segments=segments), row.version))


def test_mails_are_no_faster_than_the_pace(machinery: Machinery) -> None:
    leads = leads_of(0, 3) + leads_of(1, 3)
    for lead in leads:
        known(machinery.table, lead)
    started(machinery, per_hour=640)
    machinery.walk(0, 1)
    moments = [send.not_before for send in machinery.sends(leads).values()]
    # 64 shards at 640 an hour: one of each shard every 6 minutes
    assert moments[:3] == [NOON, after(minutes=6), after(minutes=12)]
    assert moments[3:] == [moment + timedelta(hours=1 / 640) for moment in moments[:3] if moment]


def test_mail_goes_at_the_time_in_the_leads_zone(machinery: Machinery) -> None:
    tokyo, paris = leads_of(0, 2)
    known(machinery.table, tokyo)
    known(machinery.table, paris, time_zone="Europe/Paris")
    started(machinery, zone="lead")
    machinery.walk(0)
    sends = machinery.sends([tokyo, paris])
    assert sends[tokyo].not_before == NOON
    assert sends[paris].not_before == after(hours=8)


def test_leads_are_enrolled_once_for_each_key(machinery: Machinery, small_pages: None) -> None:
    # given
    leads = leads_of(2, 5)
    for lead in leads[:4]:
        known(machinery.table, lead)
    known(machinery.table, leads[4], "others")
    entries = Entries(journey="whitepaper", segment="everyone", key="2026-11-21", by="hanako", at=NOON, per_minute=64)
    machinery.table.write(*ask_segment(entries, NOON))
    key = keys.walk(keys.entries("whitepaper", "everyone", "2026-11-21"), 2)
    # when it is walked, and walked again from the start
    run_due(key.ref, machinery.dependencies, lambda: True)
    row = machinery.table.get(key)
    assert row
    machinery.table.write(Replace(key, Walk(shard=2), row.version, due=NOON, lane=Lane.BULK))
    machinery.clock.move(hours=1)
    run_due(key.ref, machinery.dependencies, lambda: True)
    # then
    rows = [row for lead in leads for row in machinery.table.under(lead, "activity#")]
    asked: list[Activity] = [row.value for row in rows]
    assert [activity.lead for activity in asked] == leads[:4]
    assert {(activity.kind, activity.subject, activity.facts["key"], activity.facts["by"]) for activity in asked} == {
        (Kind.ENTRY_ASKED, "whitepaper", "2026-11-21", "hanako")
    }
    assert [row.due for row in rows] == [NOON + timedelta(minutes=n, seconds=2 / 64 * 60) for n in range(4)]
    assert {row.lane for row in rows} == {Lane.BULK}


def test_walk_without_its_campaign_ends(machinery: Machinery) -> None:
    machinery.table.write(Create(keys.walk(KEY, 0), Walk(shard=0), due=NOON, lane=Lane.BULK))
    run_due(keys.walk(KEY, 0).ref, machinery.dependencies, lambda: True)
    assert not machinery.table.due(Lane.BULK, shard(KEY.lead), NOON)


def test_row_of_another_kind_is_refused(machinery: Machinery) -> None:
    with pytest.raises(ValueError, match="not the key of a Schedule"):
        run_due(keys.state("lead1").ref, machinery.dependencies, lambda: True)
