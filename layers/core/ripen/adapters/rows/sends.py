"""The rows of a mail in the send ledger: those that a move changes, and the send that a link belongs to."""

from copy import replace
from datetime import datetime

from ripen.adapters.rows.campaign_counts import count_send
from ripen.adapters.rows.decisions import create_decision
from ripen.adapters.table import Change, Replace, Row, Table, keys
from ripen.mail import ledger
from ripen.mail.ledger import MovedSend, Send
from ripen.tracking.link_token import Link


def move_send(row: Row[Send], moved: MovedSend, now: datetime) -> list[Change]:
    """Return the changes of the send and of its counters, and the decision if the move is one."""
    changes: list[Change] = [
        Replace(row.key, moved.send, row.version, moved.due, ledger.lane(moved.send)),
        *count_send(row.value, moved.send),
    ]
    if decision := ledger.decision(row.value, moved.send, now):
        changes.append(create_decision(decision))
    return changes


def linked_send(table: Table, link: Link) -> Send | None:
    """Return the send that the link belongs to, None if there is none.

    A link of before version 2 names no lead: a pointer leads from its send to the lead, and holds the mail's language.
    """
    if link.lead:
        row = table.get(keys.send(link.lead, link.send))
        return row.value if row else None
    pointer = table.get(keys.send_pointer(link.send))
    row = table.get(keys.send(pointer.value.lead, link.send)) if pointer else None
    return replace(row.value, locale=pointer.value.locale) if pointer and row else None
