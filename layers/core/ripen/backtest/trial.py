"""One lead in a back-test: what two sets of rules would have made of it, and what sales made of it."""

from datetime import date, datetime, timedelta
from math import floor
from zoneinfo import ZoneInfo

from msgspec import Struct

from ripen.backtest.leakage import fields_asked
from ripen.backtest.outcome import LeadOutcome, Outcome
from ripen.backtest.replay import replay
from ripen.backtest.story import Story
from ripen.lead.state import Rank
from ripen.playbook.bundle import Bundle
from ripen.playbook.condition import traits
from ripen.scoring.rank import ORDER


class Period(Struct, frozen=True):
    """The time that a back-test looks at, and the zone of its weeks. Earlier activities still give points."""

    since: datetime | None
    until: datetime
    zone: ZoneInfo


class Peak(Struct, frozen=True):
    """The best that rules would have made of a lead in the period, before its outcome."""

    rank: Rank
    score: int
    hot_weeks: frozenset[date]
    """The Mondays of the weeks in which it would have turned hot."""


class Trial(Struct, frozen=True):
    """One lead in a back-test."""

    outcome: Outcome | None
    first: date
    """The Monday of the week of its first activity in the period."""
    before: Peak
    after: Peak
    unknown: frozenset[str]
    """The fields asked for that no activity carried."""
    forgotten: frozenset[str]
    """Those of them that have a value today."""
    expired: int
    """How many of its activities have expired."""


def trial(story: Story, outcome: LeadOutcome | None, before: Bundle, after: Bundle, period: Period) -> Trial | None:
    """Return what the rules would have made of the lead; None without an activity in the period before its outcome."""
    end = min(period.until, outcome.since) if outcome else period.until
    known = [at for at, facts in story.moments if facts and at < end and (not period.since or at >= period.since)]
    if not known:
        return None
    was = _peak(story, before, end, period)
    now = was if before.scoring == after.scoring else _peak(story, after, end, period)
    unknown = _asked(before, after) - _carried(story, end)
    known_today = traits(story.profile)
    return Trial(
        outcome=outcome.outcome if outcome else None,
        first=monday(known[0], period.zone),
        before=was,
        after=now,
        unknown=unknown,
        forgotten=frozenset(name for name in unknown if known_today.get(name)),
        expired=story.expired,
    )


def monday(at: datetime, zone: ZoneInfo) -> date:
    """Return the Monday of the local week."""
    day = at.astimezone(zone).date()
    return day - timedelta(days=day.weekday())


def _peak(story: Story, bundle: Bundle, end: datetime, period: Period) -> Peak:
    standings = [each for each in replay(story, bundle, end) if not period.since or each.at >= period.since]
    return Peak(
        rank=max((each.rank for each in standings), key=ORDER.index),
        score=floor(max(each.total for each in standings) + 0.5),
        hot_weeks=frozenset(monday(each.at, period.zone) for each in standings if each.turned_hot),
    )


def _asked(*bundles: Bundle) -> frozenset[str]:
    return frozenset[str]().union(*(fields_asked(bundle.scoring) for bundle in bundles))


def _carried(story: Story, end: datetime) -> frozenset[str]:
    return frozenset(name for at, facts in story.moments if at < end for fact in facts for name in fact.values)
