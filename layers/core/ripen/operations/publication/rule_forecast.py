"""Say what new rules would make of leads: how many change rank or segment. Nothing is written."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ripen.adapters.table import Row, Table, keys
from ripen.fold.lead_history import LeadHistory
from ripen.fold.refold import recalculate
from ripen.lead.contact import Contact
from ripen.lead.history import HistoryPage
from ripen.lead.lead import Profile
from ripen.lead.state import Rank, State
from ripen.operations.leads.scan import Sample, scan_sample
from ripen.operations.progress import Progress, silent
from ripen.playbook.bundle import Bundle

MOST = 1000
"""How many leads are recalculated: enough to see what the rules do, in a few seconds."""


@dataclass(frozen=True)
class RuleForecast:
    """What the rules make of the leads that were looked at."""

    sample: Sample
    ranks: Counter[tuple[Rank, Rank]] = field(default_factory=Counter)
    """How many go from one rank to another."""
    joined: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)
    """How many are in a segment then and were not before, and the other way round, by its name."""

    def plain(self) -> dict[str, Any]:
        """Return what `--json` prints: a contract for scripts."""
        return {
            "looked_at": self.sample.read,
            "all": self.sample.is_all,
            "ranks": [
                {"before": str(before), "after": str(after), "leads": count}
                for (before, after), count in sorted(self.ranks.items())
            ],
            "segments": [
                {"name": name, "joined": self.joined[name], "left": self.left[name]}
                for name in sorted(self.joined.keys() | self.left.keys())
            ],
        }


def forecast_rules(
    live: Bundle, new: Bundle, table: Table, now: datetime, most: int = MOST, progress: Progress = silent
) -> RuleForecast:
    """Return what the rules of `new` would make of at most about `most` leads of the live playbook."""

    def look(states: Sequence[State]) -> list[tuple[State, State]]:
        return [(lead.state, _after(lead, live, new, now)) for lead in _histories(states, table) if lead.state]

    pairs, sample = scan_sample(table, look, most, progress)
    found = RuleForecast(sample)
    for before, after in pairs:
        if before.rank is not after.rank:
            found.ranks[before.rank, after.rank] += 1
        found.joined.update({*after.segments} - {*before.segments})
        found.left.update({*before.segments} - {*after.segments})
    return found


def _after(lead: LeadHistory, live: Bundle, new: Bundle, now: datetime) -> State:
    return recalculate(lead, (), new, now, live).after.state


def _histories(states: Sequence[State], table: Table) -> list[LeadHistory]:
    """Return what a refold needs. The pages are read only of a lead whose state does not hold its whole history."""
    wanted = [key for state in states for key in (keys.profile(state.lead), keys.contact(state.lead))]
    rows: list[Row[Any] | None] = table.get_many(wanted) if wanted else []
    found = []
    for state, profile, contact in zip(states, rows[::2], rows[1::2], strict=True):
        if profile:
            known: Profile = profile.value
            allowed: Contact | None = contact.value if contact else None
            found.append(LeadHistory(profile=known, state=state, pages=_pages(state, table), contact=allowed))
    return found


def _pages(state: State, table: Table) -> list[HistoryPage]:
    if len(state.history) >= state.activity_count:
        return []
    return [row.value for row in table.under(state.lead, "history#")]
