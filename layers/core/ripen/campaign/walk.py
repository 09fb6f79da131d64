"""A walk: something is done for every lead of a segment, shard by shard of the roster. Each shard's cursor is moved in the
transaction that writes what is done for the leads it passes, so that a walk can be broken off anywhere, and gone on with by
anyone.

Who is in the segment when the walk passes is meant; who joins before it passes is, who leaves afterwards still is.
"""

from copy import replace
from datetime import datetime, timedelta

from msgspec import Struct

from ripen.agenda import SHARDS
from ripen.ids import digest
from ripen.lead.activity import Activity, Kind


class Walk(Struct, frozen=True, kw_only=True):
    """A `walk#<shard>` row, under what it is gone for: how far one shard of the roster has been gone through."""

    shard: int
    lap: int = 1
    after: str = ""
    """The lead passed last."""
    passed: int = 0
    taken: int = 0
    """Leads for whom something was done in this lap, …"""
    ahead: int = 0
    """… and those of them who went ahead of the others (canaries)."""
    last: datetime | None = None
    """When the last of what was written is due."""
    done: bool = False


class Entries(Struct, frozen=True, kw_only=True):
    """The `entries#<journey>#<segment>#<key>` row: leads asked into a journey, by a schedule or by hand."""

    journey: str
    key: str
    """Which occurrence this is; asking again with the same key does nothing."""
    by: str
    """Who asks: "schedule", or a person."""
    at: datetime
    segment: str = ""
    """Whose leads; "" where they were named one by one."""
    per_minute: int | None = None


class Schedule(Struct, frozen=True, kw_only=True):
    """The `schedule#<journey>` row, on the agenda at the journey's next occurrence."""

    journey: str
    since: datetime
    """Occurrences up to then were seen to."""


def paced_delay(nth: int, shard: int, count: int, period: timedelta) -> timedelta:
    """How long the nth lead of a shard waits for its turn, where `count` leads take turns in each period.

    Shards share the pace alike, so it is never faster; the last ones of a shard that has more leads come a little later.
    """
    return (nth * SHARDS + shard) * period / count


def entry_activity(entries: Entries, lead: str, now: datetime) -> Activity:
    """The lead is asked into the journey: the same activity however often it is made."""
    return Activity(
        id=digest("entry asked", entries.journey, entries.key, lead),
        lead=lead,
        kind=Kind.ENTRY_ASKED,
        at=entries.at,
        received=now,
        subject=entries.journey,
        facts={"key": entries.key, "by": entries.by},
    )


def advanced(walk: Walk, passed: int, after: str, taken: int, ahead: int, last: datetime | None, done: bool) -> Walk:
    return replace(
        walk,
        after=after or walk.after,
        passed=walk.passed + passed,
        taken=walk.taken + taken,
        ahead=walk.ahead + ahead,
        last=max(filter(None, (walk.last, last)), default=None),
        done=done,
    )
