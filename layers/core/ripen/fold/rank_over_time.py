"""How the rank of a lead changes while time passes and nothing else happens."""

from datetime import datetime

from ripen.fold.fold import with_rank
from ripen.lead.state import State
from ripen.playbook.bundle import Bundle
from ripen.scoring.models import next_standing_change

_MAX_RANK_CHANGES = 100


def rank_changes(state: State, since: datetime, until: datetime, bundle: Bundle) -> list[tuple[State, datetime]]:
    """Return the states after each moment at which decay brings the score to a threshold. Not all have another rank."""
    found, at = list[tuple[State, datetime]](), since
    while len(found) < _MAX_RANK_CHANGES:
        due = next_standing_change(state, bundle.scoring, at)
        if due is None or due > until:
            break
        state, _points = with_rank(state, bundle, due)
        found.append((state, due))
        at = due
    return found
