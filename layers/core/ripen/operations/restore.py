"""After a restore from a backup: what must not be forgotten or repeated, from the table that was in use until then.

These are suppressed addresses, refusals, and mails that went out since the restore point. Sending is stopped in the
restored table first. It is safe to repeat.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from copy import replace
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ripen.adapters.table import Change, Create, Replace, Row, Table, keys
from ripen.lead.activity import Kind
from ripen.lead.contact import Contact, Suppression
from ripen.lead.refusals import with_later_refusals
from ripen.mail.ledger import Send, SendState
from ripen.operations.leads.scan import scan_table
from ripen.operations.progress import Progress, silent
from ripen.operations.sending.switches import stop_sending

_WANTED = {"suppression": "", "contact": "", "send#": ""}
_COMPLAINT = "complaint"
"""It outweighs a bounce."""
_REFUSALS = (Kind.UNSUBSCRIBED, Kind.BOUNCED, Kind.COMPLAINED)


@dataclass(frozen=True)
class Replayed:
    """How many rows of the restored table were added or changed."""

    suppressions: int
    contacts: int
    sends: int


def replay_refusals(used: Table, restored: Table, by: str, now: datetime, progress: Progress = silent) -> Replayed:
    """Stop all sending in the restored table. Then copy refusals and sent mails that only `used` has."""
    stop_sending(by, restored, now)

    def copy(rows: Sequence[Row[Any]]) -> list[type[Any]]:
        there = restored.get_many([row.key for row in rows])
        changed = [row for row, found in zip(rows, there, strict=True) if _is_news(row, found)]
        return [row.key.type for row in changed if _copy(row, used, restored, now)]

    count = Counter(scan_table(used, _WANTED, copy, progress))
    return Replayed(count[Suppression], count[Contact], count[Send])


def _is_news(row: Row[Any], there: Row[Any] | None) -> bool:
    """Tell whether the restored table lacks what this row says."""
    match row.value:
        case Suppression(reason=reason):
            return there is None or (reason == _COMPLAINT != there.value.reason)
        case Contact():
            return there is not None and with_later_refusals(there.value, row.value) != there.value
        case Send(state=state):
            return state is not SendState.PLANNED and (there is None or there.value.state is SendState.PLANNED)
    return False


def _copy(row: Row[Any], used: Table, restored: Table, now: datetime) -> bool:
    """Copy the row. Return False if its lead is newer than the restore point, so that no mail can go there."""

    def attempt(_: int) -> bool:
        there = restored.get(row.key)
        if not _is_news(row, there):
            return False
        if there is None and isinstance(row.value, Send) and restored.get(keys.profile(row.value.lead)) is None:
            return False
        restored.write(*_changes(row, there, used, restored, now))
        return True

    return restored.retrying(attempt)


def _changes(row: Row[Any], there: Row[Any] | None, used: Table, restored: Table, now: datetime) -> Iterator[Change]:
    value = row.value
    if isinstance(value, Contact) and there:
        value = with_later_refusals(there.value, value)
        yield from _refusal_activities(value, there.value, used, restored, now)
    yield Replace(row.key, value, there.version if there else 0, due=row.due, lane=row.lane, expires=row.expires)


def _refusal_activities(
    after: Contact, before: Contact, used: Table, restored: Table, now: datetime
) -> Iterator[Change]:
    """Yield the activities of the new refusals, due now, so that score.react ends the lead's journeys."""
    known = {before.unsubscribed, before.bounced, before.complained}
    for at in {at for at in (after.unsubscribed, after.bounced, after.complained) if at} - known:
        first = keys.activities_since(at)
        for row in used.between(after.lead, first, f"{first}~"):
            if row.value.kind in _REFUSALS and restored.get(row.key) is None:
                yield Create(row.key, replace(row.value, folded=None), due=now)
