"""Leads that do not reach Salesforce: list them, retry them at once, or ignore their refusals."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from copy import replace
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import batched
from typing import Any

from ripen.adapters.rows.crm_marks import failing_in_shard
from ripen.adapters.rows.decisions import create_decision
from ripen.adapters.table import Change, Conflict, Replace, Row, Table, keys
from ripen.agenda import SHARDS
from ripen.crm.crm_errors import error_code, is_ignored, merged_with
from ripen.crm.crm_mark import IGNORED_FOR, LONGEST_RETRY
from ripen.decision import Decision, DecisionKind, Outcome
from ripen.failure import Failure
from ripen.ids import digest
from ripen.lead.lead import Profile
from ripen.marks import CrmMark
from ripen.operations.choice import ALL
from ripen.operations.crm_error_words import next_step
from ripen.operations.phrases import reason
from ripen.words import Words

_BATCH = 100
_THREADS = 16


@dataclass(frozen=True)
class FailingLead:
    row: Row[CrmMark]
    email: str
    merged_with: str = ""
    """Address of the older lead with whose record sales merged this lead's."""

    @property
    def code(self) -> str:
        return error_code(self.row.value)

    @property
    def message(self) -> str:
        return self.merged_with or self.row.value.error or self.row.value.waits_for

    @property
    def is_ignored(self) -> bool:
        return is_ignored(self.row.value)

    def plain(self) -> dict[str, Any]:
        """Return what `ripen crm errors --json` prints: a contract for scripts."""
        mark = self.row.value
        return {
            "id": mark.lead,
            "email": self.email,
            "code": self.code,
            "message": self.message,
            "merged_with": self.merged_with,
            "meaning": reason(self.code, "en"),
            "next_step": next_step(self.code).en,
            "since": mark.failing_since.isoformat() if mark.failing_since else "",
            "next_attempt": self.row.due.isoformat() if self.row.due else "",
            "ignored": self.is_ignored,
        }


def failing_leads(table: Table, now: datetime) -> list[FailingLead]:
    """Return the leads that do not reach Salesforce, by code, the oldest first; ignored ones last."""
    found = _with_addresses(failing_rows(table, now, IGNORED_FOR), table)
    return sorted(found, key=lambda each: (each.is_ignored, each.code, each.row.value.failing_since, each.email))


def failing_rows(table: Table, now: datetime, within: timedelta = LONGEST_RETRY) -> list[Row[CrmMark]]:
    """Return the marks of leads that could not be written and are retried within that time.

    That is every lead that fails and is not ignored; within IGNORED_FOR, the ignored ones, too.
    """
    with ThreadPoolExecutor(_THREADS) as threads:
        shards = threads.map(lambda shard: list(failing_in_shard(table, shard, now + within)), range(SHARDS))
        return [row for rows in shards for row in rows]


def select(found: list[FailingLead], which: str) -> list[FailingLead]:
    """Return the leads with this code or address, or all for "all". Raise Failure if there is none."""
    chosen = [each for each in found if which in (ALL, each.code) or which.casefold() == each.email.casefold()]
    if not chosen:
        raise Failure(
            Words(f"No failing lead has the code or address {which!r}.", f"{which!r} に当たる見込み客はいません。"),
            Words("See all of them: ripen crm errors", "一覧: ripen crm errors"),
        )
    return chosen


def retry(chosen: list[FailingLead], table: Table, now: datetime) -> int:
    """Make these leads due now, ignored or not. Return how many."""
    return sum(_write(each, replace(each.row.value, ignored=""), now, table) for each in chosen)


def ignore(chosen: list[FailingLead], by: str, table: Table, now: datetime) -> int:
    """Ignore the refusals of these leads until the leads change, with a decision for each. Return how many.

    A failure that may pass by itself, such as an outage, cannot be ignored.
    """
    refused = [each for each in chosen if each.row.value.refused]
    due = now + IGNORED_FOR
    return sum(
        _write(each, replace(each.row.value, ignored=each.code), due, table, create_decision(_ignored(each, by, now)))
        for each in refused
    )


def _ignored(lead: FailingLead, by: str, now: datetime) -> Decision:
    id = lead.row.value.lead
    return Decision(
        id=digest("ignored", id, now.isoformat()),
        lead=id,
        at=now,
        what=DecisionKind.CRM,
        subject="Lead",
        outcome=Outcome.SKIPPED,
        reason=lead.code,
        facts={"by": by},
    )


def _with_addresses(rows: Iterable[Row[CrmMark]], table: Table) -> Iterator[FailingLead]:
    for batch in batched(rows, _BATCH, strict=False):
        merged = {row.value.lead: older for row in batch if (older := merged_with(row.value))}
        leads = dict.fromkeys([*(row.value.lead for row in batch), *merged.values()])
        profiles: list[Row[Profile] | None] = table.get_many([keys.profile(lead) for lead in leads])
        emails = {profile.value.id: profile.value.email for profile in profiles if profile}
        for row in batch:
            lead = row.value.lead
            yield FailingLead(row, emails.get(lead, ""), emails.get(merged.get(lead, ""), ""))


def _write(lead: FailingLead, mark: CrmMark, due: datetime, table: Table, *more: Change) -> bool:
    """Return False if the lead was written or changed meanwhile."""
    row = lead.row
    try:
        table.write(Replace(row.key, mark, row.version, due=due, lane=row.lane), *more)
    except Conflict:
        return False
    return True
