"""The cap on cards of unproven replies: anybody can write in a lead's name, as often as they like.

A lead gets three such cards a day (UTC). The last one says how many replies were left out.
"""

from copy import replace
from datetime import datetime, timedelta

from ripen.ids import digest
from ripen.slack.alert import Alert

PER_DAY = 3
SHOWN_AFTER = timedelta(minutes=5)
"""How long replies that are left out are counted before the card shows their number."""


def card_ids(lead: str, now: datetime) -> tuple[str, ...]:
    """Return the ids of the alerts that the lead's unproven replies of today may have."""
    return tuple(digest("unproven", lead, now.date().isoformat(), str(number)) for number in range(PER_DAY))


def with_one_left_out(alert: Alert) -> Alert:
    """Return the last card of the day after one more reply that gets no card."""
    return replace(alert, left_out=alert.left_out + 1)
