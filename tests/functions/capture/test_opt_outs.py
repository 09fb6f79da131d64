"""capture.poll: an opt-out that sales enters in Salesforce reaches a lead that does nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from capture._opt_outs import Dependencies, poll_opt_outs
from ripen.adapters.table import Create, Table, keys
from ripen.agenda import Lane
from ripen.crm.opt_out import OptOutPoll, PersonOptOut
from ripen.crm.polling import POLL_INTERVAL
from ripen.errors import Undeliverable
from ripen.lead.lead import CrmLink
from tests.support.builders import a_lead
from tests.support.fakes import NOON, FakeClock

LINK = CrmLink(object="Lead", id="00Q1", url="")


@dataclass
class FakeCrm:
    found: list[PersonOptOut] = field(default_factory=list)
    trouble: Undeliverable | None = None
    asked: list[datetime] = field(default_factory=list)

    def changed(self, object: str, since: datetime) -> Iterator[list[PersonOptOut]]:
        if object != "Lead":
            return
        self.asked.append(since)
        yield self.found
        if self.trouble:
            raise self.trouble


@dataclass
class World:
    table: Table
    clock: FakeClock
    crm: FakeCrm

    def poll(self) -> None:
        poll_opt_outs(Dependencies(table=self.table, clock=self.clock, crm=self.crm), lambda: True)

    def opted_out(self, lead: str = "lead1") -> bool:
        row = self.table.get(keys.profile(lead))
        assert row
        return row.value.crm_opt_out

    def waits(self) -> timedelta | None:
        row = self.table.get(keys.OPT_OUTS)
        assert row
        return row.due - self.clock.now() if row.due else None


@pytest.fixture
def world(table: Table, clock: FakeClock) -> World:
    table.write(
        Create(keys.OPT_OUTS, OptOutPoll(since=NOON), due=NOON, lane=Lane.BULK),
        Create(keys.profile("lead1"), a_lead(crm=LINK)),
    )
    return World(table, clock, FakeCrm())


def a_change(opted_out: bool = True, record: str = "00Q1", lead: str = "lead1") -> PersonOptOut:
    return PersonOptOut(record=record, lead=lead, opted_out=opted_out, changed=NOON + timedelta(minutes=5))


def test_opt_out_and_its_end_are_written_into_the_lead(world: World) -> None:
    world.crm.found = [a_change()]
    world.poll()
    assert (world.opted_out(), world.waits()) == (True, POLL_INTERVAL)

    world.clock.move(minutes=15)
    world.crm.found = [a_change(opted_out=False)]
    world.poll()
    assert not world.opted_out()
    assert world.crm.asked == [NOON, NOON]  # read at noon for the first time


@pytest.mark.parametrize("change", [a_change(record="0031"), a_change(lead="nobody")])
def test_record_that_is_not_the_leads_changes_nothing(world: World, change: PersonOptOut) -> None:
    world.crm.found = [change]

    world.poll()

    assert not world.opted_out()


def test_lead_that_has_it_already_is_not_written(world: World) -> None:
    world.crm.found = [a_change()]
    world.poll()
    row = world.table.get(keys.profile("lead1"))
    world.clock.move(minutes=15)

    world.poll()

    assert world.table.get(keys.profile("lead1")) == row


def test_poll_that_fails_begins_again_at_the_same_time(world: World) -> None:
    world.crm.trouble = Undeliverable("HTTP 503", permanent=False)
    world.poll()
    world.clock.move(minutes=15)

    world.poll()

    assert world.crm.asked == [NOON, NOON]
    row = world.table.get(keys.OPT_OUTS)
    assert row
    assert (row.value.since, row.value.attempts) == (NOON, 2)
    assert (row.value.failing_since, row.value.error) == (NOON, "HTTP 503")


def test_a_poll_that_is_answered_again_no_longer_fails(world: World) -> None:
    world.crm.trouble = Undeliverable("HTTP 503", permanent=False)
    world.poll()
    world.crm.trouble = None
    world.clock.move(minutes=15)

    world.poll()

    row = world.table.get(keys.OPT_OUTS)
    assert row
    assert (row.value.attempts, row.value.failing_since, row.value.error) == (0, None, "")


def test_a_poll_that_runs_out_of_time_goes_on_after_its_last_page(world: World) -> None:
    world.crm.found = [a_change()]
    world.clock.move(hours=1)
    poll_opt_outs(Dependencies(table=world.table, clock=world.clock, crm=world.crm), lambda: False)
    row = world.table.get(keys.OPT_OUTS)
    assert row
    assert (row.value.since, row.value.contacts_since) == (NOON + timedelta(minutes=5), NOON)
    assert (world.opted_out(), world.waits()) == (True, timedelta())
