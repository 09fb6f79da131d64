"""What was recorded of one lead, in the order in which Ripen came to know it.

An activity is known from its fold on, which is when it first counted, and not from when it happened: an import of last
year's activities was known only today. A verdict is the one that was held then.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from msgspec import Struct

from ripen.lead.activity import Activity, as_judged_at
from ripen.lead.history import HistoryEntry, history_entry
from ripen.lead.lead import Profile
from ripen.lead.values import with_known_values


class Fact(Struct, frozen=True):
    """An activity, or the entry in the lead's history that is left of an expired one."""

    found: Activity | HistoryEntry

    @property
    def at(self) -> datetime:
        """When it was known: since its fold, or since we received it if it is not folded yet."""
        if isinstance(self.found, HistoryEntry):
            return self.found.folded_at
        return self.found.folded or self.found.received

    @property
    def values(self) -> dict[str, str]:
        """The values of the lead that it set. Those of an expired activity are not known."""
        return {} if isinstance(self.found, HistoryEntry) else self.found.values

    @property
    def revisions(self) -> Iterator[datetime]:
        """When its verdict was revised."""
        if isinstance(self.found, Activity):
            yield from (earlier.until for earlier in self.found.earlier_verdicts)

    def judged_at(self, moment: datetime) -> HistoryEntry:
        """Return what scoring rules can ask of it, with the verdict of that moment."""
        if isinstance(self.found, HistoryEntry):
            return self.found
        return history_entry(as_judged_at(self.found, moment))


class Story(Struct, frozen=True):
    """All that is recorded about one lead."""

    profile: Profile
    """The present one; only the address in it was known from the start."""
    moments: tuple[tuple[datetime, tuple[Fact, ...]], ...]
    """What became known, by when, oldest first. There are no facts where only verdicts were revised."""
    revisions: tuple[datetime, ...]
    """When verdicts were revised, oldest first."""
    expired: int
    """How many activities have expired."""

    @property
    def activities(self) -> Iterator[Activity]:
        """The activities that have not expired, in the order in which they became known."""
        yield from (fact.found for _, facts in self.moments for fact in facts if isinstance(fact.found, Activity))


def story_of(profile: Profile, activities: Iterable[Activity], history: Sequence[HistoryEntry] = ()) -> Story:
    """Return the story of a lead. `history` is all of it: an entry without its activity stands for an expired one."""
    known = list(activities)
    expired = _without(history, (history_entry(each) for each in known if each.folded))
    facts = [*map(Fact, known), *map(Fact, expired)]
    moments = defaultdict[datetime, list[Fact]](list)
    for fact in facts:
        moments[fact.at].append(fact)
    revisions = sorted({at for fact in facts for at in fact.revisions})
    for at in revisions:
        moments[at] += []
    return Story(profile, tuple((at, tuple(moments[at])) for at in sorted(moments)), tuple(revisions), len(expired))


def profile_with(profile: Profile, facts: Iterable[Fact]) -> Profile:
    """Return what is known of the lead after these facts."""
    for fact in facts:
        if fact.values:
            profile = with_known_values(profile, fact.values)
    return profile


def _without(history: Iterable[HistoryEntry], known: Iterable[HistoryEntry]) -> list[HistoryEntry]:
    """Return the entries that are not those of known activities. Equal entries are told apart by their number."""
    left = Counter(map(_identity, known))
    others = []
    for entry in history:
        if left[_identity(entry)]:
            left[_identity(entry)] -= 1
        else:
            others.append(entry)
    return others


def _identity(entry: HistoryEntry) -> tuple[object, ...]:
    return entry.folded, entry.ago, entry.kind, entry.subject
