"""The rows that change when a mail changes its state in the send ledger."""

from datetime import datetime

from ripen.adapters.rows.campaign_counts import count_send
from ripen.adapters.rows.decisions import create_decision
from ripen.adapters.table import Change, Replace, Row
from ripen.mail import ledger
from ripen.mail.ledger import MovedSend, Send


def move_send(row: Row[Send], moved: MovedSend, now: datetime) -> list[Change]:
    """Return the changes of the send and of its counters, and the decision if the move is one."""
    changes: list[Change] = [
        Replace(row.key, moved.send, row.version, moved.due, ledger.lane(moved.send)),
        *count_send(row.value, moved.send),
    ]
    if decision := ledger.decision(row.value, moved.send, now):
        changes.append(create_decision(decision))
    return changes
