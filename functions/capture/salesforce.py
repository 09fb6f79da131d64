"""POST /salesforce/<key>: Salesforce says by an outbound message which records have changed.

The ids are on a queue before the Ack; without one Salesforce sends them again for a day. Nothing else of the message is
believed: it carries no signature, so the key in the address is its only proof, and capture.changes reads the records.
"""

import hmac
import os
from collections.abc import Callable
from typing import Any

import msgspec
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import BotoCoreError, ClientError
from msgspec import Struct

from ripen.adapters import gateway
from ripen.adapters.gateway import Request, Response
from ripen.adapters.queue import Queue
from ripen.adapters.salesforce.connection import Connection
from ripen.adapters.salesforce.outbound import ACK, MAX_BYTES, fault, read
from ripen.adapters.secrets import Secrets
from ripen.adapters.unavailable import answer_503
from ripen.crm.incoming.push import ChangedRecords
from ripen.errors import Rejected, Undeliverable
from ripen.key_ring import KeyRing, Rotated
from ripen.ports import Post

secrets = Secrets(os.environ["SECRET"])
connection = Connection(Secrets(os.environ["CONNECTIONS"]))
changes = Queue(os.environ["CHANGES_QUEUE"])
logger = Logger()

_XML = {"content-type": "text/xml; charset=utf-8", "cache-control": "no-store"}
_SHORT_ID = 15
"""The characters of an id that name a record; the other three encode their case."""


class Dependencies(Struct, frozen=True):
    """`organisation` returns the id of the org that Ripen is connected to; raises Undeliverable."""

    key_ring: KeyRing
    organisation: Callable[[], str]
    changes: Post


@answer_503
def handler(event: dict[str, Any], context: LambdaContext) -> Response:
    ring = secrets.ring(Rotated.SALESFORCE)
    return serve(gateway.request(event), Dependencies(ring, lambda: connection.organisation, changes))


def serve(request: Request, dependencies: Dependencies) -> Response:
    """Acknowledge what is queued; answer a fault with 4xx to what never will be, and with 503 to what may be later."""
    try:
        _queue(request, dependencies)
    except Rejected as rejected:
        logger.warning("outbound message refused", status=rejected.status, reason=rejected.reason)
        return gateway.respond(rejected.status, fault(rejected.reason), _XML)
    except Undeliverable as failure:
        logger.warning("outbound message not checked", reason=failure.reason)
        return _later()
    except (BotoCoreError, ClientError):
        logger.exception("outbound message not queued")
        return _later()
    return gateway.respond(200, ACK, _XML)


def _queue(request: Request, dependencies: Dependencies) -> None:
    """Queue the ids of the records. Raise Rejected, even if only a part of them is of an object that is read."""
    _check_key(request.parameters.get("key", ""), dependencies.key_ring)
    if len(request.raw) > 2 * MAX_BYTES:
        raise Rejected("the body is larger than 1 MB", status=413)
    message = read(request.body)
    if not _is_ours(message.organisation, dependencies.organisation()):
        raise Rejected("the message is from another org than the one that Ripen is connected to", status=403)
    if message.records:
        dependencies.changes.post(msgspec.json.encode(ChangedRecords(message.records)).decode())
    logger.info("outbound message", records={object: len(ids) for object, ids in message.records.items()})
    if message.unknown:
        raise Rejected("Ripen reads Leads, Contacts, Opportunities and CampaignMembers; the message is about others")


def _check_key(given: str, ring: KeyRing) -> None:
    """Raise Rejected unless this is the newest or the previous key, in hex; the time does not depend on the text."""
    keys = [key.secret.hex().encode() for key in ring.accepted]
    if not any(hmac.compare_digest(given.encode(errors="replace"), key) for key in keys):
        raise Rejected("the key in the address is wrong: `ripen secret salesforce` prints it", status=403)


def _is_ours(sender: str, own: str) -> bool:
    return bool(own) and sender[:_SHORT_ID] == own[:_SHORT_ID]


def _later() -> Response:
    return gateway.respond(503, fault("please try again in a minute"), _XML | {"retry-after": "60"})
