"""Unsubscribe (RFC 8058): GET shows a page and changes nothing, POST does it at once, for people and mailboxes alike: no
cookie, no login, no redirect, whatever the body, however often.
"""

import os
from datetime import datetime
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from ripen.adapters import gateway
from ripen.adapters.clock import ApplicationClock
from ripen.adapters.playbook import Playbook
from ripen.adapters.queue import Queue
from ripen.adapters.secrets import Secrets
from ripen.adapters.table import Add, Change, Create, Key, Replace, Row, Table, keys
from ripen.campaign.counts import counter
from ripen.capture.builtin_pages import BuiltinPage, builtin_page
from ripen.ids import digest
from ripen.lead.activity import Activity, Kind
from ripen.lead.contact import ConsentRecord, Contact
from ripen.mail import policy
from ripen.mail.ledger import SendPointer
from ripen.playbook.bundle import Brand
from ripen.ports import Clock, Wake
from ripen.tracking import link_token

logger = Logger()
metrics = Metrics()
table = Table(os.environ["TABLE"])
clock = ApplicationClock(table, moves="CLOCK_MOVES" in os.environ)
playbook = Playbook(table, os.environ["BUCKET"])
secrets = Secrets(os.environ["SECRET"])
react, walk = Queue(os.environ["REACT_QUEUE"]), Queue(os.environ["WALK_QUEUE"])

_UNSEEN = {"referrer-policy": "no-referrer", "x-robots-tag": "noindex"}
"""The address is a key: it is not told to other sites and not found by search."""


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> gateway.Response:
    return respond(event, table, clock, react, secrets.key("link"), playbook.live().bundle.brand, walk)


def respond(
    event: dict[str, Any], table: Table, clock: Clock, react: Wake, link_key: bytes, brand: Brand, walk: Wake
) -> gateway.Response:
    """The page for this request; a POST with a good token unsubscribes before it is answered."""
    asked = gateway.request(event | {"body": ""})  # what the body says does not matter, so neither do its faults
    pointer = _pointer(asked.parameters.get("token", ""), table, link_key)
    locale = gateway.language(asked, brand.locales, brand.default_locale, _locale(asked, pointer, brand))
    if pointer is None:
        return _page("bad-link", 404, locale, brand)
    match asked.method:
        case "GET" | "HEAD":
            return _page("unsubscribe", 200, locale, brand)
        case "POST":
            unsubscribe(pointer.value, pointer.key.pk.removeprefix("send#"), table, clock, react, walk)
            return _page("unsubscribed", 200, locale, brand)
        case _:
            return gateway.respond(405, "", {"allow": "GET, POST"})


def unsubscribe(pointer: SendPointer, send: str, table: Table, clock: Clock, react: Wake, walk: Wake) -> bool:
    """Take the consent back, with its proof, in one transaction; False if that was done before. The campaign that
    it came by is looked at."""
    withdrawn = table.retrying(lambda _: _withdraw(pointer, send, table, clock.now()))
    if withdrawn is None:
        return False
    react.wake(withdrawn.ref)
    if pointer.campaign:
        walk.wake(keys.campaign(pointer.campaign).ref)
    logger.info("unsubscribed", lead=pointer.lead, send=send)
    metrics.add_metric(name="Unsubscribed", unit=MetricUnit.Count, value=1)
    return True


def _withdraw(pointer: SendPointer, send: str, table: Table, now: datetime) -> Key[Activity] | None:
    """The activity that it became; None if the consent was withdrawn before."""
    row = table.get(keys.contact(pointer.lead))
    before = row.value if row else Contact(lead=pointer.lead)
    if policy.refuses(before):
        return None
    id = digest("unsubscribed", send, now.isoformat())
    record = ConsentRecord(id=id, lead=pointer.lead, purpose="marketing", granted=False, at=now, source="unsubscribe")
    activity = Activity(
        id=id,
        lead=pointer.lead,
        kind=Kind.UNSUBSCRIBED,
        at=now,
        received=now,
        subject=pointer.email,
        facts={"send": send},
    )
    key = keys.activity(pointer.lead, now, id)
    table.write(
        Replace(keys.contact(pointer.lead), policy.withdrawn(before, id, now), row.version if row else 0),
        Create(keys.consent(pointer.lead, now, id), record),
        Create(key, activity, due=now),
        *_counted(pointer),
    )
    return key


def _counted(pointer: SendPointer) -> list[Change]:
    """The campaign may have to halt where too many leave by its mails."""
    if not pointer.campaign:
        return []
    return [Add(keys.campaign_count(pointer.campaign, counter(pointer.lead)), {"unsubscribed": 1})]


def _pointer(text: str, table: Table, link_key: bytes) -> Row[SendPointer] | None:
    try:
        return table.get(keys.send_pointer(link_token.read_token(link_key, link_token.Purpose.UNSUBSCRIBE, text).send))
    except link_token.BadToken:
        return None


def _locale(asked: gateway.Request, pointer: Row[SendPointer] | None, brand: Brand) -> str:
    """The language asked for, else the mail's; "" leaves it to the browser."""
    wanted = asked.query.get("lang") or (pointer.value.locale if pointer else "")
    return wanted if wanted in brand.locales else ""


def _page(name: BuiltinPage, status: int, locale: str, brand: Brand) -> gateway.Response:
    return gateway.page(builtin_page(name, locale, brand), status, _UNSEEN)
