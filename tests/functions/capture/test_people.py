"""capture.poll: what sales does with a record in Salesforce reaches a lead that does nothing."""

from collections.abc import Iterator, Sequence
from copy import replace
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import batched

import pytest

from capture._people import Dependencies, poll_people, replace_old_poll
from ripen.adapters.rows.crm_link import new_crm_pointer
from ripen.adapters.table import Create, Replace, Row, Table, keys
from ripen.agenda import Lane
from ripen.crm.call_gate import CrmGate
from ripen.crm.incoming.opt_out import OBJECTS, OptOutPoll, PersonRecord
from ripen.crm.incoming.polling import POLL_INTERVAL, Position
from ripen.errors import Undeliverable
from ripen.lead.activity import Kind
from ripen.lead.lead import CrmLink
from ripen.pointers import Pointer
from tests.support.builders import a_lead
from tests.support.fakes import NOON, FakeClock

LINK = CrmLink(object="Lead", id="00Q1", url="")


@dataclass
class FakeCrm:
    """Has these records of each object, two on a page; a failure comes after the first page."""

    found: dict[str, list[PersonRecord]] = field(default_factory=lambda: {object: [] for object in OBJECTS})
    failures: dict[str, Undeliverable] = field(default_factory=dict)
    asked: list[tuple[datetime, Position | None]] = field(default_factory=list)

    def changed(self, object: str, since: datetime, after: Position | None) -> Iterator[list[PersonRecord]]:
        self.asked.append((since, after))
        changes = sorted(self.found[object], key=lambda each: (each.changed, each.id))
        left = [each for each in changes if after is None or (each.changed, each.id) > (after.changed, after.id)]
        for page in batched(left, 2, strict=False):
            yield list(page)
            if object in self.failures:
                raise self.failures[object]
        if object in self.failures:
            raise self.failures[object]

    def by_id(self, object: str, ids: Sequence[str]) -> list[PersonRecord]:
        raise AssertionError("a poll reads all changes")


@dataclass
class World:
    table: Table
    clock: FakeClock
    crm: FakeCrm

    def poll(self, object: str = "Lead", pages: int = 9) -> None:
        left = iter([True] * (pages - 1))
        dependencies = Dependencies(table=self.table, clock=self.clock, crm=self.crm)
        poll_people(object, dependencies, lambda: next(left, False))

    def opted_out(self, lead: str = "lead1") -> bool:
        row = self.table.get(keys.profile(lead))
        assert row
        return row.value.crm_opt_out

    def row(self, object: str = "Lead") -> Row[OptOutPoll]:
        row = self.table.get(keys.opt_outs(object))
        assert row
        return row

    def waits(self, object: str = "Lead") -> timedelta | None:
        due = self.row(object).due
        return due - self.clock.now() if due else None


@pytest.fixture
def world(table: Table, clock: FakeClock) -> World:
    polls = [Create(keys.opt_outs(object), OptOutPoll(since=NOON), due=NOON, lane=Lane.BULK) for object in OBJECTS]
    table.write(*polls, Create(keys.profile("lead1"), a_lead(crm=LINK)))
    return World(table, clock, FakeCrm())


def a_change(opted_out: bool = True, id: str = "00Q1", lead: str = "lead1") -> PersonRecord:
    return PersonRecord(id=id, lead=lead, opted_out=opted_out, changed=NOON + timedelta(minutes=5))


def test_opt_out_and_its_end_are_written_into_the_lead(world: World) -> None:
    world.crm.found["Lead"] = [a_change()]
    world.poll()
    assert (world.opted_out(), world.waits()) == (True, POLL_INTERVAL)

    world.clock.move(minutes=15)
    world.crm.found["Lead"] = [a_change(opted_out=False)]
    world.poll()
    assert not world.opted_out()
    assert world.crm.asked == [(NOON, None)] * 2  # read at noon for the first time


@pytest.mark.parametrize("change", [a_change(id="0031"), a_change(lead="nobody")])
def test_record_that_is_not_the_leads_changes_nothing(world: World, change: PersonRecord) -> None:
    world.crm.found["Lead"] = [change]

    world.poll()

    assert not world.opted_out()


def test_opt_out_of_a_merged_record_reaches_all_its_leads(world: World) -> None:
    # given leads of which the second and third came to the first one's record, which has the key of a lead that is gone
    for lead in ("lead2", "lead3"):
        world.table.write(Create(keys.profile(lead), replace(a_lead(), id=lead)))
    for lead in ("lead1", "lead2", "lead3"):
        row = world.table.get(keys.profile(lead))
        assert row
        unlinked = Row(row.key, replace(row.value, crm=None), row.version)
        world.table.write(Replace(row.key, replace(row.value, crm=LINK), row.version))
        world.table.write(*new_crm_pointer(unlinked, LINK, world.table))
        assert new_crm_pointer(unlinked, LINK, world.table) == []
    world.crm.found["Lead"] = [a_change(lead="gone")]

    world.poll()

    assert [world.opted_out(lead) for lead in ("lead1", "lead2", "lead3")] == [True] * 3


def test_lead_that_has_it_already_is_not_written(world: World) -> None:
    world.crm.found["Lead"] = [a_change()]
    world.poll()
    row = world.table.get(keys.profile("lead1"))
    world.clock.move(minutes=15)

    world.poll()

    assert world.table.get(keys.profile("lead1")) == row


def test_poll_that_fails_goes_on_after_its_last_page(world: World) -> None:
    world.crm.found["Lead"] = [change := a_change()]
    world.crm.failures["Lead"] = Undeliverable("HTTP 503", permanent=False)
    world.poll()
    world.clock.move(minutes=15)

    world.poll()

    assert world.crm.asked == [(NOON, None), (NOON, Position(change.changed, change.id))]
    poll = world.row().value
    assert (poll.since, poll.attempts) == (NOON, 2)
    assert (poll.failing_since, poll.error) == (NOON, "HTTP 503")


def test_a_poll_that_is_answered_again_no_longer_fails(world: World) -> None:
    world.crm.failures["Lead"] = Undeliverable("HTTP 503", permanent=False)
    world.poll()
    world.crm.failures.clear()
    world.clock.move(minutes=15)

    world.poll()

    poll = world.row().value
    assert (poll.attempts, poll.failing_since, poll.error) == (0, None, "")


def test_records_of_one_moment_that_one_run_cannot_read_are_read_by_the_next_runs(world: World) -> None:
    world.crm.found["Lead"] = [a_change(id=f"00Q{n}", lead="nobody") for n in range(7)] + [a_change(id="00Q9")]
    world.crm.found["Lead"][-1] = replace(world.crm.found["Lead"][-1], lead="lead1")
    world.table.write(Replace(keys.profile("lead1"), a_lead(crm=replace(LINK, id="00Q9")), 1))
    world.clock.move(hours=1)
    for _ in range(4):
        assert not world.opted_out()
        world.poll(pages=1)
        assert world.waits() == timedelta()
    assert world.opted_out()

    world.poll()

    assert (world.row().value, world.waits()) == (OptOutPoll(since=world.clock.now()), POLL_INTERVAL)


def test_an_object_that_cannot_be_read_does_not_stop_the_other(world: World) -> None:
    world.crm.failures["Lead"] = Undeliverable("INVALID_FIELD", permanent=True)
    world.crm.found["Contact"] = [a_change(id="0031", lead="lead2")]
    contact = CrmLink(object="Contact", id="0031", url="")
    world.table.write(Create(keys.profile("lead2"), replace(a_lead(crm=contact), id="lead2")))

    for object in OBJECTS:
        world.poll(object)

    assert world.opted_out("lead2")
    assert (world.row("Lead").value.error, world.row("Contact").value.error) == ("INVALID_FIELD", "")


@pytest.mark.parametrize(("by_us", "kinds"), [(False, [Kind.OWNER_CHANGED, Kind.STATUS_CHANGED]), (True, [])])
def test_what_sales_changed_is_an_activity_and_what_ripen_wrote_is_none(
    world: World, by_us: bool, kinds: list[Kind]
) -> None:
    known = replace(LINK, owner="0051", status="Open")
    world.table.write(Replace(keys.profile("lead1"), a_lead(crm=known), 1))
    changed = replace(a_change(opted_out=False), owner="0052", status="Working", by_us=by_us)
    world.crm.found["Lead"] = [changed, replace(changed, changed=NOON + timedelta(minutes=6))]

    world.poll()

    profile = world.table.get(keys.profile("lead1"))
    assert profile
    assert profile.value.crm == replace(known, owner="0052", status="Working")
    assert sorted(row.value.kind for row in world.table.under("lead1", "activity#")) == kinds


def test_a_converted_lead_is_followed_to_its_contact(world: World) -> None:
    known = replace(LINK, url="https://acme.example/lightning/r/Lead/00Q1/view")
    world.table.write(Replace(keys.profile("lead1"), a_lead(crm=known), 1))
    world.crm.found["Lead"] = [replace(a_change(opted_out=False), contact="0031")]

    world.poll()

    profile = world.table.get(keys.profile("lead1"))
    assert profile
    assert profile.value.crm == CrmLink(
        object="Contact", id="0031", url="https://acme.example/lightning/r/Contact/0031/view"
    )
    assert [row.value.kind for row in world.table.under("lead1", "activity#")] == [Kind.CONVERTED]
    pointer = world.table.get(keys.crm_pointer("0031"))
    assert pointer
    assert pointer.value.lead == "lead1"


def test_opt_outs_are_read_as_often_while_few_calls_are_left(world: World) -> None:
    world.table.write(Create(keys.CRM_GATE, CrmGate(used=80, most=100, read=world.clock.now())))

    world.poll()

    assert world.waits() == POLL_INTERVAL


@pytest.mark.parametrize("begun", [(), ("Lead",), OBJECTS])
def test_one_poll_of_an_earlier_version_becomes_a_poll_of_each_object(
    table: Table, clock: FakeClock, begun: tuple[str, ...]
) -> None:
    later = NOON + timedelta(hours=1)
    table.write(
        Create(keys.OLD_OPT_OUTS, OptOutPoll(since=NOON), due=NOON, lane=Lane.BULK),
        *(Create(keys.opt_outs(object), OptOutPoll(since=later), due=NOON, lane=Lane.BULK) for object in begun),
    )

    replace_old_poll(table, clock.now())
    replace_old_poll(table, clock.now())

    old = table.get(keys.OLD_OPT_OUTS)
    assert old
    assert old.due is None
    polls = [table.get(keys.opt_outs(object)) for object in OBJECTS]
    expected = [later if object in begun else NOON for object in OBJECTS]
    assert [poll.value.since if poll and poll.due else None for poll in polls] == expected


def test_a_merged_record_is_followed_to_the_one_that_is_left(world: World) -> None:
    world.crm.found["Lead"] = [replace(a_change(opted_out=False), master="00Q2", deleted=True)]
    world.table.write(Create(keys.crm_pointer("00Q2"), Pointer(lead="lead2")))

    for _ in range(2):
        world.poll()
        world.clock.move(minutes=5)

    profile, pointer = world.table.get(keys.profile("lead1")), world.table.get(keys.crm_pointer("00Q2"))
    assert profile
    assert profile.value.crm
    assert (profile.value.crm.id, pointer and pointer.value) == ("00Q2", Pointer(lead="lead2", others=("lead1",)))
    assert [row.value.kind for row in world.table.under("lead1", "activity#")] == [Kind.RECORD_MERGED]
