"""The figures of a back-test, added up over leads: nothing is kept of a single lead."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from msgspec import Struct

from ripen.backtest.interval import Interval, wilson
from ripen.backtest.outcome import Outcome
from ripen.backtest.trial import Peak, Trial
from ripen.lead.state import Rank
from ripen.scoring.rank import ORDER

BAND = 20
"""How many points a band of scores has."""
TOP_BAND = 100
"""The lowest score of the highest band."""
_WEEK = timedelta(days=7)


class Group(Struct, frozen=True):
    """Leads, and how many of them had a good outcome."""

    leads: int
    good: int

    @property
    def precision(self) -> float | None:
        """The share with a good outcome; None of no leads."""
        return self.good / self.leads if self.leads else None

    @property
    def interval(self) -> Interval:
        """The bounds of that share, with 95 % confidence."""
        return wilson(self.good, self.leads)

    def lift(self, all_leads: "Group") -> float | None:
        """Return how many times the share of all leads its share is; None if either has none to compare."""
        if self.precision is None or not all_leads.precision:
            return None
        return self.precision / all_leads.precision


@dataclass
class Figures:
    """What one set of rules would have made of the leads."""

    hot: Counter[date] = field(default_factory=Counter)
    """Leads that would have turned hot, by the Monday of the week."""
    ranks: Counter[tuple[Rank, Outcome | None]] = field(default_factory=Counter)
    """Leads by the highest rank, and their outcome."""
    bands: Counter[tuple[int, Outcome | None]] = field(default_factory=Counter)
    """Leads by the lower end of the band of the highest score, and their outcome."""

    def add(self, peak: Peak, outcome: Outcome | None) -> None:
        self.hot.update(peak.hot_weeks)
        self.ranks[peak.rank, outcome] += 1
        self.bands[band(peak.score), outcome] += 1

    def merge(self, other: "Figures") -> None:
        self.hot += other.hot
        self.ranks += other.ranks
        self.bands += other.bands

    def rank(self, rank: Rank) -> Group:
        """Return the leads whose highest rank it was."""
        return _group({outcome: count for (each, outcome), count in self.ranks.items() if each is rank})

    def band(self, lowest: int) -> Group:
        """Return the leads whose highest score was in that band."""
        return _group({outcome: count for (each, outcome), count in self.bands.items() if each == lowest})


@dataclass
class BacktestReport:
    """The figures of a back-test, before and after the rules change."""

    before: Figures = field(default_factory=Figures)
    after: Figures = field(default_factory=Figures)
    outcomes: Counter[Outcome | None] = field(default_factory=Counter)
    moves: Counter[tuple[Rank, Rank, Outcome | None]] = field(default_factory=Counter)
    """Leads by the highest rank before and after."""
    unknown: Counter[str] = field(default_factory=Counter)
    """Leads for which no activity carried a field, by field."""
    forgotten: Counter[str] = field(default_factory=Counter)
    """Those of them that have a value today."""
    expired: int = 0
    """Activities that have expired; their answers are not known any more."""
    too_late: int = 0
    """Leads with an outcome, and without an activity in the period before it."""
    first: date | None = None
    """The Monday of the first week with an activity."""
    is_same: bool = False
    """Whether the rules before and after are the same."""

    def add(self, trial: Trial) -> None:
        self.before.add(trial.before, trial.outcome)
        self.after.add(trial.after, trial.outcome)
        self.outcomes[trial.outcome] += 1
        self.moves[trial.before.rank, trial.after.rank, trial.outcome] += 1
        self.unknown.update(trial.unknown)
        self.forgotten.update(trial.forgotten)
        self.expired += trial.expired
        self.first = min(filter(None, (self.first, trial.first)))

    def merge(self, other: "BacktestReport") -> None:
        self.before.merge(other.before)
        self.after.merge(other.after)
        self.outcomes += other.outcomes
        self.moves += other.moves
        self.unknown += other.unknown
        self.forgotten += other.forgotten
        self.expired += other.expired
        self.too_late += other.too_late
        self.first = min(filter(None, (self.first, other.first)), default=None)

    @property
    def all_leads(self) -> Group:
        return _group(self.outcomes)

    @property
    def bands(self) -> list[int]:
        """The lower ends of the bands that have leads, before or after, highest first."""
        return sorted({lowest for lowest, _ in (*self.before.bands, *self.after.bands)}, reverse=True)

    def weeks(self, last: date) -> list[date]:
        """Return the Mondays from the first week with an activity to the week of `last`."""
        return list(_weeks(self.first, last)) if self.first else []

    def moved(self) -> list[tuple[Rank, Rank, Group]]:
        """Return the leads with another rank, by rank before and after: those that rise to hot first."""
        pairs = {(was, now) for was, now, _ in self.moves if was is not now}
        ordered = sorted(pairs, key=lambda pair: (-ORDER.index(pair[1]), -ORDER.index(pair[0])))
        return [(was, now, _group(self._outcomes_of(was, now))) for was, now in ordered]

    def _outcomes_of(self, was: Rank, now: Rank) -> Counter[Outcome | None]:
        return Counter({outcome: n for (a, b, outcome), n in self.moves.items() if (a, b) == (was, now)})


def band(score: int) -> int:
    """Return the lower end of the score's band: 0, 20 … 100, and -1 for all below 0."""
    return -1 if score < 0 else min(score // BAND * BAND, TOP_BAND)


def _group(outcomes: "dict[Outcome | None, int] | Counter[Outcome | None]") -> Group:
    good = sum(count for outcome, count in outcomes.items() if outcome and outcome.is_good)
    return Group(sum(outcomes.values()), good)


def _weeks(first: date, last: date) -> Iterator[date]:
    week = first
    while week <= last:
        yield week
        week += _WEEK
