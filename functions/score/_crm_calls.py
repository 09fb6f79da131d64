"""The two calls to Salesforce for up to 200 leads: one finds their records, and one writes them."""

from collections.abc import Sequence
from copy import replace
from datetime import datetime

from msgspec import Struct

from ripen.adapters.rows.crm_link import known_profiles
from ripen.adapters.table import Conflict, Replace, Table
from ripen.crm import crm_mark, upsert
from ripen.crm.shared_record import other_leads, plan_all
from ripen.crm.upsert import DesiredRecord, Write
from ripen.errors import TimedOut, Undeliverable
from score._crm_case import Case, Dependencies, SyncOutcome


class WantedRecord(Struct, frozen=True):
    """A lead, and its record as the CRM should have it."""

    case: Case
    record: DesiredRecord


PlannedWrite = tuple[WantedRecord, Write]


def write_records(wanted: Sequence[WantedRecord], dependencies: Dependencies, now: datetime) -> list[SyncOutcome]:
    """Write the records, and return what becomes of each lead. A lead that another worker has claimed has no outcome.

    1. Postpone what can wait, if few API calls are left as far as is known.
    2. Find the records that may match the leads.
    3. Postpone what can wait, if few API calls are left by the answer to that call.
    4. Plan each write, and claim each lead that gets a Task.
    5. Write all records in one call.
    """
    postponed, asked = _postpone(wanted, dependencies, now)
    return postponed + (_find_and_write(asked, dependencies, now) if asked else [])


def _find_and_write(asked: Sequence[WantedRecord], dependencies: Dependencies, now: datetime) -> list[SyncOutcome]:
    try:
        found = dependencies.crm.find([want.record for want in asked])
    except Undeliverable as failure:
        return [_delayed(want, failure, now) for want in asked]
    finally:
        dependencies.budget.note(dependencies.crm.usage, now)
    postponed, asked = _postpone(asked, dependencies, now)
    records = [want.record for want in asked]
    plans = plan_all(records, found, known_profiles(other_leads(records, found), dependencies.table))
    blocked, planned = _sort(asked, plans, dependencies.table, now)
    return postponed + blocked + (_write(planned, dependencies, now) if planned else [])


def _postpone(
    wanted: Sequence[WantedRecord], dependencies: Dependencies, now: datetime
) -> tuple[list[SyncOutcome], list[WantedRecord]]:
    """Return the outcomes of the leads that are postponed, and the other leads.

    The last API calls of the day are kept for hand-offs, Tasks, and leads that sales accepts.
    """
    if not dependencies.budget.is_tight(now):
        return [], list(wanted)
    can_wait = [want for want in wanted if crm_mark.can_wait(want.case.mark.value, want.record)]
    postponed = [SyncOutcome(want.case, crm_mark.postponed(now)) for want in can_wait]
    return postponed, [want for want in wanted if want not in can_wait]


def _sort(
    asked: Sequence[WantedRecord], plans: Sequence[upsert.Plan], table: Table, now: datetime
) -> tuple[list[SyncOutcome], list[PlannedWrite]]:
    """Return the outcomes of the leads that are not written, and the writes of the others."""
    blocked, planned = list[SyncOutcome](), list[PlannedWrite]()
    for want, plan in zip(asked, plans, strict=True):
        case = want.case
        match plan:
            case upsert.Shared() as shared:
                blocked.append(SyncOutcome(case, crm_mark.shared(case.mark.value, shared, now)))
            case upsert.Blocked(reason=reason):
                blocked.append(SyncOutcome(case, crm_mark.blocked(case.mark.value, reason)))
            case upsert.Write(task=None) as write:
                planned.append((want, write))
            case upsert.Write() as write:
                if claimed := _claim(case, table, now):
                    planned.append((replace(want, case=claimed), write))
    return blocked, planned


def _claim(case: Case, table: Table, now: datetime) -> Case | None:
    """Claim the lead, because two workers may have found no Task and only one may create it. None if it is taken."""
    mark, due = replace(case.mark.value, claimed=now), now + crm_mark.LEASE
    try:
        table.write(Replace(case.mark.key, mark, case.mark.version, due=due, lane=case.mark.lane))
    except Conflict:
        return None
    return replace(case, mark=replace(case.mark, value=mark, version=case.mark.version + 1, due=due))


def _write(planned: Sequence[PlannedWrite], dependencies: Dependencies, now: datetime) -> list[SyncOutcome]:
    try:
        results = dependencies.crm.write([write for _, write in planned])
    except Undeliverable as failure:
        if isinstance(failure, TimedOut):
            dependencies.budget.batch = dependencies.budget.batch.after_timeout(len(planned), now)
        return [_delayed(want, failure, now) for want, _ in planned]
    return [
        SyncOutcome(want.case, crm_mark.concluded(want.case.mark.value, want.record, write, result, now))
        for (want, write), result in zip(planned, results, strict=True)
    ]


def _delayed(want: WantedRecord, failure: Undeliverable, now: datetime) -> SyncOutcome:
    return SyncOutcome(want.case, crm_mark.delayed(want.case.mark.value, failure, now))
