"""Folds a lead anew where its verdicts were revised: all of its activities, one state, and only what was not told yet."""

from datetime import datetime

from ripen.activity import Activity
from ripen.adapters.table import Change, Replace, Row, Table, keys
from ripen.agenda import Lane
from ripen.bundle import Bundle
from ripen.refold import refold
from ripen.setting import RefoldMark
from score.follow import Known, following, keys_of

_MOST_CLICKS = 40
"""In one transaction; the decisions about them come on top."""


def again(lead: str, table: Table, bundle: Bundle, now: datetime) -> tuple[list[Change], bool]:
    """The whole transaction, empty where there is nothing to do, and whether that is all: where too many verdicts are
    revised for one, the mark stays due, and the rest comes in the next."""
    profile, state, crm, decay, mark = table.get_many(keys_of(lead))  # the state before what it was made of
    if mark is None or mark.due is None:
        return [], True
    if profile is None or state is None:
        return [_marked(lead, mark, None)], True
    activities: dict[str, Row[Activity]] = {row.value.id: row for row in table.under(lead, "activity#")}
    delivered = {row.value.id: row.value.delivered for row in table.under(lead, "send#") if row.value.delivered}
    known = Known(profile=profile.value, state=state, crm=crm, decay=decay, refold=mark)
    folded = refold(
        known.profile,
        state.value,
        (row.value for row in activities.values()),
        bundle,
        now,
        delivered,
        most=_MOST_CLICKS,
    )
    done = len(folded.activities) < _MOST_CLICKS
    return [
        *following(known, folded, table, now),
        *(Replace(activities[a.id].key, a, activities[a.id].version) for a in folded.activities),
        _marked(lead, mark, None if done else now),
    ], done


def _marked(lead: str, mark: Row[RefoldMark], due: datetime | None) -> Change:
    return Replace(keys.refold_mark(lead), RefoldMark(lead=lead), mark.version, due=due, lane=Lane.BULK)
