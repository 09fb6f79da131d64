"""What one transaction may do to the table's rows."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct

from ripen.adapters.table.keys import Key
from ripen.agenda import Lane
from ripen.campaign.counts import Counts


class Create[T](Struct, frozen=True):
    """Write a row that must not be there yet. `due` puts it on the agenda; `expires` lets it be deleted some time
    after (TTL, wall clock)."""

    key: Key[T]
    value: T
    due: datetime | None = None
    lane: Lane = Lane.HOT
    expires: datetime | None = None
    even_if_expired_at: datetime | None = None
    """Overwrite a row whose `expires` is before this moment."""


class Replace[T](Struct, frozen=True):
    """Write a row over version `was` of it (0: it must not be there). Without `due` it leaves the agenda."""

    key: Key[T]
    value: T
    was: int
    due: datetime | None = None
    lane: Lane = Lane.HOT
    expires: datetime | None = None


class Mark[T](Struct, frozen=True):
    """Set only the due time of a row that is there, in any version (an absent one is a conflict). Raises the row's
    version, so that whoever is working on it notices."""

    key: Key[T]
    due: datetime
    lane: Lane = Lane.HOT


class Add(Struct, frozen=True):
    """Add to the numbers of a row, which is made if need be. Additions do not get in each other's way, but for a
    transaction that meets another one at work on the row, which is a conflict."""

    key: Key[Counts]
    numbers: Mapping[str, int]


class Unchanged(Struct, frozen=True):
    """Nothing is written unless this row still has this version (0: is still absent)."""

    key: Key[Any]
    version: int


class Absent(Struct, frozen=True):
    """Nothing is written unless this row is absent."""

    key: Key[Any]


Change = Create[Any] | Replace[Any] | Mark[Any] | Add | Unchanged | Absent
