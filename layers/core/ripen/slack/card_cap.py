"""The cap on cards that a stranger can cause about a lead: for replies of each kind, and for requests for contact.

A stranger who asks for one mail by a form can answer to its signed address as often as he likes.
A lead gets three cards of each kind a day (UTC). The last one says how many were left out.
"""

from copy import replace
from datetime import timedelta

from ripen.ids import alert_id
from ripen.slack.alert import Alert

PER_DAY = 3
SHOWN_AFTER = timedelta(minutes=5)
"""How long what is left out is counted before the card shows the number."""


def card_ids(lead: str, kind: str, day: str) -> tuple[str, ...]:
    """Return the ids of the lead's alerts of this kind on a day such as "2026-11-30"."""
    return tuple(alert_id(lead, kind, f"{day}/{number}") for number in range(PER_DAY))


def with_one_left_out(alert: Alert) -> Alert:
    """Return the last card of the day after one more that gets no card."""
    return replace(alert, left_out=alert.left_out + 1)
