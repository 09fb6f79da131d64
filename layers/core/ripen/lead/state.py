"""What the fold keeps of a lead: the sums behind its score, its rank, its segments, its journeys."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct


class Rank(StrEnum):
    COLD = "cold"
    WARM = "warm"
    HOT = "hot"


class RulePoints(Struct, frozen=True, kw_only=True):
    """What one scoring rule has given: `points` as they stood at `at`, halved once per half-life since (closed form,
    so that activities may arrive in any order)."""

    points: float
    at: datetime
    count: int = 0
    last: datetime | None = None
    recent: tuple[datetime, ...] = ()
    """The latest times, at most 10, newest first: for "3 times today"."""
    words: dict[str, str] = {}
    """Of what a journey's step gave: its reason, by locale."""


class LatestEntry(Struct, frozen=True, kw_only=True):
    """A lead's latest entry into one journey, kept for `again`."""

    key: str
    at: datetime
    active: bool = True
    """Whether it may still be in it; False once it is known to be over."""
    wake_events: tuple[str, ...] = ()
    """What can move it at once (listening.hears), of the graph it is pinned to."""


class State(Struct, frozen=True, kw_only=True):
    """The lead's `state` row: written by score.react alone. Numbers are rounded only for rank and display."""

    lead: str
    rule_points: dict[str, RulePoints] = {}
    """Engagement, by rule code; `given/<journey>/<step>` has what a step of a journey gave."""
    fit: float = 0.0
    fit_reasons: tuple[str, ...] = ()
    """Codes of the fit rules that hold, strongest first."""
    rank: Rank = Rank.COLD
    rank_since: datetime | None = None
    episode: int = 0
    """How many times the lead has turned hot."""
    alerted: datetime | None = None
    """When sales was last to be told of it."""
    segments: tuple[str, ...] = ()
    journeys: dict[str, LatestEntry] = {}
    activity_times: dict[str, tuple[int, ...]] = {}
    """The newest times of what clauses ask about (watch.py)."""
    trigger_fields: dict[str, str] = {}
    """What stood in the fields that triggers ask about; blank ones are left out."""
    dates_checked_until: datetime | None = None
    """Until when the dates in them have been judged …"""
    dates_checked_zone: str = ""
    """… and by the clocks of which time zone."""
    rules_version: str = ""
    """What is scored, watched and grouped by, as it was when this state was made (edition.py)."""
    last_activity: datetime | None = None
    activity_count: int = 0
    """How many activities went in."""
