"""The outcome of a lead: whether sales converted, won or lost it, and when."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from ripen.lead.activity import Activity
from ripen.lead.lead import Profile


class Outcome(StrEnum):
    """What sales made of a lead."""

    WON = "won"
    OPPORTUNITY = "opportunity"
    CONVERTED = "converted"
    LOST = "lost"
    NOT_A_FIT = "not a fit"

    @property
    def is_good(self) -> bool:
        """Return whether it was right to hand the lead to sales."""
        return self in (Outcome.WON, Outcome.OPPORTUNITY, Outcome.CONVERTED)


class LeadOutcome(Struct, frozen=True):
    """The outcome of one lead. What was recorded from `since` on may follow from it, so it proves nothing."""

    outcome: Outcome
    since: datetime
    """When sales first made anything of the lead."""


_BY_KIND = {
    "converted": Outcome.CONVERTED,
    "rejected_by_sales": Outcome.NOT_A_FIT,
    "opportunity_won": Outcome.WON,
    "opportunity_lost": Outcome.LOST,
}
"""By kind of activity."""


def combined(outcomes: Iterable[LeadOutcome]) -> LeadOutcome | None:
    """Return the latest of a lead's outcomes, as of the time of the earliest; None if there is none."""
    ordered = sorted(outcomes, key=lambda each: each.since)
    return LeadOutcome(ordered[-1].outcome, ordered[0].since) if ordered else None


def recorded_outcome(profile: Profile, activities: Iterable[Activity]) -> LeadOutcome | None:
    """Return what Ripen knows of the lead from Salesforce and Slack: converted, or not a fit; None if nothing."""
    found = [LeadOutcome(_BY_KIND[each.kind], each.received) for each in activities if each.kind in _BY_KIND]
    if profile.converted:
        found.append(LeadOutcome(Outcome.CONVERTED, profile.converted))
    return combined(found)
