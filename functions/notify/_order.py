"""The card that is posted before another one of the same lead, and how long the later one waits for it."""

from datetime import datetime, timedelta

from ripen.adapters.table import Row, Table
from ripen.slack.alert import Alert
from ripen.slack.card_order import earlier_card

_AFTER = timedelta(seconds=3)
"""How long after the next attempt to post the earlier card."""
_MOST_ALERTS = 100
"""The number of the lead's alerts that are read. The cards of a lead with more may be posted in any order."""
_SOON = timedelta(seconds=10)
"""The wait for a card that is on its way: it is due late on the agenda, because a message has woken its worker."""


def wait_behind(alert: Alert, table: Table, sales_channel: str, now: datetime) -> timedelta | None:
    """Return how long the card waits for an earlier one of its lead; None if there is none. One bounded query."""
    if not alert.lead:
        return None
    rows: dict[str, Row[Alert]] = {row.value.id: row for row in table.under(alert.lead, "alert#", most=_MOST_ALERTS)}
    earlier = earlier_card(alert, (row.value for row in rows.values()), sales_channel)
    if earlier is None:
        return None
    due = rows[earlier.id].due
    return max(due - now, timedelta()) + _AFTER if due and earlier.failing_since else _SOON
