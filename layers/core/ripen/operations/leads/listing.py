"""List leads: the latest or the strongest ones, also of one rank or one segment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from heapq import nlargest
from typing import Literal

from ripen.adapters.table import Row, Table, keys
from ripen.lead.lead import Profile
from ripen.lead.state import Rank, State
from ripen.operations.leads.scan import Sample, scan_sample
from ripen.operations.progress import Progress, silent
from ripen.playbook.bundle import Bundle
from ripen.playbook.wording import full_name
from ripen.scoring.score import score
from ripen.scoring.whole_points import whole

MOST = 10_000
"""How many leads a list reads, unless a person asks for more."""
Order = Literal["activity", "score"]
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class LeadLine:
    """One lead of a list, with its score as of now."""

    id: str
    name: str
    company: str
    email: str
    rank: Rank
    score: int
    last_activity: datetime | None


@dataclass(frozen=True)
class LeadList:
    lines: tuple[LeadLine, ...]
    matching: int
    """How many of the leads that were read are of this rank and segment."""
    sample: Sample


@dataclass(frozen=True)
class Wanted:
    """Which leads to list, how many, and in which order."""

    rank: Rank | None = None
    segment: str = ""
    order: Order = "activity"
    limit: int = 20


def list_leads(
    wanted: Wanted, table: Table, bundle: Bundle, now: datetime, most: int = MOST, progress: Progress = silent
) -> LeadList:
    """Return the first leads in that order. At most about `most` states are read, and one profile for each line."""

    def look(states: Sequence[State]) -> list[tuple[float, State]]:
        matching = [state for state in states if _matches(state, wanted)]
        return [(_place(state, wanted.order, bundle, now), state) for state in matching]

    found, sample = scan_sample(table, look, most, progress)
    first = [state for _, state in nlargest(wanted.limit, found, key=lambda pair: (pair[0], pair[1].lead))]
    return LeadList(tuple(_lines(first, table, bundle, now)), len(found), sample)


def _matches(state: State, wanted: Wanted) -> bool:
    return wanted.rank in (None, state.rank) and (not wanted.segment or wanted.segment in state.segments)


def _place(state: State, order: Order, bundle: Bundle, now: datetime) -> float:
    if order == "score":
        return score(state, bundle.scoring, now).total
    return (state.last_activity or _LONG_AGO).timestamp()


def _lines(states: Sequence[State], table: Table, bundle: Bundle, now: datetime) -> list[LeadLine]:
    rows: list[Row[Profile] | None] = table.get_many([keys.profile(state.lead) for state in states]) if states else []
    return [
        LeadLine(
            id=state.lead,
            name=full_name(row.value),
            company=row.value.company,
            email=row.value.email,
            rank=state.rank,
            score=whole(score(state, bundle.scoring, now)).total,
            last_activity=state.last_activity,
        )
        for state, row in zip(states, rows, strict=True)
        if row
    ]
