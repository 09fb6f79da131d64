"""POST and OPTIONS /forms/<form>: a submission becomes an activity before it is answered.

It comes from a page, or from the company's own site. A browser gets 303 to the thank-you page, or the page again with
the errors; a script gets 202 {"activity": id}, or {"error": …, "field": …}. A submission that filled in the honeypot,
or exceeds a budget, is quarantined and answered as if it were accepted. The status of a refusal is set where the error
is raised: for the size and form of the body in ripen.adapters.body, for fields in ripen.capture.field_errors.
"""

import os
from collections.abc import Callable
from copy import replace
from time import time
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from aws_lambda_powertools import Logger, single_metric
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import BotoCoreError, ClientError
from msgspec import Struct, field

from capture._store import Incoming, StoreDependencies, store
from ripen.adapters import body, gateway
from ripen.adapters.clock import ApplicationClock
from ripen.adapters.edge import Edge
from ripen.adapters.gateway import Request, Response
from ripen.adapters.playbook import Live, Playbook
from ripen.adapters.queue import Queue
from ripen.adapters.rows.fold_rows import Queues
from ripen.adapters.secrets import Secrets
from ripen.adapters.table import Create, Table, keys
from ripen.adapters.unavailable import answer_503
from ripen.capture.challenge import Verdict, hosts_of, is_passed, token_of
from ripen.capture.deduplication import submission_key
from ripen.capture.form_budget import FormBudget, Post
from ripen.capture.form_nonce import sign_nonce, was_shown
from ripen.capture.pages import FormContent
from ripen.capture.quarantine import KEPT, Why, quarantined
from ripen.capture.signature import signature_error
from ripen.capture.submission import hit_honeypot, read, requested_locale
from ripen.errors import Contended, Rejected
from ripen.key_ring import KeyRing, Rotated
from ripen.lead.text import clean
from ripen.playbook.bundle import Form
from ripen.tracking.click_signals import network_hash

type Verdicts = Callable[[str, str], Verdict | None]

table = Table(os.environ["TABLE"])
clock = ApplicationClock(table, moves="CLOCK_MOVES" in os.environ)
playbook = Playbook(table, os.environ["BUCKET"])
secrets = Secrets(os.environ["SECRET"])
react = Queue(os.environ["REACT_QUEUE"])
queues = Queues(
    advance=Queue(os.environ["ADVANCE_QUEUE"]),
    sync=Queue(os.environ["SYNC_QUEUE"]),
    alert=Queue(os.environ["ALERT_QUEUE"]),
)
edge = Edge(os.environ["EDGE_KEY"])
logger = Logger()
budget = FormBudget()

site_key = os.environ["TURNSTILE_SITE_KEY"]
verdict: Verdicts | None = None
if site_key:
    from ripen.adapters.turnstile import Turnstile

    verdict = Turnstile(Secrets(os.environ["CONNECTIONS"])).verdict

_LONGEST_KEY = 255
_PREFLIGHT = {
    "access-control-allow-methods": "POST, OPTIONS",
    "access-control-allow-headers": "content-type, idempotency-key",
    "access-control-max-age": "600",
}


@answer_503
def handler(event: dict[str, Any], context: LambdaContext) -> Response:
    brakes = Brakes(
        budget=budget,
        nonce_key=secrets.key("nonce"),
        network_key=secrets.key("network"),
        api_keys=secrets.ring(Rotated.API),
        wall=time(),
        edge=edge,
        site_key=site_key,
        verdict=verdict,
    )
    dependencies = Dependencies(
        table=table,
        react=react,
        live=playbook.live(),
        address_key=secrets.key("address"),
        now=clock.now(),
        new_id=lambda: uuid4().hex,
        queues=queues,
        brakes=brakes,
    )
    return serve(event, dependencies)


class Brakes(Struct, frozen=True, kw_only=True):
    """What keeps machines from filling in forms. `wall` is the time that signatures use, in seconds since 1970.

    Without its key, no nonce and no signature is valid. `verdict` asks Turnstile about a token and a post; it is None
    where forms have no challenge.
    """

    budget: FormBudget = field(default_factory=FormBudget)
    nonce_key: bytes = b""
    network_key: bytes = b""
    api_keys: KeyRing | None = None
    wall: float = 0
    edge: Edge = field(default_factory=Edge)
    site_key: str = ""
    verdict: Verdicts | None = None


class Dependencies(StoreDependencies, frozen=True):
    """The store's, and the brakes."""

    brakes: Brakes = field(default_factory=Brakes)


def serve(event: dict[str, Any], dependencies: Dependencies) -> Response:
    """Answer a request, whatever it contains."""
    request = dependencies.brakes.edge.with_visitor(gateway.request(event))
    form = dependencies.live.bundle.forms.get(request.parameters.get("form", ""))
    cors = _cors(request, form, dependencies.live)
    if cors is None:
        return gateway.answer({"error": "this site may not post this form", "field": ""}, 403, {"vary": "Origin"})
    if request.method == "OPTIONS":
        return gateway.respond(204, "", cors | _PREFLIGHT)
    answered = _answer(request, form, dependencies)
    return answered | {"headers": answered["headers"] | cors}


def _cors(request: Request, form: Form | None, live: Live) -> dict[str, str] | None:
    """Return the headers for the site that sent it; None if it is neither ours nor listed by the form."""
    origin = request.headers.get("origin", "")
    if not origin or origin == live.site or origin.partition("://")[2] == request.host:
        return {"vary": "Origin"}
    if form and origin in form.origins:
        return {"vary": "Origin", "access-control-allow-origin": origin}
    return None if form else {"vary": "Origin"}


def _answer(request: Request, form: Form | None, dependencies: Dependencies) -> Response:
    answers: body.Pairs = []
    try:
        if form is None:
            raise Rejected("there is no such form", status=404)
        answers = body.read(request.headers.get("content-type", ""), request.body)
        activity = _accept(request, form, answers, dependencies)
    except Rejected as rejected:
        return _refuse(request, form, answers, dependencies, rejected)
    except (Contended, BotoCoreError, ClientError):
        logger.exception("not stored")
        return _refuse(request, form, answers, dependencies, Rejected("please try again in a minute", status=503))
    if not request.from_browser:
        return gateway.answer({"activity": activity}, 202)
    locale = _language(request, answers, dependencies.live)
    return gateway.redirect(f"/pages/{quote(form.thank_you or 'thanks')}?lang={locale}")


def _accept(request: Request, form: Form, answers: body.Pairs, dependencies: Dependencies) -> str:
    """Store the submission and return the id of its activity; of the earlier one for a repetition."""
    if hit_honeypot(form, answers):
        return _quarantine(request, form, answers, Why.HONEYPOT, dependencies)
    submission = read(
        form,
        answers,
        locale=_language(request, answers, dependencies.live),
        now=dependencies.now,
        complete=request.from_browser and _has_page(form, dependencies.live),
        referer=request.headers.get("referer", ""),
        guessed=not requested_locale(answers) and "accept-language" not in request.headers,
    )
    if submission.page not in dependencies.live.bundle.pages:
        submission = replace(submission, page="")
    key = submission_key(submission, dependencies.now, _idempotency_key(request))
    submission = replace(submission, network=network_hash(request.address, dependencies.brakes.network_key))
    incoming = Incoming(submission=submission, form=form, key=key)
    if why := _over_budget(request, incoming, token_of(answers), dependencies):
        return _quarantine(request, form, answers, why, dependencies)
    return store(incoming, dependencies).activity


def _has_page(form: Form, live: Live) -> bool:
    """Return whether a page of ours can show the form again, with what is wrong."""
    return any(page.form == form.name for page in live.bundle.pages.values())


def _over_budget(request: Request, incoming: Incoming, token: str, dependencies: Dependencies) -> Why | None:
    """Return the budget that the post exceeds; None if it is within all, or if the company signed it."""
    brakes, now = dependencies.brakes, dependencies.now
    if brakes.api_keys and "ripen-signature" in request.headers:
        path = f"/forms/{incoming.form.name}"
        if wrong := signature_error(brakes.api_keys, request.headers, path, request.body, brakes.wall):
            raise Rejected(wrong, status=401)
        return None
    key = f"{incoming.key.source}#{incoming.key.id}"
    if brakes.verdict:
        hosts = hosts_of(dependencies.live.site, f"https://{request.host}", *incoming.form.origins)
        shown = is_passed(brakes.verdict(token, key), hosts)
    else:
        shown = was_shown(brakes.nonce_key, incoming.submission.nonce, now)
    post = Post(ip=request.address, email=incoming.submission.email, key=key)
    exceeded = brakes.budget.exceeded(post, shown, brakes.network_key, now)
    return Why(exceeded) if exceeded else None


def _idempotency_key(request: Request) -> str:
    key = clean(request.headers.get("idempotency-key", ""))
    if key is None or len(key) > _LONGEST_KEY:
        raise Rejected("an Idempotency-Key has at most 255 plain characters", field="idempotency-key")
    return key


def _quarantine(request: Request, form: Form, answers: body.Pairs, why: Why, dependencies: Dependencies) -> str:
    """Keep the answers for 30 days, so that a person can release them. They are no activity of a lead."""
    id, now = dependencies.new_id(), dependencies.now
    caught = quarantined(id, form.name, why, answers, _language(request, answers, dependencies.live), now)
    dependencies.table.write(Create(keys.quarantine(form.name, now, id), caught, expires=now + KEPT))
    with single_metric("Quarantined", MetricUnit.Count, 1):
        logger.info("quarantined", form=form.name, activity=id, why=why)
    return id


def _refuse(
    request: Request, form: Form | None, answers: body.Pairs, dependencies: Dependencies, why: Rejected
) -> Response:
    """Answer with the errors: as JSON for a script, on the page it was sent from for a person."""
    retry = {"retry-after": "60"} if why.status == 503 else {}
    if not request.from_browser:
        return gateway.answer({"error": why.reason, "field": why.field}, why.status, retry)
    from capture._refusal import refusal_page  # Liquid is slow to load, and most submissions are good

    locale = _language(request, answers, dependencies.live)
    nonce = sign_nonce(dependencies.brakes.nonce_key, dependencies.new_id(), dependencies.now)
    fresh = FormContent(hidden={"nonce": nonce}, site_key=dependencies.brakes.site_key)
    live = dependencies.live
    shown = gateway.page(refusal_page(live, form, answers, why, locale, fresh), why.status, retry)
    return gateway.with_scripts(shown, tracking=bool(live.bundle.tracking), challenge=bool(form and fresh.site_key))


def _language(request: Request, answers: body.Pairs, live: Live) -> str:
    brand = live.bundle.brand
    return gateway.language(request, brand.locales, brand.default_locale, requested_locale(answers))
