"""Counts of a campaign's mails by outcome.

Each transaction that moves a mail changes the counts too, so they are always exact.
"""

from collections import Counter
from zlib import crc32

from msgspec import Struct

from ripen.mail.ledger import Send, SendState

COUNTERS = 64
"""Rows that share the counting, so that workers do not contend for one row."""
SKIPPED = "skipped: "


class Counts(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The `count` row of one counter.

    Its keys are states ("planned", "accepted", …), reasons ("skipped: no consent") and later events: "delivered",
    "clicked" (by a person), "bounced", "complained" and "unsubscribed".
    """

    of: dict[str, int] = {}


def counter(lead: str) -> int:
    """Return the number of the counter for this lead's mail."""
    return crc32(lead.encode()) % COUNTERS


def count_changes(before: Send | None, after: Send) -> dict[str, int]:
    """Return the counts that change, and by how much, when a mail moves from `before` to `after`."""
    now, earlier = _counted_as(after), _counted_as(before) if before else Counter[str]()
    return {name: now[name] - earlier[name] for name in now | earlier if now[name] != earlier[name]}


def _counted_as(send: Send) -> Counter[str]:
    """Return the counts that the mail is in. A claim is no outcome, so a claimed mail still counts as planned."""
    return Counter(
        [
            str(SendState.PLANNED if send.state is SendState.CLAIMED else send.state),
            *([SKIPPED + send.reason] if send.state is SendState.SKIPPED else []),
            *(["delivered"] if send.delivered else []),
            *(["bounced"] if send.bounced else []),
            *(["complained"] if send.complained else []),
            *(["clicked"] if send.clicked else []),
        ]
    )
