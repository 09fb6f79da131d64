"""What a journey's steps want done becomes rows in the transaction that moves the enrollment."""

from collections import Counter
from copy import replace

import pytest

from nurture import advance
from ripen.adapters.playbook import Playbook
from ripen.adapters.table import Change, Create, Replace, Table, keys
from ripen.agenda import Lane, shard
from ripen.journey.effects import Call, EnterOther, LeaveOther, Notify, PlanSend, Update, WriteCrm
from ripen.journey.enrollment import EnrollmentState
from ripen.lead.activity import Kind
from ripen.slack.alert import AlertState
from tests.support.engine_says import ENTRY, KEY, SEND, UPDATE, Says, activities, decisions, enrol, profile_of
from tests.support.fakes import NOON, FakeClock, FakeQueue
from tests.support.sqs_events import heard


def test_an_update_changes_the_profile_and_is_told_to_the_fold(
    table: Table, playbook: Playbook, clock: FakeClock, queue: FakeQueue, says: Says
) -> None:
    # given
    enrol(table, tags=("old",), stage="lead")
    says(UPDATE)
    # when
    advance.move(KEY.ref, table, playbook, clock, heard(others=queue))
    # then
    now = profile_of(table)
    assert (now.department, now.tags, now.stage) == ("広報", ("old", "vip"), "mql")
    [told] = activities(table)
    assert (told.kind, told.facts) == (Kind.UPDATED, {"journey": "whitepaper", "step": "update-1"})
    assert queue.woken == [keys.activity("lead1", NOON, "u1").ref]
    assert len(table.due(Lane.BULK, shard("lead1"), NOON)) == 1


def test_points_are_an_activity_with_their_reason(
    table: Table, playbook: Playbook, clock: FakeClock, says: Says
) -> None:
    enrol(table)
    says(Update(id="u1", points=7.5, words={"ja": "面談"}, step="give"))
    advance.move(KEY.ref, table, playbook, clock, heard())
    [given] = activities(table)
    assert given.kind is Kind.POINTS_GIVEN
    assert given.facts == {"journey": "whitepaper", "step": "give", "points": "7.5", "words.ja": "面談"}


def test_two_updates_of_one_move_both_count(table: Table, playbook: Playbook, clock: FakeClock, says: Says) -> None:
    enrol(table, tags=("a", "b"))
    says(
        Update(id="u1", remove_tags=("a",), fields={"plan": "gold"}),
        Update(id="u2", add_tags=("c",), remove_tags=("x",)),
    )
    advance.move(KEY.ref, table, playbook, clock, heard())
    assert profile_of(table).tags == ("b", "c")
    assert profile_of(table).attributes == {"plan": "gold"}
    assert len(activities(table)) == 2


def test_what_a_form_changed_meanwhile_is_not_lost(
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
    advance.move(KEY.ref, Interrupted("table", table._client), playbook, clock, heard())
    assert (profile_of(table).phone, profile_of(table).department) == ("+81399999999", "広報")


def test_a_note_is_an_alert_for_its_channel(
    table: Table, playbook: Playbook, clock: FakeClock, queue: FakeQueue, says: Says
) -> None:
    enrol(table)
    says(Notify(id="n1", text="電話してください", channel="events"))
    advance.move(KEY.ref, table, playbook, clock, heard(others=queue))
    row = table.get(keys.alert("lead1", "n1"))
    assert row
    assert (row.value.kind, row.value.text, row.value.channel) == ("note", "電話してください", "events")
    assert (row.value.state, row.due) == (AlertState.PLANNED, NOON)
    assert queue.woken == [row.key.ref]


def test_a_crm_request_and_a_call_are_rows_due_now(
    table: Table, playbook: Playbook, clock: FakeClock, queue: FakeQueue, says: Says
) -> None:
    enrol(table)
    says(
        WriteCrm(id="e1", task="架電", due_days=2, campaign="春", status="Responded", owner="bob@ripen.example"),
        Call(id="c1", step="ask", url="https://example.com/", body={"plan": "gold"}, timeout_seconds=5),
    )
    advance.move(KEY.ref, table, playbook, clock, heard(others=queue))
    crm_request, call = table.get(keys.crm_request("lead1", "e1")), table.get(keys.call("lead1", "c1"))
    assert crm_request
    assert call
    assert (crm_request.value.task, crm_request.value.campaign, crm_request.value.status) == ("架電", "春", "Responded")
    assert (crm_request.value.due_days, crm_request.value.owner, crm_request.due) == (2, "bob@ripen.example", NOON)
    assert (call.value.entry, call.value.step, call.value.body, call.due) == ("a1", "ask", {"plan": "gold"}, NOON)
    assert queue.woken == [crm_request.key.ref, call.key.ref]


def test_entry_into_another_journey_is_asked_of_the_fold(
    table: Table, playbook: Playbook, clock: FakeClock, says: Says
) -> None:
    enrol(table)
    says(EnterOther(id="o1", journey="webinar"))
    advance.move(KEY.ref, table, playbook, clock, heard())
    [asked] = activities(table)
    assert (asked.kind, asked.subject) == (Kind.ENTRY_ASKED, "webinar")
    assert asked.facts == {"key": "o1", "by": "journey whitepaper"}


def test_leaving_another_journey_ends_its_active_runs_at_once(
    table: Table, playbook: Playbook, clock: FakeClock, says: Says
) -> None:
    # given
    mine = replace(ENTRY, journey="webinar", key="1")
    over = replace(mine, key="2", state=EnrollmentState.FINISHED)
    enrol(table, mine, over, replace(mine, journey="webinar-2"))
    says(LeaveOther(journey="webinar", reason="left by journey whitepaper"))
    # when
    advance.move(KEY.ref, table, playbook, clock, heard())
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


def test_other_runs_of_the_own_journey_are_ended_and_not_the_own(
    table: Table, playbook: Playbook, clock: FakeClock, says: Says
) -> None:
    enrol(table, replace(ENTRY, key="a2"))
    says(LeaveOther(journey="whitepaper", reason="newer order"))
    advance.move(KEY.ref, table, playbook, clock, heard())
    rows = {row.value.key: row.value.state for row in table.under("lead1", "enrollment#")}
    assert rows == {"a1": EnrollmentState.ACTIVE, "a2": EnrollmentState.EXITED}


def test_more_runs_than_one_transaction_holds_are_ended_all_the_same(
    table: Table, playbook: Playbook, clock: FakeClock, says: Says
) -> None:
    """Each together with its decision, though another worker should die in between."""
    written = list[Counter[str]]()

    class Watched(Table):
        def write(self, *changes: Change) -> None:
            written.append(Counter(keys.kind(change.key.ref) for change in changes if change.key != KEY))
            super().write(*changes)

    enrol(table, *(replace(ENTRY, journey="orders", key=f"order{n}") for n in range(60)))
    says(LeaveOther(journey="orders", reason="closed"), UPDATE)
    advance.move(KEY.ref, Watched("table", table._client), playbook, clock, heard())
    assert [each["enrollment"] for each in written] == [each["decision"] for each in written] == [12, 48]
    assert {row.value.state for row in table.under("lead1", "enrollment#orders#")} == {EnrollmentState.EXITED}
    assert len(decisions(table)) == 60
    assert profile_of(table).department == "広報"


def test_all_or_nothing_and_nothing_twice(
    table: Table, playbook: Playbook, clock: FakeClock, queue: FakeQueue, says: Says
) -> None:
    """The worker dies before its write has come through, and another takes the row up."""

    class Down(Table):
        def write(self, *changes: Change) -> None:
            raise ConnectionError

    enrol(table)
    says(UPDATE, Notify(id="n1", text="!"), PlanSend(send=SEND), EnterOther(id="o1", journey="webinar"))
    with pytest.raises(ConnectionError):
        advance.move(KEY.ref, Down("table", table._client), playbook, clock, heard(queue, queue))
    assert profile_of(table).department == ""
    assert list(table.under("lead1", "alert#")) == []
    assert queue.woken == []
    advance.move(KEY.ref, table, playbook, clock, heard(queue, queue))
    assert len(queue.woken) == 3  # a marketing mail waits for the tick


def test_a_row_of_that_name_from_before_holds_nobody_up(
    table: Table, playbook: Playbook, clock: FakeClock, says: Says
) -> None:
    """Entered again under the same key, a step's effect has the name it had: it is done already."""
    enrol(table)
    table.write(Create(keys.send("lead1", SEND.id), replace(SEND, reason="the first")))
    says(PlanSend(send=SEND), Notify(id="n1", text="!"))
    advance.move(KEY.ref, table, playbook, clock, heard())
    send, row = table.get(keys.send("lead1", SEND.id)), table.get(KEY)
    assert send
    assert row
    assert (send.value.reason, row.value.step) == ("the first", "here")
    assert table.get(keys.alert("lead1", "n1")) is not None
