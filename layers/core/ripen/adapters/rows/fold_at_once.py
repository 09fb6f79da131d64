"""Fold new activities in the transaction that writes them: half the write units, and no second hop.

Where anything speaks against it, the activities are written as due, and score.react folds them.
"""

from collections.abc import Sequence
from datetime import datetime

from aws_lambda_powertools import Logger

from ripen.adapters.rows.fold_history import read_history, read_nearby
from ripen.adapters.rows.fold_rows import fold_changes
from ripen.adapters.rows.lead_rows import LeadRows, is_outdated
from ripen.adapters.table import Change, Create, Row, Table, keys
from ripen.agenda import Lane
from ripen.fold.fold import fold, with_embedded_decisions
from ripen.lead.activity import Activity, Verdict
from ripen.playbook.bundle import Bundle
from ripen.playbook.retention import KEPT_FOR_GOOD, Retention, activity_expires
from ripen.tracking.click_evidence import is_click

logger = Logger(child=True)

FOLDS = 2
"""Attempts that fold at once. After that, other workers hold the lead: the next attempts only store the activities."""


def fold_at_once(
    new: Sequence[Activity], rows: LeadRows, most: int, table: Table, bundle: Bundle, now: datetime
) -> list[Change] | None:
    """Return the changes that write these activities folded, with all that follows; None if score.react must fold them.

    `rows` are the lead's, with the profile and the contact as the same transaction will write them. It must be
    score.react if the state was computed with other definitions, if a click nearby has no verdict yet, or if there are
    more than `most` changes. Whatever goes wrong in the fold, the activities must be stored: score.react meets the same
    error where it can be repaired.
    """
    try:
        found = _fold(new, rows, table, bundle, now)
    except Exception:
        logger.exception("left to score.react")
        return None
    return found if found and len(found) <= most else None


def _fold(new: Sequence[Activity], rows: LeadRows, table: Table, bundle: Bundle, now: datetime) -> list[Change] | None:
    if rows.profile is None or is_outdated(rows.state, bundle):
        return None
    lead = rows.profile.value.id
    nearby = read_nearby(lead, new, table) if rows.state else []
    if any(_waits_for_verdict(row) for row in nearby):
        return None
    history = read_history(rows, rows.profile.value, new, [row.value for row in nearby], table, bundle, now)
    folded = with_embedded_decisions(fold(history, new, bundle, now))
    if len(folded.activities) < len(new):
        return None
    return [*create_activities(folded.activities, None, keep=bundle.keep), *fold_changes(rows, folded, table, now)]


def create_activities(
    activities: Sequence[Activity], due: datetime | None, lane: Lane = Lane.HOT, keep: Retention = KEPT_FOR_GOOD
) -> list[Create[Activity]]:
    """Return the changes that create the activities; without `due` they are folded already, and expire by `keep`."""
    return [Create(keys.activity(a.lead, a.at, a.id), a, due, lane, activity_expires(a, keep)) for a in activities]


def _waits_for_verdict(row: Row[Activity]) -> bool:
    return is_click(row.value) and row.value.verdict is Verdict.UNJUDGED and row.value.folded is None
