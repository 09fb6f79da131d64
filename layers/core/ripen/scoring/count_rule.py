"""Rules that count an activity in a window ("third visit in 7 days", "nothing for 30 days").

Of each such rule, the state keeps as many of the newest times as an answer needs, so that the answer is exact in
whatever order the activities arrive. The lead has all points of the rule while it holds, and none otherwise.
"""

from collections.abc import Iterable
from copy import replace
from datetime import datetime, timedelta

from ripen.epoch import from_millis, to_millis
from ripen.lead.state import RulePoints
from ripen.playbook.scoring import Count


def times_to_keep(count: Count) -> int:
    """Return how many of the newest times are needed."""
    return max(count.at_least, 0 if count.at_most is None else count.at_most + 1)


def times_in_window(count: Count, earned: RulePoints, now: datetime) -> tuple[int, ...]:
    """Return the newest times in the window, newest first, in milliseconds since 1970, as many as are kept."""
    since = to_millis(now - timedelta(seconds=count.within_seconds))
    return tuple(at for at in _times(earned) if at > since)


def in_window(earned: RulePoints, count: Count | None, now: datetime) -> RulePoints:
    """Return what words are about: the activities in the window of the rule, if it has one with any; else all."""
    times = times_in_window(count, earned, now) if count else ()
    return replace(earned, count=len(times), earlier=times[1:]) if times else earned


def holds_now(count: Count, earned: RulePoints, now: datetime) -> bool:
    """Return whether the activity was done so often in the window that ends now."""
    times = len(times_in_window(count, earned, now))
    return times >= count.at_least and (count.at_most is None or times <= count.at_most)


def next_window_end(counted: Iterable[tuple[Count, RulePoints]], now: datetime) -> datetime | None:
    """Return when time alone next changes one of these answers: when a decisive activity leaves its window.

    These are the `at_least`-th newest, after which the count is too low, and the one after the `at_most`-th newest,
    after which it is no longer too high.
    """
    ends = []
    for count, earned in counted:
        times, within = _times(earned), timedelta(seconds=count.within_seconds)
        decisive = {count.at_least - 1, count.at_most if count.at_most is not None else -1}
        ends += [from_millis(times[at]) + within for at in decisive if 0 <= at < len(times)]
    return min((end for end in ends if end > now), default=None)


def _times(earned: RulePoints) -> tuple[int, ...]:
    return to_millis(earned.at), *earned.earlier
