"""score.sync on a table, with a CRM in memory."""

from collections.abc import Callable, Iterable, Sequence
from copy import replace
from dataclasses import dataclass, field
from typing import Any

from ripen.adapters.table import Create, Mark, Replace, Row, Table, keys
from ripen.crm.api_usage import ApiUsage
from ripen.crm.crm_fields import SHORT, STANDARD
from ripen.crm.upsert import CrmState, DesiredRecord, Record, Write, WriteResult
from ripen.decision import Decision
from ripen.errors import Undeliverable
from ripen.lead.lead import CrmLink, Profile
from ripen.lead.state import Rank, RulePoints, State
from ripen.marks import CrmMark
from ripen.playbook.bundle import Bundle
from ripen.slack.alert import Alert, AlertState
from score._api_budget import Budget
from score.sync import Dependencies, sync
from tests.support.builders import a_bundle, a_lead
from tests.support.fakes import NOON, FakeClock, FakeQueue


@dataclass
class FakeCrm:
    """A CRM with Leads, Contacts and Tasks: it upserts by our key, matches by address and counts its calls."""

    records: dict[str, Record] = field(default_factory=dict)
    tasks: list[str] = field(default_factory=list)
    calls: int = 0
    usage: ApiUsage | None = None
    fails: list[Undeliverable | None] = field(default_factory=list)
    """The errors of the next calls; None lets a call succeed."""
    refuses: dict[str, Undeliverable] = field(default_factory=dict)
    written: list[Write] = field(default_factory=list)
    """All writes that arrived, refused ones too."""
    meanwhile: Callable[[], object] = lambda: None
    """Called during each write, before its answer."""

    def find(self, leads: Sequence[DesiredRecord]) -> CrmState:
        self._called()
        return CrmState(records=tuple(self.records.values()), tasks=frozenset(self.tasks))

    def write(self, writes: Sequence[Write]) -> list[WriteResult]:
        self._called()
        self.written += writes
        written = [self._write(write) for write in writes]
        self.meanwhile()
        return written

    def _called(self) -> None:
        self.calls += 1
        if self.fails and (failure := self.fails.pop(0)):
            raise failure

    def _write(self, write: Write) -> WriteResult:
        if write.lead in self.refuses:
            link = a_link(write.record) if write.record else None
            return WriteResult(link=link, refused=self.refuses[write.lead])
        mine = [r for r in self.records.values() if r.key == write.lead and r.object == write.object]
        old = write.record or next(iter(mine), None)
        id = old.id if old else f"00Q{len(self.records)}"
        values = {name: str(value) for name, value in write.fields.items() if name in (*STANDARD[write.object], *SHORT)}
        kept = old or Record(
            object=write.object, id=id, email=values.get("Email", ""), owner="005A", owner_name="Alice"
        )
        self.records[id] = replace(kept, key=write.lead, fields=kept.fields | values)
        if write.task:
            self.tasks.append(write.task.key)
        return WriteResult(link=a_link(self.records[id]))


def a_link(record: Record) -> CrmLink:
    url = f"https://crm.example/{record.id}"
    return CrmLink(object=record.object, id=record.id, url=url, owner=record.owner, owner_name=record.owner_name)


@dataclass
class Office:
    table: Table
    clock: FakeClock
    crm: FakeCrm
    queue: FakeQueue
    bundle: Bundle = field(default_factory=a_bundle)
    budget: Budget = field(default_factory=Budget)

    def sync(
        self, *leads: str, has_time: Callable[[], bool] = lambda: True, may_call: Callable[[], bool] = lambda: True
    ) -> set[str]:
        refs = [keys.crm_mark(lead).ref for lead in leads or ("lead1",)]
        return sync(refs, self.dependencies, has_time, may_call)

    @property
    def dependencies(self) -> Dependencies:
        return Dependencies(
            table=self.table,
            clock=self.clock,
            bundle=self.bundle,
            crm=self.crm,
            alert=self.queue,
            budget=self.budget,
        )

    def admit(self, *changes: Any, **lead: Any) -> None:
        """Add a lead that score.react has folded, due now."""
        profile = a_lead(**lead)
        self.table.write(
            Create(keys.profile(profile.id), profile),
            Create(keys.state(profile.id), a_state(profile.id)),
            Create(keys.crm_mark(profile.id), CrmMark(lead=profile.id, urgent=True), due=self.clock.now()),
            *changes,
        )

    def change(self, **changes: Any) -> None:
        """Let the lead's state change and its mark fall due, as score.react does: 15 minutes after a write."""
        self.clock.move(minutes=15)
        state = self.table.get(keys.state("lead1"))
        assert state
        self.table.write(
            Replace(state.key, replace(state.value, **changes), state.version), Mark(keys.crm_mark("lead1"), NOON)
        )

    def mark(self, lead: str = "lead1") -> Row[CrmMark]:
        row = self.table.get(keys.crm_mark(lead))
        assert row
        return row

    def profile(self, lead: str = "lead1") -> Profile:
        row = self.table.get(keys.profile(lead))
        assert row
        return row.value

    def decisions(self, lead: str = "lead1") -> list[tuple[str, str]]:
        found: Iterable[Row[Decision]] = self.table.under(lead, "decision#")
        return [(row.value.outcome, row.value.reason) for row in found if row.value.what == "crm"]


def a_state(lead: str = "lead1", **changes: Any) -> State:
    points = RulePoints(points=30, at=NOON)
    known: dict[str, Any] = {"lead": lead, "rule_points": {"form": points}, "fit": 40, "rank": Rank.HOT, "episode": 1}
    return State(**(known | changes))


def an_alert(**changes: Any) -> Create[Alert]:
    known: dict[str, Any] = {
        "id": "alert1",
        "lead": "lead1",
        "kind": "hot",
        "planned": NOON,
        "state": AlertState.POSTED,
    }
    alert = Alert(**(known | changes))
    return Create(keys.alert("lead1", alert.id), alert)


def a_customer(**changes: Any) -> Record:
    known: dict[str, Any] = {"object": "Contact", "id": "0031", "email": "hanako@example.co.jp", "owner": "005B"}
    return Record(**(known | changes))
