"""The rows that change when a mail moves in the ledger."""

from datetime import datetime

from ripen.adapters.rows.campaign_counts import tally
from ripen.adapters.rows.decisions import create_decision
from ripen.adapters.table import Change, Replace, Row
from ripen.mail import ledger
from ripen.mail.ledger import Moved, Send


def send_moved(row: Row[Send], moved: Moved, now: datetime) -> list[Change]:
    """Return the changes of a move: the send over its version, the counts, and the decision if the move has one."""
    changes: list[Change] = [
        Replace(row.key, moved.send, row.version, moved.due, ledger.lane(moved.send)),
        *tally(row.value, moved.send),
    ]
    if decision := ledger.decision(row.value, moved.send, now):
        changes.append(create_decision(decision))
    return changes
