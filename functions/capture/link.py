"""GET /c/<token>: a click in a mail goes where the mail says. The token holds no address; the target was frozen at publish.

The hit is only noted with its signals, and judged later (verdict.py): scanners follow every link, the hidden one too.
Nothing else changes.
"""

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import BotoCoreError, ClientError
from msgspec import Struct

from ripen.adapters import gateway
from ripen.adapters.clock import ApplicationClock
from ripen.adapters.gateway import Request, Response
from ripen.adapters.playbook import Live, Playbook
from ripen.adapters.secrets import Secrets
from ripen.adapters.table import Change, Conflict, Create, Table, keys
from ripen.ids import digest
from ripen.lead.activity import Activity, Kind, Verdict
from ripen.mail.ledger import SendPointer
from ripen.playbook.bundle import Bundle, Mail
from ripen.tracking.click_signals import HIDDEN_LINK, VERDICT_DELAY, request_signals
from ripen.tracking.link_token import BadToken, Link, Purpose, read_token
from ripen.tracking.visit import with_bridge_token
from ripen.tracking.visitor import Bridge

table = Table(os.environ["TABLE"])
clock = ApplicationClock(table, moves="CLOCK_MOVES" in os.environ)
playbook = Playbook(table, os.environ["BUCKET"])
secrets = Secrets(os.environ["SECRET"])
logger = Logger()

_BRIDGE_KEPT = timedelta(days=1)
"""It may be crossed for ten minutes only; a beacon may lie in its queue for longer."""
_HEADERS = {"referrer-policy": "no-referrer", "x-robots-tag": "noindex"}


def handler(event: dict[str, Any], context: LambdaContext) -> Response:
    own = OwnKeys(link=secrets.key("link"), network=secrets.key("network"))
    return serve(gateway.request(event), table, playbook.live(), playbook.bundle, own, clock.now())


class OwnKeys(Struct, frozen=True, kw_only=True):
    link: bytes
    network: bytes


class _Click(Struct, frozen=True):
    link: Link
    to: SendPointer
    url: str
    """"" for the hidden link, which leads nowhere."""
    of: int
    """How many links the mail has."""


def serve(
    request: Request, table: Table, live: Live, bundle_of: Callable[[str], Bundle], own: OwnKeys, now: datetime
) -> Response:
    """A redirect to the link's target, nothing at all for the hidden link, or a page that says that this link does not
    work."""
    click = _read(request.parameters.get("token", ""), table, live, bundle_of, own.link)
    if click is None:
        return _bad_link(request, live)
    token = uuid4().hex
    to_page = with_bridge_token(click.url, token, live.bundle.tracking, live.site)
    bridge = token if request.method == "GET" and to_page != click.url else ""
    noted = _note(request, click, own.network, table, now, bridge)
    if not click.url:
        return gateway.respond(204, "", _HEADERS)
    return gateway.redirect(to_page if noted and bridge else click.url, 302, _HEADERS)


def _read(token: str, table: Table, live: Live, bundle_of: Callable[[str], Bundle], key: bytes) -> _Click | None:
    try:
        link = read_token(key, Purpose.CLICK, token)
    except BadToken:
        return None
    row = table.get(keys.send_pointer(link.send))
    if row is None:
        return None
    bundle = bundle_of(row.value.bundle) if row.value.bundle else live.bundle
    mail = _mail(bundle, row.value)
    url = _target(mail, link.number, live.site) if mail else ""
    return _Click(link, row.value, url, len(mail.links) if mail else 0) if url or link.number == HIDDEN_LINK else None


def _mail(bundle: Bundle, to: SendPointer) -> Mail | None:
    email = bundle.emails.get(to.email)
    return email.locales.get(to.locale or bundle.brand.default_locale) if email else None


def _target(mail: Mail, number: int, site: str) -> str:
    """Where the link leads; "" for a link that the mail does not have, or a target that is no address of the web."""
    target = mail.links[number] if number < len(mail.links) else ""
    if not target.isascii() or not target.isprintable() or " " in target or "\\" in target:
        return ""
    if target.startswith("/"):
        return "" if target.startswith("//") else site + target
    return target if target.startswith(("https://", "http://")) else ""


def _note(request: Request, click: _Click, key: bytes, table: Table, now: datetime, token: str) -> bool:
    """Was it noted? Losing a click is better than losing a reader: whatever fails here, the redirect goes out. The token is
    what our script on the page tells the click by."""
    which = {"send": click.link.send, "link": str(click.link.number), "of": str(click.of), "url": click.url}
    which |= {"campaign": click.to.campaign} if click.to.campaign else {}
    activity = Activity(
        id=digest("click", request.id),
        lead=click.to.lead,
        kind=Kind.LINK_CLICKED,
        at=now,
        received=now,
        subject=click.to.email,
        facts=which | request_signals(request.method, request.headers, request.address, key),
        verdict=Verdict.UNJUDGED,
    )
    changes: list[Change] = [Create(keys.activity(activity.lead, now, activity.id), activity, due=now + VERDICT_DELAY)]
    if token:
        bridge = Bridge(lead=activity.lead, send=click.link.send, click=activity.id, at=now)
        changes.append(Create(keys.bridge(token), bridge, expires=now + _BRIDGE_KEPT))
    try:
        table.write(*changes)
    except (Conflict, BotoCoreError, ClientError):
        logger.exception("click not noted", send=click.link.send)
        return False
    return True


def _bad_link(request: Request, live: Live) -> Response:
    from ripen.capture.builtin_pages import builtin_page  # Liquid is slow to load, and most links are good

    brand = live.bundle.brand
    locale = gateway.language(request, brand.locales, brand.default_locale, request.query.get("lang", ""))
    return gateway.page(builtin_page("bad-link", locale, brand), 404, _HEADERS)
