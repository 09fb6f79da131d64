"""GET /c/<token>: a click in a mail is redirected to the link's target, which was frozen at publish.

The click is only recorded with its signals, and judged later (click_verdict.py): scanners follow every link, the hidden
one too. The token contains no address. Nothing else changes.
"""

import os
from collections.abc import Callable
from datetime import datetime
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import BotoCoreError, ClientError
from msgspec import Struct, field

from ripen.adapters import gateway
from ripen.adapters.clock import ApplicationClock
from ripen.adapters.edge import Edge
from ripen.adapters.gateway import Request, Response
from ripen.adapters.playbook import Live, Playbook
from ripen.adapters.queue import Queue
from ripen.adapters.rows.sends import linked_send
from ripen.adapters.secrets import Secrets
from ripen.adapters.table import Conflict, Create, Table, keys
from ripen.adapters.unavailable import answer_503
from ripen.agenda import wake_up
from ripen.ids import digest
from ripen.key_ring import KeyRing, Rotated
from ripen.lead.activity import Activity, Kind, Verdict
from ripen.mail.content.link_target import link_target
from ripen.mail.ledger import Send
from ripen.playbook.bundle import Bundle, Mail
from ripen.ports import Wake
from ripen.tracking.click_cap import ClickCap
from ripen.tracking.click_signals import HIDDEN_LINK, browser_hash, network_hash, request_signals
from ripen.tracking.click_verdict import VERDICT_DELAY
from ripen.tracking.link_token import BadToken, Purpose, read_token, sign_bridge
from ripen.tracking.visit import with_bridge_token
from ripen.tracking.visitor import Bridge

CLOCK_MOVES = "CLOCK_MOVES" in os.environ
table = Table(os.environ["TABLE"])
clock = ApplicationClock(table, moves=CLOCK_MOVES)
playbook = Playbook(table, os.environ["BUCKET"])
secrets = Secrets(os.environ["SECRET"])
react = Queue(os.environ["REACT_QUEUE"])
edge = Edge(os.environ["EDGE_KEY"])
logger = Logger()

_HEADERS = {"referrer-policy": "no-referrer", "x-robots-tag": "noindex"}

clicks = ClickCap()


class LinkKeys(Struct, frozen=True, kw_only=True):
    link: KeyRing
    network: bytes


class Dependencies(Struct, frozen=True):
    """`bundle_of` returns the playbook of a hash, from which the mail was written."""

    table: Table
    live: Live
    bundle_of: Callable[[str], Bundle]
    keys: LinkKeys
    now: datetime
    react: Wake
    clock_moves: bool = False
    clicks: ClickCap = field(default_factory=ClickCap)


class _Click(Struct, frozen=True, kw_only=True):
    """A valid link, and the mail that it is in."""

    send: Send
    number: int
    url: str
    """"" for the hidden link, which has no target."""
    links: int
    """The number of links in the mail."""


@answer_503
def handler(event: dict[str, Any], context: LambdaContext) -> Response:
    link_keys = LinkKeys(link=secrets.ring(Rotated.LINK), network=secrets.key("network"))
    dependencies = Dependencies(
        table, playbook.live(), playbook.bundle, link_keys, clock.now(), react, CLOCK_MOVES, clicks
    )
    return serve(edge.with_visitor(gateway.request(event)), dependencies)


def serve(request: Request, dependencies: Dependencies) -> Response:
    """Redirect to the link's target; answer the hidden link with 204 and an invalid link with a page.

    1. Read the token and the mail.
    2. Record the click, if the cap admits it (ClickCap).
    3. Redirect. If the click was recorded and the target is a page of the site, our script there recognises the click
       by a bridge token.
    """
    click = _read(request.parameters.get("token", ""), dependencies)
    if click is None:
        return _bad_link(request, dependencies.live)
    recorded = _record(request, click, dependencies) if _is_counted(request, click, dependencies) else ""
    if not click.url:
        return gateway.respond(204, "", _HEADERS)
    if not recorded or request.method != "GET":
        return gateway.redirect(click.url, 302, _HEADERS)
    live, bridge = dependencies.live, Bridge(lead=click.send.lead, click=recorded, at=dependencies.now)
    token = sign_bridge(dependencies.keys.link, bridge)
    return gateway.redirect(with_bridge_token(click.url, token, live.bundle.tracking, live.site), 302, _HEADERS)


def _read(token: str, dependencies: Dependencies) -> _Click | None:
    """Return the click; None if the token is invalid, the send is unknown, or the link has no target."""
    try:
        link = read_token(dependencies.keys.link, Purpose.CLICK, token)
    except BadToken:
        return None
    send = linked_send(dependencies.table, link)
    if send is None:
        return None
    live = dependencies.live
    bundle = dependencies.bundle_of(send.bundle) if send.bundle else live.bundle
    mail = _mail(bundle, send)
    url = _target(mail, link.number, live.site) if mail else ""
    if not url and link.number != HIDDEN_LINK:
        return None
    return _Click(send=send, number=link.number, url=url, links=len(mail.links) if mail else 0)


def _mail(bundle: Bundle, send: Send) -> Mail | None:
    email = bundle.emails.get(send.email)
    return email.locales.get(send.locale or bundle.brand.default_locale) if email else None


def _target(mail: Mail, number: int, site: str) -> str:
    """Return the link's target as a URI, also one of an older bundle; "" for a link that the mail does not have."""
    target = link_target(mail.links[number]) if number < len(mail.links) else ""
    return site + target if target.startswith("/") else target


def _is_counted(request: Request, click: _Click, dependencies: Dependencies) -> bool:
    key = dependencies.keys.network
    network, browser = network_hash(request.address, key), browser_hash(request.headers, request.address, key)
    return dependencies.clicks.admits(f"{click.send.id}/{click.number}", network, browser, dependencies.now)


def _record(request: Request, click: _Click, dependencies: Dependencies) -> str:
    """Record the click, to be judged after its delay; return its id, "" after a failure, which stops no redirect."""
    now = dependencies.now
    link_facts = {"send": click.send.id, "link": str(click.number), "of": str(click.links), "url": click.url}
    link_facts |= {"campaign": click.send.origin} if click.send.campaign else {}
    link_facts |= request_signals(request.method, request.headers, request.address, dependencies.keys.network)
    link_facts |= {"browser": browser_hash(request.headers, request.address, dependencies.keys.network)}
    activity = Activity(
        id=digest("click", request.id),
        lead=click.send.lead,
        kind=Kind.LINK_CLICKED,
        at=now,
        received=now,
        subject=click.send.email,
        facts=link_facts,
        verdict=Verdict.UNJUDGED,
    )
    key = keys.activity(activity.lead, now, activity.id)
    verdict = wake_up(now + VERDICT_DELAY, now, clock_moves=dependencies.clock_moves)
    try:
        dependencies.table.write(Create(key, activity, due=verdict.due))
    except (Conflict, BotoCoreError, ClientError):
        logger.exception("click not recorded", send=click.send.id)
        return ""
    if verdict.delay is not None:
        dependencies.react.wake(key.ref, delay=verdict.delay)
    return activity.id


def _bad_link(request: Request, live: Live) -> Response:
    from ripen.capture.builtin_pages import builtin_page  # Liquid is slow to load, and most links are good

    brand = live.bundle.brand
    locale = gateway.language(request, brand.locales, brand.default_locale, request.query.get("lang", ""))
    return gateway.page(builtin_page("bad-link", locale, brand), 404, _HEADERS)
