"""POST /webhooks/<source>: a form provider sends a submission.

The signature is checked over the raw bytes, and the submission is stored once by the provider's id before the answer
200; after any other answer the provider sends it again. The source "ripen" is no provider: it requests that a known
lead enters a journey (_entry_request.py).
"""

import os
from collections.abc import Callable
from time import time
from typing import Any
from uuid import uuid4

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from capture import _entry_request
from capture._store import Incoming, StoreDependencies, store
from ripen.adapters import gateway, typeform
from ripen.adapters.body import MAX_BYTES
from ripen.adapters.clock import ApplicationClock
from ripen.adapters.gateway import Request, Response
from ripen.adapters.playbook import Live, Playbook
from ripen.adapters.queue import Queue
from ripen.adapters.rows.fold_rows import Queues
from ripen.adapters.secrets import Secrets
from ripen.adapters.table import Table
from ripen.adapters.unavailable import answer_503
from ripen.capture.deduplication import provider_key
from ripen.capture.signature import TYPEFORM, is_signed
from ripen.capture.submission import read, requested_locale
from ripen.errors import Contended, Rejected
from ripen.key_ring import KeyRing, Rotated
from ripen.playbook.bundle import Form

table = Table(os.environ["TABLE"])
clock = ApplicationClock(table, moves="CLOCK_MOVES" in os.environ)
playbook = Playbook(table, os.environ["BUCKET"])
secrets, connections = Secrets(os.environ["SECRET"]), Secrets(os.environ["CONNECTIONS"])
react = Queue(os.environ["REACT_QUEUE"])
queues = Queues(
    advance=Queue(os.environ["ADVANCE_QUEUE"]),
    sync=Queue(os.environ["SYNC_QUEUE"]),
    alert=Queue(os.environ["ALERT_QUEUE"]),
)
logger = Logger()

_SIGNATURES = {"typeform": TYPEFORM}
"""The sources that may call, and the signature of each."""


class Dependencies(StoreDependencies, frozen=True, kw_only=True):
    """What a webhook needs besides the store.

    `secret` returns a source's secret, from its origin if `fresh`. `wall` is the time that signatures use, in seconds.
    """

    api_keys: KeyRing
    secret: Callable[[str, bool], str]
    wall: float


@answer_503
def handler(event: dict[str, Any], context: LambdaContext) -> Response:
    dependencies = Dependencies(
        table=table,
        react=react,
        live=playbook.live(),
        address_key=secrets.key("address"),
        now=clock.now(),
        new_id=lambda: uuid4().hex,
        queues=queues,
        api_keys=secrets.ring(Rotated.API),
        secret=_secret,
        wall=time(),
    )
    return serve(gateway.request(event), dependencies)


def _secret(source: str, fresh: bool) -> str:
    return str(connections.all(fresh).get(source, ""))


def serve(request: Request, dependencies: Dependencies) -> Response:
    """Answer a submission with 200 and its activity, a requested entry with 202, and any other request with 4xx."""
    source = request.parameters.get("source", "")
    try:
        if source == _entry_request.SOURCE:
            return _request_entry(request, dependencies)
        _check(source, request, dependencies)
        answered = typeform.read(request.body)
        if answered is None:
            return gateway.answer({"ignored": "no form was submitted"})
        return gateway.answer({"activity": _accept(source, answered, dependencies)})
    except Rejected as rejected:
        logger.warning("webhook refused", source=source[:40], status=rejected.status, reason=rejected.reason)
        return gateway.answer({"error": rejected.reason, "field": rejected.field}, rejected.status)
    except Contended:
        return gateway.answer({"error": "please try again", "field": ""}, 503, {"retry-after": "60"})


def _request_entry(request: Request, dependencies: Dependencies) -> Response:
    stored = _entry_request.store_entry(request, dependencies.api_keys, dependencies.wall, dependencies)
    return gateway.answer({"activity": stored.activity, "already_requested": not stored.changes}, 202)


def _check(source: str, request: Request, dependencies: Dependencies) -> None:
    """Raise Rejected unless the source is known and the body is signed.

    The secret is fetched once more before a signature is refused: it may have just changed.
    """
    spec = _SIGNATURES.get(source)
    if spec is None:
        raise Rejected("there is no such source", status=404)
    if len(request.body) > 4 * MAX_BYTES:
        raise Rejected("the body is larger than 256 KB", status=413)
    if not request.headers.get(spec.header):
        raise Rejected(f"the header {spec.header} is missing", status=401)
    if not any(
        is_signed(spec, dependencies.secret(source, fresh), request.headers, request.body) for fresh in (False, True)
    ):
        raise Rejected("the signature is wrong", status=401)


def _accept(source: str, answered: typeform.FormResponse, dependencies: Dependencies) -> str:
    form = _form(source, answered.form_id, dependencies.live)
    answers = answered.named(form.sources[source])
    brand = dependencies.live.bundle.brand
    asked = requested_locale(answers)
    submission = read(
        form,
        answers,
        locale=asked if asked in brand.locales else brand.default_locale,
        now=min(answered.at, dependencies.now),
        complete=False,
        guessed=asked not in brand.locales,
    )
    key = provider_key(source, answered.token, dependencies.now)
    return store(Incoming(submission=submission, form=form, key=key, source=source), dependencies).activity


def _form(source: str, form_id: str, live: Live) -> Form:
    for form in live.bundle.forms.values():
        if form.sources.get(source, {}).get("form_id") == form_id:
            return form
    raise Rejected("no form of the playbook has this form_id", field="form_id", status=404)
