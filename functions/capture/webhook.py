"""POST /webhooks/<source>: a form provider tells us of a submission. Its signature is checked over the raw bytes, the
submission is kept once by the provider's id, and only then it is told 200; whatever else, it sends again. The source "ripen"
is no provider: it asks a known lead into a journey (invited.py).
"""

import os
from collections.abc import Callable
from datetime import datetime
from time import time
from typing import Any
from uuid import uuid4

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext
from msgspec import Struct

from capture import _entry_request
from capture._entry_request import OwnKeys
from capture._store import store, wake
from ripen.adapters import gateway, typeform
from ripen.adapters.body import LARGEST
from ripen.adapters.clock import ApplicationClock
from ripen.adapters.gateway import Request, Response
from ripen.adapters.playbook import Live, Playbook
from ripen.adapters.queue import Queue
from ripen.adapters.secrets import Secrets
from ripen.adapters.table import Table
from ripen.capture.deduplication import provider_key
from ripen.capture.signature import TYPEFORM, is_signed
from ripen.capture.submission import read, requested_locale
from ripen.errors import Contended, Rejected
from ripen.playbook.bundle import Form
from ripen.ports import Wake

table = Table(os.environ["TABLE"])
clock = ApplicationClock(table, moves="CLOCK_MOVES" in os.environ)
playbook = Playbook(table, os.environ["BUCKET"])
secrets = Secrets(os.environ["SECRET"])
react = Queue(os.environ["REACT_QUEUE"])
logger = Logger()

_SIGNATURES = {"typeform": TYPEFORM}
"""The sources that may call, and how each signs."""


def handler(event: dict[str, Any], context: LambdaContext) -> Response:
    own = OwnKeys(address=secrets.key("address"), api=secrets.key("api"))
    dependencies = Dependencies(table, react, playbook.live(), own, _secret, clock.now(), time(), lambda: uuid4().hex)
    return serve(gateway.request(event), dependencies)


def _secret(source: str, fresh: bool) -> str:
    return str(secrets.all(fresh).get(source, ""))


class Dependencies(Struct, frozen=True):
    """What one request is answered with. `secret` gives a source's secret, `fresh` from its origin; `wall` is the time by
    which requests are signed, in seconds."""

    table: Table
    react: Wake
    live: Live
    own: OwnKeys
    secret: Callable[[str, bool], str]
    now: datetime
    wall: float
    new_id: Callable[[], str]


def serve(request: Request, dependencies: Dependencies) -> Response:
    """200 {"activity": id} for a submission, new or known, 202 for who is asked in; 4xx with the reason for anything else."""
    source = request.parameters.get("source", "")
    try:
        if source == _entry_request.SOURCE:
            stored = _entry_request.ask(
                request,
                dependencies.table,
                dependencies.live.bundle,
                dependencies.own,
                dependencies.now,
                dependencies.wall,
            )
            wake(dependencies.react, stored)
            return gateway.answer({"activity": stored.activity, "asked_before": stored.ref is None}, 202)
        _check(source, request, dependencies)
        answered = typeform.read(request.body)
        if answered is None:
            return gateway.answer({"ignored": "no form was submitted"})
        return gateway.answer({"activity": _take(source, answered, dependencies)})
    except Rejected as rejected:
        logger.warning("webhook refused", source=source[:40], status=rejected.status, reason=rejected.reason)
        return gateway.answer({"error": rejected.reason, "field": rejected.field}, rejected.status)
    except Contended:
        return gateway.answer({"error": "please try again", "field": ""}, 503, {"retry-after": "60"})


def _check(source: str, request: Request, dependencies: Dependencies) -> None:
    """Raises Rejected. A secret that has just been changed is fetched once more before a signature is refused."""
    spec = _SIGNATURES.get(source)
    if spec is None:
        raise Rejected("there is no such source", status=404)
    if len(request.body) > 4 * LARGEST:
        raise Rejected("the body is larger than 256 KB", status=413)
    if not request.headers.get(spec.header):
        raise Rejected(f"the header {spec.header} is missing", status=401)
    if not any(
        is_signed(spec, dependencies.secret(source, fresh), request.headers, request.body) for fresh in (False, True)
    ):
        raise Rejected("the signature is wrong", status=401)


def _take(source: str, answered: typeform.Answered, dependencies: Dependencies) -> str:
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
    stored = store(
        dependencies.table,
        submission,
        form,
        provider_key(source, answered.token, dependencies.now),
        key=dependencies.own.address,
        now=dependencies.now,
        new_id=dependencies.new_id,
        source=source,
    )
    wake(dependencies.react, stored)
    logger.info("submission", form=form.name, lead=stored.lead, activity=stored.activity, again=stored.ref is None)
    return stored.activity


def _form(source: str, form_id: str, live: Live) -> Form:
    for form in live.bundle.forms.values():
        if form.sources.get(source, {}).get("form_id") == form_id:
            return form
    raise Rejected("no form of the playbook takes this form_id", field="form_id", status=404)
