"""capture.beacons: a beacon becomes activities of a visitor or of its lead, and earlier visits are copied to a lead.

Woken through SQS (Beacons) with a beacon from capture.track, or with the ref of a `join#` row that is due. A repetition
changes nothing.
"""

import os
from collections.abc import Iterable, Sequence
from copy import replace
from datetime import datetime
from itertools import batched
from typing import Any

import msgspec
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext
from msgspec import Struct

from capture._visits import activity_key, schedule_join, without_existing
from ripen.adapters.batch import batch_processor
from ripen.adapters.clock import ApplicationClock
from ripen.adapters.playbook import Playbook
from ripen.adapters.queue import Queue
from ripen.adapters.table import Change, Conflict, Create, Replace, Table, keys
from ripen.agenda import Lane, Ref
from ripen.lead.activity import Activity
from ripen.playbook.bundle import Bundle
from ripen.ports import Wake
from ripen.tracking.beacon import Beacon
from ripen.tracking.visit import (
    MAX_JOINED,
    VISITOR_RETENTION,
    assign_to_lead,
    may_cross,
    visit_activities,
    with_touches,
)
from ripen.tracking.visitor import Join, VisitorPointer

table = Table(os.environ["TABLE"])
clock = ApplicationClock(table, moves="CLOCK_MOVES" in os.environ)
playbook = Playbook(table, os.environ["BUCKET"])
react = Queue(os.environ["REACT_BULK_QUEUE"])
logger = Logger()
batch = batch_processor()

_AT_ONCE = 90


class Dependencies(Struct, frozen=True):
    table: Table
    react: Wake
    bundle: Bundle
    now: datetime


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    with batch(records=event["Records"], handler=record_handler):
        batch.process()
    return dict(batch.response())


def record_handler(record: SQSRecord) -> None:
    process_message(record.body, Dependencies(table, react, playbook.live().bundle, clock.now()))


def process_message(message: str, dependencies: Dependencies) -> None:
    """Record a beacon, or copy the visits of a `join#` row."""
    if message.startswith("{"):
        record_beacon(msgspec.json.decode(message, type=Beacon), dependencies)
    else:
        copy_visits(keys.typed(keys.parse(message), Join), dependencies)


def record_beacon(beacon: Beacon, dependencies: Dependencies) -> None:
    """Record every event once, for the lead that the browser belongs to when all are written.

    A form may be posted while the events are written, so the owner is read again afterwards.
    """
    click = _cross_bridge(beacon, dependencies) if beacon.bridge else ""
    made = visit_activities(beacon, dependencies.bundle)
    pointer = keys.visitor_pointer(beacon.visitor)
    row = dependencies.table.get(pointer)
    while True:
        owner = row.value if row else None
        _record(made, beacon.visitor, owner, click, dependencies)
        row = dependencies.table.get(pointer)
        if (row.value if row else None) == owner:
            return


def _record(
    made: Sequence[Activity], visitor: str, owner: VisitorPointer | None, click: str, dependencies: Dependencies
) -> None:
    """Record the visits for the owner, and for the visitor as long as it is bound to no lead."""
    if owner is None or not owner.bound:
        _create_visits(made, visitor, dependencies)
    if owner:
        _create([assign_to_lead(each, owner.lead, owner.bound, click) for each in made], owner.bound, dependencies)


def copy_visits(key: keys.Key[Join], dependencies: Dependencies) -> None:
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
    return dependencies.table.retrying(lambda _: _cross_bridge_once(beacon, dependencies))


def _cross_bridge_once(beacon: Beacon, dependencies: Dependencies) -> str:
    bridge, owner = dependencies.table.get_many([keys.bridge(beacon.bridge), keys.visitor_pointer(beacon.visitor)])
    if bridge is None or not may_cross(bridge.value, beacon.visitor, beacon.received):
        return ""
    lead = bridge.value.lead
    changes: list[Change] = []
    if not bridge.value.visitor:
        changes.append(Replace(bridge.key, replace(bridge.value, visitor=beacon.visitor), bridge.version))
    if owner is None or not (owner.value.bound or owner.value.lead == lead):
        likely = VisitorPointer(lead=lead, bound=False)
        changes.append(
            Replace(keys.visitor_pointer(beacon.visitor), likely, owner.version if owner else 0),
        )
        changes.append(schedule_join(dependencies.table, lead, beacon.visitor, dependencies.now))
    _write(changes, dependencies)
    mine = owner is None or not owner.value.bound or owner.value.lead == lead
    return str(bridge.value.click) if mine else ""


def _create_visits(made: Sequence[Activity], visitor: str, dependencies: Dependencies) -> None:
    places = [keys.visit(visitor, each.at, each.id) for each in made]

    def create(_: int) -> None:
        there = dependencies.table.get_many(places)
        changes = [
            Create(place, each, expires=each.received + VISITOR_RETENTION)
            for place, each, row in zip(places, made, there, strict=True)
            if row is None
        ]
        _write(changes, dependencies)

    dependencies.table.retrying(create)


def _create(copies: Sequence[Activity], bound: bool, dependencies: Dependencies) -> None:
    """Create the lead's copies, to be folded in the bulk lane. For a bound browser, update the lead's touches too."""
    for some in batched(copies, _AT_ONCE, strict=False):
        dependencies.react.wake(*_create_some(some, bound, dependencies))


def _create_some(copies: Sequence[Activity], bound: bool, dependencies: Dependencies) -> list[Ref]:
    def create(_: int) -> list[Ref]:
        new = without_existing(dependencies.table, copies)
        changes: list[Change] = [Create(activity_key(copy), copy, due=dependencies.now, lane=Lane.BULK) for copy in new]
        if bound:
            changes += _touch(new, dependencies)
        _write(changes, dependencies)
        return [activity_key(copy).ref for copy in new]

    return dependencies.table.retrying(create)


def _touch(new: Sequence[Activity], dependencies: Dependencies) -> Iterable[Change]:
    touches = [copy.touch for copy in new if copy.touch]
    row = dependencies.table.get(keys.profile(new[0].lead)) if touches else None
    if row and (profile := with_touches(row.value, touches)) != row.value:
        yield Replace(row.key, profile, row.version)


def _write(changes: Sequence[Change], dependencies: Dependencies) -> None:
    if changes:
        dependencies.table.write(*changes)
