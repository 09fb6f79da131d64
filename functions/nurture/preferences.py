"""nurture.preferences: unsubscribes a lead (RFC 8058), and confirms an address with its consent.

GET shows a page and changes nothing. POST does it at once, for people and, to unsubscribe, for mail programs: without a
cookie, a login or a redirect, with any body, any number of times. The page after it takes a reason, and an undo.
"""

import os
from copy import replace
from typing import Any
from urllib.parse import parse_qsl

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext
from msgspec import Struct, field

from nurture._unsubscription import activity_of, add_reason, undo, withdraw
from ripen.adapters import gateway
from ripen.adapters.clock import ApplicationClock
from ripen.adapters.edge import Edge
from ripen.adapters.playbook import Playbook
from ripen.adapters.queue import Queue
from ripen.adapters.rows.sends import linked_send
from ripen.adapters.secrets import Secrets
from ripen.adapters.table import Create, Key, Replace, Table, keys
from ripen.adapters.unavailable import answer_503
from ripen.capture import opt_in
from ripen.capture.builtin_pages import BuiltinPage, builtin_page
from ripen.capture.typed_values import adopted
from ripen.errors import Rejected
from ripen.key_ring import KeyRing, Rotated
from ripen.lead.activity import Activity, Kind
from ripen.lead.contact import Contact
from ripen.lead.unsubscription import REASONS, UnsubscribeReason, can_be_restored, is_unsubscribed, refuses
from ripen.lead.values import changed_values
from ripen.mail.ledger import Send
from ripen.mail.limits import request_cap
from ripen.playbook.bundle import Brand, Bundle
from ripen.ports import Clock, Wake
from ripen.tracking import link_token
from ripen.tracking.click_signals import network_hash

logger = Logger()
metrics = Metrics()
table = Table(os.environ["TABLE"])
clock = ApplicationClock(table, moves="CLOCK_MOVES" in os.environ)
playbook = Playbook(table, os.environ["BUCKET"])
secrets = Secrets(os.environ["SECRET"])
react, walk = Queue(os.environ["REACT_QUEUE"]), Queue(os.environ["WALK_QUEUE"])
edge = Edge(os.environ["EDGE_KEY"])

_UNDOABLE: frozenset[BuiltinPage] = frozenset({"unsubscribed", "still-unsubscribed", "reason-noted"})
_LONGEST_FORM = 1000
"""Bytes of a posted form that are read."""
_UNSEEN = {"referrer-policy": "no-referrer", "x-robots-tag": "noindex"}
"""The address of the page is a key: other sites and search engines must not learn it."""


class Dependencies(Struct, frozen=True, kw_only=True):
    """The ports that an unsubscription needs."""

    table: Table
    clock: Clock
    react: Wake
    walk: Wake
    link_keys: KeyRing
    network_key: bytes
    bundle: Bundle
    edge: Edge = field(default_factory=Edge)


@logger.inject_lambda_context
@metrics.log_metrics
@answer_503
def handler(event: dict[str, Any], context: LambdaContext) -> gateway.Response:
    dependencies = Dependencies(
        table=table,
        clock=clock,
        react=react,
        walk=walk,
        link_keys=secrets.ring(Rotated.LINK),
        network_key=secrets.key("network"),
        bundle=playbook.live().bundle,
        edge=edge,
    )
    return respond(event, dependencies)


def respond(event: dict[str, Any], dependencies: Dependencies) -> gateway.Response:
    """Return the page for this request. A POST with a valid token is carried out before it is answered."""
    request = gateway.request(event)
    brand, confirms = dependencies.bundle.brand, request.path.startswith("/confirm/")
    purpose = link_token.Purpose.CONFIRM if confirms else link_token.Purpose.UNSUBSCRIBE
    send = _send(request.parameters.get("token", ""), purpose, dependencies)
    locale = gateway.language(request, brand.locales, brand.default_locale, _locale(request, send, brand))
    if send is None:
        return _page("bad-link", 404, locale, brand)
    match request.method:
        case "GET" | "HEAD":
            name: BuiltinPage = "confirm" if confirms else _unsubscribe_page(send, dependencies)
        case "POST" if confirms:
            confirm(send, _network(request, dependencies), dependencies)
            name = "confirmed"
        case "POST":
            name = _posted(request, send, dependencies)
        case _:
            return gateway.respond(405, "", {"allow": "GET, HEAD, POST"})
    now = dependencies.clock.now()
    undoable = name in _UNDOABLE and can_be_restored(_contact(send, dependencies), send.id, now)
    return _page(name, 200, locale, brand, undoable=undoable)


def _unsubscribe_page(send: Send, dependencies: Dependencies) -> BuiltinPage:
    """Return the page that says what holds for the reader of this mail."""
    refused = request_cap.refused_with(send, dependencies.bundle)
    return "still-unsubscribed" if is_unsubscribed(_contact(send, dependencies), refused) else "unsubscribe"


def _posted(request: gateway.Request, send: Send, dependencies: Dependencies) -> BuiltinPage:
    """Do what the posted button says, and return the page after it. Any body without a known answer unsubscribes."""
    answers = _answers(request)
    if answers.get("action") == "undo":
        take_back(send, dependencies)
        return "still-unsubscribed" if refuses(_contact(send, dependencies)) else "resubscribed"
    if answers.get("reason") in REASONS:
        reason = UnsubscribeReason(answers["reason"])
        dependencies.table.retrying(lambda _: add_reason(dependencies.table, send, reason, dependencies.bundle))
        return "reason-noted"
    unsubscribe(send, dependencies)
    return "unsubscribed"


def _answers(request: gateway.Request) -> dict[str, str]:
    """Return the fields of a short form. A broken body has none: it must not stop an unsubscription."""
    if "application/x-www-form-urlencoded" not in request.headers.get("content-type", "").lower():
        return {}
    try:
        return dict(parse_qsl(request.body[:_LONGEST_FORM].decode("ascii", "replace")))
    except Rejected:
        return {}


def _contact(send: Send, dependencies: Dependencies) -> Contact:
    row = dependencies.table.get(keys.contact(send.lead))
    return row.value if row else Contact(lead=send.lead)


def unsubscribe(send: Send, dependencies: Dependencies) -> bool:
    """Withdraw all consents, with the proof, in one transaction. Return False if that was done before.

    score.react learns of it, and nurture.walk if the mail belongs to a campaign, because the campaign may have to halt.
    """
    table, bundle, clock = dependencies.table, dependencies.bundle, dependencies.clock
    key = table.retrying(lambda _: withdraw(table, send, bundle, clock.now()))
    if key is None:
        return False
    dependencies.react.wake(key.ref)
    if send.campaign:
        dependencies.walk.wake(keys.campaign(send.origin).ref)
    logger.info("unsubscribed", lead=send.lead, send=send.id)
    metrics.add_metric(name="Unsubscribed", unit=MetricUnit.Count, value=1)
    return True


def take_back(send: Send, dependencies: Dependencies) -> None:
    """Restore the consents that stood before the unsubscription, once."""
    key = dependencies.table.retrying(lambda _: undo(dependencies.table, send, dependencies.clock.now()))
    if key is None:
        return
    dependencies.react.wake(key.ref)
    logger.info("resubscribed", lead=send.lead, send=send.id)


def confirm(send: Send, network: str, dependencies: Dependencies) -> None:
    """Prove the address, and let the consent that waits for it count, with its proof, in one transaction."""
    key = dependencies.table.retrying(lambda _: _confirm(send, network, dependencies))
    if key is None:
        return
    dependencies.react.wake(key.ref)
    logger.info("confirmed", lead=send.lead, send=send.id)
    metrics.add_metric(name="Confirmed", unit=MetricUnit.Count, value=1)


def _network(request: gateway.Request, dependencies: Dependencies) -> str:
    """Return a keyed hash of the reader's network, for the proof of the consent."""
    request = dependencies.edge.with_visitor(request)
    return network_hash(request.address, dependencies.network_key)


def _confirm(send: Send, network: str, dependencies: Dependencies) -> Key[Activity] | None:
    """Write the confirmation. Return the key of its activity, None if everything was confirmed before."""
    table, now = dependencies.table, dependencies.clock.now()
    row, profile = table.get(keys.contact(send.lead)), table.get(keys.profile(send.lead))
    typed = profile if profile and profile.value.typed else None
    if row is None or (row.value.proven and row.value.asked is None and typed is None):
        return None
    activity, asked = activity_of(Kind.CONFIRMED, send, now), row.value.asked
    if asked:
        facts = activity.facts | {"form": asked.form}
        activity = replace(activity, facts=facts, consent=opt_in.proof(asked, network))
    if typed:
        activity = replace(activity, values=changed_values(typed.value, adopted(typed.value)))
    key = keys.activity(send.lead, now, activity.id)
    table.write(
        Replace(row.key, opt_in.confirmed(row.value, activity.id, now), row.version),
        Create(key, activity, due=now),
        *([Replace(typed.key, adopted(typed.value), typed.version)] if typed else []),
    )
    return key


def _send(text: str, purpose: link_token.Purpose, dependencies: Dependencies) -> Send | None:
    """Return the mail that the token was signed for, None for an invalid token."""
    try:
        link = link_token.read_token(dependencies.link_keys, purpose, text)
    except link_token.BadToken:
        return None
    return linked_send(dependencies.table, link)


def _locale(request: gateway.Request, send: Send | None, brand: Brand) -> str:
    """Return the requested language, else that of the mail; "" leaves the choice to the browser."""
    wanted = request.query.get("lang") or (send.locale if send else "")
    return wanted if wanted in brand.locales else ""


def _page(name: BuiltinPage, status: int, locale: str, brand: Brand, *, undoable: bool = False) -> gateway.Response:
    return gateway.page(builtin_page(name, locale, brand, undoable=undoable), status, _UNSEEN)
