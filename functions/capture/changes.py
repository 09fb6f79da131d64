"""capture.changes: read the records that Salesforce says have changed, and record them as capture.poll does.

Woken through SQS (Changes) with the ids that capture.salesforce took. A push is a wake-up: what cannot be read now, or
not with the API calls that are left, is left to the poll, whose cursor finds it within five minutes.
"""

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import batched
from typing import Any

import msgspec
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext
from msgspec import Struct

from capture import _members, _opportunities, _people
from capture._members import record_members
from capture._opportunities import record_opportunities
from capture._people import record_people
from ripen.adapters.batch import has_time, process_groups
from ripen.adapters.clock import ApplicationClock
from ripen.adapters.queue import Queue
from ripen.adapters.rows.shadow import in_shadow
from ripen.adapters.salesforce.gate import CallGate
from ripen.adapters.salesforce.members import SalesforceMembers
from ripen.adapters.salesforce.opportunities import SalesforceOpportunities
from ripen.adapters.salesforce.people import SalesforcePeople
from ripen.adapters.secrets import Secrets
from ripen.adapters.table import Conflict, Replace, Table, keys
from ripen.crm.api_usage import ApiUsage
from ripen.crm.incoming.push import ChangedRecords, leaves_to_polls, merged
from ripen.errors import Undeliverable
from ripen.ports import Wake
from ripen.settings import LastPush

table = Table(os.environ["TABLE"])
clock = ApplicationClock(table, moves="CLOCK_MOVES" in os.environ)
secrets, connections = Secrets(os.environ["SECRET"]), Secrets(os.environ["CONNECTIONS"])
gate = CallGate(table, clock, can_wait=True)
members, deals, people = (
    SalesforceMembers(connections, gate),
    SalesforceOpportunities(connections, gate),
    SalesforcePeople(connections, gate),
)
react = Queue(os.environ["REACT_QUEUE"])
logger = Logger()

_AT_ONCE = 200
"""Records that one call reads."""
_RESERVE_MILLIS = 60_000
_NOTED_EVERY = timedelta(minutes=1)


@dataclass
class Reading:
    """The latest reading of Salesforce's API calls in this container."""

    usage: ApiUsage | None = None
    at: datetime | None = None


reading = Reading()


class Dependencies(Struct, frozen=True, kw_only=True):
    """The parts of each kind of record. `usage` returns the API calls that the last answer reported."""

    members: _members.Dependencies
    opportunities: _opportunities.Dependencies
    people: _people.Dependencies
    usage: Callable[[], ApiUsage | None]
    react: Wake
    reading: Reading


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    def work(messages: Sequence[str]) -> None:
        key = secrets.key("address")
        apply_changes(
            messages,
            Dependencies(
                members=_members.Dependencies(table=table, clock=clock, crm=members, address_key=key),
                opportunities=_opportunities.Dependencies(table=table, clock=clock, crm=deals, address_key=key),
                people=_people.Dependencies(table=table, clock=clock, crm=people),
                usage=lambda: people.usage,
                react=react,
                reading=reading,
            ),
        )

    return process_groups(event, lambda _: "", work, lambda: has_time(context, _RESERVE_MILLIS))


def apply_changes(messages: Sequence[str], dependencies: Dependencies) -> None:
    """Read the records of all messages, 200 in a call, and record what they say now."""
    found = merged([msgspec.json.decode(message, type=ChangedRecords) for message in messages])
    table, now = dependencies.people.table, dependencies.people.clock.now()
    if found:
        _note_push(table, now)
    if leaves_to_polls(dependencies.reading.usage, dependencies.reading.at, now) or in_shadow(table):
        logger.info("left to the polls", records=sum(map(len, found.values())))
        return
    try:
        for object, ids in found.items():
            for some in batched(ids, _AT_ONCE, strict=False):
                _record(object, some, dependencies)
    except Undeliverable as failure:
        logger.warning("left to the polls: the CRM cannot be read", reason=failure.reason)
    dependencies.reading.usage, dependencies.reading.at = dependencies.usage(), now


def _note_push(table: Table, now: datetime) -> None:
    """Note that a push has come, for `ripen doctor`."""
    row = table.get(keys.PUSH)
    if row is None or now >= row.value.at + _NOTED_EVERY:
        with suppress(Conflict):  # another worker has noted it
            table.write(Replace(keys.PUSH, LastPush(at=now), row.version if row else 0))


def _record(object: str, ids: Sequence[str], dependencies: Dependencies) -> None:
    match object:
        case "Lead" | "Contact":
            dependencies.react.wake(*record_people(object, ids, dependencies.people))
        case "Opportunity":
            dependencies.react.wake(*record_opportunities(ids, dependencies.opportunities))
        case "CampaignMember":
            record_members(ids, dependencies.members)
