"""A walk over the roster: something is done for every lead of a segment, shard by shard.

The transaction that writes what is done for some leads also moves the shard's cursor past them. A walk can therefore
stop anywhere, and any worker can continue it.

A walk selects the leads that are in the segment when it reaches them: a lead that joins earlier is included, and a lead
that leaves later stays included.
"""

from copy import replace
from datetime import datetime, timedelta

from msgspec import Struct

from ripen.agenda import SHARDS
from ripen.ids import digest
from ripen.lead.activity import Activity, Kind


class Walk(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A `walk#<shard>` row beside the row that the walk is for: how far it has come in one shard of the roster."""

    shard: int
    lap: int = 1
    after: str = ""
    """The last lead that was passed."""
    passed: int = 0
    taken: int = 0
    """Leads for which something was done in this lap."""
    canaries: int = 0
    """Canaries among them."""
    failed: int = 0
    """Leads that could not be recalculated, or whose rows did not all get new periods."""
    last: datetime | None = None
    """When the last row that was written is due."""
    done: bool = False


class Entries(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The `entries#<journey>#<segment>#<key>` row: leads that a schedule or a person enrols in a journey."""

    journey: str
    key: str
    """The occurrence: a second request with the same key does nothing."""
    by: str
    """"schedule", "api" or a person."""
    at: datetime
    segment: str = ""
    """The segment that is enrolled; "" for leads that were named one by one."""
    per_minute: int | None = None


class Refolding(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The `refold#leads` row: a publication changed the rules or the periods of `keep`, so all leads are updated.

    Its walk goes over all leads, whatever their segments. The next such publication begins the next lap.
    """

    lap: int
    bundle: str
    """Hash of the published playbook, whose rules version each state gets."""
    at: datetime
    """When it was published."""
    has_new_periods: bool = False
    """Whether `keep` has changed, or changed before and not all rows have their times by it."""


class Schedule(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The `schedule#<journey>` row, on the agenda at the journey's next occurrence."""

    journey: str
    since: datetime
    """All occurrences up to this time are done."""


def paced_delay(nth: int, shard: int, count: int, period: timedelta) -> timedelta:
    """Return the delay of the nth lead of a shard, so that at most `count` leads of all shards go in each period.

    All shards have the same share, so the last leads of a shard that holds more leads come a little later.
    """
    return (nth * SHARDS + shard) * period / count


def entry_activity(entries: Entries, lead: str, now: datetime) -> Activity:
    """Return the activity that enrols the lead. It has the same id each time."""
    return Activity(
        id=digest("entry asked", entries.journey, entries.key, lead),
        lead=lead,
        kind=Kind.ENTRY_ASKED,
        at=entries.at,
        received=now,
        subject=entries.journey,
        facts={"key": entries.key, "by": entries.by},
    )


def advanced(
    walk: Walk,
    *,
    passed: int,
    after: str,
    taken: int,
    done: bool,
    canaries: int = 0,
    failed: int = 0,
    last: datetime | None = None,
) -> Walk:
    """Return the walk with its cursor and counts moved by one page; an empty page leaves the cursor where it is."""
    return replace(
        walk,
        after=after or walk.after,
        passed=walk.passed + passed,
        taken=walk.taken + taken,
        canaries=walk.canaries + canaries,
        failed=walk.failed + failed,
        last=max(filter(None, (walk.last, last)), default=None),
        done=done,
    )
