"""The agenda: everything that must happen later stands on it with a due time, in a lane and a shard.

Hot is what a person waits for (a form just filled in); bulk is what may wait behind it (mass mail, beacons, imports).
"""

from enum import StrEnum
from typing import NewType
from zlib import crc32

SHARDS = 64
"""Chosen once: a change would strand rows in shards nobody reads."""

Ref = NewType("Ref", str)
"""The address of one row, opaque outside the table adapter: what a wake-up message carries."""


class Lane(StrEnum):
    HOT = "hot"
    BULK = "bulk"
    MAIL_HIGH = "mail-high"
    MAIL = "mail"
    MAIL_LOW = "mail-low"


MAIL_LANES = (Lane.MAIL_HIGH, Lane.MAIL, Lane.MAIL_LOW)
"""Marketing mail that waits to be released at SES's rate, by priority: what stands there may be late. The other lanes are
woken as they fall due."""


def shard(lead: str) -> int:
    """The shard of a lead, 0 to 63: stable over time and machines."""
    return crc32(lead.encode()) % SHARDS
