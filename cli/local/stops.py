"""Where the clock stops on its way: each due time of the agenda, with those that may be done together.

A stop is as late as the rows that fall due until then allow. So a few hundred rows do not cost as many ticks:

- A row of a lead's story (a wait that ends, a mail of a journey, a walk) is done within a second, as on AWS.
- Paced mail is released once a minute, as on AWS.
- Work in an outside system, and a row whose worker failed, may wait for a minute. If an outage makes for hundreds of
  stops, it waits longer.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from ripen.adapters.table import Due, keys
from ripen.agenda import MAIL_LANES
from ripen.crm.incoming.opt_out import OBJECTS

_SECOND, _MINUTE = timedelta(seconds=1), timedelta(minutes=1)
_OUTSIDE = frozenset({"due#crm", "alert", "action", "request", "call", "poll"})
"""The kinds of rows whose workers call Salesforce, Slack or a webhook."""
_MOST_STOPS = 300
_FAR_TOO_MANY_STOPS = 3000


class Entry(NamedTuple):
    """A row of the agenda, and the part of it that the row is in."""

    due: Due
    part: str


class Stop(NamedTuple):
    at: datetime
    is_poll: bool
    """Nothing but polls of Salesforce is due then."""


class Lateness(NamedTuple):
    """How late rows may be done."""

    story: timedelta = _SECOND
    outside: timedelta = _MINUTE

    @classmethod
    def after(cls, stops: int, way: timedelta) -> "Lateness":
        """Return it after so many stops on the way: work that is retried again and again must not add more."""
        coarse = max(_MINUTE, way / _MOST_STOPS)
        return cls(
            story=coarse if stops >= _FAR_TOO_MANY_STOPS else _SECOND,
            outside=coarse if stops >= _MOST_STOPS else _MINUTE,
        )


def next_stop(
    agenda: Iterable[Entry], ticked: datetime | None, target: datetime, lateness: Lateness, *, with_polls: bool = True
) -> Stop | None:
    """Return when to tick next, or None when everything is done that is due by `target`.

    A tick may plan mail that only the next tick releases. Therefore there is a tick at `target`, even if the work took
    longer than the time that was to pass.
    """
    due = [entry for entry in agenda if entry.due.at <= target and (with_polls or not _is_poll(entry))]
    if not due:
        return None
    latest = min(entry.due.at + _lateness(entry, lateness) for entry in due)
    chosen = [entry for entry in due if entry.due.at <= latest]
    stop = Stop(max(entry.due.at for entry in chosen), all(map(_is_poll, chosen)))
    if ticked is None or stop.at > ticked:
        return stop
    return stop._replace(at=min(target, ticked + _MINUTE)) if ticked < target else None


def parts(agenda: Sequence[Entry], now: datetime) -> list[str]:
    """Return the parts of the agenda in which a row is due."""
    return sorted({entry.part for entry in agenda if entry.due.at <= now})


def _lateness(entry: Entry, allowed: Lateness) -> timedelta:
    if entry.due.is_lease or keys.kind(entry.due.ref) in _OUTSIDE:
        return allowed.outside
    return max(_MINUTE, allowed.story) if entry.part.partition("#")[0] in MAIL_LANES else allowed.story


def without_standing_polls(agenda: Iterable[Entry]) -> list[Entry]:
    """Return the agenda without the polls that are always on it: sales changes no record while time passes."""
    always = {keys.OPPORTUNITIES.ref, *(keys.opt_outs(object).ref for object in OBJECTS)}
    return [entry for entry in agenda if entry.due.ref not in always]


def _is_poll(entry: Entry) -> bool:
    return keys.kind(entry.due.ref) == "poll"
