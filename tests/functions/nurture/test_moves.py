"""How an enrollment is advanced: what is read for it, several runs at once, and retries after an error."""

from copy import replace
from datetime import timedelta
from typing import Any

import pytest

from nurture import advance
from ripen.adapters.playbook import Playbook
from ripen.adapters.table import Change, Conflict, Create, Replace, Table, keys
from ripen.errors import Contended
from ripen.journey.context import JourneyContext
from ripen.journey.engine import Advanced
from ripen.journey.enrollment import Enrollment, EnrollmentState
from ripen.lead.activity import Kind
from ripen.playbook.graph import CrmStep, EnrolStep, Journey, LeaveStep, NotifyStep, UpdateStep, WebhookStep
from tests.support.builders import a_bundle, a_lead, an_activity
from tests.support.fakes import NOON, FakeClock, FakeQueue
from tests.support.scripted_engine import ENTRY, KEY, UPDATE, Says, activities, decisions, enrol, profile_of
from tests.support.sqs_events import a_playbook, queues_of_advance


def test_activities_since_the_needed_time_are_read(
    table: Table, playbook: Playbook, clock: FakeClock, seen: list[JourneyContext], monkeypatch: pytest.MonkeyPatch
) -> None:
    enrol(table)
    for minutes in (-5, 0, 5):
        at = NOON + timedelta(minutes=minutes)
        table.write(Create(keys.activity("lead1", at, f"a{minutes}"), an_activity(id=f"a{minutes}", at=at)))
    monkeypatch.setattr(advance, "history_start", lambda enrollment, journey, now: NOON)
    advance.move(KEY.ref, table, playbook, clock, queues_of_advance())
    assert [activity.id for activity in seen[0].activities] == ["a0", "a5"]


def test_no_activity_is_read_without_need(
    table: Table, playbook: Playbook, clock: FakeClock, seen: list[JourneyContext], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Blind(Table):
        def between(self, *args: Any, **options: Any) -> Any:
            raise AssertionError

    enrol(table)
    monkeypatch.setattr(advance, "history_start", lambda enrollment, journey, now: None)
    advance.move(KEY.ref, Blind("table", table._client), playbook, clock, queues_of_advance())
    assert seen[0].activities == []


def test_enrollment_with_an_error_has_one_decision_and_is_retried_every_hour(
    table: Table, playbook: Playbook, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, says: Says
) -> None:
    # given
    def missing(enrollment: Enrollment, context: JourneyContext, now: Any) -> Advanced:
        raise KeyError("no-such-mail")

    enrol(table)
    monkeypatch.setattr(advance, "advance", missing)
    # when
    for _ in range(3):
        advance.move(KEY.ref, table, playbook, clock, queues_of_advance())
        clock.move(hours=1)
    # then
    row = table.get(KEY)
    assert row
    assert (row.value.state, row.value.error) == (EnrollmentState.ACTIVE, "cannot be moved: KeyError")
    assert row.due == clock.now()
    assert [(decision.outcome, decision.reason) for decision in decisions(table)] == [
        ("stuck", "cannot be moved: KeyError")
    ]
    # and when the error is mended
    says()
    advance.move(KEY.ref, table, playbook, clock, queues_of_advance())
    row = table.get(KEY)
    assert row
    assert (row.value.error, row.value.step) == ("", "here")


def test_message_comes_back_if_other_workers_keep_writing(
    table: Table, playbook: Playbook, clock: FakeClock, says: Says
) -> None:
    class Busy(Table):
        def write(self, *changes: Change) -> None:
            raise Conflict((0,))

    enrol(table)
    says(UPDATE)
    with pytest.raises(Contended):
        advance.move(KEY.ref, Busy("table", table._client), playbook, clock, queues_of_advance())


def test_run_that_is_due_again_at_once_is_done_at_once(
    table: Table, playbook: Playbook, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More steps than one transaction takes do not wait for the tick."""
    runs: list[str] = []

    def walk(enrollment: Enrollment, context: JourneyContext, now: Any) -> Advanced:
        runs.append(enrollment.step)
        due = now if len(runs) < 3 else now + timedelta(days=1)
        return Advanced(enrollment=replace(enrollment, step=f"{len(runs)}"), effects=(), due=due, decisions=())

    enrol(table)
    monkeypatch.setattr(advance, "advance", walk)
    monkeypatch.setattr(advance, "history_start", lambda enrollment, journey, now: None)
    advance.move(KEY.ref, table, playbook, clock, queues_of_advance())
    assert runs == ["", "1", "2"]


def test_endless_runs_are_left_to_the_tick(
    table: Table, playbook: Playbook, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs: list[str] = []

    def walk(enrollment: Enrollment, context: JourneyContext, now: Any) -> Advanced:
        runs.append(enrollment.step)
        return Advanced(enrollment=enrollment, effects=(), due=now, decisions=())

    enrol(table)
    monkeypatch.setattr(advance, "advance", walk)
    advance.move(KEY.ref, table, playbook, clock, queues_of_advance())
    assert len(runs) == 10


def test_journey_with_every_effect_runs_to_its_end(table: Table, clock: FakeClock, queue: FakeQueue) -> None:
    # given
    steps = (
        UpdateStep(id="tag", add_tags=("vip",), points=5, stage="mql", next="tell"),
        NotifyStep(id="tell", text={"ja": "{{ lead.company }} 様です"}, next="sales"),
        CrmStep(id="sales", task={"ja": "架電 {{ entry.order }}"}, campaign="春", next="ask"),
        WebhookStep(id="ask", url="https://example.com/", body={"order": "{{ entry.order }}"}, next="other"),
        EnrolStep(id="other", journey="webinar", next="off"),
        LeaveStep(id="off", journey="orders"),
    )
    journey = Journey(name="whitepaper", first="tag", steps=steps)
    playbook = a_playbook(table, replace(a_bundle(), journeys={"whitepaper": journey}))
    table.write(
        Create(keys.profile("lead1"), a_lead(id="lead1")),
        Create(KEY, replace(ENTRY, facts={"order": "A-7"}), due=NOON),
        Create(keys.enrollment("lead1", "orders", "1"), replace(ENTRY, journey="orders", key="1"), due=NOON),
    )
    # when it runs up to the webhook
    advance.move(KEY.ref, table, playbook, clock, queues_of_advance(others=queue))
    # then
    [note], [crm_request] = list(table.under("lead1", "alert#")), list(table.under("lead1", "request#"))
    [call] = list(table.under("lead1", "call#"))
    assert (note.value.text, crm_request.value.task) == ("株式会社サンプル 様です", "架電 A-7")
    assert (call.value.body, call.value.step) == ({"order": "A-7"}, "ask")
    assert (profile_of(table).tags, profile_of(table).stage) == (("vip",), "mql")
    # and to the end, after the answer
    row = table.get(KEY)
    assert row
    table.write(Replace(KEY, replace(row.value, answers={"ask": {"ok": True}}), row.version, due=NOON))
    advance.move(KEY.ref, table, playbook, clock, queues_of_advance(others=queue))
    states = {row.value.journey: row.value.state for row in table.under("lead1", "enrollment#")}
    assert states == {"whitepaper": EnrollmentState.FINISHED, "orders": EnrollmentState.EXITED}
    assert {activity.kind for activity in activities(table)} == {Kind.POINTS_GIVEN, Kind.ENTRY_ASKED}
    assert {keys.kind(ref) for ref in queue.woken} == {"activity", "alert", "request", "call"}


@pytest.mark.parametrize("broken", [replace(ENTRY, step="gone"), replace(ENTRY, journey="dropped")])
def test_graph_without_the_step_or_the_journey_stops_only_this_enrollment(
    table: Table, playbook: Playbook, clock: FakeClock, broken: Enrollment
) -> None:
    table.write(Create(keys.profile("lead1"), a_lead(id="lead1")), Create(KEY, broken, due=NOON))
    advance.move(KEY.ref, table, playbook, clock, queues_of_advance())
    row = table.get(KEY)
    assert row
    assert (row.value.error, row.due) == ("cannot be moved: KeyError", NOON + timedelta(hours=1))
