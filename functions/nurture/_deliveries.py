"""Records the deliveries of campaigns' mails that one batch of messages reports: one transaction with one count."""

from collections.abc import Collection, Iterable
from datetime import datetime

import msgspec

from ripen.adapters.rows.sends import move_sends
from ripen.adapters.table import Conflict, Row, Table, keys
from ripen.errors import Unavailable
from ripen.mail.incoming import feedback
from ripen.mail.incoming.feedback import Event, Feedback
from ripen.mail.ledger import MovedSend, Send


def record_deliveries(events: Iterable[Feedback], table: Table, now: datetime) -> Collection[str]:
    """Record the deliveries among these events in one transaction. Return the ids of the recorded events.

    An event that is not recorded here is recorded alone afterwards: another kind of event, a delivery of a mail that
    belongs to no campaign, and all of them if another worker changes one of the mails.
    """
    delivered = {each.send: each for each in events if each.event is Event.DELIVERED}
    if len(delivered) < 2:
        return ()
    moves: list[tuple[Row[Send], MovedSend]] = []
    for row in _rows(delivered.values(), table):
        if row and row.value.campaign and (moved := feedback.send_after(row.value, delivered[row.value.id])):
            moves.append((row, moved))
    try:
        if moves:
            table.write(*move_sends(moves, now))
    except Conflict:
        return ()
    return {delivered[row.value.id].id for row, _ in moves}


def _rows(events: Iterable[Feedback], table: Table) -> list[Row[Send] | None]:
    """Return the mails of these events; none if one of them cannot be read, so that only its own event fails."""
    try:
        return table.get_many([keys.send(each.lead, each.send) for each in events])
    except (Unavailable, msgspec.DecodeError):
        return []
