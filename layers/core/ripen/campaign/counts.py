"""What became of a campaign's mails, as numbers: each transaction that moves a mail also moves these, so that they are exact
at any moment."""

from collections import Counter
from zlib import crc32

from msgspec import Struct

from ripen.mail.ledger import Send, SendState

COUNTERS = 16
"""Rows that share the counting, so that workers do not wait for one another."""
SKIPPED = "skipped: "


class Counts(Struct, frozen=True, kw_only=True):
    """The `count#<n>` row: mails by state ("planned", "accepted", …), by reason ("skipped: no consent"), and what followed
    ("delivered", "clicked" by a person, "bounced", "complained", "unsubscribed")."""

    of: dict[str, int] = {}


def counter(lead: str) -> int:
    return crc32(lead.encode()) % COUNTERS


def count_changes(before: Send | None, after: Send) -> dict[str, int]:
    """What changes in the counts when a mail becomes this one; only what changes."""
    now, earlier = _where(after), _where(before) if before else Counter[str]()
    return {name: now[name] - earlier[name] for name in now | earlier if now[name] != earlier[name]}


def _where(send: Send) -> Counter[str]:
    return Counter(
        [
            str(send.state),
            *([SKIPPED + send.reason] if send.state is SendState.SKIPPED else []),
            *(["delivered"] if send.delivered else []),
            *(["bounced"] if send.bounced else []),
            *(["complained"] if send.complained else []),
            *(["clicked"] if send.clicked else []),
        ]
    )
