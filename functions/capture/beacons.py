"""capture.beacons: a beacon becomes activities of a visitor or of its lead, and earlier visits are copied to a lead.

Woken through SQS (Beacons) with a beacon from capture.track, or with the ref of a `join#` row that is due. The beacons
of one visitor in a batch are recorded together, and folded at once if nothing speaks against it. A repetition changes
nothing.
"""

import os
from collections.abc import Sequence
from copy import replace
from datetime import datetime, timedelta
from functools import partial
from itertools import batched
from typing import Any

import msgspec
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext
from msgspec import Struct

from capture._visits import activity_key, schedule_join
from ripen.adapters.batch import has_time, process_groups
from ripen.adapters.clock import ApplicationClock
from ripen.adapters.playbook import Playbook
from ripen.adapters.queue import Queue
from ripen.adapters.rows.fold_at_once import FOLDS, create_activities, fold_at_once
from ripen.adapters.rows.fold_rows import Queues, wake_due
from ripen.adapters.rows.lead_rows import LeadRows, read_lead
from ripen.adapters.secrets import Secrets
from ripen.adapters.table import MAX_CHANGES, Change, Conflict, Create, Key, Replace, Table, keys
from ripen.agenda import Lane
from ripen.key_ring import KeyRing, Rotated
from ripen.lead.activity import Activity
from ripen.lead.lead import Profile
from ripen.playbook.bundle import Bundle
from ripen.ports import Wake
from ripen.tracking.beacon import Beacon
from ripen.tracking.link_token import BadToken, read_bridge
from ripen.tracking.visit import (
    MAX_JOINED,
    VISITOR_RETENTION,
    assign_to_lead,
    may_cross,
    visit_activities,
    with_touches,
)
from ripen.tracking.visitor import Bridge, Crossing, Join, VisitorPointer

table = Table(os.environ["TABLE"])
clock = ApplicationClock(table, moves="CLOCK_MOVES" in os.environ)
playbook = Playbook(table, os.environ["BUCKET"])
secrets = Secrets(os.environ["SECRET"])
react = Queue(os.environ["REACT_BULK_QUEUE"])
queues = Queues(
    advance=Queue(os.environ["ADVANCE_QUEUE"]),
    sync=Queue(os.environ["SYNC_QUEUE"]),
    alert=Queue(os.environ["ALERT_QUEUE"]),
)
logger = Logger()

_AT_ONCE = 90
_CROSSING_KEPT = timedelta(days=1)
"""Longer than the ten minutes in which a bridge may be crossed, because a beacon may wait in its queue."""


class Dependencies(Struct, frozen=True):
    table: Table
    react: Wake
    bundle: Bundle
    now: datetime
    link_keys: KeyRing
    queues: Queues | None = None
    """Those of the workers of what follows from a fold; None to leave every fold to score.react."""


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    def work(messages: Sequence[str]) -> None:
        process(
            messages,
            Dependencies(table, react, playbook.live().bundle, clock.now(), secrets.ring(Rotated.LINK), queues),
        )

    return process_groups(event, _visitor, work, lambda: has_time(context))


def _visitor(message: str) -> str:
    """Return what messages have in common that are processed together: the visitor of a beacon."""
    try:
        return msgspec.json.decode(message, type=Beacon).visitor
    except msgspec.MsgspecError:
        return message


def process(messages: Sequence[str], dependencies: Dependencies) -> None:
    """Record the beacons of one visitor, or copy the visits of a `join#` row."""
    beacons = [msgspec.json.decode(message, type=Beacon) for message in messages if message.startswith("{")]
    if beacons:
        record_beacons(beacons, dependencies)
    for message in dict.fromkeys(message for message in messages if not message.startswith("{")):
        copy_visits(keys.typed(keys.parse(message), Join), dependencies)


def record_beacons(beacons: Sequence[Beacon], dependencies: Dependencies) -> None:
    """Record every event once, for the lead that the browser belongs to when all are written.

    A form may be posted while the events are written. Unless the browser was bound before, its owner is read again
    afterwards.
    """
    visitor = beacons[0].visitor
    clicks = [_cross_bridge(beacon, dependencies) if beacon.bridge else "" for beacon in beacons]
    made = [visit_activities(beacon, dependencies.bundle) for beacon in beacons]
    visits = {a.id: (a, click) for found, click in zip(made, clicks, strict=True) for a in found}
    pointer = keys.visitor_pointer(visitor)
    row = dependencies.table.get(pointer)
    while True:
        owner = row.value if row else None
        _record(list(visits.values()), visitor, owner, dependencies)
        if owner and owner.bound:
            return
        row = dependencies.table.get(pointer)
        if (row.value if row else None) == owner:
            return


def _record(
    made: Sequence[tuple[Activity, str]], visitor: str, owner: VisitorPointer | None, dependencies: Dependencies
) -> None:
    """Record the visits for the owner, and for the visitor as long as it is bound to no lead.

    Each visit comes with the click in a mail that opened the page, "" without one.
    """
    if owner is None or not owner.bound:
        _create_visits([visit for visit, _ in made], visitor, dependencies)
    if owner:
        copies = [assign_to_lead(visit, owner.lead, owner.bound, click) for visit, click in made]
        _create(copies, owner.bound, dependencies)


def copy_visits(key: Key[Join], dependencies: Dependencies) -> None:
    """Copy the visitor's earlier visits to the lead: at most 500, latest first."""
    row = dependencies.table.get(key)
    if row is None or row.due is None:
        return
    lead, visitor = row.value.lead, row.value.visitor
    pointer = dependencies.table.get(keys.visitor_pointer(visitor))
    bound = pointer is not None and pointer.value == VisitorPointer(lead=lead, bound=True)
    found = dependencies.table.under(visitor, "activity#", True, of="visitor", most=MAX_JOINED)
    _create([assign_to_lead(each.value, lead, bound) for each in found], bound, dependencies)
    try:
        dependencies.table.write(Replace(key, row.value, row.version))
    except Conflict:
        logger.info("due again", lead=lead)
    logger.info("joined", lead=lead, visitor=visitor, bound=bound)


def _cross_bridge(beacon: Beacon, dependencies: Dependencies) -> str:
    """Connect the browser with the lead whose mail was clicked. Return the click's id; "" if the token is not valid.

    The connection is only likely: a browser where a form was posted keeps its lead.
    """
    try:
        bridge = read_bridge(dependencies.link_keys, beacon.bridge)
    except BadToken:
        return ""
    return dependencies.table.retrying(lambda _: _cross_once(bridge, beacon, dependencies))


def _cross_once(bridge: Bridge, beacon: Beacon, dependencies: Dependencies) -> str:
    table, now = dependencies.table, dependencies.now
    crossing, owner = table.get_many([keys.crossing(bridge.click), keys.visitor_pointer(beacon.visitor)])
    if not may_cross(bridge, crossing.value if crossing else None, beacon.visitor, beacon.received):
        return ""
    changes: list[Change] = []
    if crossing is None:
        crossed = Crossing(visitor=beacon.visitor)
        changes.append(Create(keys.crossing(bridge.click), crossed, expires=beacon.received + _CROSSING_KEPT))
    if owner is None or not (owner.value.bound or owner.value.lead == bridge.lead):
        likely = VisitorPointer(lead=bridge.lead, bound=False)
        changes.append(Replace(keys.visitor_pointer(beacon.visitor), likely, owner.version if owner else 0))
        changes.append(schedule_join(table, bridge.lead, beacon.visitor, now))
    _write(changes, dependencies)
    mine = owner is None or not owner.value.bound or owner.value.lead == bridge.lead
    return bridge.click if mine else ""


def _create_visits(made: Sequence[Activity], visitor: str, dependencies: Dependencies) -> None:
    places = [keys.visit(visitor, each.at, each.id) for each in made]

    def create(attempt: int) -> None:
        there = dependencies.table.get_many(places) if attempt else [None] * len(places)
        changes = [
            Create(place, each, expires=each.received + VISITOR_RETENTION)
            for place, each, row in zip(places, made, there, strict=True)
            if row is None
        ]
        _write(changes, dependencies)

    dependencies.table.retrying(create)


def _create(copies: Sequence[Activity], bound: bool, dependencies: Dependencies) -> None:
    """Create the lead's copies. For a bound browser, update the lead's touches too."""
    for some in batched(copies, _AT_ONCE, strict=False):
        dependencies.table.retrying(partial(_create_some, some, bound, dependencies))


def _create_some(copies: Sequence[Activity], bound: bool, dependencies: Dependencies, attempt: int) -> None:
    """Create the copies that do not exist yet: folded at once, or due in the bulk lane for score.react."""
    table, now = dependencies.table, dependencies.now
    rows, existing = read_lead(copies[0].lead, table, [activity_key(copy) for copy in copies])
    known = {row.key for row in existing}
    new = [copy for copy in copies if activity_key(copy) not in known]
    if not new:
        return
    touched = _touched(rows, new) if bound else []
    after = replace(rows, profile=replace(rows.profile, value=touched[0].value)) if rows.profile and touched else rows
    folded = None
    if dependencies.queues and attempt < FOLDS:
        folded = fold_at_once(new, after, MAX_CHANGES - len(touched), table, dependencies.bundle, now)
    changes = [*touched, *(folded or create_activities(new, now, Lane.BULK))]
    table.write(*changes)
    if folded and dependencies.queues:
        wake_due(changes, now, dependencies.queues)
    else:
        dependencies.react.wake(*(activity_key(copy).ref for copy in new))


def _touched(rows: LeadRows, new: Sequence[Activity]) -> list[Replace[Profile]]:
    """Return the change of the profile with the touches of the new visits; none if there is nothing new."""
    touches = [copy.touch for copy in new if copy.touch]
    if rows.profile is None or (profile := with_touches(rows.profile.value, touches)) == rows.profile.value:
        return []
    return [Replace(rows.profile.key, profile, rows.profile.version)]


def _write(changes: Sequence[Change], dependencies: Dependencies) -> None:
    if changes:
        dependencies.table.write(*changes)
