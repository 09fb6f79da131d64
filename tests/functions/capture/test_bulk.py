"""What visitors do becomes activities, once; theirs, or the lead's whose browser it is, whenever that comes to be known."""

import json
from copy import replace
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from capture.bulk import Desk, join, keep, take
from capture.form import Desk as FormDesk
from capture.form import serve as submit
from capture.link import OwnKeys
from capture.link import serve as click
from ripen.activity import Activity, Kind
from ripen.adapters.gateway import request
from ripen.adapters.playbook import Live
from ripen.adapters.table import Change, Create, Key, Row, Table, keys
from ripen.address import address_hash
from ripen.agenda import Lane, shard
from ripen.beacon import Beacon, Event, EventType
from ripen.bundle import EngagementRule, Tracking
from ripen.ids import digest
from ripen.lead import Profile
from ripen.ledger import SendPointer
from ripen.token import Link, Purpose, sign
from ripen.visitor import Bridge, VisitorPointer
from score.react import Bells, react
from tests.builders import a_bundle, a_lead
from tests.fakes import NOON, FakeClock, FakeQueue
from tests.functions.capture.events import KEY, SITE, a_json_post, an_event, rows

VISITOR = "0123456789abcdef"
BUNDLE = replace(a_bundle(), tracking=Tracking(sites=("https://www.example.jp",), pages={"pricing": ("/pricing",)}))
EMAIL = "hanako@example.co.jp"


class Cut(Exception):
    """The worker is killed."""


class CutTable(Table):
    """A worker that is killed before its nth write."""

    left = 0

    def write(self, *changes: Change) -> None:
        if self.left == 0:
            raise Cut
        self.left -= 1
        super().write(*changes)


def a_view(n: int = 1, at: datetime = NOON, **known: Any) -> Event:
    wanted: dict[str, Any] = {"url": f"https://www.example.jp/pricing?n={n}", "referrer": "https://search.example/"}
    return Event(id=f"e{n}", type=EventType.PAGE_VIEW, at=at, **(wanted | known))


def a_beacon(*events: Event, **known: Any) -> Beacon:
    wanted: dict[str, Any] = {"visitor": VISITOR, "received": NOON, "events": events or (a_view(),)}
    return Beacon(**(wanted | known))


def a_desk(table: Table, queue: FakeQueue | None = None) -> Desk:
    return Desk(table, queue or FakeQueue(), BUNDLE, NOON)


def fill_in(table: Table, email: str = EMAIL, visitor: str = VISITOR, **more: str) -> str:
    """A form in that browser; the lead's id."""
    ids = iter(digest(email, visitor, n) for n in range(99))
    desk = FormDesk(table, FakeQueue(), Live(BUNDLE, SITE), KEY, NOON, lambda: next(ids))
    answered = submit(a_json_post({"email": email, "visitor": visitor} | more), desk)
    assert answered["statusCode"] == 202
    pointer = table.get(keys.address(address_hash(KEY, email)))
    assert pointer
    return pointer.value.lead


def bind(table: Table, lead: str, sure: bool) -> None:
    table.write(Create(keys.visitor_pointer(VISITOR), VisitorPointer(lead=lead, sure=sure)))
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


def owner(table: Table) -> VisitorPointer | None:
    row: Row[VisitorPointer] | None = table.get(keys.visitor_pointer(VISITOR))
    return row.value if row else None


def test_an_unknown_visitors_views_are_kept_for_90_days_and_wake_nobody(table: Table) -> None:
    queue = FakeQueue()
    take(msgspec.json.encode(a_beacon(a_view(1), a_view(2))).decode(), a_desk(table, queue))
    assert [view.subject for view in visits(table, VISITOR, "visitor")] == ["pricing", "pricing"]
    items = table._client.scan(TableName="table")["Items"]
    assert {item["expires"]["N"] for item in items} == {str(int((NOON + timedelta(days=90)).timestamp()))}
    assert not any("due" in item for item in items)
    assert queue.woken == []


def test_the_same_beacon_twice_is_one(table: Table) -> None:
    for _ in range(2):
        keep(a_beacon(), a_desk(table))
    keep(a_beacon(a_view(1), a_view(2)), a_desk(table))
    assert len(visits(table, VISITOR, "visitor")) == 2


def test_a_known_visitors_views_are_the_leads_and_are_folded_in_the_bulk_lane(table: Table) -> None:
    bind(table, "lead1", sure=True)
    queue = FakeQueue()
    keep(a_beacon(), a_desk(table, queue))
    (view,) = visits(table, "lead1")
    assert queue.woken == [keys.activity("lead1", view.at, view.id).ref]
    assert [due.ref for due in table.due(Lane.BULK, shard("lead1"), NOON)] == queue.woken
    assert visits(table, VISITOR, "visitor") == []


def test_a_known_visitors_new_campaign_is_the_leads_last_touch(table: Table) -> None:
    bind(table, "lead1", sure=True)
    keep(a_beacon(a_view(url="https://www.example.jp/pricing?utm_campaign=autumn")), a_desk(table))
    touch = profile(table, "lead1").last_touch
    assert touch and touch.utm_campaign == "autumn"


def test_a_form_brings_the_visits_before_it_with_their_times_and_first_touch(table: Table) -> None:
    early = NOON - timedelta(days=2)
    keep(a_beacon(a_view(1, early, url="https://www.example.jp/?utm_source=ad"), a_view(2)), a_desk(table))
    before = visits(table, VISITOR, "visitor")
    lead = fill_in(table)
    copies = visits(table, lead)
    assert [(copy.id, copy.at) for copy in copies] == [(visit.id, visit.at) for visit in before]
    known = profile(table, lead)
    assert known.first_touch and (known.first_touch.at, known.first_touch.utm_source) == (early, "ad")
    assert known.lead_touch and known.lead_touch.at == NOON
    assert owner(table) == VisitorPointer(lead=lead, sure=True)


def test_the_form_and_the_visits_before_it_are_folded_together_so_that_sales_hears_all_at_once(table: Table) -> None:
    views = [a_view(n, NOON - timedelta(minutes=n)) for n in (1, 2, 3)]
    keep(a_beacon(*views), a_desk(table))
    lead = fill_in(table)
    (form,) = [row for row in table.under(lead, "activity#") if row.value.kind is Kind.FORM_SUBMITTED]
    rule = EngagementRule(code="pricing", kind="page_viewed", subject="pricing", points=12, words={})
    bundle = replace(BUNDLE, scoring=replace(BUNDLE.scoring, engagement=(*BUNDLE.scoring.engagement, rule)))
    bells = Bells(advance=FakeQueue(), sync=FakeQueue(), alert=FakeQueue())
    react([form.key.ref], table, bundle, FakeClock(), bells)
    state = table.get(keys.state(lead))
    assert state and (state.value.tallies["pricing"].count, state.value.folded) == (3, 4)
    react([row.key.ref for row in table.under(lead, "activity#")], table, bundle, FakeClock(), bells)
    again = table.get(keys.state(lead))
    assert again and again.value.folded == 4


@pytest.mark.many_rows
def test_what_does_not_fit_into_the_forms_transaction_follows_up_to_500(table: Table) -> None:
    for start in range(0, 520, 40):
        views = [a_view(n, NOON - timedelta(minutes=n)) for n in range(start, start + 40)]
        keep(a_beacon(*views), a_desk(table))
    lead = fill_in(table)
    assert len(visits(table, lead)) == 40
    queue = FakeQueue()
    (due,) = due_joins(table, lead)
    take(due.ref, a_desk(table, queue))
    assert len(visits(table, lead)) == 500
    assert len(queue.woken) == 460
    first = profile(table, lead).first_touch
    assert first and first.at == NOON - timedelta(minutes=519)
    assert due_joins(table, lead) == []


def test_a_view_that_comes_between_the_look_and_the_form_is_forwarded_by_the_join(table: Table) -> None:
    lead = fill_in(table)
    visit = keep_as_visitor(table)
    (due,) = due_joins(table, lead)
    join(due, a_desk(table))
    join(due, a_desk(table))
    assert [copy.id for copy in visits(table, lead)] == [visit.id]


def keep_as_visitor(table: Table) -> Activity:
    """Written by a worker that has not seen the form yet, and dies."""
    other = "ffffffffffffffff"
    keep(a_beacon(visitor=other), a_desk(table))
    (visit,) = visits(table, other, "visitor")
    table.write(Create(keys.visit(VISITOR, visit.at, visit.id), visit))
    return visit


def test_a_form_that_comes_while_a_beacon_is_kept_gets_its_views(table: Table) -> None:
    class Interrupted(Table):
        done = False

        def write(self, *changes: Change) -> None:
            super().write(*changes)
            if not self.done:
                self.done = True
                bind(table, "lead1", sure=True)

    keep(a_beacon(), a_desk(Interrupted("table", table._client)))
    assert len(visits(table, "lead1")) == 1


@pytest.mark.parametrize("left", range(4))
def test_a_worker_that_is_killed_anywhere_loses_nothing_and_doubles_nothing(table: Table, left: int) -> None:
    bridge = Bridge(lead="lead1", send="send1", click="click1", at=NOON)
    table.write(Create(keys.bridge("token123"), bridge), Create(keys.profile("lead1"), a_lead()))
    keep(a_beacon(a_view(0, NOON - timedelta(hours=1))), a_desk(table))
    cut = CutTable("table", table._client)
    cut.left = left
    beacon = a_beacon(bridge="token123")
    try:
        keep(beacon, a_desk(cut))
    except Cut:
        keep(beacon, a_desk(table))
    for due in due_joins(table, "lead1"):
        join(due, a_desk(table))
    assert len(visits(table, "lead1")) == 2
    assert [view.facts.get("click") for view in visits(table, "lead1")] == [None, "click1"]


def test_a_click_makes_the_browser_likely_the_leads_once(table: Table) -> None:
    send = digest("send1")
    table.write(
        Create(keys.send_pointer(send), SendPointer(lead="lead1", email="case-study", locale="ja")),
        Create(keys.profile("lead1"), a_lead()),
    )
    token = sign(KEY, Purpose.CLICK, Link(send, 0))
    event = an_event("GET", f"/c/{token}", {"token": token}, headers={"accept": "text/html"})
    own = OwnKeys(link=KEY, network=KEY)
    location = click(request(event), table, Live(BUNDLE, SITE), lambda _: BUNDLE, own, NOON)["headers"]["location"]
    rpn = location.partition("?rpn=")[2]
    (clicked,) = [row.value for row in table.under("lead1", "activity#")]

    keep(a_beacon(bridge=rpn), a_desk(table))
    keep(a_beacon(a_view(9), visitor="ffffffffffffffff", bridge=rpn), a_desk(table))

    assert owner(table) == VisitorPointer(lead="lead1", sure=False)
    (view,) = visits(table, "lead1")
    assert (view.facts["likely"], view.facts["click"]) == ("yes", clicked.id)
    assert profile(table, "lead1") == a_lead()
    assert len(visits(table, "ffffffffffffffff", "visitor")) == 1


def test_a_token_is_worth_nothing_after_ten_minutes_or_if_nobody_made_it(table: Table) -> None:
    old = Bridge(lead="lead1", send="s", click="c", at=NOON - timedelta(minutes=10, seconds=1))
    table.write(Create(keys.bridge("token123"), old))
    for token in ("token123", "token456"):
        keep(a_beacon(bridge=token), a_desk(table))
    assert owner(table) is None


def test_a_forwarded_mail_takes_no_browser_from_whom_it_is_for_sure(table: Table) -> None:
    bind(table, "owner", sure=True)
    table.write(Create(keys.bridge("token123"), Bridge(lead="lead1", send="s", click="c", at=NOON)))
    keep(a_beacon(bridge="token123"), a_desk(table))
    assert owner(table) == VisitorPointer(lead="owner", sure=True)
    assert visits(table, "lead1") == []
    (view,) = visits(table, "owner")
    assert "click" not in view.facts


def test_who_was_only_likely_gives_way_to_who_fills_in_a_form(table: Table) -> None:
    bind(table, "reader", sure=False)
    keep(a_beacon(), a_desk(table))
    lead = fill_in(table)
    assert owner(table) == VisitorPointer(lead=lead, sure=True)
    assert len(visits(table, lead)) == 1


def test_who_was_likely_and_fills_in_the_form_counts_no_visit_twice(table: Table) -> None:
    lead = fill_in(table, visitor="ffffffffffffffff")
    table.write(Create(keys.visitor_pointer(VISITOR), VisitorPointer(lead=lead, sure=False)))
    keep(a_beacon(a_view(1, NOON - timedelta(days=1))), a_desk(table))
    assert fill_in(table, company="サンプル") == lead
    assert owner(table) == VisitorPointer(lead=lead, sure=True)
    assert len(visits(table, lead)) == 1
    first = profile(table, lead).first_touch
    assert first and first.at == NOON - timedelta(days=1)


def test_another_person_at_the_same_browser_gets_nothing_of_what_the_first_did(table: Table) -> None:
    keep(a_beacon(), a_desk(table))
    first = fill_in(table)
    second = fill_in(table, "taro@example.co.jp")
    for due in due_joins(table, first) + due_joins(table, second):
        join(due, a_desk(table))
    keep(a_beacon(a_view(2)), a_desk(table))
    assert [len(visits(table, lead)) for lead in (first, second)] == [1, 1]


@pytest.mark.parametrize("visitor", ["", "short", "../../etc", "x" * 65, "あ" * 10, "0123456789abcde\x00"])
def test_a_form_with_a_visitor_that_is_none_is_taken_without(table: Table, visitor: str) -> None:
    desk = FormDesk(table, FakeQueue(), Live(BUNDLE, SITE), KEY, NOON, lambda: digest(len(rows(table))))
    answered = submit(a_json_post({"email": EMAIL, "visitor": visitor}), desk)
    assert answered["statusCode"] in (202, 400)
    assert not any(ref.startswith("visitor#") for ref in rows(table))


def test_one_form_sent_twice_joins_once(table: Table) -> None:
    keep(a_beacon(), a_desk(table))
    desk = FormDesk(table, FakeQueue(), Live(BUNDLE, SITE), KEY, NOON, iter(map(digest, range(99))).__next__)
    answers = [submit(a_json_post({"email": EMAIL, "visitor": VISITOR}), desk) for _ in range(2)]
    assert json.loads(answers[0]["body"]) == json.loads(answers[1]["body"])
    assert sum("activity#" in ref for ref in rows(table) if ref.startswith("lead#")) == 2


def test_a_row_that_only_looks_like_a_join_is_left_alone(table: Table) -> None:
    take(keys.join("lead1", VISITOR).ref, a_desk(table))
    assert rows(table) == []
