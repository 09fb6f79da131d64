"""score.react: takes new activities, and the passing of time, into a lead's state, with all that follows from it, in
one transaction.

Woken through SQS (React, ReactBulk) for `activity#`, `due#decay` and `due#refold` rows.
"""

import os
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from aws_lambda_powertools import Logger

from ripen.adapters.batch import by_lead
from ripen.adapters.clock import ApplicationClock
from ripen.adapters.playbook import Playbook
from ripen.adapters.queue import Queue
from ripen.adapters.table import Change, Key, Replace, Row, Table, keys
from ripen.fold.entry import consulted
from ripen.fold.fold import Folded, VerdictsAged, fold
from ripen.lead.activity import Activity, Verdict, happened_at
from ripen.marks import DecayMark, RefoldMark
from ripen.playbook.bundle import Bundle
from ripen.ports import Clock
from ripen.tracking.click_evidence import FORM_WINDOW, is_click, is_human_signal
from score._campaign_clicks import clicked
from score._consequences import Known, following, keys_of, runs, wake_due
from score._consequences import Queues as Queues
from score._refold import again, is_outdated


class Outdated(Exception):
    """The state was made with other definitions than are live: it is to be made again first."""


logger = Logger()
table = Table(os.environ["TABLE"])
clock = ApplicationClock(table, moves="CLOCK_MOVES" in os.environ)
playbook = Playbook(table, os.environ["BUCKET"])
queues = Queues(
    advance=Queue(os.environ["ADVANCE_QUEUE"]),
    sync=Queue(os.environ["SYNC_QUEUE"]),
    alert=Queue(os.environ["ALERT_QUEUE"]),
)

_MOST_CHANGES = 100
"""DynamoDB's limit for one transaction."""
_COMES_TO_LIGHT = timedelta(hours=1)
_MOST_PARTS = 10
"""Transactions in which one lead's verdicts are revised at a time."""
_MOST_WAITING = 40
"""Clicks that are taken along in one fold."""


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return by_lead(event, lambda refs: react(refs, table, playbook.live().bundle, clock, queues, playbook.before))


def react(
    refs: Sequence[str],
    table: Table,
    bundle: Bundle,
    clock: Clock,
    queues: Queues,
    before: Callable[[], Bundle | None] = lambda: None,
) -> None:
    """Folds what these rows of one lead say, each once, however often and in whatever order they are named. `before` is the
    playbook before this one: of whom it judged last, nobody is forgotten."""
    rows = [keys.parse(ref) for ref in dict.fromkeys(refs)]
    lead, marks = rows[0].lead, {key.type for key in rows}
    activities = [keys.typed(key, Activity) for key in rows if key.type not in (DecayMark, RefoldMark)]
    if activities:
        _fold(lead, activities, table, bundle, clock, queues, before)
    if DecayMark in marks:
        _fold(lead, [], table, bundle, clock, queues, before)
    if RefoldMark in marks:
        _refold(lead, table, bundle, clock, queues, before)


def _fold(
    lead: str,
    activities: Sequence[Key[Activity]],
    table: Table,
    bundle: Bundle,
    clock: Clock,
    queues: Queues,
    before: Callable[[], Bundle | None],
    alone: bool = False,
) -> None:
    """In one transaction; in two where that is too much for one. A single activity that is too much goes `alone`, without
    those that would be taken along: they stand on the agenda by themselves."""
    aged = False

    def write(_: int) -> bool:
        nonlocal aged
        now = clock.now()
        changes, aged = _changes(lead, activities, table, bundle, now, alone)
        if len(changes) > _MOST_CHANGES and not alone:
            return False
        if changes:
            table.write(*changes)
            logger.info("folded", lead=lead, activities=len(activities))
            wake_due(changes, now, queues)
        return True

    try:
        fits = table.retrying(write)
    except Outdated:
        _refold(lead, table, bundle, clock, queues, before)
        fits = table.retrying(write)
    if not fits and len(activities) <= 1:
        _fold(lead, activities, table, bundle, clock, queues, before, alone=True)
    elif not fits:
        middle = len(activities) // 2
        _fold(lead, activities[:middle], table, bundle, clock, queues, before)
        _fold(lead, activities[middle:], table, bundle, clock, queues, before)
    elif aged:
        _refold(lead, table, bundle, clock, queues, before)


def _refold(
    lead: str, table: Table, bundle: Bundle, clock: Clock, queues: Queues, before: Callable[[], Bundle | None]
) -> None:
    """Part by part. Of a lead with a very long story the mark stays due: the tick brings it back, and its neighbours in the
    batch do not have to wait for it."""

    def write(_: int) -> bool:
        now = clock.now()
        changes, done = again(lead, table, bundle, now, before)
        if changes:
            table.write(*changes)
            logger.info("folded anew", lead=lead)
            wake_due(changes, now, queues)
        return done

    for _ in range(_MOST_PARTS):
        if table.retrying(write):
            return


def _changes(
    lead: str, activities: Sequence[Key[Activity]], table: Table, bundle: Bundle, now: datetime, alone: bool
) -> tuple[list[Change], bool]:
    """The whole transaction, empty where there is nothing to do; and whether verdicts given before look otherwise now.
    Raises Outdated."""
    profile, state, crm, decay, refold, contact, *found = table.get_many([*keys_of(lead), *activities])
    if profile is None:
        logger.warning("no such lead", lead=lead)
        return [
            Replace(row.key, row.value, row.version) for row in (decay, *found) if row and _is_left(row, now)
        ], False
    if is_outdated(state, bundle):
        raise Outdated(lead)
    known = Known(profile=profile.value, state=state, crm=crm, decay=decay, refold=refold, contact=contact)
    named: list[Row[Activity]] = [row for row in found if row]
    rows = {row.value.id: row for row in (*named, *(() if alone else _brought(lead, named, table)))}
    around = _around(lead, [row.value for row in rows.values()], table)
    rows = {row.value.id: row for row in (() if alone else _waiting(around))} | rows
    before, given = state.value if state else None, [row.value for row in rows.values()]
    folded = fold(
        known.profile,
        before,
        given,
        bundle,
        now,
        [row.value for row in around],
        _delivered(lead, around, table),
        contact=known.permission,
        enrollments=runs(lead, consulted(before, known.profile, given, bundle, now), table),
    )
    if activities and not folded.activities:
        return [], False
    changes = [*following(known, folded, table, now), *clicked(lead, folded.activities, table, now)]
    return _with_activities(changes, folded, rows), VerdictsAged() in folded.consequences


def _is_left(row: Row[Any], now: datetime) -> bool:
    """Whether it is due for a lead that is no longer there, and not for one that is just being made: the rows of a transaction
    do not come to light all at once."""
    is_new = isinstance(row.value, Activity) and now - row.value.received < _COMES_TO_LIGHT
    return row.due is not None and not is_new


def _brought(lead: str, found: Sequence[Row[Activity]], table: Table) -> list[Row[Activity]]:
    """The visits that became the lead's with a form that is not folded yet: sales is to hear of all at once."""
    named = {row.key.sk for row in found}
    brought = {sk for row in found if row.value.folded is None for sk in row.value.visit_keys} - named
    return [row for row in table.get_many([keys.beside(lead, sk) for sk in sorted(brought)]) if row] if brought else []


def _with_activities(changes: list[Change], folded: Folded, rows: dict[str, Row[Activity]]) -> list[Change]:
    return changes + [Replace(rows[a.id].key, a, rows[a.id].version) for a in folded.activities]


def _around(lead: str, activities: Sequence[Activity], table: Table) -> list[Row[Activity]]:
    """What else happened about the time of clicks and of signs of a person: the same whoever is woken first."""
    telling = [a for a in activities if a.folded is None and (is_click(a) or is_human_signal(a))]
    if not telling:
        return []
    first, last = min(map(happened_at, telling)) - FORM_WINDOW, max(a.at for a in telling) + FORM_WINDOW
    return list(table.between(lead, keys.since(first), keys.since(last)))


def _waiting(around: Sequence[Row[Activity]]) -> list[Row[Activity]]:
    """Clicks that wait for a verdict: a burst is judged at once, and a person's form lets the click before it count."""
    unjudged = (row for row in around if row.value.verdict is Verdict.UNJUDGED and row.value.folded is None)
    return [row for row in unjudged if is_click(row.value)][:_MOST_WAITING]


def _delivered(lead: str, around: Sequence[Row[Activity]], table: Table) -> dict[str, datetime]:
    """When the mails were delivered whose links were clicked, by send id."""
    sends = {row.value.facts.get("send", "") for row in around if is_click(row.value)} - {""}
    found = table.get_many([keys.send(lead, send) for send in sorted(sends)]) if sends else []
    return {row.value.id: row.value.delivered for row in found if row and row.value.delivered}
