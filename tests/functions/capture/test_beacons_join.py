"""A form joins the earlier visits of its browser, once, and none of another lead."""

import json
from copy import replace
from datetime import datetime, timedelta

import pytest

from capture.beacons import copy_visits, process, record_beacons
from capture.form import Dependencies as FormDependencies
from capture.form import serve as submit
from ripen.adapters.playbook import Live
from ripen.adapters.rows.fold_rows import Queues
from ripen.adapters.table import Change, Create, Table, keys
from ripen.ids import digest
from ripen.lead.activity import Kind
from ripen.lead.address import address_hash
from ripen.playbook.scoring import EngagementRule
from ripen.pointers import Pointer
from ripen.tracking.beacon import Beacon
from ripen.tracking.visitor import VisitorPointer
from tests.support.builders import a_lead
from tests.support.fakes import NOON, FakeClock, FakeQueue
from tests.support.folded_activities import react
from tests.support.gateway_events import KEY, SITE, a_json_post, rows
from tests.support.site_visits import (
    BUNDLE,
    EMAIL,
    VISITOR,
    a_beacon,
    a_bridge,
    a_view,
    beacon_dependencies,
    bind,
    due_joins,
    fill_in,
    owner,
    profile,
    visits,
)

HOUR = timedelta(hours=1)


def test_a_form_joins_earlier_visits_with_their_times_and_first_touch(table: Table) -> None:
    early = NOON - timedelta(days=2)
    record_beacons(
        [a_beacon(a_view(1, early, url="https://www.example.jp/?utm_source=ad"), a_view(2))], beacon_dependencies(table)
    )
    before = visits(table, VISITOR, "visitor")
    lead = fill_in(table)
    copies = visits(table, lead)
    assert [(copy.id, copy.at) for copy in copies] == [(visit.id, visit.at) for visit in before]
    known = profile(table, lead)
    assert known.first_touch and (known.first_touch.at, known.first_touch.utm_source) == (early, "ad")
    assert known.lead_touch and known.lead_touch.at == NOON
    assert owner(table) == (lead, True)


def test_the_form_and_earlier_visits_are_folded_together(table: Table) -> None:
    views = [a_view(n, NOON - timedelta(minutes=n)) for n in (1, 2, 3)]
    record_beacons([a_beacon(*views)], beacon_dependencies(table))
    lead = fill_in(table)
    (form,) = [row for row in table.under(lead, "activity#") if row.value.kind is Kind.FORM_SUBMITTED]
    rule = EngagementRule(code="pricing", kind="page_viewed", subject="pricing", points=12, words={})
    bundle = replace(BUNDLE, scoring=replace(BUNDLE.scoring, engagement=(*BUNDLE.scoring.engagement, rule)))
    queues = Queues(advance=FakeQueue(), sync=FakeQueue(), alert=FakeQueue())
    react([form.key.ref], table, bundle, FakeClock(), queues)
    state = table.get(keys.state(lead))
    assert state and (state.value.rule_points["pricing"].count, state.value.activity_count) == (3, 4)
    react([row.key.ref for row in table.under(lead, "activity#")], table, bundle, FakeClock(), queues)
    again = table.get(keys.state(lead))
    assert again and again.value.activity_count == 4


@pytest.mark.many_rows
def test_visits_beyond_the_transaction_follow_up_to_500(table: Table) -> None:
    for start in range(0, 520, 40):
        views = [a_view(n, NOON - timedelta(minutes=n)) for n in range(start, start + 40)]
        record_beacons([a_beacon(*views)], beacon_dependencies(table))
    lead = fill_in(table)
    assert len(visits(table, lead)) == 40
    queue = FakeQueue()
    (due,) = due_joins(table, lead)
    process([due.ref], beacon_dependencies(table, queue))
    assert len(visits(table, lead)) == 500
    assert len(queue.woken) == 460
    first = profile(table, lead).first_touch
    assert first and first.at == NOON - timedelta(minutes=519)
    assert due_joins(table, lead) == []


def test_view_that_was_written_during_the_form_is_forwarded_when_its_message_comes_back(table: Table) -> None:
    # given a worker that wrote the view before it could see the form, and died
    other = "ffffffffffffffff"
    record_beacons([a_beacon(visitor=other)], beacon_dependencies(table))
    (visit,) = visits(table, other, "visitor")
    lead = fill_in(table)
    table.write(Create(keys.visit(VISITOR, visit.at, visit.id), visit))
    # when SQS delivers the beacon again, twice
    record_beacons([a_beacon()], beacon_dependencies(table))
    record_beacons([a_beacon()], beacon_dependencies(table))
    # then
    assert len(visits(table, lead)) == 1


def test_form_with_few_visits_leaves_nothing_to_join(table: Table) -> None:
    record_beacons([a_beacon(a_view(1), a_view(2))], beacon_dependencies(table))
    lead = fill_in(table)
    assert len(visits(table, lead)) == 2
    assert due_joins(table, lead) == []


def test_a_form_alone_takes_no_visit_of_a_likely_lead(table: Table) -> None:
    bind(table, "reader", bound=False)
    record_beacons([a_beacon()], beacon_dependencies(table))
    lead = fill_in(table, now=NOON + HOUR)
    record_beacons([a_beacon(a_view(2, NOON + 2 * HOUR), received=NOON + 2 * HOUR)], beacon_dependencies(table))
    assert owner(table) == (lead, True)
    assert [len(visits(table, each)) for each in ("reader", lead)] == [1, 1]
    assert profile(table, lead).first_touch == profile(table, lead).lead_touch


def test_a_likely_lead_that_posts_a_form_counts_each_visit_once(table: Table) -> None:
    lead = fill_in(table, visitor="ffffffffffffffff")
    table.write(Create(keys.visitor_pointer(VISITOR), VisitorPointer(lead=lead, bound=False)))
    record_beacons([a_beacon(a_view(1, NOON - timedelta(days=1)))], beacon_dependencies(table))
    assert fill_in(table, company="サンプル") == lead
    assert owner(table) == (lead, True)
    assert len(visits(table, lead)) == 1
    first = profile(table, lead).first_touch
    assert first and first.at == NOON - timedelta(days=1)


def test_two_people_who_fill_in_the_form_on_one_day_share_the_browser(table: Table) -> None:
    record_beacons([a_beacon()], beacon_dependencies(table))
    first, second = fill_in(table), fill_in(table, "taro@example.co.jp", now=NOON + HOUR)
    for due in due_joins(table, first) + due_joins(table, second):
        copy_visits(due, beacon_dependencies(table))
    record_beacons([a_beacon(a_view(2, NOON + 2 * HOUR), received=NOON + 2 * HOUR)], beacon_dependencies(table))
    assert [len(visits(table, lead)) for lead in (first, second)] == [1, 0]
    assert len(visits(table, VISITOR, "visitor")) == 2


def open_mail(table: Table, lead: str, at: datetime, n: int) -> Beacon:
    """Return the beacon of the page that a click in a mail to the lead opened."""
    bridge = a_bridge(lead, at, click=digest("click", n))
    return a_beacon(a_view(n, at), received=at, bridge=bridge)


@pytest.mark.parametrize("gap", [timedelta(seconds=2), timedelta(seconds=79)])
def test_two_leads_who_click_in_one_browser_get_no_visit_of_the_other(table: Table, gap: timedelta) -> None:
    # given a browser in which a mail to each lead is opened, and pages are read before, between and afterwards
    for lead in ("lead1", "lead2"):
        table.write(Create(keys.profile(lead), a_lead(id=lead)))
    second = NOON + gap
    between, after = NOON + gap / 2, second + HOUR
    beacons = [
        a_beacon(a_view(1, NOON - HOUR), received=NOON - HOUR),
        open_mail(table, "lead1", NOON, 2),
        a_beacon(a_view(3, between), received=between),
        open_mail(table, "lead2", second, 4),
        a_beacon(a_view(5, after), received=after),
    ]
    # when they arrive one by one, the joins run late, and everything comes again at once
    for beacon in beacons:
        record_beacons([beacon], beacon_dependencies(table))
    for lead in ("lead1", "lead2"):
        for due in due_joins(table, lead):
            copy_visits(due, beacon_dependencies(table))
    record_beacons(beacons, beacon_dependencies(table))
    # then
    assert owner(table) == ("", False)
    assert [len(visits(table, lead)) for lead in ("lead1", "lead2")] == [2, 0]
    assert len(visits(table, VISITOR, "visitor")) == 5
    # and a form in the visit that the second click began proves the browser, from that click on
    table.write(Create(keys.address(address_hash(KEY, EMAIL)), Pointer(lead="lead2")))
    fill_in(table, now=after)
    assert owner(table) == ("lead2", True)
    assert [len(visits(table, lead)) for lead in ("lead1", "lead2")] == [2, 2]


def test_beacons_of_two_leads_in_one_batch_are_told_apart(table: Table) -> None:
    for lead in ("lead1", "lead2"):
        table.write(Create(keys.profile(lead), a_lead(id=lead)))
    later = NOON + timedelta(days=2)
    beacons = [open_mail(table, "lead2", later, 2), open_mail(table, "lead1", NOON, 1)]
    record_beacons(beacons, beacon_dependencies(table))
    assert [[visit.at for visit in visits(table, lead)] for lead in ("lead1", "lead2")] == [[NOON], [later]]


def test_a_visit_that_is_one_lead_s_stays_so_whoever_claims_the_browser_meanwhile(table: Table) -> None:
    class Interrupted(Table):
        done = False

        def write(self, *changes: Change) -> None:
            super().write(*changes)
            if not self.done:
                self.done = True
                record_beacons([open_mail(table, "lead2", NOON - HOUR, 9)], beacon_dependencies(table))

    bind(table, "lead1", bound=False)
    table.write(Create(keys.profile("lead2"), a_lead(id="lead2")))
    record_beacons([a_beacon()], beacon_dependencies(Interrupted("table", table._client)))
    assert [len(visits(table, lead)) for lead in ("lead1", "lead2")] == [1, 1]


@pytest.mark.parametrize("visitor", ["", "short", "../../etc", "x" * 65, "あ" * 10, "0123456789abcde\x00"])
def test_a_malformed_visitor_id_is_ignored(table: Table, visitor: str) -> None:
    dependencies = FormDependencies(table, FakeQueue(), Live(BUNDLE, SITE), KEY, NOON, lambda: digest(len(rows(table))))
    answered = submit(a_json_post({"email": EMAIL, "visitor": visitor}), dependencies)
    assert answered["statusCode"] in (202, 400)
    assert not any(ref.startswith("visitor#") for ref in rows(table))


def test_a_repeated_form_joins_once(table: Table) -> None:
    record_beacons([a_beacon()], beacon_dependencies(table))
    dependencies = FormDependencies(
        table, FakeQueue(), Live(BUNDLE, SITE), KEY, NOON, iter(map(digest, range(99))).__next__
    )
    answers = [submit(a_json_post({"email": EMAIL, "visitor": VISITOR}), dependencies) for _ in range(2)]
    assert json.loads(answers[0]["body"]) == json.loads(answers[1]["body"])
    assert sum("activity#" in ref for ref in rows(table) if ref.startswith("lead#")) == 2
