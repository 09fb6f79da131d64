"""The changes that one transaction may make to rows of the table."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct

from ripen.adapters.table.key import Key
from ripen.agenda import Lane
from ripen.campaign.counts import Counts


class Create[T](Struct, frozen=True):
    """Write a row that must be absent.

    `due` puts the row on the agenda. DynamoDB deletes the row some time after `expires` (TTL, by the wall clock).
    """

    key: Key[T]
    value: T
    due: datetime | None = None
    lane: Lane = Lane.HOT
    expires: datetime | None = None
    even_if_expired_at: datetime | None = None
    """Overwrite a row whose `expires` is before this moment."""


class Replace[T](Struct, frozen=True):
    """Overwrite version `was` of a row (0: the row must be absent). Without `due` the row leaves the agenda."""

    key: Key[T]
    value: T
    was: int
    due: datetime | None = None
    lane: Lane = Lane.HOT
    expires: datetime | None = None


class Mark[T](Struct, frozen=True):
    """Set only the due time of an existing row, in any version; an absent row is a conflict.

    The row's version rises, so that a worker that is changing the row meets a conflict.
    """

    key: Key[T]
    due: datetime
    lane: Lane = Lane.HOT


class Add(Struct, frozen=True):
    """Add to the numbers of a row, which is created if it is absent.

    Additions do not depend on the row's version. Two transactions that change the same row at the same moment are still
    a conflict.
    """

    key: Key[Counts]
    numbers: Mapping[str, int]
    expires: datetime | None = None


class Unchanged(Struct, frozen=True):
    """Write nothing unless this row still has this version (0: is still absent)."""

    key: Key[Any]
    version: int


class Absent(Struct, frozen=True):
    """Write nothing unless this row is absent."""

    key: Key[Any]


class Delete(Struct, frozen=True):
    """Delete version `was` of a row."""

    key: Key[Any]
    was: int


Change = Create[Any] | Replace[Any] | Mark[Any] | Add | Unchanged | Absent | Delete

MAX_CHANGES = 100
"""DynamoDB's limit for one transaction."""
