"""The order of a lead's cards in a channel: that of what happened.

A card about a second turn to hot, a reply or a note is read after the card that it follows. While Slack does not take
the first one, the others wait behind it.
"""

from collections.abc import Iterable

from ripen.slack.alert import Alert, AlertState

_WAITING = (AlertState.PLANNED, AlertState.CLAIMED)


def earlier_card(alert: Alert, others: Iterable[Alert], sales_channel: str) -> Alert | None:
    """Return the latest of the lead's earlier cards that are not posted yet in the same channel; None without any."""

    def channel(alert: Alert) -> str:
        return alert.to or alert.channel or sales_channel

    earlier = [
        other
        for other in others
        if other.state in _WAITING and other.planned < alert.planned and channel(other) == channel(alert)
    ]
    return max(earlier, key=lambda other: other.planned, default=None)
