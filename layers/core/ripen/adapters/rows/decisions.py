"""The row of a decision."""

from ripen.adapters.table import Create, keys
from ripen.decision import Decision


def create_decision(decision: Decision) -> Create[Decision]:
    """Return the change that stores the decision under its lead, in order of time."""
    return Create(keys.decision(decision.lead, decision.at, decision.id), decision)
