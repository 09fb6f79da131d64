"""capture.poll: a change of a Salesforce campaign's member becomes an activity of the lead, once."""

from collections.abc import Collection, Iterator, Sequence
from copy import replace
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from capture._members import Dependencies, poll_members
from ripen.adapters.table import Conflict, Create, Replace, Row, Table, keys
from ripen.agenda import Lane
from ripen.crm.call_gate import CrmGate
from ripen.crm.incoming.membership import Member, MemberPoll
from ripen.crm.incoming.polling import POLL_INTERVAL, SLOW_INTERVAL, Position
from ripen.errors import Contended, NotConnected, Undeliverable
from ripen.lead.activity import Activity, Kind
from ripen.lead.address import address_hash
from ripen.pointers import Pointer
from ripen.settings import Shadow
from tests.support.fakes import NOON, FakeClock

ADDRESS_KEY = b"k" * 32
EXPO = Member(
    id="00v000000000001AAA",
    campaign="701000000000001AAA",
    campaign_name="Expo 2026",
    status="Sent",
    created=NOON,
    changed=NOON,
    records=("00Q000000000001AAA",),
)


@dataclass
class FakeCrm:
    """Has these members, two on a page; the trouble comes after the first page."""

    members: list[Member] = field(default_factory=list)
    trouble: Undeliverable | None = None
    asked: list[tuple[set[str], datetime]] = field(default_factory=list)

    def changed(self, campaigns: Collection[str], since: datetime, after: Position | None) -> Iterator[list[Member]]:
        self.asked.append((set(campaigns), since))
        members = sorted(self.members, key=lambda each: (each.changed, each.id))
        left = [each for each in members if after is None or (each.changed, each.id) > (after.changed, after.id)]
        yield left[:2]
        if self.trouble:
            raise self.trouble
        yield left[2:]

    def by_id(self, campaigns: Collection[str], ids: Sequence[str]) -> list[Member]:
        raise AssertionError("a poll reads all changes")


@dataclass
class World:
    table: Table
    clock: FakeClock
    crm: FakeCrm

    def poll(self, pages: int = 9, table: Table | None = None) -> None:
        """Poll with time for so many pages: after each, the worker asks whether another one fits."""
        left = iter([True] * (pages - 1))
        dependencies = Dependencies(table=table or self.table, clock=self.clock, crm=self.crm, address_key=ADDRESS_KEY)
        poll_members(dependencies, lambda: next(left, False))

    def row(self) -> Row[MemberPoll]:
        row = self.table.get(keys.MEMBERS)
        assert row
        return row

    def waits(self) -> timedelta | None:
        due = self.row().due
        return due - self.clock.now() if due else None

    def did(self, lead: str = "lead1") -> list[Activity]:
        return [row.value for row in self.table.under(lead, "activity#")]


@pytest.fixture
def world(table: Table, clock: FakeClock) -> World:
    watched = MemberPoll(watched={"Expo 2026": NOON}, since=NOON)
    table.write(
        Create(keys.MEMBERS, watched, due=NOON, lane=Lane.BULK),
        Create(keys.crm_pointer("00Q000000000001AAA"), Pointer(lead="lead1")),
        Create(keys.address(address_hash(ADDRESS_KEY, "ken@shop.example")), Pointer(lead="lead2")),
    )
    return World(table, clock, FakeCrm([EXPO]))


def test_a_membership_is_recorded_once(world: World) -> None:
    for _ in range(3):
        world.poll()
        world.clock.move(minutes=5)
    [activity] = world.did()
    assert (activity.kind, activity.subject, activity.at) == (Kind.CAMPAIGN_JOINED, "Expo 2026", NOON)
    assert activity.facts == {
        "member": EXPO.id,
        "campaign": "Expo 2026",
        "campaign_id": "701000000000001AAA",
        "status": "Sent",
        "new": "yes",
    }


def test_the_activity_is_due_in_the_bulk_lane(world: World) -> None:
    world.poll()
    [row] = world.table.under("lead1", "activity#")
    assert (row.due, row.lane) == (NOON, Lane.BULK)


def test_another_status_is_another_activity(world: World) -> None:
    world.poll()
    world.crm.members = [replace(EXPO, status="Responded", changed=NOON + timedelta(minutes=3))]
    world.clock.move(minutes=5)
    world.poll()
    assert [activity.facts["status"] for activity in world.did()] == ["Sent", "Responded"]


def test_a_change_without_a_new_status_is_ignored(world: World) -> None:
    world.poll()
    world.crm.members = [replace(EXPO, changed=NOON + timedelta(minutes=3))]
    world.poll()
    world.clock.move(minutes=5)
    world.poll()
    assert len(world.did()) == 1


def test_an_earlier_member_is_not_new(world: World) -> None:
    world.crm.members = [replace(EXPO, created=NOON - timedelta(seconds=1))]
    world.poll()
    assert world.did()[0].facts["new"] == "no"


def test_a_member_is_found_by_address_and_never_becomes_a_lead(world: World) -> None:
    known = replace(EXPO, id="00v2", records=("003000000000009AAA",), email="Ken@shop.example")
    nobody = replace(EXPO, id="00v3", records=("00Q000000000009AAA",), email="nobody@shop.example")
    without = replace(EXPO, id="00v4", records=("00Q000000000008AAA",), email="no address")
    world.crm.members = [nobody, without, known]
    world.poll()
    assert [activity.facts["member"] for activity in world.did("lead2")] == ["00v2"]
    assert world.did() == []


def test_a_later_lead_is_found_at_the_next_change(world: World) -> None:
    world.crm.members = [replace(EXPO, records=("00Q000000000007AAA",))]
    world.poll()
    world.table.write(Create(keys.crm_pointer("00Q000000000007AAA"), Pointer(lead="lead7")))
    world.clock.move(minutes=5)
    world.poll()
    assert len(world.did("lead7")) == 1


def test_a_campaign_matches_by_name_and_by_id(world: World) -> None:
    names = {"EXPO 2026": NOON, "701000000000001": NOON, "701000000000001AAA": NOON, "Other": NOON}
    row = world.row()
    world.table.write(Replace(row.key, replace(row.value, watched=names), row.version, due=NOON))
    world.poll()
    assert {activity.subject for activity in world.did()} == {"EXPO 2026", "701000000000001", "701000000000001AAA"}


def test_the_next_poll_is_in_five_minutes_from_the_cursor(world: World) -> None:
    world.crm.members = [replace(EXPO, changed=NOON + timedelta(minutes=n), id=f"00v{n}") for n in range(3)]
    world.clock.move(minutes=2)
    world.poll()
    assert (world.waits(), world.row().value.since) == (POLL_INTERVAL, NOON + timedelta(minutes=2))
    world.clock.move(minutes=5)
    world.poll()
    assert world.crm.asked[1] == ({"Expo 2026"}, NOON + timedelta(minutes=2))


def test_a_poll_without_time_continues_at_once(world: World) -> None:
    world.crm.members = [replace(EXPO, changed=NOON + timedelta(minutes=n), id=f"00v{n}") for n in range(3)]
    world.poll(pages=1)
    assert (world.waits(), world.row().value.since, len(world.did())) == (timedelta(), NOON, 2)
    world.poll(pages=2)
    assert len(world.did()) == 3


def test_members_of_one_moment_that_one_run_cannot_read_are_read_by_the_next_runs(world: World) -> None:
    world.crm.members = [replace(EXPO, id=f"00v{n:03}") for n in range(9)]
    for read in (2, 4, 6, 8, 9):
        world.poll(pages=1)
        assert len(world.did()) == read
    world.poll()
    assert (world.row().value.position, world.waits()) == (None, POLL_INTERVAL)


@pytest.mark.parametrize(
    ("trouble", "waits"),
    [
        (Undeliverable("no answer", permanent=False), [5, 10, 20, 40, 60, 60]),
        (Undeliverable("REQUEST_LIMIT_EXCEEDED", permanent=False, after=900), [15, 15]),
        (NotConnected("Salesforce is not connected"), [60, 60]),
    ],
)
def test_a_failed_poll_is_retried_and_keeps_its_cursor(world: World, trouble: Undeliverable, waits: list[int]) -> None:
    world.crm.members = [replace(EXPO, changed=NOON + timedelta(minutes=n), id=f"00v{n:03}") for n in range(20)]
    world.crm.trouble = trouble
    for minutes in waits:
        world.poll()
        assert world.waits() == timedelta(minutes=minutes)
    assert (world.row().value.since, world.row().value.attempts) == (NOON, len(waits))
    world.crm.trouble = None
    world.poll()
    assert (len(world.did()), world.row().value.attempts, world.waits()) == (20, 0, POLL_INTERVAL)


def test_shadow_mode_reads_nothing_and_skips_nothing(world: World) -> None:
    world.table.write(Create(keys.SHADOW, Shadow(on=True, at=NOON)))
    world.poll()
    assert (world.crm.asked, world.waits(), world.row().value.since) == ([], POLL_INTERVAL, NOON)


def test_a_poll_without_campaigns_leaves_the_agenda(world: World) -> None:
    row = world.row()
    world.table.write(Replace(row.key, replace(row.value, watched={}), row.version, due=NOON))
    world.poll()
    assert (world.crm.asked, world.waits()) == ([], None)


def test_a_poll_off_the_agenda_reads_nothing(world: World) -> None:
    row = world.row()
    world.table.write(Replace(row.key, row.value, row.version))
    world.poll()
    assert world.crm.asked == []


def test_a_playbook_published_during_the_poll_wins(world: World) -> None:
    class Published(FakeCrm):
        def changed(
            self, campaigns: Collection[str], since: datetime, after: Position | None
        ) -> Iterator[list[Member]]:
            row = world.row()
            poll = replace(row.value, watched={"Other": NOON})
            world.table.write(Replace(row.key, poll, row.version, due=NOON, lane=Lane.BULK))
            yield [EXPO]

    world.crm = Published()
    world.poll()
    assert (set(world.row().value.watched), world.waits()) == ({"Other"}, timedelta())


def test_two_concurrent_polls_record_a_membership_once(world: World) -> None:
    class Overtaken(Table):
        def write(self, *changes: object) -> None:
            if len(changes) > 1 and not overtaken:
                overtaken.append(True)
                world.poll()
            super().write(*changes)  # type: ignore[arg-type]

    overtaken: list[bool] = []
    world.poll(table=Overtaken("table", world.table._client))
    assert (overtaken, len(world.did())) == ([True], 1)


def test_more_memberships_than_fit_a_transaction_are_recorded(world: World) -> None:
    world.crm.members = [replace(EXPO, id=f"00v{n}") for n in range(100)]
    world.poll()
    assert len(world.did()) == 100


def test_a_page_is_written_as_a_whole(world: World) -> None:
    class Broken(Table):
        def write(self, *changes: object) -> None:
            raise Conflict((0,))

    with pytest.raises(Contended):
        world.poll(table=Broken("table", world.table._client))
    assert (world.did(), world.row().value.since) == ([], NOON)


def test_few_calls_left_make_polls_rare_and_stop_none(world: World) -> None:
    world.table.write(Create(keys.CRM_GATE, CrmGate(used=80, most=100, read=world.clock.now())))

    world.poll()

    assert (len(world.crm.asked), world.waits()) == (1, SLOW_INTERVAL)
