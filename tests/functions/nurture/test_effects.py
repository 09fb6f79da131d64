"""The effects of a journey's steps become rows in the transaction that moves the enrollment."""

from collections import Counter
from copy import replace
from datetime import timedelta
from typing import Any

import pytest

from nurture import advance
from ripen.adapters.playbook import Playbook
from ripen.adapters.table import Change, Create, Replace, Table, keys
from ripen.agenda import Lane, shard
from ripen.journey.crm_request import CrmRequest
from ripen.journey.effects import ExitJourney
from ripen.journey.enrollment import EnrollmentState
from ripen.journey.webhook_call import WebhookCall
from ripen.lead.activity import Activity, Kind
from ripen.playbook.graph import UpdateStep
from ripen.slack.alert import Alert, AlertState
from tests.support.fakes import NOON, FakeClock, FakeQueue
from tests.support.scripted_engine import ENTRY, KEY, SEND, UPDATE, Says, activities, decisions, enrol, profile_of
from tests.support.sqs_events import queues_of_advance


def a_note(**changes: str) -> Alert:
    usual: dict[str, Any] = {"id": "n1", "lead": "lead1", "kind": "note", "planned": NOON, "text": "!"}
    return Alert(**(usual | changes))


def an_entry_request() -> Activity:
    return Activity(id="o1", lead="lead1", kind=Kind.ENTRY_ASKED, at=NOON, received=NOON, subject="webinar")


def test_update_changes_the_profile_and_creates_an_activity_for_the_fold(
    table: Table, playbook: Playbook, clock: FakeClock, queue: FakeQueue, says: Says
) -> None:
    # given
    enrol(table, tags=("old",), stage="lead")
    says(UPDATE)
    # when
    advance.move(KEY.ref, table, playbook, clock, queues_of_advance(others=queue))
    # then
    now = profile_of(table)
    assert (now.department, now.tags, now.stage) == ("広報", ("old", "vip"), "mql")
    [activity] = activities(table)
    assert (activity.kind, activity.facts) == (Kind.UPDATED, {"journey": "whitepaper", "step": "update-1"})
    assert queue.woken == [keys.activity("lead1", NOON, activity.id).ref]
    assert len(table.due(Lane.BULK, shard("lead1"), NOON)) == 1


def test_mail_has_the_time_at_which_its_row_expires(
    table: Table, playbook: Playbook, clock: FakeClock, says: Says
) -> None:
    enrol(table)
    says(SEND)
    advance.move(KEY.ref, table, playbook, clock, queues_of_advance())
    [row] = table.under("lead1", "send#")
    assert row.expires == SEND.planned + timedelta(days=730)


def test_points_are_an_activity_with_their_reason(
    table: Table, playbook: Playbook, clock: FakeClock, says: Says
) -> None:
    enrol(table)
    says(UpdateStep(id="give", points=7.5, words={"ja": "面談"}))
    advance.move(KEY.ref, table, playbook, clock, queues_of_advance())
    [given] = activities(table)
    assert given.kind is Kind.POINTS_GIVEN
    assert given.facts == {"journey": "whitepaper", "step": "give", "points": "7.5", "words.ja": "面談"}


def test_effect_that_is_planned_for_later_is_due_then(
    table: Table, playbook: Playbook, clock: FakeClock, queue: FakeQueue, says: Says
) -> None:
    enrol(table)
    later = NOON + timedelta(days=3)
    says(replace(a_note(), planned=later))
    advance.move(KEY.ref, table, playbook, clock, queues_of_advance(others=queue))
    assert [due.at for due in table.due(Lane.HOT, shard("lead1"), later)] == [later]
    assert queue.woken == []


def test_two_updates_of_one_run_both_count(table: Table, playbook: Playbook, clock: FakeClock, says: Says) -> None:
    enrol(table, tags=("a", "b"))
    says(
        UpdateStep(id="u1", remove_tags=("a",), fields={"plan": "gold"}),
        UpdateStep(id="u2", add_tags=("c",), remove_tags=("x",)),
    )
    advance.move(KEY.ref, table, playbook, clock, queues_of_advance())
    assert profile_of(table).tags == ("b", "c")
    assert profile_of(table).attributes == {"plan": "gold"}
    assert len(activities(table)) == 2


def test_change_by_a_form_in_the_meantime_is_kept(
    table: Table, playbook: Playbook, clock: FakeClock, says: Says
) -> None:
    class Interrupted(Table):
        def write(self, *changes: Change) -> None:
            if not interruptions:
                interruptions.append(True)
                table.write(Replace(keys.profile("lead1"), replace(profile_of(table), phone="+81399999999"), 1))
            super().write(*changes)

    interruptions: list[bool] = []
    enrol(table)
    says(UPDATE)
    advance.move(KEY.ref, Interrupted("table", table._client), playbook, clock, queues_of_advance())
    assert (profile_of(table).phone, profile_of(table).department) == ("+81399999999", "広報")


def test_a_note_is_an_alert_for_its_channel(
    table: Table, playbook: Playbook, clock: FakeClock, queue: FakeQueue, says: Says
) -> None:
    enrol(table)
    says(a_note(text="電話してください", channel="events"))
    advance.move(KEY.ref, table, playbook, clock, queues_of_advance(others=queue))
    row = table.get(keys.alert("lead1", "n1"))
    assert row
    assert (row.value.kind, row.value.text, row.value.channel) == ("note", "電話してください", "events")
    assert (row.value.state, row.due) == (AlertState.PLANNED, NOON)
    assert queue.woken == [row.key.ref]


def test_crm_request_and_webhook_call_are_rows_due_now(
    table: Table, playbook: Playbook, clock: FakeClock, queue: FakeQueue, says: Says
) -> None:
    enrol(table)
    says(
        CrmRequest(id="e1", lead="lead1", journey="whitepaper", planned=NOON, task="架電"),
        WebhookCall(
            id="c1",
            lead="lead1",
            journey="whitepaper",
            entry="a1",
            step="ask",
            url="https://example.com/",
            planned=NOON,
        ),
    )
    advance.move(KEY.ref, table, playbook, clock, queues_of_advance(others=queue))
    crm_request, call = table.get(keys.crm_request("lead1", "e1")), table.get(keys.call("lead1", "c1"))
    assert crm_request
    assert call
    assert (crm_request.value.task, crm_request.due, crm_request.lane) == ("架電", NOON, Lane.BULK)
    assert (call.value.step, call.due, call.lane) == ("ask", NOON, Lane.BULK)
    assert queue.woken == [crm_request.key.ref, call.key.ref]


def test_entry_into_another_journey_is_requested_from_the_fold(
    table: Table, playbook: Playbook, clock: FakeClock, queue: FakeQueue, says: Says
) -> None:
    enrol(table)
    says(an_entry_request())
    advance.move(KEY.ref, table, playbook, clock, queues_of_advance(others=queue))
    assert activities(table) == [an_entry_request()]
    assert queue.woken == [keys.activity("lead1", NOON, "o1").ref]


def test_exit_from_another_journey_ends_its_active_enrollments(
    table: Table, playbook: Playbook, clock: FakeClock, says: Says
) -> None:
    # given
    mine = replace(ENTRY, journey="webinar", key="1")
    over = replace(mine, key="2", state=EnrollmentState.FINISHED)
    enrol(table, mine, over, replace(mine, journey="webinar-2"))
    says(ExitJourney(journey="webinar", reason="left by journey whitepaper"))
    # when
    advance.move(KEY.ref, table, playbook, clock, queues_of_advance())
    # then
    rows = {(row.value.journey, row.value.key): row for row in table.under("lead1", "enrollment#")}
    ended = rows["webinar", "1"]
    assert (ended.value.state, ended.value.reason, ended.value.left, ended.due) == (
        EnrollmentState.EXITED,
        "left by journey whitepaper",
        NOON,
        None,
    )
    assert rows["webinar", "2"].value.state is EnrollmentState.FINISHED
    assert rows["webinar-2", "1"].value.state is EnrollmentState.ACTIVE
    assert [decision.subject for decision in decisions(table)] == ["webinar"]


def test_exit_from_the_own_journey_ends_only_the_other_enrollments(
    table: Table, playbook: Playbook, clock: FakeClock, says: Says
) -> None:
    enrol(table, replace(ENTRY, key="a2"))
    says(ExitJourney(journey="whitepaper", reason="newer order"))
    advance.move(KEY.ref, table, playbook, clock, queues_of_advance())
    rows = {row.value.key: row.value.state for row in table.under("lead1", "enrollment#")}
    assert rows == {"a1": EnrollmentState.ACTIVE, "a2": EnrollmentState.EXITED}


def test_more_enrollments_than_one_transaction_holds_are_ended(
    table: Table, playbook: Playbook, clock: FakeClock, says: Says
) -> None:
    written = list[Counter[str]]()

    class Watched(Table):
        def write(self, *changes: Change) -> None:
            written.append(Counter(keys.kind(change.key.ref) for change in changes if change.key != KEY))
            super().write(*changes)

    enrol(table, *(replace(ENTRY, journey="orders", key=f"order{n}") for n in range(120)))
    says(ExitJourney(journey="orders", reason="closed"), UPDATE)
    advance.move(KEY.ref, Watched("table", table._client), playbook, clock, queues_of_advance())
    assert [each["enrollment"] for each in written] == [23, 97]
    assert {row.value.state for row in table.under("lead1", "enrollment#orders#")} == {EnrollmentState.EXITED}
    assert len(decisions(table)) == 120
    assert profile_of(table).department == "広報"


def test_run_is_written_as_a_whole_and_only_once(
    table: Table, playbook: Playbook, clock: FakeClock, queue: FakeQueue, says: Says
) -> None:
    """The worker dies before its write, and another worker takes the row over."""

    class Down(Table):
        def write(self, *changes: Change) -> None:
            raise ConnectionError

    enrol(table)
    says(UPDATE, a_note(), SEND, an_entry_request())
    with pytest.raises(ConnectionError):
        advance.move(KEY.ref, Down("table", table._client), playbook, clock, queues_of_advance(queue, queue))
    assert profile_of(table).department == ""
    assert list(table.under("lead1", "alert#")) == []
    assert queue.woken == []
    advance.move(KEY.ref, table, playbook, clock, queues_of_advance(queue, queue))
    assert len(queue.woken) == 3  # a marketing mail waits for the tick


def test_existing_row_of_an_earlier_visit_is_not_created_again(
    table: Table, playbook: Playbook, clock: FakeClock, says: Says
) -> None:
    """An enrollment under the same key repeats the ids of its effects, which are done already."""
    enrol(table)
    table.write(Create(keys.send("lead1", SEND.id), replace(SEND, reason="the first")))
    says(SEND, a_note())
    advance.move(KEY.ref, table, playbook, clock, queues_of_advance())
    send, row = table.get(keys.send("lead1", SEND.id)), table.get(KEY)
    assert send
    assert row
    assert (send.value.reason, row.value.step) == ("the first", "here")
    assert table.get(keys.alert("lead1", "n1")) is not None
