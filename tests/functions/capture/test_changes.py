"""capture.changes: what Salesforce pushes is read back, 200 records in a call, and recorded as the polls do."""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from capture import _members, _opportunities, _people
from capture.changes import Dependencies, Reading, apply_changes
from ripen.adapters.table import Create, Table, keys
from ripen.agenda import Lane
from ripen.crm.api_usage import ApiUsage
from ripen.crm.incoming.membership import Member, MemberPoll
from ripen.crm.incoming.opportunity import Company, Opportunity, OpportunityPoll
from ripen.crm.incoming.opt_out import PersonRecord
from ripen.crm.incoming.polling import Position
from ripen.errors import Undeliverable
from ripen.lead.activity import Kind
from ripen.lead.lead import CrmLink
from ripen.pointers import Pointer
from ripen.settings import Shadow
from tests.support.builders import a_lead
from tests.support.crm_opportunities import an_opportunity
from tests.support.fakes import NOON, FakeClock, FakeQueue
from tests.support.gateway_events import count

KEY = b"k" * 32


@dataclass
class FakeCrm:
    """Salesforce in memory, as all three ports; it notes the ids of each call."""

    opted_out: bool = True
    status: str = ""
    trouble: Undeliverable | None = None
    usage: ApiUsage | None = None
    asked: list[tuple[str, int]] = field(default_factory=list)

    def _note(self, object: str, ids: Sequence[str]) -> None:
        self.asked.append((object, len(ids)))
        if self.trouble:
            raise self.trouble


class People(FakeCrm):
    def changed(self, object: str, since: datetime, after: Position | None) -> Iterator[list[PersonRecord]]:
        raise AssertionError

    def by_id(self, object: str, ids: Sequence[str]) -> list[PersonRecord]:
        self._note(object, ids)
        return [self._record(id) for id in ids]

    def _record(self, id: str) -> PersonRecord:
        return PersonRecord(id=id, lead="lead1", opted_out=self.opted_out, changed=NOON, status=self.status)


class Deals(FakeCrm):
    def changed(self, since: datetime | None, after: Position | None) -> Iterator[list[Opportunity]]:
        raise AssertionError

    def by_id(self, ids: Sequence[str]) -> list[Opportunity]:
        self._note("Opportunity", ids)
        return [an_opportunity(id=id, account="0011", stage=self.status) for id in ids]

    def contacts(self, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
        return dict.fromkeys(ids, ("0031", "0032"))

    def open(self, accounts: Sequence[str]) -> list[Company]:
        return [Company(account=id, website="https://acme.example") for id in accounts]


class Members(FakeCrm):
    def changed(self, campaigns: Collection[str], since: datetime, after: Position | None) -> Iterator[list[Member]]:
        raise AssertionError

    def by_id(self, campaigns: Collection[str], ids: Sequence[str]) -> list[Member]:
        self._note("CampaignMember", ids)
        return [
            Member(
                id=ids[0],
                campaign="7011",
                campaign_name="Fair",
                status="Sent",
                created=NOON,
                changed=NOON,
                records=("00Q1",),
            )
        ]


@dataclass
class World:
    table: Table
    clock: FakeClock
    people: People = field(default_factory=People)
    react: FakeQueue = field(default_factory=FakeQueue)
    deals: Deals = field(default_factory=Deals)
    members: Members = field(default_factory=Members)
    reading: Reading = field(default_factory=Reading)

    def push(self, *pushed: dict[str, list[str]]) -> None:
        apply_changes(
            [json.dumps({"records": records}) for records in pushed],
            Dependencies(
                members=_members.Dependencies(table=self.table, clock=self.clock, crm=self.members, address_key=KEY),
                opportunities=_opportunities.Dependencies(
                    table=self.table, clock=self.clock, crm=self.deals, address_key=KEY
                ),
                people=_people.Dependencies(table=self.table, clock=self.clock, crm=self.people),
                usage=lambda: self.people.usage,
                react=self.react,
                reading=self.reading,
            ),
        )

    @property
    def is_opted_out(self) -> bool:
        row = self.table.get(keys.profile("lead1"))
        assert row
        return row.value.crm_opt_out


@pytest.fixture
def world(table: Table, clock: FakeClock) -> World:
    lead = a_lead(crm=CrmLink(object="Lead", id="00Q1", url=""))
    table.write(Create(keys.profile("lead1"), lead), Create(keys.crm_pointer("00Q1"), Pointer(lead="lead1")))
    return World(table, clock)


def test_an_opt_out_and_its_end_reach_the_lead_as_they_are_read_back(world: World) -> None:
    world.push({"Lead": ["00Q1"]})
    assert world.is_opted_out

    world.people.opted_out = False
    world.push({"Lead": ["00Q1"]})
    assert not world.is_opted_out


def test_a_status_that_sales_changed_wakes_the_fold_at_once_and_once(world: World) -> None:
    world.people.status, world.people.opted_out = "Open", False
    world.push({"Lead": ["00Q1"]})
    assert world.react.woken == []

    world.people.status = "Working"
    for _ in range(2):
        world.push({"Lead": ["00Q1"]})

    [row] = world.table.under("lead1", "activity#")
    assert (row.value.kind, row.value.facts) == (Kind.STATUS_CHANGED, {"status": "Working"})
    assert world.react.woken == [row.key.ref]


def test_records_are_read_once_and_200_in_a_call(world: World) -> None:
    ids = [f"00Q{number}" for number in range(201)]
    world.push({"Lead": ids}, {"Lead": ids, "Contact": ["0031"]})
    assert world.people.asked == [("Lead", 200), ("Lead", 1), ("Contact", 1)]


def test_an_opportunity_marks_its_company_while_the_policy_asks_for_it(world: World) -> None:
    world.push({"Opportunity": ["0061"]})
    assert world.deals.asked == []

    world.table.write(Create(keys.OPPORTUNITIES, OpportunityPoll(), due=NOON, lane=Lane.BULK))
    world.push({"Opportunity": ["0061"]})
    assert world.table.get(keys.deal("acme.example"))


def test_an_opportunity_of_a_leads_contact_becomes_activities_each_once(world: World) -> None:
    poll = OpportunityPoll(marks=False, watched=NOON)
    world.table.write(
        Create(keys.OPPORTUNITIES, poll, due=NOON, lane=Lane.BULK),
        Create(keys.crm_pointer("0031"), Pointer(lead="lead1")),
    )
    for stage in ("Prospecting", "Prospecting", "Proposal", "Proposal"):
        world.deals.status = stage
        world.push({"Opportunity": ["0061"]})

    rows = [row.value for row in world.table.under("lead1", "activity#")]
    assert sorted((row.kind, row.facts["stage"]) for row in rows) == [
        (Kind.OPPORTUNITY_MOVED, "Proposal"),
        (Kind.OPPORTUNITY_OPENED, "Prospecting"),
    ]
    assert len(world.react.woken) == 2
    assert count(world.table, "deal#") == 0


def test_a_member_of_a_watched_campaign_becomes_an_activity_once(world: World) -> None:
    world.push({"CampaignMember": ["00v1"]})
    assert world.members.asked == []

    watching = MemberPoll(since=NOON, watched={"Fair": NOON})
    world.table.write(Create(keys.MEMBERS, watching, due=NOON, lane=Lane.BULK))
    for _ in range(2):
        world.push({"CampaignMember": ["00v1"]})
    assert count(world.table, "activity#") == 1


def test_what_cannot_be_read_is_left_to_the_poll(world: World) -> None:
    world.people.trouble = Undeliverable("HTTP 503", permanent=False)
    world.push({"Lead": ["00Q1"]})
    assert (world.people.asked, world.is_opted_out) == ([("Lead", 1)], False)


def test_few_api_calls_leave_pushes_to_the_poll(world: World) -> None:
    world.people.usage = ApiUsage(used=90, most=100)
    world.push({"Lead": ["00Q1"]})
    world.push({"Lead": ["00Q1"]})
    assert len(world.people.asked) == 1

    world.clock.move(minutes=15)
    world.push({"Lead": ["00Q1"]})
    assert len(world.people.asked) == 2


def test_the_last_push_is_noted_once_a_minute(world: World) -> None:
    world.push({})
    assert world.table.get(keys.PUSH) is None
    for seconds in (0, 59, 1):
        world.clock.move(seconds=seconds)
        world.push({"Lead": ["00Q1"]})
        row = world.table.get(keys.PUSH)
        assert row
        assert row.value.at == (NOON if world.clock.now() < NOON + timedelta(minutes=1) else world.clock.now())


def test_in_shadow_mode_nothing_is_read(world: World) -> None:
    world.table.write(Create(keys.SHADOW, Shadow(on=True, at=NOON)))
    world.push({"Lead": ["00Q1"]})
    assert world.people.asked == []
