"""What score.sync would write to Salesforce about all leads: a dry run that reads Salesforce and writes nothing.

It judges and plans with the functions of the core that score.sync uses. The counts of calls are those of full batches;
leads that change one by one take more.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import batched
from typing import Any

from ripen.adapters.rows.crm_link import known_profiles
from ripen.adapters.table import Table, keys
from ripen.crm import upsert
from ripen.crm.batch_size import MOST
from ripen.crm.crm_errors import MERGED
from ripen.crm.field_write import Conflict, changes, conflicts
from ripen.crm.judgement import Judgement, UpToDate, judge
from ripen.crm.shared_record import other_leads, plan_all
from ripen.errors import Undeliverable
from ripen.failure import Failure
from ripen.marks import CrmMark
from ripen.operations.crm_error_words import next_step
from ripen.operations.leads.scan import scan_batches
from ripen.operations.phrases import reason
from ripen.operations.progress import Progress, silent
from ripen.playbook.bundle import Bundle
from ripen.ports import CrmRecords
from ripen.words import Words

_SAMPLES = 3
UP_TO_DATE = "up to date"


@dataclass
class Group:
    """Leads for which the same is true: how many, and the addresses of the first."""

    count: int = 0
    samples: list[str] = field(default_factory=list)

    def add(self, email: str) -> None:
        self.count += 1
        if len(self.samples) < _SAMPLES:
            self.samples.append(email)

    def plain(self) -> dict[str, Any]:
        return {"count": self.count, "samples": self.samples}


@dataclass
class FieldConflict:
    """A field in which records keep another value than the leads have."""

    count: int = 0
    samples: list[tuple[str, Conflict]] = field(default_factory=list)
    """Addresses, with both values."""

    def add(self, email: str, conflict: Conflict) -> None:
        self.count += 1
        if len(self.samples) < _SAMPLES:
            self.samples.append((email, conflict))


@dataclass
class CrmPlan:
    creates: Group = field(default_factory=Group)
    updates: Group = field(default_factory=Group)
    fields: Counter[str] = field(default_factory=Counter)
    """How many existing records get another value, by object and field: "Lead.Title"."""
    tasks: int = 0
    conflicts: dict[str, FieldConflict] = field(default_factory=dict)
    """By object and field."""
    skipped: dict[str, Group] = field(default_factory=dict)
    """By reason."""
    reads: int = 0
    writes: int = 0
    """Calls."""
    unread: int = 0
    """Leads that were not looked up, because few of the day's calls are left."""

    def skip(self, why: str, email: str) -> None:
        self.skipped.setdefault(why, Group()).add(email)

    def plain(self) -> dict[str, Any]:
        """Return what `ripen crm plan --json` prints: a contract for scripts."""
        return {
            "creates": self.creates.plain(),
            "updates": {**self.updates.plain(), "fields": dict(sorted(self.fields.items())), "tasks": self.tasks},
            "conflicts": [
                {"field": name, "count": found.count, "samples": [_sample(*each) for each in found.samples]}
                for name, found in sorted(self.conflicts.items())
            ],
            "skipped": [
                {"reason": why, "meaning": reason(why, "en"), **group.plain()}
                for why, group in sorted(self.skipped.items())
            ],
            "calls": {"reads": self.reads, "writes": self.writes, "sync": self.reads + self.writes},
            "unread": self.unread,
        }


@dataclass(frozen=True)
class _Judged:
    email: str
    judgement: Judgement


def plan_sync(table: Table, crm: CrmRecords, bundle: Bundle, now: datetime, progress: Progress = silent) -> CrmPlan:
    """Return what would be written if all leads were due now. Raise Failure if Salesforce does not answer."""
    plan = CrmPlan()
    for batch in batched(_wanted(table, bundle, now, plan, progress), MOST, strict=False):
        if crm.usage and crm.usage.is_tight:
            plan.unread += len(batch)
            continue
        _add(batch, crm, table, plan)
    return plan


def _wanted(
    table: Table, bundle: Bundle, now: datetime, plan: CrmPlan, progress: Progress
) -> Iterator[tuple[str, upsert.DesiredRecord]]:
    """Yield the records that are wanted, with the leads' addresses; the other leads are counted in the plan."""

    def look(leads: Sequence[str]) -> list[_Judged]:
        rows = table.get_many([key for id in leads for key in (keys.profile(id), keys.state(id), keys.crm_mark(id))])
        return [
            _Judged(
                profile.value.email,
                judge(profile.value, state.value, mark.value if mark else CrmMark(lead=id), bundle, now),
            )
            for id, (profile, state, mark) in zip(leads, batched(rows, 3, strict=True), strict=True)
            if profile and state
        ]

    for each in scan_batches(table, look, progress):
        match each.judgement:
            case upsert.DesiredRecord() as desired:
                yield each.email, desired
            case upsert.Blocked(reason=why):
                plan.skip(why, each.email)
            case UpToDate():
                plan.skip(UP_TO_DATE, each.email)
            case Undeliverable() as failure:
                plan.skip(failure.reason, each.email)


def _add(batch: Sequence[tuple[str, upsert.DesiredRecord]], crm: CrmRecords, table: Table, plan: CrmPlan) -> None:
    """Look up the records of these leads, and add what would be written."""
    records = [desired for _, desired in batch]
    try:
        found = crm.find(records)
    except Undeliverable as failure:
        why = failure.reason
        raise Failure(Words(reason(why, "en"), reason(why, "ja")), next_step(why.partition(":")[0])) from failure
    plan.reads += 1
    plans = plan_all(records, found, known_profiles(other_leads(records, found), table))
    plan.writes += any(isinstance(each, upsert.Write) for each in plans)
    for (email, desired), each in zip(batch, plans, strict=True):
        match each:
            case upsert.Write() as write:
                _add_write(email, desired, write, plan)
            case upsert.Blocked(reason=why):
                plan.skip(why, email)
            case upsert.Shared():
                plan.skip(MERGED, email)


def _add_write(email: str, desired: upsert.DesiredRecord, write: upsert.Write, plan: CrmPlan) -> None:
    plan.tasks += write.task is not None
    if write.record is None:
        plan.creates.add(email)
        return
    plan.updates.add(email)
    plan.fields.update(f"{write.object}.{name}" for name in changes(write))
    for conflict in conflicts(desired, write):
        plan.conflicts.setdefault(f"{write.object}.{conflict.field}", FieldConflict()).add(email, conflict)


def _sample(email: str, conflict: Conflict) -> dict[str, str]:
    return {"email": email, "ours": conflict.ours, "theirs": conflict.theirs}
