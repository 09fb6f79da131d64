"""nurture.crm: a request is carried out once the lead is in Salesforce, or a decision says why not."""

from copy import replace
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest

from nurture import crm as function
from nurture.crm import Dependencies, run
from ripen.adapters.table import Change, Create, Replace, Table, keys
from ripen.crm.users import CrmUser
from ripen.errors import NotConnected, Undeliverable
from ripen.journey.crm_request import LEASE, PATIENCE, CrmRequest
from ripen.lead.activity import Kind
from ripen.lead.lead import CrmLink
from ripen.playbook.bundle import Bundle, SyncRule
from ripen.settings import Shadow
from tests.support.builders import a_bundle, a_lead
from tests.support.fakes import NOON, FakeClock
from tests.support.sqs_events import LambdaContext, an_sqs_event

KEY = keys.crm_request("lead1", "e" * 26)
LINK = CrmLink(object="Lead", id="00Q1", url="https://acme.example/00Q1", owner="005A", owner_name="Alice")
DOWN = Undeliverable("no answer from Salesforce: Timeout", permanent=False)


@dataclass
class FakeCrm:
    """Fails with these errors in order, and then carries out each request."""

    trouble: list[Undeliverable] = field(default_factory=list)
    did: list[tuple[str, CrmRequest, date]] = field(default_factory=list)
    owners: list[CrmUser | None] = field(default_factory=list)
    owner: str = "005A"
    found: CrmLink | None = None
    """The link as Salesforce has it now."""

    def carry_out(self, link: CrmLink, crm_request: CrmRequest, due: date, owner: CrmUser | None) -> CrmLink:
        self.did.append((link.id, crm_request, due))
        self.owners.append(owner)
        if self.trouble:
            raise self.trouble.pop(0)
        return replace(self.found or link, owner=self.owner)


@dataclass
class World:
    table: Table
    clock: FakeClock
    crm: FakeCrm
    bundle: Bundle = field(default_factory=a_bundle)

    def wake(self, table: Table | None = None) -> None:
        run(KEY.ref, Dependencies(table=table or self.table, clock=self.clock, crm=self.crm, bundle=self.bundle))

    def waits(self) -> float | None:
        row = self.table.get(KEY)
        assert row
        return (row.due - self.clock.now()).total_seconds() if row.due else None

    def link(self, link: CrmLink | None) -> None:
        row = self.table.get(keys.profile("lead1"))
        assert row
        self.table.write(Replace(row.key, replace(row.value, crm=link), row.version))

    def decisions(self) -> list[tuple[str, str, str]]:
        rows = self.table.under("lead1", "decision#")
        return [(row.value.subject, row.value.outcome, row.value.reason) for row in rows]


@pytest.fixture
def world(table: Table, clock: FakeClock) -> World:
    planned = CrmRequest(
        id="e" * 26, lead="lead1", journey="trial", planned=NOON, task="架電", due_days=3, campaign="春", status="Sent"
    )
    table.write(Create(keys.profile("lead1"), a_lead(id="lead1", crm=LINK)), Create(KEY, planned, due=NOON))
    return World(table, clock, FakeCrm())


def test_request_is_carried_out_once_with_a_decision(world: World) -> None:
    for _ in range(3):
        world.wake()
    [(record, crm_request, due)] = world.crm.did
    assert (record, crm_request.task, due) == ("00Q1", "架電", date(2026, 11, 24))
    assert world.waits() is None
    assert world.decisions() == [("task, campaign", "done", "")]


def test_task_is_due_by_the_companys_calendar(world: World) -> None:
    row = world.table.get(KEY)
    assert row
    late = replace(row.value, planned=NOON + timedelta(hours=12), due_days=0)
    world.table.write(Replace(KEY, late, row.version, due=NOON))
    world.wake()
    assert world.crm.did[0][2] == date(2026, 11, 22)


def test_owner_is_the_user_that_the_playbook_names_for_the_address(world: World) -> None:
    row = world.table.get(KEY)
    assert row
    world.bundle = a_bundle(sync=SyncRule(users={"bob@acme.jp": "bob@acme.example"}))
    world.table.write(Replace(KEY, replace(row.value, owner="Bob@acme.jp"), row.version, due=NOON))
    world.wake()
    assert world.crm.owners == [CrmUser(username="bob@acme.example")]


def test_new_owner_is_written_into_the_profile(world: World) -> None:
    world.crm.owner = "005B"
    world.wake()
    row = world.table.get(keys.profile("lead1"))
    assert row
    assert row.value.crm == replace(LINK, owner="005B")


def test_lead_found_as_a_contact_was_converted(world: World) -> None:
    world.crm.owner, contact = "005A", replace(LINK, object="Contact", id="0031")
    world.crm.found = contact
    world.wake()
    row = world.table.get(keys.profile("lead1"))
    assert row
    assert (row.value.crm, row.value.converted) == (contact, NOON)
    [converted] = world.table.under("lead1", "activity#")
    assert (converted.value.kind, converted.due) == (Kind.CONVERTED, NOON)


def test_form_during_the_call_keeps_its_values(world: World) -> None:
    class Interrupted(Table):
        def write(self, *changes: Change) -> None:
            if len(changes) > 2 and not interruptions:
                interruptions.append(True)
                row = world.table.get(keys.profile("lead1"))
                assert row
                world.table.write(Replace(row.key, replace(row.value, phone="+81399999999"), row.version))
            super().write(*changes)

    interruptions: list[bool] = []
    world.crm.owner = "005B"
    world.wake(Interrupted("table", world.table._client))
    row = world.table.get(keys.profile("lead1"))
    assert row
    assert row.value.crm
    assert (row.value.phone, row.value.crm.owner) == ("+81399999999", "005B")
    assert len(world.crm.did) == 1


def test_request_waits_until_the_lead_is_in_salesforce(world: World) -> None:
    world.link(None)
    world.wake()
    assert world.waits() == 30
    assert world.crm.did == []
    world.link(LINK)
    world.clock.move(seconds=30)
    world.wake()
    assert len(world.crm.did) == 1


def test_request_is_given_up_after_a_day(world: World) -> None:
    world.link(None)
    waits: list[float] = []
    while (wait := world.waits()) is not None:
        waits.append(wait)
        world.clock.move(seconds=wait)
        world.wake()
    assert max(waits) == 3600
    assert PATIENCE <= world.clock.now() - NOON <= PATIENCE + timedelta(hours=1)
    assert world.decisions() == [("task, campaign", "not done", "not in Salesforce yet")]


def test_failed_request_is_retried_with_growing_pauses(world: World) -> None:
    world.crm.trouble = [DOWN] * 3
    waits = []
    for _ in range(3):
        world.wake()
        waits.append(world.waits() or 0)
        world.clock.move(seconds=waits[-1])
    assert waits == [30, 60, 120]
    world.wake()
    assert world.decisions() == [("task, campaign", "done", "")]


def test_request_without_a_connection_waits_an_hour(world: World) -> None:
    world.crm.trouble = [NotConnected("Salesforce is not connected")]
    world.wake()
    assert world.waits() == 3600


def test_permanent_refusal_is_a_decision(world: World) -> None:
    world.crm.trouble = [Undeliverable("Salesforce has no such campaign", permanent=True)]
    world.wake()
    assert world.decisions() == [("task, campaign", "not done", "Salesforce has no such campaign")]
    assert world.waits() is None


def test_claimed_request_is_left_to_its_worker(world: World) -> None:
    row = world.table.get(KEY)
    assert row
    world.table.write(Replace(KEY, replace(row.value, claimed=NOON), row.version, due=NOON + LEASE))
    world.wake()
    assert world.crm.did == []
    world.clock.at = NOON + LEASE
    world.wake()
    assert len(world.crm.did) == 1


def test_only_one_of_two_workers_calls_salesforce(world: World) -> None:
    class Interrupted(Table):
        def write(self, *changes: Change) -> None:
            if not interruptions:
                interruptions.append(True)
                world.wake()
            super().write(*changes)

    interruptions: list[bool] = []
    world.wake(Interrupted("table", world.table._client))
    assert len(world.crm.did) == 1


def test_shadow_mode_calls_nobody_but_decides(world: World) -> None:
    world.table.write(Create(keys.SHADOW, Shadow(on=True, at=NOON)))
    world.wake()
    assert world.crm.did == []
    assert world.decisions() == [("task, campaign", "would have been done", "shadow")]


def test_message_that_names_no_request_fails_alone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    class Book:
        def live(self) -> Any:
            return self

        bundle = property(lambda self: self)
        brand = property(lambda self: self)
        time_zone = "Asia/Tokyo"

    for name, real in (("table", world.table), ("clock", world.clock), ("salesforce", world.crm), ("playbook", Book())):
        monkeypatch.setattr(function, name, real)
    answer = function.handler(an_sqs_event("nonsense", KEY.ref), LambdaContext())
    assert answer == {"batchItemFailures": [{"itemIdentifier": "0"}]}
    assert len(world.crm.did) == 1
