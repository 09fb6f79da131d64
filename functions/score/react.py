"""score.react: takes new activities, and the passing of time, into a lead's state, with all that follows from it, in
one transaction.

Woken through SQS (React, ReactBulk) for `activity#` and `due#decay` rows.
"""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from random import uniform
from time import sleep
from typing import Any

from aws_lambda_powertools import Logger

from ripen.activity import Activity, Verdict
from ripen.adapters.batch import by_lead
from ripen.adapters.clock import Clock
from ripen.adapters.playbook import Playbook
from ripen.adapters.queue import Queue
from ripen.adapters.table import Change, Conflict, Create, Key, Mark, Replace, Row, Table, keys
from ripen.agenda import Lane
from ripen.bundle import Bundle
from ripen.fold import CrmFellBehind, Enrolled, Folded, JourneysShaken, LeadTurnedHot, crm_due, fold
from ripen.journey import Enrollment, EnrollmentState
from ripen.lead import Profile
from ripen.ports import Clock as AnyClock
from ripen.ports import Wake
from ripen.setting import CrmMark, DecayMark
from ripen.state import State
from ripen.verdict import BURST


@dataclass(frozen=True, kw_only=True)
class Bells:
    """Who hears of what follows."""

    advance: Wake
    sync: Wake
    alert: Wake


class Contended(Exception):
    """Others kept writing this lead; its messages come again."""


logger = Logger()
table = Table(os.environ["TABLE"])
clock = Clock(table, moves="CLOCK_MOVES" in os.environ)
playbook = Playbook(table, os.environ["BUCKET"])
bells = Bells(
    advance=Queue(os.environ["ADVANCE_QUEUE"]),
    sync=Queue(os.environ["SYNC_QUEUE"]),
    alert=Queue(os.environ["ALERT_QUEUE"]),
)

_TRIES = 6
_MOST_CHANGES = 100
"""DynamoDB's limit for one transaction."""


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return by_lead(event, lambda refs: react(refs, table, playbook.live().bundle, clock, bells))


def react(refs: Sequence[str], table: Table, bundle: Bundle, clock: AnyClock, bells: Bells) -> None:
    """Folds what these rows of one lead say, each once, however often and in whatever order they are named."""
    rows = [keys.parse(ref) for ref in dict.fromkeys(refs)]
    activities = [keys.typed(key, Activity) for key in rows if key.type is not DecayMark]
    lead = rows[0].lead
    if activities:
        _react(lead, activities, table, bundle, clock, bells)
    if len(activities) < len(rows):
        _react(lead, [], table, bundle, clock, bells)


def _react(
    lead: str, activities: Sequence[Key[Activity]], table: Table, bundle: Bundle, clock: AnyClock, bells: Bells
) -> None:
    for attempt in range(_TRIES):
        now = clock.now()
        changes = _changes(lead, activities, table, bundle, now)
        if not changes:
            return
        if len(changes) > _MOST_CHANGES and len(activities) > 1:
            middle = len(activities) // 2
            _react(lead, activities[:middle], table, bundle, clock, bells)
            _react(lead, activities[middle:], table, bundle, clock, bells)
            return
        try:
            table.write(*changes)
        except Conflict:
            sleep(uniform(0, 0.02 * 2**attempt))  # noqa: S311 (jitter, no secret)
            continue
        logger.info("folded", extra={"lead": lead, "activities": len(activities)})
        _ring(changes, now, bells)
        return
    raise Contended(lead)


def _changes(
    lead: str, activities: Sequence[Key[Activity]], table: Table, bundle: Bundle, now: datetime
) -> list[Change]:
    """The whole transaction; empty where there is nothing to do."""
    known = _read(lead, activities, table)
    if known is None:
        logger.warning("no such lead", extra={"lead": lead})
        return []
    before = known.state.value if known.state else None
    given = [row.value for row in known.activities]
    folded = fold(known.profile, before, given, bundle, now, _siblings(known, table))
    if activities and not folded.activities:
        return []
    rows = {row.value.id: row for row in known.activities}
    return [
        Replace(keys.state(lead), folded.state, known.state.version if known.state else 0),
        *(Replace(rows[a.id].key, a, rows[a.id].version) for a in folded.activities),
        *_consequences(known, folded, now),
        *_decay(lead, known.decay, folded.decay),
        *(Mark(key, now) for key in _shaken(lead, folded, table)),
        *(Create(keys.decision(lead, now, decision.id), decision) for decision in folded.decisions),
    ]


@dataclass(frozen=True, kw_only=True)
class _Known:
    profile: Profile
    state: Row[State] | None
    crm: Row[CrmMark] | None
    decay: Row[DecayMark] | None
    activities: list[Row[Activity]]


def _read(lead: str, activities: Sequence[Key[Activity]], table: Table) -> _Known | None:
    profile, state, crm, decay, *rows = table.get_many(
        [keys.profile(lead), keys.state(lead), keys.crm_mark(lead), keys.decay_mark(lead), *activities]
    )
    if profile is None:
        return None
    found = [row for row in rows if row]
    return _Known(
        profile=profile.value, state=state, crm=crm, decay=decay, activities=found + _brought(lead, found, table)
    )


def _brought(lead: str, found: Sequence[Row[Activity]], table: Table) -> list[Row[Activity]]:
    """The visits that became the lead's with a form that is not folded yet: sales is to hear of all at once."""
    named = {row.key.sk for row in found}
    brought = {sk for row in found if row.value.folded is None for sk in row.value.brings} - named
    return [row for row in table.get_many([keys.beside(lead, sk) for sk in sorted(brought)]) if row] if brought else []


def _siblings(known: _Known, table: Table) -> list[Activity]:
    """What happened around the clicks that wait for a verdict, folded or not: the same whoever is woken first."""
    unjudged = [row.value.at for row in known.activities if row.value.verdict is Verdict.UNJUDGED]
    minutes = {keys.minute(at + apart) for at in unjudged for apart in (-BURST, BURST)}
    return [row.value for minute in sorted(minutes) for row in table.under(known.profile.id, minute)]


def _shaken(lead: str, folded: Folded, table: Table) -> list[Key[Enrollment]]:
    """The journeys the lead is in, where something happened that may end them."""
    if JourneysShaken() not in folded.consequences:
        return []
    return [row.key for row in table.under(lead, "enrollment#") if row.value.state is EnrollmentState.ACTIVE]


def _consequences(known: _Known, folded: Folded, now: datetime) -> Iterable[Change]:
    for consequence in folded.consequences:
        match consequence:
            case LeadTurnedHot(alert):
                yield Create(keys.alert(alert.lead, alert.id), alert, due=now)
            case Enrolled(entry):
                yield Create(keys.enrollment(entry.lead, entry.journey, entry.key), entry, due=now)
            case CrmFellBehind(urgent):
                yield _crm(known.profile.id, known.crm, urgent, now)
            case JourneysShaken():
                pass


def _crm(lead: str, row: Row[CrmMark] | None, urgent: bool, now: datetime) -> Change:
    mark = row.value if row else CrmMark(lead=lead)
    return Replace(
        keys.crm_mark(lead),
        replace(mark, urgent=mark.urgent or urgent),
        row.version if row else 0,
        due=crm_due(urgent, mark.written, row.due if row else None, now),
    )


def _decay(lead: str, row: Row[DecayMark] | None, due: datetime | None) -> Iterable[Change]:
    if due or (row and row.due):
        yield Replace(keys.decay_mark(lead), DecayMark(lead=lead), row.version if row else 0, due=due, lane=Lane.BULK)


def _ring(changes: Sequence[Change], now: datetime, bells: Bells) -> None:
    """Whoever has something to do now is woken; the tick does it where this fails."""
    due = [
        change.key.ref
        for change in changes
        if isinstance(change, Create | Replace | Mark) and change.due and change.due <= now
    ]
    for kind, bell in (("alert", bells.alert), ("due#crm", bells.sync), ("enrollment", bells.advance)):
        bell.wake(*(ref for ref in due if keys.kind(ref) == kind))
