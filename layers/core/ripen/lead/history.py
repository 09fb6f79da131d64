"""A lead's history in the order in which it was folded: all that scoring rules and clauses can ask of an activity.

The fold adds entries to what it knows, and a refold replays them, so neither can ask for anything else.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from ripen.epoch import from_micros, to_micros
from ripen.lead.activity import OPPORTUNITY_KINDS, Activity, Kind, Verdict, happened_at
from ripen.lead.proof import is_proof

RULE_FACTS: Mapping[Kind, tuple[str, ...]] = {
    Kind.PAGE_READ: ("seconds", "scroll"),
    Kind.LINK_CLICKED: ("url",),
    Kind.STATUS_CHANGED: ("status",),
    Kind.OWNER_CHANGED: ("owner",),
    **dict.fromkeys(OPPORTUNITY_KINDS, ("stage", "amount")),
}
"""The facts that rules can ask for, besides the answers that a form stores with its activity and the type of a file. Of
the address of a link, host and path are kept."""
_NOT_OF_THE_FORM = ("source", "page", "form")
_LONGEST_FACT = 60


class EntryDetails(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What most entries do not need, so that it takes no room in them."""

    verdict: Verdict = Verdict.HUMAN
    proof: bool = False
    """Whether it proves the lead's address (proof.py)."""
    facts: dict[str, str] = {}
    """Those that rules can ask for, and all facts of points that a journey's step gave."""


class HistoryEntry(Struct, frozen=True, forbid_unknown_fields=True, array_like=True):
    """One folded activity, in some 50 bytes. Times are exact, so that a replay gives the same points."""

    folded: int
    """When it was folded, in microseconds since 1970."""
    ago: int
    """How many microseconds before the fold it happened."""
    kind: Kind
    subject: str
    details: EntryDetails = EntryDetails()

    @property
    def folded_at(self) -> datetime:
        """When it was folded."""
        return from_micros(self.folded)

    @property
    def at(self) -> datetime:
        """When it happened (activity.happened_at)."""
        return from_micros(self.folded - self.ago)


class HistoryPage(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A row with folded activities that no longer fit into the state."""

    entries: tuple[HistoryEntry, ...]


def history_entry(activity: Activity) -> HistoryEntry:
    """Return the entry of an activity; one that is not folded yet counts as folded when we received it."""
    folded = to_micros(activity.folded or activity.received)
    return HistoryEntry(
        folded=folded,
        ago=folded - to_micros(happened_at(activity)),
        kind=activity.kind,
        subject=activity.subject,
        details=EntryDetails(
            verdict=activity.verdict,
            proof=is_proof(activity),
            facts=_rule_facts(activity),
        ),
    )


def facts_for_rules(done: HistoryEntry) -> Mapping[str, str]:
    """Return the facts that rules can ask for; the type of a downloaded file is the end of its name."""
    if done.kind is Kind.FILE_DOWNLOADED:
        return {"type": done.subject.rpartition(".")[2].lower()}
    return done.details.facts


def facts_for_conditions(activity: Activity) -> Mapping[str, str]:
    """Return the facts that conditions can ask for; of an opportunity, its amount too."""
    return activity.facts | activity.values if activity.kind in OPPORTUNITY_KINDS else activity.facts


def with_revised(pages: Sequence[HistoryPage], revised: Iterable[tuple[Activity, Activity]]) -> list[HistoryPage]:
    """Return the pages after activities changed, given as pairs of (before, after). Each pair changes one entry.

    Entries carry no id: of several that are equal, it does not matter which one changes.
    """
    changed: dict[tuple[object, ...], list[HistoryEntry]] = {}
    for before, after in revised:
        changed.setdefault(_identity(history_entry(before)), []).append(history_entry(after))

    def entry_now(entry: HistoryEntry) -> HistoryEntry:
        found = changed.get(_identity(entry)) if changed else None
        return found.pop() if found else entry

    return [HistoryPage(entries=tuple(map(entry_now, page.entries))) for page in pages]


def _rule_facts(activity: Activity) -> dict[str, str]:
    """Return the facts to keep, which are few and short: the history has an entry for each activity."""
    facts, kind = activity.facts, activity.kind
    if kind is Kind.POINTS_GIVEN:
        return facts
    if activity.verdict is not Verdict.HUMAN:
        return {}
    if kind is Kind.FORM_SUBMITTED:
        known = {name: value for name, value in facts.items() if name not in _NOT_OF_THE_FORM}
    else:
        asked = facts_for_conditions(activity)
        known = {name: asked[name] for name in RULE_FACTS.get(kind, ()) if name in asked}
    if "url" in known:
        known |= {"url": known["url"].partition("://")[2].partition("?")[0]}
    return {name: value[:_LONGEST_FACT] for name, value in known.items() if value}


def _identity(entry: HistoryEntry) -> tuple[object, ...]:
    return entry.folded, entry.ago, entry.kind, entry.subject, entry.details.verdict
