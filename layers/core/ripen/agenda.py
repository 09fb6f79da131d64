"""The agenda: every row that must be worked on later has a due time, a lane and a shard.

The hot lane is for work that a person waits for (a form just filled in); the bulk lane is for work that may wait behind
it (mass mail, beacons, imports). functions/nurture/tick.py maps each kind of row to the worker that it wakes.
"""

from enum import StrEnum
from typing import NewType
from zlib import crc32

SHARDS = 64
"""Never change this number: rows in shards that are no longer read would be lost."""

Ref = NewType("Ref", str)
"""The key of one row as text; a wake-up message carries it. Only ripen.adapters.table.keys builds and parses it."""


class Lane(StrEnum):
    """A class of work on the agenda; each lane is read and woken separately."""

    HOT = "hot"
    BULK = "bulk"
    MAIL_HIGH = "mail-high"
    MAIL = "mail"
    MAIL_LOW = "mail-low"


MAIL_LANES = (Lane.MAIL_HIGH, Lane.MAIL, Lane.MAIL_LOW)
"""Lanes of marketing mail, released by priority at the rate of SES, so their rows may be overdue. Rows of the other
lanes are woken when they fall due."""


def shard(lead: str) -> int:
    """Return the shard of a lead, 0 to 63; it is the same at all times and on all machines."""
    return crc32(lead.encode()) % SHARDS
