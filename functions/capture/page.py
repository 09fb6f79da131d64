"""GET /pages/<page>?lang=: a landing page of the playbook, with a fresh nonce in its form.

GET /nonce: the nonce alone, for a form of ours on another site of the company (ripen.js fetches it); with the site key
of Turnstile, if the stack has one.

GET /favicon.ico: the icon of all pages, as SVG.

Everything else that the API has no route for: a page that says so.
"""

import os
from typing import Any
from uuid import uuid4

from aws_lambda_powertools.utilities.typing import LambdaContext

from capture._landing import attribution_fields, landing_page
from ripen.adapters import gateway
from ripen.adapters.clock import ApplicationClock
from ripen.adapters.gateway import Request, Response
from ripen.adapters.playbook import Live, Playbook
from ripen.adapters.secrets import Secrets
from ripen.adapters.table import Table
from ripen.adapters.unavailable import answer_503
from ripen.capture.builtin_pages import builtin_page
from ripen.capture.favicon import favicon
from ripen.capture.form_nonce import sign_nonce
from ripen.capture.pages import FormContent
from ripen.lead.text import clean

table = Table(os.environ["TABLE"])
clock = ApplicationClock(table, moves="CLOCK_MOVES" in os.environ)
playbook = Playbook(table, os.environ["BUCKET"])
secrets = Secrets(os.environ["SECRET"])
site_key = os.environ["TURNSTILE_SITE_KEY"]

_ANY_SITE = {"access-control-allow-origin": "*"}
"""The nonce is no secret: everybody who opens the page sees it."""
_ICON = {"content-type": "image/svg+xml", "cache-control": "public, max-age=86400"}


@answer_503
def handler(event: dict[str, Any], context: LambdaContext) -> Response:
    nonce = sign_nonce(secrets.key("nonce"), uuid4().hex, clock.now())
    return serve(gateway.request(event), playbook.live(), nonce, site_key)


def serve(request: Request, live: Live, nonce: str, site_key: str = "") -> Response:
    """Answer with the page in the requested language, or with a page that says that there is none."""
    if request.path == "/nonce":
        return gateway.answer({"nonce": nonce} | ({"site_key": site_key} if site_key else {}), headers=_ANY_SITE)
    brand = live.bundle.brand
    if request.path == "/favicon.ico":
        return gateway.respond(200, favicon(brand), _ICON)
    locale = gateway.language(request, brand.locales, brand.default_locale, request.query.get("lang", ""))
    if request.method not in ("GET", "HEAD"):
        return gateway.answer({"error": "nothing is at this address"}, 404)
    if request.path == "/":
        return gateway.page(builtin_page("home", locale, brand), 404)
    name = request.parameters.get("page", "")
    page = live.bundle.pages.get(name)
    if page:
        origin = {key: value for key, value in attribution_fields(request, live).items() if clean(value)}
        content = FormContent(hidden={"nonce": nonce} | origin, site_key=site_key)
        shown = gateway.page(landing_page(live, page, locale, content, request.query))
        return gateway.with_scripts(shown, tracking=bool(live.bundle.tracking), challenge=bool(site_key and page.form))
    if name == "thanks":
        return gateway.page(builtin_page("thanks", locale, brand))
    return gateway.page(builtin_page("not-found", locale, brand), 404)
