"""A submission is folded in the transaction that stores it, unless something speaks against it."""

from copy import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from capture.beacons import record_beacons
from capture.form import Dependencies, serve
from ripen.adapters.rows import fold_at_once
from ripen.adapters.rows.fold_rows import Queues
from ripen.adapters.table import Change, Conflict, Create, Table, keys
from ripen.lead.activity import Activity, Kind, Verdict
from ripen.lead.state import Rank, State
from ripen.marks import CrmMark
from ripen.playbook.scoring import EngagementRule
from ripen.scoring.rules_version import rules_version
from tests.support.builders import an_activity
from tests.support.fakes import NOON, FakeClock, FakeQueue
from tests.support.folded_activities import react, woken
from tests.support.form_posts import EMAIL, activities, lead_of
from tests.support.gateway_events import a_post
from tests.support.site_visits import BUNDLE, a_beacon, a_view, beacon_dependencies, bind, fill_in


@pytest.fixture
def queues() -> Queues:
    return Queues(advance=FakeQueue(), sync=FakeQueue(), alert=FakeQueue())


@pytest.fixture
def at_once(dependencies: Dependencies, queues: Queues) -> Dependencies:
    return replace(dependencies, queues=queues)


def test_form_leaves_nothing_to_fold_and_wakes_the_workers_of_what_follows(
    at_once: Dependencies, queues: Queues, queue: FakeQueue
) -> None:
    assert serve(a_post(email=EMAIL, consent="on"), at_once)["statusCode"] == 202
    (form,) = activities(at_once.table)
    assert form.folded == NOON
    assert {decision.what for decision in form.decisions} == {"enrollment", "rank"}
    assert queue.woken == []
    kinds = {keys.kind(ref) for each in (queues.advance, queues.sync, queues.alert) for ref in woken(each)}
    assert kinds == {"due#crm", "enrollment"}


def test_form_is_folded_to_the_same_rows_as_by_score_react(
    dependencies: Dependencies, at_once: Dependencies, queues: Queues, clock: FakeClock, queue: FakeQueue
) -> None:
    serve(a_post(email=EMAIL), at_once)
    serve(a_post(email="taro@example.co.jp"), dependencies)
    react([str(ref) for ref in queue.woken], dependencies.table, dependencies.live.bundle, clock, queues)
    first, second = (lead_of(dependencies.table, email) for email in (EMAIL, "taro@example.co.jp"))
    assert rows_of(dependencies.table, first) == rows_of(dependencies.table, second)


def test_fold_sees_the_values_that_the_form_itself_brings(at_once: Dependencies) -> None:
    serve(a_post(email=EMAIL), at_once)
    assert state(at_once.table).fit == 0
    serve(a_post(email=EMAIL, job_title="部長"), at_once)
    assert state(at_once.table).fit > 0


def test_repeated_form_is_not_folded_again(at_once: Dependencies) -> None:
    for _ in range(2):
        serve(a_post(email=EMAIL, nonce="n1"), at_once)
    assert state(at_once.table).activity_count == 1


def test_form_after_a_click_without_a_verdict_is_left_to_score_react(at_once: Dependencies, queue: FakeQueue) -> None:
    serve(a_post(email=EMAIL), at_once)
    lead = lead_of(at_once.table)
    click = an_activity(id="click", lead=lead, kind=Kind.LINK_CLICKED, verdict=Verdict.UNJUDGED, at=NOON)
    at_once.table.write(Create(keys.activity(lead, NOON, "click"), click, due=NOON + timedelta(minutes=2)))
    serve(a_post(email=EMAIL, company="B社"), at_once)
    assert [a.folded for a in forms(at_once.table)].count(None) == 1
    assert len(queue.woken) == 1


def test_form_of_a_lead_with_old_definitions_is_left_to_score_react(at_once: Dependencies, queue: FakeQueue) -> None:
    serve(a_post(email=EMAIL), at_once)
    bundle = at_once.live.bundle
    newer = replace(bundle, scoring=replace(bundle.scoring, half_life_days=9))
    serve(a_post(email=EMAIL, company="B社"), replace(at_once, live=replace(at_once.live, bundle=newer)))
    assert len(queue.woken) == 1
    assert state(at_once.table).activity_count == 1


def test_form_is_stored_although_the_fold_fails(
    at_once: Dependencies, queue: FakeQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(fold_at_once, "fold", fail)
    assert serve(a_post(email=EMAIL), at_once)["statusCode"] == 202
    (form,) = activities(at_once.table)
    assert form.folded is None
    assert len(queue.woken) == 1


def test_form_of_a_lead_that_other_workers_hold_is_stored_without_a_fold(
    at_once: Dependencies, queue: FakeQueue
) -> None:
    serve(a_post(email=EMAIL), at_once)

    class Held(Table):
        """A table on which the state of the lead changes before each write."""

        def write(self, *changes: Change) -> None:
            if any(change.key.sk == "state" for change in changes):
                raise Conflict((0,))
            super().write(*changes)

    held = Held("table", at_once.table._client, lambda _: None)
    assert serve(a_post(email=EMAIL, company="B社"), replace(at_once, table=held))["statusCode"] == 202
    assert [a.folded for a in forms(at_once.table)].count(None) == 1
    assert len(queue.woken) == 1


def test_fold_that_does_not_fit_the_transaction_is_left_to_score_react(
    at_once: Dependencies, queue: FakeQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("capture._store.MAX_CHANGES", 6)
    serve(a_post(email=EMAIL), at_once)
    (form,) = activities(at_once.table)
    assert form.folded is None
    assert len(queue.woken) == 1


def test_beacon_of_a_lead_is_folded_at_once(table: Table, queues: Queues) -> None:
    lead, queue = fill_in(table), FakeQueue()
    dependencies = replace(beacon_dependencies(table, queue), queues=queues)
    record_beacons([a_beacon(a_view(1)), a_beacon(a_view(2))], dependencies)
    record_beacons([a_beacon(a_view(1))], dependencies)
    found = [row.value for row in table.under(lead, "activity#") if row.value.kind is Kind.PAGE_VIEWED]
    assert [visit.folded for visit in found] == [NOON, NOON]
    assert queue.woken == []


@pytest.mark.parametrize(("points", "expected"), [(1, (NOON + timedelta(minutes=1), 1)), (90, (NOON, 2))])
def test_crm_mark_that_is_due_is_written_again_only_to_be_due_earlier(
    table: Table, queues: Queues, points: int, expected: tuple[datetime, int]
) -> None:
    # given a lead whose new score is to be written in a minute
    rule = EngagementRule(code="pricing", kind="page_viewed", subject="pricing", points=points, words={})
    bundle = replace(BUNDLE, scoring=replace(BUNDLE.scoring, fit=(), engagement=(rule,)))
    bind(table, "lead1", bound=True)
    table.write(Create(keys.state("lead1"), State(lead="lead1", rules_version=rules_version(bundle))))
    table.write(Create(keys.crm_mark("lead1"), CrmMark(lead="lead1"), due=NOON + timedelta(minutes=1)))
    # when it views a page that gives a few points, or makes it hot
    record_beacons([a_beacon()], replace(beacon_dependencies(table), queues=queues, bundle=bundle))
    # then
    row = table.get(keys.crm_mark("lead1"))
    assert row
    assert (row.due, row.version) == expected


def forms(table: Table) -> list[Activity]:
    return [activity for activity in activities(table) if activity.kind is Kind.FORM_SUBMITTED]


def state(table: Table) -> Any:
    row = table.get(keys.state(lead_of(table)))
    assert row
    assert row.value.rank in Rank
    return row.value


def rows_of(table: Table, lead: str) -> list[tuple[str, Any, Any]]:
    """Return the kinds, due times and folded values of the lead's rows, without what differs between two leads."""
    found = []
    for row in table.under(lead, ""):
        value = row.value
        if isinstance(value, Activity):
            value = (value.folded, [(each.what, each.outcome) for each in value.decisions])
        found.append((keys.kind(row.key.ref), row.due, value if isinstance(value, tuple) else None))
    return found
