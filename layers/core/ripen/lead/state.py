"""The state that the fold keeps of a lead: the points behind its score, its rank, segments and journeys."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from ripen.epoch import from_millis
from ripen.lead.history import HistoryEntry


class Rank(StrEnum):
    """How close a lead is to talking to sales."""

    COLD = "cold"
    WARM = "warm"
    HOT = "hot"


class RulePoints(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The points that one scoring rule gave: their sum at the time of the latest activity, halved from then on."""

    points: float
    at: datetime
    """When the latest of the activities happened."""
    count: int = 1
    earlier: tuple[int, ...] = ()
    """The latest times before that, at most 9, newest first, in milliseconds since 1970."""
    words: dict[str, str] = {}
    """The reason by locale, for points that a journey's step gave."""

    @property
    def times(self) -> tuple[datetime, ...]:
        """The latest times, newest first, for phrases such as "3 times today"."""
        return self.at, *map(from_millis, self.earlier)


class ModelState(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What the fold keeps of one further scoring model, under the names that State has for the main one."""

    rule_points: dict[str, RulePoints] = {}
    fit: float = 0.0
    fit_reasons: tuple[str, ...] = ()
    rank: Rank = Rank.COLD
    grade: str = ""
    level: int = 0
    episode: int = 0
    """How many times the lead has turned hot in this model."""


class LatestEntry(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A lead's latest entry into one journey; `again` is checked against it."""

    key: str
    at: datetime
    active: bool = True
    """Whether the lead may still be in the journey; False once the entry is known to be over."""
    wake_events: tuple[str, ...] = ()
    """The events that can move the enrollment at once (wake_events.py), for the graph that it is pinned to."""


class ContactRequests(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """How many contact requests were folded on a day (UTC), so that a day has few cards (contact_requests.py)."""

    day: str
    count: int = 0


class State(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The lead's `state` row, which each fold writes. Numbers are rounded only for rank and display.

    The row is due when time alone may change something (fold.py), or at once if verdicts are outdated.
    """

    lead: str
    rule_points: dict[str, RulePoints] = {}
    """Engagement by rule code; points that a journey's step gave are under `given/<journey>/<step>`."""
    fit: float = 0.0
    fit_reasons: tuple[str, ...] = ()
    """Codes of the fit rules that match, strongest first."""
    rank: Rank = Rank.COLD
    grade: str = ""
    """From A to D, by fit; "" if the playbook has no grades."""
    level: int = 0
    """From 1 to 4, by engagement; 0 if the playbook has no levels."""
    disqualified: str = ""
    """The code of the disqualifier that holds: such a lead is cold in all models."""
    reset: datetime | None = None
    """Engagement up to this moment counts no more (Scoring.resets)."""
    models: dict[str, ModelState] = {}
    """The further scoring models by name."""
    rank_since: datetime | None = None
    episode: int = 0
    """How many times the lead has turned hot."""
    alerted: datetime | None = None
    """When an alert was last due because the lead turned hot."""
    contact_requests: ContactRequests | None = None
    """Those of the latest day that had any."""
    proven: datetime | None = None
    """When the lead first did something that proves its address (proof.py); None: not yet."""
    segments: tuple[str, ...] = ()
    journeys: dict[str, LatestEntry] = {}
    activity_times: dict[str, tuple[int, ...]] = {}
    """The newest times of each activity that clauses count (activity_counts.py)."""
    trigger_fields: dict[str, str] = {}
    """Values of the fields that triggers watch; blank fields are left out."""
    dates_checked_until: datetime | None = None
    """The time up to which date triggers on these fields have been checked."""
    dates_checked_zone: str = ""
    """The time zone in which they were checked."""
    rules_version: str = ""
    """Version of the definitions that this state was computed with (rules_version.py)."""
    last_activity: datetime | None = None
    activity_count: int = 0
    """How many activities were folded into this state."""
    history: tuple[HistoryEntry, ...] = ()
    """The activities folded last, oldest first; all earlier ones are in history pages."""
    verdicts_outdated: bool = False
    """Whether the lead must be recalculated (refold.py): verdicts of clicks must be judged again, or a reset came after
    later activities had been added up."""
