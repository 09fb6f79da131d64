"""score.react on a real table: entries into journeys, the enrollments that are woken, and a new playbook."""

from copy import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ripen.adapters.rows.decisions import read_decisions
from ripen.adapters.rows.fold_rows import Queues
from ripen.adapters.table import Create, Mark, Replace, Table, keys
from ripen.agenda import Lane
from ripen.journey.enrollment import EnrollmentState
from ripen.lead.activity import Activity, Kind
from ripen.lead.contact import Contact, Permission
from ripen.lead.state import Rank
from ripen.operations.publication.publish import publish
from ripen.playbook.bundle import Bundle, Segment
from ripen.playbook.clause import Agreed, Condition, Did
from ripen.playbook.graph import Again, Journey
from ripen.playbook.trigger import OnActivity, OnDate, OnSegment
from ripen.scoring.rules_version import rules_version
from score import react as module
from tests.support.builders import a_bundle, a_lead, an_activity
from tests.support.fakes import NOON, FakeClock, FakeQueue
from tests.support.folded_activities import captured, due, react, value
from tests.support.sqs_events import LambdaContext, a_playbook, an_sqs_event

STATE = keys.state("lead1")
ORDERED = OnActivity(kind="form_submitted", subject="order", key="order")
BUYERS = Segment(name="buyers", also=(Did(kind="form_submitted", subject="order", at_least=2),))
RICH = Segment(name="rich", when=(Condition(field="department", any_of=("IT",)),))


def a_plan(*journeys: Journey, segments: tuple[Segment, ...] = ()) -> Bundle:
    named = {journey.name: journey for journey in journeys}
    return replace(a_bundle(), journeys=named, segments={segment.name: segment for segment in segments})


def an_order(n: int, number: str = "", **known: Any) -> Activity:
    facts = {"order": number} if number else {}
    return an_activity(**{"id": f"order{n}", "subject": "order", "facts": facts} | known)


def a_lead_row(table: Table, **known: Any) -> None:
    table.write(Create(keys.profile("lead1"), a_lead(job_title="", **known)))


def enrollments(table: Table) -> list[str]:
    return [row.key.sk.removeprefix("enrollment#") for row in table.under("lead1", "enrollment#")]


def ends(table: Table, journey: str, key: str) -> None:
    row = table.get(keys.enrollment("lead1", journey, key))
    assert row is not None
    table.write(Replace(row.key, replace(row.value, state=EnrollmentState.FINISHED), row.version))


def refusals(table: Table) -> list[str]:
    return [decision.reason for decision in read_decisions(table, "lead1") if decision.outcome == "refused"]


def test_lead_enters_once_for_each_key(table: Table, clock: FakeClock, queues: Queues) -> None:
    plan = a_plan(Journey(name="order", enrol=(ORDERED,), again=Again(how="by key")))
    a_lead_row(table)
    react(captured(table, an_order(1, "A"), an_order(2, "B")), table, plan, clock, queues)
    clock.move(days=1)
    react(captured(table, an_order(3, "A"), an_order(4, "C")), table, plan, clock, queues)
    assert enrollments(table) == ["order#A", "order#B", "order#C"]
    assert refusals(table) == ["entered for this already"]


def test_lead_enters_again_after_its_enrollment_has_ended(table: Table, clock: FakeClock, queues: Queues) -> None:
    plan = a_plan(Journey(name="order", enrol=(ORDERED,), again=Again(how="after exit")))
    a_lead_row(table)
    react(captured(table, an_order(1)), table, plan, clock, queues)
    react(captured(table, an_order(2)), table, plan, clock, queues)
    assert enrollments(table) == ["order#order1"]
    ends(table, "order", "order1")
    react(captured(table, an_order(3)), table, plan, clock, queues)
    assert enrollments(table) == ["order#order1", "order#order3"]
    assert refusals(table) == ["still in it"]


def test_birthday_is_on_the_agenda_and_enrols_the_lead(table: Table, clock: FakeClock, queues: Queues) -> None:
    # given
    birthday = Journey(name="birthday", enrol=(OnDate(field="born", yearly=True),), again=Again(how="by key"))
    plan = a_plan(birthday)
    a_lead_row(table, attributes={"born": "1980/11/24"})
    react(captured(table, an_order(1)), table, plan, clock, queues)
    morning = datetime(2026, 11, 24, tzinfo=UTC)
    assert due(table, STATE) == morning
    # when
    clock.at = morning
    react([STATE.ref], table, plan, clock, queues)
    # then
    key = keys.enrollment("lead1", "birthday", "2026-11-24")
    assert due(table, key) == morning
    assert isinstance(queues.advance, FakeQueue)
    assert queues.advance.woken == [key.ref]
    # and the next one is a year away, after earlier marks for decay
    again = due(table, STATE)
    assert again is not None
    while again < morning + timedelta(days=365):
        clock.at = again
        react([STATE.ref], table, plan, clock, queues)
        again = due(table, STATE)
        assert again is not None
    assert again == morning + timedelta(days=365)
    react([STATE.ref], table, plan, clock, queues)
    assert enrollments(table) == ["birthday#2026-11-24"]


def test_who_reads_the_consent_of_the_contact(table: Table, clock: FakeClock, queues: Queues) -> None:
    plan = a_plan(Journey(name="order", enrol=(ORDERED,), who=Agreed()))
    a_lead_row(table)
    agreed = Contact(lead="lead1", consent={"marketing": Permission(granted=True, at=NOON, record="r")})
    react(captured(table, an_order(1)), table, plan, clock, queues)
    table.write(Create(keys.contact("lead1"), agreed))
    react(captured(table, an_order(2)), table, plan, clock, queues)
    assert (enrollments(table), refusals(table)) == (["order#once"], ["does not match `who`"])


def test_changed_rank_wakes_only_the_journey_that_asks_about_it(table: Table, clock: FakeClock, queues: Queues) -> None:
    # given a lead in a journey whose goal is the rank warm, and in one without a goal
    goal = Condition(field="rank", any_of=("warm",))
    viewed = OnActivity(kind="page_viewed")
    plan = a_plan(Journey(name="other", enrol=(viewed,)), Journey(name="asking", enrol=(viewed,), goal=goal))
    a_lead_row(table)
    react(captured(table, an_activity(id="view", kind=Kind.PAGE_VIEWED)), table, plan, clock, queues)
    later = NOON + timedelta(days=3)
    for name in ("other", "asking"):
        row = table.get(keys.enrollment("lead1", name, "once"))
        assert row is not None
        table.write(Replace(row.key, row.value, row.version, due=later, lane=Lane.BULK))
    # when
    clock.move(hours=1)
    react(captured(table, an_order(1)), table, plan, clock, queues)
    # then
    assert value(table, STATE).rank is Rank.WARM
    assert due(table, keys.enrollment("lead1", "asking", "once")) == clock.now()
    assert due(table, keys.enrollment("lead1", "other", "once")) == later
    # and a journey without an active enrollment is over
    ends(table, "asking", "once")
    react(captured(table, an_order(2)), table, plan, clock, queues)
    journeys = value(table, STATE).journeys
    assert (journeys["other"].active, journeys["asking"].active) == (True, False)


def test_new_playbook_is_applied_before_the_next_activity(table: Table, clock: FakeClock, queues: Queues) -> None:
    # given a lead with two orders under a playbook without segments
    a_lead_row(table)
    react(captured(table, an_order(1), an_order(2)), table, a_plan(), clock, queues)
    # when a new playbook has a segment of such leads that enrols them, and the lead views a page
    plan = a_plan(Journey(name="buyers", enrol=(OnSegment(segment="buyers"),)), segments=(BUYERS,))
    clock.move(days=1)
    react(captured(table, an_activity(id="view", kind=Kind.PAGE_VIEWED, at=clock.now())), table, plan, clock, queues)
    # then the lead is in the segment, but has not joined it
    state = value(table, STATE)
    assert (state.segments, state.activity_count, state.rules_version) == (("buyers",), 3, rules_version(plan))
    assert enrollments(table) == []


def test_marked_state_applies_a_new_playbook_without_activity(table: Table, clock: FakeClock, queues: Queues) -> None:
    a_lead_row(table)
    react(captured(table, an_order(1), an_order(2)), table, a_plan(), clock, queues)
    plan = a_plan(segments=(BUYERS,))
    table.write(Mark(STATE, NOON, Lane.BULK))
    react([STATE.ref], table, plan, clock, queues)
    assert value(table, STATE).segments == ("buyers",)
    assert (due(table, STATE) or NOON) > clock.now()


def test_playbook_with_the_same_definitions_changes_nothing(table: Table, clock: FakeClock, queues: Queues) -> None:
    a_lead_row(table)
    react(captured(table, an_order(1)), table, a_plan(), clock, queues)
    before = table.get(STATE)
    assert before is not None
    other = replace(a_plan(), hash="bundle2", pages={})
    clock.move(minutes=1)
    react([STATE.ref], table, other, clock, queues)
    after = table.get(STATE)
    assert after is not None
    assert (after.version, after.value) == (before.version, before.value)


def test_lead_is_enrolled_by_hand(table: Table, clock: FakeClock, queues: Queues) -> None:
    plan = a_plan(Journey(name="order", again=Again(how="by key")))
    a_lead_row(table)
    asked = an_activity(id="ask", kind=Kind.ENTRY_ASKED, subject="order", facts={"key": "2026-12", "by": "anna"})
    react(captured(table, asked), table, plan, clock, queues)
    assert enrollments(table) == ["order#2026-12"]


def test_lead_that_joins_during_a_publication_enters(
    table: Table, clock: FakeClock, queues: Queues, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a journey for a segment, and a lead that is not in the segment yet
    a_lead_row(table)
    old = a_plan(Journey(name="buyers", enrol=(OnSegment(segment="rich"),)), segments=(RICH,))
    playbook = a_playbook(table, old)
    react(captured(table, an_order(1)), table, playbook.bundle(old.hash), clock, queues)
    # when a form adds the missing field, after a new playbook was published
    profile = table.get(keys.profile("lead1"))
    assert profile is not None
    table.write(Replace(profile.key, replace(profile.value, department="IT"), profile.version))
    new = replace(old, hash="bundle2", segments=old.segments | {"buyers": BUYERS})
    publish(new, table, playbook, "https://ripen.example", NOON)
    for name, real in (("table", table), ("clock", clock), ("queues", queues), ("playbook", playbook)):
        monkeypatch.setattr(module, name, real)
    module.handler(an_sqs_event(*captured(table, an_order(2))), LambdaContext())
    # then
    assert [found.partition("#")[0] for found in enrollments(table)] == ["buyers"]
    assert value(table, STATE).segments == ("buyers", "rich")
