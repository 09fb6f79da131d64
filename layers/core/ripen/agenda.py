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


def shard(lead: str) -> int:
    """The shard of a lead, 0 to 63: stable over time and machines."""
    return crc32(lead.encode()) % SHARDS
