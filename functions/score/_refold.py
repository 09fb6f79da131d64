"""Folds a lead anew where its verdicts were revised, or what it is judged by is another: all of its activities, one state,
and only what was not told yet."""

from collections.abc import Callable
from datetime import datetime

from ripen.adapters.table import Change, Replace, Row, Table, keys
from ripen.agenda import Lane
from ripen.fold.entry import consulted
from ripen.fold.refold import refold
from ripen.lead.activity import Activity
from ripen.lead.state import State
from ripen.marks import RefoldMark
from ripen.playbook.bundle import Bundle
from ripen.scoring.rules_version import rules_version
from score._campaign_clicks import reviewed
from score._consequences import Known, following, keys_of, runs

_MOST_CLICKS, _FEW_CLICKS = 20, 8
"""In one transaction; a decision about each may come on top, and up to forty runs of journeys that hear of it. Few, where
the mails of many campaigns change with them."""
_MOST_CHANGES = 100


def again(
    lead: str, table: Table, bundle: Bundle, now: datetime, before: Callable[[], Bundle | None]
) -> tuple[list[Change], bool]:
    """The whole transaction, empty where there is nothing to do, and whether that is all: where too many verdicts are
    revised for one, the mark stays due, and the rest comes in the next. `before` is the playbook before this one."""
    changes, done = _again(lead, table, bundle, now, before, _MOST_CLICKS)
    return (changes, done) if len(changes) <= _MOST_CHANGES else _again(lead, table, bundle, now, before, _FEW_CLICKS)


def _again(
    lead: str, table: Table, bundle: Bundle, now: datetime, before: Callable[[], Bundle | None], most: int
) -> tuple[list[Change], bool]:
    profile, state, crm, decay, mark, contact = table.get_many(keys_of(lead))  # the state before what it was made of
    is_marked = mark is not None and mark.due is not None
    if profile is None or state is None:
        return ([_marked(lead, mark, None)] if is_marked else []), True
    if not is_marked and not is_outdated(state, bundle):
        return [], True
    activities: dict[str, Row[Activity]] = {row.value.id: row for row in table.under(lead, "activity#")}
    delivered = {row.value.id: row.value.delivered for row in table.under(lead, "send#") if row.value.delivered}
    known = Known(profile=profile.value, state=state, crm=crm, decay=decay, refold=mark, contact=contact)
    folded = refold(
        known.profile,
        state.value,
        (row.value for row in activities.values()),
        bundle,
        now,
        delivered,
        most=most,
        contact=known.permission,
        enrollments=runs(lead, consulted(state.value, known.profile, (), bundle, now), table),
        old=before() if is_outdated(state, bundle) else None,
    )
    done = len(folded.activities) < most
    known_now = {id: row.value for id, row in activities.items()} | {a.id: a for a in folded.activities}
    return [
        *following(known, folded, table, now),
        *reviewed(lead, folded.activities, known_now.values(), table, now),
        *(Replace(activities[a.id].key, a, activities[a.id].version) for a in folded.activities),
        *([_marked(lead, mark, None if done else now)] if is_marked or not done else []),
    ], done


def is_outdated(state: Row[State] | None, bundle: Bundle) -> bool:
    """Whether the state was made with other definitions than are live."""
    return state is not None and state.value.rules_version != rules_version(bundle)


def _marked(lead: str, mark: Row[RefoldMark] | None, due: datetime | None) -> Change:
    was = mark.version if mark else 0
    return Replace(keys.refold_mark(lead), RefoldMark(lead=lead), was, due=due, lane=Lane.BULK)
