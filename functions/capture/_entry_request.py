"""POST /webhooks/ripen: another system of the company's asks a lead into a journey, by a request that is signed as our own
webhooks are, with a key of its own. One durable write, before it is told 202; asked again it changes nothing.
"""

from datetime import datetime

from aws_lambda_powertools import Logger
from msgspec import Struct

from capture._store import TRIES, Stored
from ripen.adapters.gateway import Request
from ripen.adapters.table import Conflict, Create, Table, keys
from ripen.capture import entry_request
from ripen.capture.deduplication import provider_key
from ripen.capture.signature import signature_error
from ripen.errors import Rejected
from ripen.lead.activity import Activity
from ripen.lead.address import address_hash
from ripen.playbook.bundle import Bundle
from ripen.pointers import Seen

SOURCE = "ripen"

logger = Logger()


class OwnKeys(Struct, frozen=True):
    """Secrets.key of these purposes."""

    address: bytes
    api: bytes


def ask(request: Request, table: Table, bundle: Bundle, own: OwnKeys, now: datetime, wall: float) -> Stored:
    """Kept, or found kept. Raises Rejected, and Contended where trying later helps. `wall` is the true time, in seconds."""
    if why := signature_error(own.api, request.headers, request.body, wall):
        raise Rejected(why, status=401)
    asks = entry_request.read(request.body, request.headers.get("idempotency-key", ""))
    pointer = table.get(keys.address(address_hash(own.address, asks.email)))
    if pointer is None:
        raise Rejected("no lead has this address: let it come by a form first", field="email", status=404)
    activity = entry_request.requested_entry(asks, bundle.journeys.get(asks.journey), pointer.value.lead, now)
    stored = table.retrying(lambda _: _try(table, activity, now), TRIES)
    logger.info("asked in", journey=asks.journey, lead=stored.lead, activity=stored.activity, again=stored.ref is None)
    return stored


def _try(table: Table, activity: Activity, now: datetime) -> Stored:
    once = provider_key("api", activity.id, now)
    seen, place = keys.seen(once.source, once.id), keys.activity(activity.lead, now, activity.id)
    remembered = Seen(lead=activity.lead, activity=activity.id, expires=once.until)
    try:
        table.write(
            Create(seen, remembered, expires=once.until, even_if_expired_at=now), Create(place, activity, due=now)
        )
    except Conflict:
        if table.get(seen) is None:
            raise
        return Stored(lead=activity.lead, activity=activity.id, ref=None)
    return Stored(lead=activity.lead, activity=activity.id, ref=place.ref)
