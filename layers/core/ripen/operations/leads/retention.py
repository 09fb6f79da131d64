"""What expires by `keep`: what is gone, what goes when, and what other periods would change."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct

from ripen.adapters.rows.expiry import row_expires
from ripen.adapters.table import Row, Table
from ripen.decision import Decision
from ripen.lead.activity import Activity
from ripen.lead.history import HistoryPage
from ripen.lead.state import State
from ripen.mail.ledger import Send
from ripen.operations.leads.scan import scan_table
from ripen.operations.progress import Progress, silent
from ripen.playbook.retention import Retention

_WANTED = {"activity#": "", "send#": "", "decision#": "", "state": "", "history#": ""}
MAILS, DECISIONS = "mails", "decisions"
NEVER = "never"


class Expiry(Struct, frozen=True, kw_only=True):
    """How many rows of one kind go in each month, such as "2026-12", or never."""

    kind: str
    """A kind of activity, "mails" or "decisions"."""
    gone: int
    """Activities of which only the lead's history still knows."""
    now: dict[str, int]
    planned: dict[str, int]
    """With the periods that were asked about."""


class _Seen(Struct, frozen=True):
    """One row of the table, or activities in a history."""

    kind: str
    now: str = ""
    planned: str = ""
    known: int = 0
    """Activities in the history; a folded activity's own row counts -1."""


def expiries(table: Table, keep: Retention, zone: ZoneInfo, progress: Progress = silent) -> list[Expiry]:
    """Return what goes by the times in the rows, and what would go by these periods, by month in that time zone."""
    gone: Counter[str] = Counter()
    now: dict[str, Counter[str]] = {}
    planned: dict[str, Counter[str]] = {}
    for seen in scan_table(table, _WANTED, lambda rows: [s for row in rows for s in _seen(row, keep, zone)], progress):
        gone[seen.kind] += seen.known
        if seen.now:
            now.setdefault(seen.kind, Counter())[seen.now] += 1
            planned.setdefault(seen.kind, Counter())[seen.planned] += 1
    kinds = sorted(now.keys() | {kind for kind, count in gone.items() if count > 0})
    return [
        Expiry(
            kind=kind,
            gone=max(gone[kind], 0),
            now=dict(sorted(now.get(kind, Counter()).items())),
            planned=dict(sorted(planned.get(kind, Counter()).items())),
        )
        for kind in kinds
    ]


def _seen(row: Row[Any], keep: Retention, zone: ZoneInfo) -> Iterator[_Seen]:
    if kind := _kind(row):
        is_known = isinstance(row.value, Activity) and row.value.folded is not None
        yield _Seen(kind, _month(row.expires, zone), _month(row_expires(row, keep), zone), -is_known)
    match row.value:
        case HistoryPage(entries=entries) | State(history=entries):
            yield from (_Seen(str(kind), known=count) for kind, count in Counter(e.kind for e in entries).items())


def _kind(row: Row[Any]) -> str | None:
    """Return the kind of the row; None if `keep` does not apply to it, as to the visits of a browser."""
    if not row.key.pk.startswith("lead#"):
        return None
    match row.value:
        case Activity(kind=kind):
            return str(kind)
        case Send():
            return MAILS
        case Decision():
            return DECISIONS
    return None


def _month(expires: datetime | None, zone: ZoneInfo) -> str:
    return f"{expires.astimezone(zone):%Y-%m}" if expires else NEVER
