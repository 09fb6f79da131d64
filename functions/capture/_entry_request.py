"""POST /webhooks/ripen: another system of the company asks that a lead enters a journey.

The request is signed as our own webhooks are, with a key of its own. It is stored with one durable write before it is
answered with 202; a repetition changes nothing.
"""

from datetime import datetime

from aws_lambda_powertools import Logger

from capture._store import TRIES, Stored, StoreDependencies, wake
from ripen.adapters.gateway import Request
from ripen.adapters.table import Conflict, Create, Table, keys
from ripen.capture import entry_request
from ripen.capture.deduplication import provider_key
from ripen.capture.signature import signature_error
from ripen.errors import Rejected
from ripen.key_ring import KeyRing
from ripen.lead.activity import Activity
from ripen.lead.address import address_hash
from ripen.pointers import Seen

SOURCE = "ripen"
PATH = f"/webhooks/{SOURCE}"

logger = Logger()


def store_entry(request: Request, api_keys: KeyRing, wall: float, dependencies: StoreDependencies) -> Stored:
    """Store the request once and wake the fold. `wall` is the wall-clock time in seconds since 1970.

    Raise Rejected, and Contended if a later attempt may succeed.
    """
    if why := signature_error(api_keys, request.headers, PATH, request.body, wall):
        raise Rejected(why, status=401)
    asked = entry_request.read(request.body, request.headers.get("idempotency-key", ""))
    pointer = dependencies.table.get(keys.address(address_hash(dependencies.address_key, asked.email)))
    if pointer is None:
        raise Rejected("no lead has this address: a lead comes by a form first", field="email", status=404)
    journey, now = dependencies.live.bundle.journeys.get(asked.journey), dependencies.now
    activity = entry_request.requested_entry(asked, journey, pointer.value.lead, now)
    stored = dependencies.table.retrying(lambda _: _store_once(dependencies.table, activity, now), TRIES)
    wake(stored, dependencies)
    logger.info(
        "entry requested",
        journey=asked.journey,
        lead=stored.lead,
        activity=stored.activity,
        again=not stored.changes,
    )
    return stored


def _store_once(table: Table, activity: Activity, now: datetime) -> Stored:
    repetition = provider_key("api", activity.id, now)
    seen, row = keys.seen(repetition.source, repetition.id), keys.activity(activity.lead, now, activity.id)
    remembered = Seen(lead=activity.lead, activity=activity.id, expires=repetition.until)
    changes = (
        Create(seen, remembered, expires=repetition.until, even_if_expired_at=now),
        Create(row, activity, due=now),
    )
    try:
        table.write(*changes)
    except Conflict:
        if table.get(seen) is None:
            raise
        return Stored(lead=activity.lead, activity=activity.id)
    return Stored(lead=activity.lead, activity=activity.id, changes=changes)
