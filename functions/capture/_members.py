"""Record what becomes of Salesforce's campaign members as activities of our leads, for the fold to act on.

capture.poll does it for the `poll#members` row, every five minutes while a journey is enrolled by a campaign. A member
that is no lead of ours is ignored: people in the CRM become leads by coming to us.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import batched
from typing import Any

from aws_lambda_powertools import Logger
from msgspec import Struct

from capture._crm_poll import read_changes, run_poll
from ripen import ports
from ripen.adapters.table import Change, Create, Row, Table, keys
from ripen.agenda import Lane
from ripen.crm.incoming.membership import Member, MemberPoll, matching_names, membership_activity, status_key
from ripen.errors import Rejected
from ripen.lead.address import address_hash, normalise
from ripen.pointers import Pointer, Seen

logger = Logger(child=True)

_AT_ONCE = 45
"""Two rows for each make less than the 100 changes of a transaction."""


class Dependencies(Struct, frozen=True, kw_only=True):
    table: Table
    clock: ports.Clock
    crm: ports.CrmMembers
    address_key: bytes


def poll_members(dependencies: Dependencies, has_time: Callable[[], bool]) -> None:
    """Record the memberships that have changed, while there is time."""

    def read(poll: MemberPoll, now: datetime) -> Iterator[MemberPoll]:
        pages = dependencies.crm.changed(poll.watched, poll.since, poll.position)
        return read_changes(poll, pages, lambda members: _record(members, poll, dependencies, now), now)

    run_poll(keys.MEMBERS, read, dependencies.table, dependencies.clock, has_time, lambda poll: bool(poll.watched))


def record_members(ids: Sequence[str], dependencies: Dependencies) -> None:
    """Record the memberships with these ids, which the CRM says have changed, unless no campaign is watched."""
    row = dependencies.table.get(keys.MEMBERS)
    if row and row.due and row.value.watched:
        found = dependencies.crm.by_id(row.value.watched, ids)
        _record(found, row.value, dependencies, dependencies.clock.now())


def _record(members: Sequence[Member], poll: MemberPoll, dependencies: Dependencies, now: datetime) -> None:
    """Record each new status once, as an activity that the tick wakes the fold for."""
    named = [(member, name) for member in members for name in matching_names(member, poll.watched)]
    for some in batched(named, _AT_ONCE, strict=False):
        _write(some, poll, dependencies, now)


def _write(named: Sequence[tuple[Member, str]], poll: MemberPoll, dependencies: Dependencies, now: datetime) -> None:
    def write(_: int) -> None:
        if changes := list(_changes(named, poll, dependencies, now)):
            dependencies.table.write(*changes)

    dependencies.table.retrying(write)


def _changes(
    named: Sequence[tuple[Member, str]], poll: MemberPoll, dependencies: Dependencies, now: datetime
) -> Iterator[Change]:
    seen = [keys.seen("crm-member", status_key(member, name)) for member, name in named]
    new = [
        (member, name, key)
        for (member, name), key, row in zip(named, seen, dependencies.table.get_many(seen), strict=True)
        if row is None
    ]
    leads = _leads([member for member, _, _ in new], dependencies)
    logger.info("campaign members", new=len(new), ours=len([lead for lead in leads if lead]))
    for (member, name, key), lead in zip(new, leads, strict=True):
        if lead:
            activity = membership_activity(member, name, lead, poll.watched[name], now)
            yield Create(key, Seen(lead=lead, activity=activity.id))
            yield Create(keys.activity(lead, activity.at, activity.id), activity, due=now, lane=Lane.BULK)


def _leads(members: Sequence[Member], dependencies: Dependencies) -> list[str]:
    """Return the lead of each member, by its records or by its address; "" if it is no lead of ours."""
    candidates = [
        [*map(keys.crm_pointer, member.records), *_address(member, dependencies.address_key)] for member in members
    ]
    wanted = list(dict.fromkeys(key for some in candidates for key in some))
    rows: list[Row[Pointer] | None] = dependencies.table.get_many(wanted) if wanted else []
    found = {row.key: row.value.lead for row in rows if row}
    return [next((found[key] for key in some if key in found), "") for some in candidates]


def _address(member: Member, key: bytes) -> Iterator[Any]:
    with suppress(Rejected):
        yield keys.address(address_hash(key, normalise(member.email)))
