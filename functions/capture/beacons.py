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
from ripen.adapters.table import MAX_CHANGES, Conflict, Create, Key, Replace, Table, keys
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
from ripen.tracking.visit_owner import after_click, owner_of
from ripen.tracking.visitor import Bridge, Crossing, Join, Stay, VisitorPointer

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
    """Record every event once, for the lead that it belongs to (visit_owner.py).

    A form may be posted while the events are written, so those that are nobody's are looked at again afterwards. The
    others stay with their lead, whoever claims the browser meanwhile.
    """
    visitor, in_order = beacons[0].visitor, sorted(beacons, key=lambda beacon: beacon.received)
    bridges = [_cross_bridge(beacon, dependencies) if beacon.bridge else None for beacon in in_order]
    made = [visit_activities(beacon, dependencies.bundle) for beacon in in_order]
    visits = list({a.id: (a, bridge) for found, bridge in zip(made, bridges, strict=True) for a in found}.values())
    row = dependencies.table.get(keys.visitor_pointer(visitor))
    while visits:
        pointer = row.value if row else None
        visits = _record(visits, visitor, pointer, dependencies)
        row = dependencies.table.get(keys.visitor_pointer(visitor)) if visits else None
        if (row.value if row else None) == pointer:
            return


def _record(
    made: Sequence[tuple[Activity, Bridge | None]],
    visitor: str,
    pointer: VisitorPointer | None,
    dependencies: Dependencies,
) -> list[tuple[Activity, Bridge | None]]:
    """Record the visits for their leads, and for the visitor those of no bound lead. Return those that are nobody's.

    Each visit comes with the bridge that the browser crossed to the page.
    """
    owned = [(owner_of(visit, pointer), visit, bridge) for visit, bridge in made]
    unbound = [visit for owner, visit, _ in owned if owner is None or not owner.bound]
    if unbound:
        _create_visits(unbound, visitor, dependencies)
    copies: dict[Stay, list[Activity]] = {}
    for owner, visit, bridge in owned:
        if owner:
            click = bridge.click if bridge and bridge.lead == owner.lead else ""
            copies.setdefault(owner, []).append(assign_to_lead(visit, owner.lead, owner.bound, click))
    for owner, some in copies.items():
        _create(some, owner.bound, dependencies)
    return [(visit, bridge) for owner, visit, bridge in owned if owner is None]


def copy_visits(key: Key[Join], dependencies: Dependencies) -> None:
    """Copy the visitor's earlier visits that are the lead's: at most 500, latest first."""
    row = dependencies.table.get(key)
    if row is None or row.due is None:
        return
    lead, visitor = row.value.lead, row.value.visitor
    pointer = dependencies.table.get(keys.visitor_pointer(visitor))
    found = dependencies.table.under(visitor, "activity#", True, of="visitor", most=MAX_JOINED)
    owned = [(owner_of(each.value, pointer.value if pointer else None), each.value) for each in found]
    for bound in (True, False):
        copies = [assign_to_lead(visit, lead, bound) for owner, visit in owned if _is_of(owner, lead, bound)]
        _create(copies, bound, dependencies)
    try:
        dependencies.table.write(Replace(key, row.value, row.version))
    except Conflict:
        logger.info("due again", lead=lead)
    logger.info("joined", lead=lead, visitor=visitor)


def _is_of(owner: Stay | None, lead: str, bound: bool) -> bool:
    return owner is not None and (owner.lead, owner.bound) == (lead, bound)


def _cross_bridge(beacon: Beacon, dependencies: Dependencies) -> Bridge | None:
    """Connect the browser with the lead whose mail was clicked. Return None if the token is not valid."""
    try:
        bridge = read_bridge(dependencies.link_keys, beacon.bridge)
    except BadToken:
        return None
    return dependencies.table.retrying(lambda _: _cross_once(bridge, beacon, dependencies))


def _cross_once(bridge: Bridge, beacon: Beacon, dependencies: Dependencies) -> Bridge | None:
    """Cross the bridge once, and claim the browser for the lead in the same transaction."""
    table, pointer = dependencies.table, keys.visitor_pointer(beacon.visitor)
    crossing, owner = table.get_many([keys.crossing(bridge.click), pointer])
    if not may_cross(bridge, crossing.value if crossing else None, beacon.visitor, beacon.received):
        return None
    if crossing is None:
        crossed = Crossing(visitor=beacon.visitor)
        claimed = after_click(owner.value if owner else None, bridge.lead, beacon.received)
        table.write(
            Create(keys.crossing(bridge.click), crossed, expires=beacon.received + _CROSSING_KEPT),
            Replace(pointer, claimed, owner.version if owner else 0),
            *([] if owner else [schedule_join(table, bridge.lead, beacon.visitor, dependencies.now)]),
        )
    return bridge


def _create_visits(made: Sequence[Activity], visitor: str, dependencies: Dependencies) -> None:
    places = [keys.visit(visitor, each.at, each.id) for each in made]

    def create(attempt: int) -> None:
        there = dependencies.table.get_many(places) if attempt else [None] * len(places)
        changes = [
            Create(place, each, expires=each.received + VISITOR_RETENTION)
            for place, each, row in zip(places, made, there, strict=True)
            if row is None
        ]
        if changes:
            dependencies.table.write(*changes)

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
