"""Held mails: a person decides about them.

Either SES never answered, and a second mail to the same person might be one too many. Or we could not send the mail
because of a fault of ours; it goes once the fault is corrected.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ripen.adapters.rows.sends import move_send
from ripen.adapters.table import Conflict, Row, Table, keys
from ripen.decision import Outcome
from ripen.mail import ledger
from ripen.mail.ledger import MovedSend, Send
from ripen.operations.choice import choose
from ripen.operations.leads.scan import scan_leads
from ripen.operations.progress import Progress, silent
from ripen.words import Words

_NOUNS = Words("held mails", "保留中のメール")


@dataclass(frozen=True)
class HeldMail:
    row: Row[Send]
    email: str
    """The lead's address."""
    since: datetime

    def plain(self) -> dict[str, Any]:
        """Return what `ripen held --json` prints: a contract for scripts."""
        send = self.row.value
        return {
            "id": send.id,
            "lead": send.lead,
            "email": self.email,
            "mail": send.email,
            "origin": send.origin,
            "since": self.since.isoformat(),
            "reason": send.reason,
            "may_have_arrived": ledger.may_have_arrived(send),
        }


def held_mails(table: Table, progress: Progress = silent) -> list[HeldMail]:
    """Return all held mails, the oldest first."""
    found = [each for some in scan_leads(table, lambda lead: _held(lead, table), progress) for each in some]
    return sorted(found, key=lambda each: (each.since, each.row.value.id))


def select(found: list[HeldMail], id: str) -> list[HeldMail]:
    """Return the mail whose id begins so, or all of them for "all". Raise Failure unless exactly one does."""
    return choose({mail.row.value.id: mail for mail in found}, id, _NOUNS, "ripen held")


def release(found: list[HeldMail], by: str, table: Table, now: datetime) -> int:
    """Move these mails to PLANNED, due now. Return how many were moved."""
    return _move_all(found, lambda send: ledger.release(send, by, now), table, now)


def drop(found: list[HeldMail], by: str, table: Table, now: datetime) -> int:
    """Move these mails to SKIPPED. Return how many were moved."""
    return _move_all(found, lambda send: ledger.drop(send, by), table, now)


def _held(lead: str, table: Table) -> list[HeldMail] | None:
    rows = [row for row in table.under(lead, "send#") if ledger.is_held(row.value)]
    if not rows:
        return None
    profile = table.get(keys.profile(lead))
    email = profile.value.email if profile else ""
    return [HeldMail(row, email, _since(row.value)) for row in rows]


def _since(send: Send) -> datetime:
    held = [kept.at for kept in send.decisions if kept.outcome in (Outcome.HELD, Outcome.FAILED)]
    return send.unknown or max(held, default=send.planned)


def _move_all(found: list[HeldMail], move: Callable[[Send], MovedSend], table: Table, now: datetime) -> int:
    moved = 0
    for mail in found:
        if _write(mail, move(mail.row.value), table, now):
            moved += 1
    return moved


def _write(held: HeldMail, moved: MovedSend, table: Table, now: datetime) -> bool:
    """Return False if another person decided first."""
    try:
        table.write(*move_send(held.row, moved, now))
    except Conflict:
        return False
    return True
