"""Requests to the pages that the links at the end of a mail open."""

from typing import Any

from nurture.preferences import respond
from ripen.adapters.table import Table, keys
from ripen.lead.contact import Contact
from ripen.tracking import link_token
from tests.support.fakes import FakeClock, FakeQueue
from tests.support.planned_mails import LINK_KEYS, a_send, unsubscribing

GOOD = link_token.sign_token(LINK_KEYS, link_token.Purpose.UNSUBSCRIBE, link_token.Link("lead1", a_send().id))


def ask(table: Table, clock: FakeClock, queue: FakeQueue, method: str, token: str = GOOD, **event: Any) -> Any:
    known: dict[str, Any] = {
        "rawPath": f"/unsubscribe/{token}",
        "pathParameters": {"token": token},
        "headers": {"accept": "text/html"},
        "requestContext": {"http": {"method": method}},
    }
    return respond(known | event, unsubscribing(table, clock, react=queue))


def contact(table: Table) -> Contact:
    row = table.get(keys.contact("lead1"))
    assert row is not None
    return row.value
