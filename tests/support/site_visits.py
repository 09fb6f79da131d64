"""A visitor of the company's site: the beacons of its browser, and the forms that it fills in."""

from copy import replace
from datetime import datetime
from typing import Any

from capture.beacons import Dependencies
from capture.form import Dependencies as FormDependencies
from capture.form import serve as submit
from ripen.adapters.playbook import Live
from ripen.adapters.table import Create, Key, Row, Table, keys
from ripen.agenda import Lane, shard
from ripen.ids import digest
from ripen.key_ring import KeyRing
from ripen.lead.activity import Activity, Kind
from ripen.lead.address import address_hash
from ripen.lead.lead import Profile
from ripen.playbook.bundle import Tracking
from ripen.tracking.beacon import Beacon, EventType, PageEvent
from ripen.tracking.link_token import sign_bridge
from ripen.tracking.visitor import Bridge, VisitorPointer
from tests.support.builders import a_bundle, a_lead
from tests.support.fakes import NOON, FakeQueue
from tests.support.gateway_events import KEY, SITE, a_json_post

VISITOR = "0123456789abcdef"
BUNDLE = replace(a_bundle(), tracking=Tracking(sites=("https://www.example.jp",), pages={"pricing": ("/pricing",)}))
LINK_KEYS = KeyRing.of(KEY)
CLICK = digest("click1")
EMAIL = "hanako@example.co.jp"


def a_view(n: int = 1, at: datetime = NOON, **known: Any) -> PageEvent:
    wanted: dict[str, Any] = {"url": f"https://www.example.jp/pricing?n={n}", "referrer": "https://search.example/"}
    return PageEvent(id=f"e{n}", type=EventType.PAGE_VIEW, at=at, **(wanted | known))


def a_beacon(*events: PageEvent, **known: Any) -> Beacon:
    wanted: dict[str, Any] = {"visitor": VISITOR, "received": NOON, "events": events or (a_view(),)}
    return Beacon(**(wanted | known))


def beacon_dependencies(table: Table, queue: FakeQueue | None = None) -> Dependencies:
    return Dependencies(table, queue or FakeQueue(), BUNDLE, NOON, LINK_KEYS)


def fill_in(table: Table, email: str = EMAIL, visitor: str = VISITOR, now: datetime = NOON, **more: str) -> str:
    """Submit the form from this visitor's browser and return the lead's id."""
    ids = iter(digest(email, visitor, now.isoformat(), n) for n in range(99))
    dependencies = FormDependencies(table, FakeQueue(), Live(BUNDLE, SITE), KEY, now, lambda: next(ids))
    answered = submit(a_json_post({"email": email, "visitor": visitor} | more), dependencies)
    assert answered["statusCode"] == 202
    pointer = table.get(keys.address(address_hash(KEY, email)))
    assert pointer
    return pointer.value.lead


def bind(table: Table, lead: str, bound: bool) -> None:
    table.write(Create(keys.visitor_pointer(VISITOR), VisitorPointer(lead=lead, bound=bound)))
    table.write(Create(keys.profile(lead), a_lead(id=lead)))


def visits(table: Table, owner: str, of: Any = "lead") -> list[Activity]:
    found = [row.value for row in table.under(owner, "activity#", of=of)]
    return [activity for activity in found if activity.kind is Kind.PAGE_VIEWED]


def profile(table: Table, lead: str) -> Profile:
    row = table.get(keys.profile(lead))
    assert row
    return row.value


def due_joins(table: Table, lead: str) -> list[Key[Any]]:
    found = table.due(Lane.BULK, shard(lead), NOON)
    return [keys.parse(due.ref) for due in found if keys.kind(due.ref) == "join"]


def owner(table: Table) -> tuple[str, bool] | None:
    """Return the lead that the browser's visits belong to now, and whether it is bound; "" for a shared browser."""
    row: Row[VisitorPointer] | None = table.get(keys.visitor_pointer(VISITOR))
    return (row.value.lead, row.value.bound) if row else None


def a_bridge(lead: str = "lead1", at: datetime = NOON, keys: KeyRing = LINK_KEYS, click: str = CLICK) -> str:
    """Return the token that a page's address carries after a click in a mail to the lead."""
    return sign_bridge(keys, Bridge(lead=lead, click=click, at=at))
