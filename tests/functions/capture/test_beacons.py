"""capture.beacons: visits become activities of the visitor or its lead, once."""

from datetime import timedelta

import msgspec
import pytest

from capture.beacons import copy_visits, process, record_beacons
from capture.link import Dependencies as LinkDependencies
from capture.link import LinkKeys
from capture.link import serve as click
from ripen.adapters.gateway import request
from ripen.adapters.playbook import Live
from ripen.adapters.table import Change, Create, Table, keys
from ripen.agenda import Lane, shard
from ripen.ids import digest
from ripen.key_ring import KeyRing
from ripen.tracking.link_token import Link, Purpose, sign_token
from tests.support.builders import a_lead
from tests.support.fakes import NOON, FakeQueue
from tests.support.gateway_events import KEY, SITE, an_event, rows
from tests.support.planned_mails import sent
from tests.support.site_visits import (
    BUNDLE,
    CLICK,
    LINK_KEYS,
    VISITOR,
    a_beacon,
    a_bridge,
    a_view,
    beacon_dependencies,
    bind,
    due_joins,
    owner,
    profile,
    visits,
)


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


def test_an_unknown_visitor_s_views_are_kept_for_90_days(table: Table) -> None:
    queue = FakeQueue()
    process([msgspec.json.encode(a_beacon(a_view(1), a_view(2))).decode()], beacon_dependencies(table, queue))
    assert [view.subject for view in visits(table, VISITOR, "visitor")] == ["pricing", "pricing"]
    items = table._client.scan(TableName="table")["Items"]
    assert {item["expires"]["N"] for item in items} == {str(int((NOON + timedelta(days=90)).timestamp()))}
    assert not any("due" in item for item in items)
    assert queue.woken == []


def test_a_repeated_beacon_is_recorded_once(table: Table) -> None:
    for _ in range(2):
        record_beacons([a_beacon()], beacon_dependencies(table))
    record_beacons([a_beacon(a_view(1), a_view(2))], beacon_dependencies(table))
    assert len(visits(table, VISITOR, "visitor")) == 2


def test_a_known_visitor_s_views_are_folded_in_the_bulk_lane(table: Table) -> None:
    bind(table, "lead1", bound=True)
    queue = FakeQueue()
    record_beacons([a_beacon()], beacon_dependencies(table, queue))
    (view,) = visits(table, "lead1")
    assert queue.woken == [keys.activity("lead1", view.at, view.id).ref]
    assert [due.ref for due in table.due(Lane.BULK, shard("lead1"), NOON)] == queue.woken
    assert visits(table, VISITOR, "visitor") == []


def test_a_known_visitor_s_new_campaign_becomes_the_last_touch(table: Table) -> None:
    bind(table, "lead1", bound=True)
    record_beacons(
        [a_beacon(a_view(url="https://www.example.jp/pricing?utm_campaign=autumn"))], beacon_dependencies(table)
    )
    touch = profile(table, "lead1").last_touch
    assert touch and touch.utm_campaign == "autumn"


def test_a_form_posted_during_a_beacon_gets_its_views(table: Table) -> None:
    class Interrupted(Table):
        done = False

        def write(self, *changes: Change) -> None:
            super().write(*changes)
            if not self.done:
                self.done = True
                bind(table, "lead1", bound=True)

    record_beacons([a_beacon()], beacon_dependencies(Interrupted("table", table._client)))
    assert len(visits(table, "lead1")) == 1


@pytest.mark.parametrize("left", range(4))
def test_a_killed_worker_neither_loses_nor_doubles_a_view(table: Table, left: int) -> None:
    table.write(Create(keys.profile("lead1"), a_lead()))
    record_beacons([a_beacon(a_view(0, NOON - timedelta(hours=1)))], beacon_dependencies(table))
    cut = CutTable("table", table._client)
    cut.left = left
    beacon = a_beacon(bridge=a_bridge())
    try:
        record_beacons([beacon], beacon_dependencies(cut))
    except Cut:
        record_beacons([beacon], beacon_dependencies(table))
    for due in due_joins(table, "lead1"):
        copy_visits(due, beacon_dependencies(table))
    assert len(visits(table, "lead1")) == 2
    assert [view.facts.get("click") for view in visits(table, "lead1")] == [None, CLICK]


def test_a_click_connects_one_browser_with_the_lead(table: Table) -> None:
    send = digest("send1")
    table.write(Create(keys.profile("lead1"), a_lead()))
    sent(table, id=send, email="case-study")
    token = sign_token(LINK_KEYS, Purpose.CLICK, Link("lead1", send))
    event = an_event("GET", f"/c/{token}", {"token": token}, headers={"accept": "text/html"})
    own = LinkKeys(link=LINK_KEYS, network=KEY)
    dependencies = LinkDependencies(table, Live(BUNDLE, SITE), lambda _: BUNDLE, own, NOON, FakeQueue())
    location = click(request(event), dependencies)["headers"]["location"]
    rpn = location.partition("?rpn=")[2]
    (clicked,) = [row.value for row in table.under("lead1", "activity#")]

    record_beacons([a_beacon(bridge=rpn)], beacon_dependencies(table))
    record_beacons([a_beacon(a_view(9), visitor="ffffffffffffffff", bridge=rpn)], beacon_dependencies(table))

    assert owner(table) == ("lead1", False)
    (view,) = visits(table, "lead1")
    assert (view.facts["likely"], view.facts["click"]) == ("yes", clicked.id)
    assert profile(table, "lead1") == a_lead()
    assert len(visits(table, "ffffffffffffffff", "visitor")) == 1


def test_an_old_or_unknown_bridge_token_is_ignored(table: Table) -> None:
    old, forged = a_bridge(at=NOON - timedelta(minutes=10, seconds=1)), a_bridge(keys=KeyRing.of(b"b" * 32))
    click_link = sign_token(LINK_KEYS, Purpose.CLICK, Link("lead1", digest("send1")))
    for token in (old, forged, click_link, "token456"):
        record_beacons([a_beacon(bridge=token)], beacon_dependencies(table))
    assert owner(table) is None


def test_a_forwarded_mail_leaves_a_bound_browser_to_its_lead(table: Table) -> None:
    bind(table, "owner", bound=True)
    record_beacons([a_beacon(bridge=a_bridge())], beacon_dependencies(table))
    assert owner(table) == ("owner", True)
    assert visits(table, "lead1") == []
    (view,) = visits(table, "owner")
    assert "click" not in view.facts


def test_a_row_of_another_kind_is_left_alone(table: Table) -> None:
    process([keys.join("lead1", VISITOR).ref], beacon_dependencies(table))
    assert rows(table) == []
