"""The rows of a mail in the send ledger: those that a move changes, and the send that a link belongs to."""

from collections.abc import Iterable
from datetime import datetime

from ripen.adapters.rows.campaign_counts import count_sends
from ripen.adapters.table import Change, Replace, Row, Table, keys
from ripen.mail import ledger
from ripen.mail.ledger import MovedSend, Send
from ripen.mail.send_decisions import with_decision
from ripen.tracking.link_token import Link


def move_send(row: Row[Send], moved: MovedSend, now: datetime) -> list[Change]:
    """Return the changes of the send and of its counters."""
    return move_sends([(row, moved)], now)


def move_sends(moves: Iterable[tuple[Row[Send], MovedSend]], now: datetime) -> list[Change]:
    """Return the changes of these sends, and of the counters for all of them."""
    changes, counted = list[Change](), list[tuple[Send | None, Send]]()
    for row, moved in moves:
        after = with_decision(row.value, moved.send, now)
        changes.append(Replace(row.key, after, row.version, moved.due, ledger.lane(after), row.expires))
        counted.append((row.value, after))
    return changes + count_sends(counted)


def linked_send(table: Table, link: Link) -> Send | None:
    """Return the send that the link belongs to, None if there is none."""
    row = table.get(keys.send(link.lead, link.send))
    return row.value if row else None
