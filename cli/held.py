"""Mails that are held: SES's answer never came, and a second mail to the same person might be one too many."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cli.stack.roster import walk
from cli.stack.stack import Stack
from ripen.adapters.rows.campaign_counts import tally
from ripen.adapters.table import Change, Conflict, Create, Replace, Row, keys
from ripen.mail import ledger
from ripen.mail.ledger import Moved, Send, SendState


@dataclass(frozen=True)
class Held:
    row: Row[Send]
    email: str
    """The lead's address."""
    since: datetime

    def plain(self) -> dict[str, Any]:
        send = self.row.value
        return {
            "id": send.id,
            "lead": send.lead,
            "email": self.email,
            "mail": send.email,
            "origin": send.origin,
            "since": self.since.isoformat(),
            "reason": send.reason,
        }


def held(stack: Stack) -> list[Held]:
    """All of them, the oldest first."""
    found = [each for some in walk(stack.table, "Leads", lambda lead: _of(lead, stack)) for each in some]
    return sorted(found, key=lambda each: (each.since, each.row.value.id))


def let_go(stack: Stack, found: list[Held], by: str) -> int:
    """HELD → PLANNED, due now; how many they were."""
    now = stack.clock.now()
    return sum(_write(stack, each, ledger.release(each.row.value, by, now), now) for each in found)


def drop(stack: Stack, found: list[Held], by: str) -> int:
    """HELD → SKIPPED; how many they were."""
    now = stack.clock.now()
    return sum(_write(stack, each, ledger.drop(each.row.value, by), now) for each in found)


def _of(lead: str, stack: Stack) -> list[Held] | None:
    rows = [row for row in stack.table.under(lead, "send#") if row.value.state is SendState.HELD]
    if not rows:
        return None
    profile = stack.table.get(keys.profile(lead))
    email = profile.value.email if profile else ""
    return [Held(row, email, row.value.unknown or row.value.planned) for row in rows]


def _write(stack: Stack, held: Held, moved: Moved, now: datetime) -> int:
    """1, or 0 where somebody was quicker."""
    changes: list[Change] = [
        Replace(held.row.key, moved.send, held.row.version, moved.due, ledger.lane(moved.send)),
        *tally(held.row.value, moved.send),
    ]
    if decision := ledger.decision(held.row.value, moved.send, now):
        changes.append(Create(keys.decision(decision.lead, decision.at, decision.id), decision))
    try:
        stack.table.write(*changes)
    except Conflict:
        return 0
    return 1
