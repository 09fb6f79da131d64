"""What a journey's steps want done becomes rows in the transaction that moves the enrollment."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace as altered

from nurture import advance
from ripen.activity import Activity, Kind
from ripen.adapters.playbook import Playbook
from ripen.adapters.table import Change, Conflict, Create, Replace, Table, keys
from ripen.agenda import Lane, shard
from ripen.alert import AlertState
from ripen.decision import Decision
from ripen.effect import Call, Effect, EnterOther, LeaveOther, Notify, PlanSend, Update, WriteCrm
from ripen.engine import Moved, Scene
from ripen.graph import CrmStep, EnrolStep, Journey, LeaveStep, NotifyStep, UpdateStep, WebhookStep
from ripen.journey import Enrollment, EnrollmentState
from ripen.lead import Profile
from ripen.ledger import MailClass, Send
from tests.builders import a_bundle, a_lead, an_activity
from tests.fakes import NOON, FakeClock, FakeQueue
from tests.functions.wakeups import a_playbook, heard

KEY = keys.enrollment("lead1", "whitepaper", "a1")
ENTRY = Enrollment(lead="lead1", journey="whitepaper", key="a1", entered=NOON, bundle="bundle1")
UPDATE = Update(id="u1", fields={"department": "広報"}, add_tags=("vip",), stage="mql", step="update-1")
SEND = Send(
    id="s" * 26,
    lead="lead1",
    email="case-study",
    mail_class=MailClass.MARKETING,
    origin="whitepaper",
    step="send-case-study",
    planned=NOON,
)

type Says = Callable[..., None]


@pytest.fixture
def playbook(table: Table) -> Playbook:
    return a_playbook(table, a_bundle())


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[Scene]:
    """The scenes that the engine was shown; it says nothing."""
    scenes: list[Scene] = []
    engine(monkeypatch, (), scenes)
    return scenes


@pytest.fixture
def says(monkeypatch: pytest.MonkeyPatch) -> Says:
    """Has the engine say these effects, and wait an hour."""
    return lambda *effects: engine(monkeypatch, effects, [])


def engine(monkeypatch: pytest.MonkeyPatch, effects: Sequence[Effect], scenes: list[Scene]) -> None:
    def walk(enrollment: Enrollment, scene: Scene, now: Any) -> Moved:
        scenes.append(scene)
        later = now + timedelta(hours=1)
        return Moved(enrollment=replace(enrollment, step="here"), effects=tuple(effects), due=later, decisions=())

    monkeypatch.setattr(advance, "advance", walk)


def enrol(table: Table, *others: Enrollment, **profile: Any) -> None:
    table.write(Create(keys.profile("lead1"), a_lead(id="lead1", **profile)), Create(KEY, ENTRY, due=NOON))
    for other in others:
        table.write(Create(keys.enrollment("lead1", other.journey, other.key), other, due=NOON))


def profile_of(table: Table) -> Profile:
    row = table.get(keys.profile("lead1"))
    assert row
    return row.value


def activities(table: Table) -> list[Activity]:
    return [row.value for row in table.under("lead1", "activity#")]


def decisions(table: Table) -> list[Decision]:
    return [row.value for row in table.under("lead1", "decision#")]


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
        def write(self, *changes: Change, token: str = "") -> None:
            if not interruptions:
                interruptions.append(True)
                table.write(Replace(keys.profile("lead1"), replace(profile_of(table), phone="+81399999999"), 1))
            super().write(*changes, token=token)

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


def test_an_errand_and_a_call_are_rows_due_now(
    table: Table, playbook: Playbook, clock: FakeClock, queue: FakeQueue, says: Says
) -> None:
    enrol(table)
    says(
        WriteCrm(id="e1", task="架電", due_days=2, campaign="春", status="Responded", owner="bob@ripen.example"),
        Call(id="c1", step="ask", url="https://example.com/", body={"plan": "gold"}, timeout_seconds=5),
    )
    advance.move(KEY.ref, table, playbook, clock, heard(others=queue))
    errand, call = table.get(keys.errand("lead1", "e1")), table.get(keys.call("lead1", "c1"))
    assert errand
    assert call
    assert (errand.value.task, errand.value.campaign, errand.value.status) == ("架電", "春", "Responded")
    assert (errand.value.due_days, errand.value.owner, errand.due) == (2, "bob@ripen.example", NOON)
    assert (call.value.entry, call.value.step, call.value.body, call.due) == ("a1", "ask", {"plan": "gold"}, NOON)
    assert queue.woken == [errand.key.ref, call.key.ref]


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
    enrol(table, *(replace(ENTRY, journey="orders", key=f"order{n}") for n in range(60)))
    says(LeaveOther(journey="orders", reason="closed"), UPDATE)
    advance.move(KEY.ref, table, playbook, clock, heard())
    assert {row.value.state for row in table.under("lead1", "enrollment#orders#")} == {EnrollmentState.EXITED}
    assert len(decisions(table)) == 60
    assert profile_of(table).department == "広報"


def test_all_or_nothing_and_nothing_twice(
    table: Table, playbook: Playbook, clock: FakeClock, queue: FakeQueue, says: Says
) -> None:
    """The worker dies before its write has come through, and another takes the row up."""

    class Down(Table):
        def write(self, *changes: Change, token: str = "") -> None:
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


def test_what_the_lead_did_since_is_gathered(
    table: Table, playbook: Playbook, clock: FakeClock, seen: list[Scene], monkeypatch: pytest.MonkeyPatch
) -> None:
    enrol(table)
    for minutes in (-5, 0, 5):
        at = NOON + timedelta(minutes=minutes)
        table.write(Create(keys.activity("lead1", at, f"a{minutes}"), an_activity(id=f"a{minutes}", at=at)))
    monkeypatch.setattr(advance, "looks_back", lambda enrollment, journey, now: NOON)
    advance.move(KEY.ref, table, playbook, clock, heard())
    assert [activity.id for activity in seen[0].activities] == ["a0", "a5"]


def test_without_need_no_activity_is_read(
    table: Table, playbook: Playbook, clock: FakeClock, seen: list[Scene], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Blind(Table):
        def between(self, lead: str, first: str, last: str) -> Any:
            raise AssertionError

    enrol(table)
    monkeypatch.setattr(advance, "looks_back", lambda enrollment, journey, now: None)
    advance.move(KEY.ref, Blind("table", table._client), playbook, clock, heard())
    assert seen[0].activities == []


def test_who_cannot_be_moved_is_set_aside_said_once_and_tried_each_hour(
    table: Table, playbook: Playbook, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, says: Says
) -> None:
    # given
    def missing(enrollment: Enrollment, scene: Scene, now: Any) -> Moved:
        raise KeyError("no-such-mail")

    enrol(table)
    monkeypatch.setattr(advance, "advance", missing)
    # when
    for _ in range(3):
        advance.move(KEY.ref, table, playbook, clock, heard())
        clock.move(hours=1)
    # then
    row = table.get(KEY)
    assert row
    assert (row.value.state, row.value.stuck) == (EnrollmentState.ACTIVE, "cannot be moved: KeyError")
    assert row.due == clock.now()
    assert [(decision.outcome, decision.reason) for decision in decisions(table)] == [
        ("stuck", "cannot be moved: KeyError")
    ]
    # and once somebody has put it right
    says()
    advance.move(KEY.ref, table, playbook, clock, heard())
    row = table.get(KEY)
    assert row
    assert (row.value.stuck, row.value.step) == ("", "here")


def test_others_who_keep_writing_send_the_message_back(
    table: Table, playbook: Playbook, clock: FakeClock, says: Says
) -> None:
    class Busy(Table):
        def write(self, *changes: Change, token: str = "") -> None:
            raise Conflict((0,))

    enrol(table)
    says(UPDATE)
    with pytest.raises(advance.Contended):
        advance.move(KEY.ref, Busy("table", table._client), playbook, clock, heard())


def test_what_is_due_at_once_again_is_done_at_once(
    table: Table, playbook: Playbook, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More steps than one transaction takes do not wait for the tick."""
    runs: list[str] = []

    def walk(enrollment: Enrollment, scene: Scene, now: Any) -> Moved:
        runs.append(enrollment.step)
        due = now if len(runs) < 3 else now + timedelta(days=1)
        return Moved(enrollment=replace(enrollment, step=f"{len(runs)}"), effects=(), due=due, decisions=())

    enrol(table)
    monkeypatch.setattr(advance, "advance", walk)
    monkeypatch.setattr(advance, "looks_back", lambda enrollment, journey, now: None)
    advance.move(KEY.ref, table, playbook, clock, heard())
    assert runs == ["", "1", "2"]


def test_what_is_due_at_once_for_ever_is_left_to_the_tick(
    table: Table, playbook: Playbook, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs: list[str] = []

    def walk(enrollment: Enrollment, scene: Scene, now: Any) -> Moved:
        runs.append(enrollment.step)
        return Moved(enrollment=enrollment, effects=(), due=now, decisions=())

    enrol(table)
    monkeypatch.setattr(advance, "advance", walk)
    advance.move(KEY.ref, table, playbook, clock, heard())
    assert len(runs) == 10


def test_a_whole_journey_of_deeds_is_walked_by_the_engine(table: Table, clock: FakeClock, queue: FakeQueue) -> None:
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
    playbook = a_playbook(table, altered(a_bundle(), journeys={"whitepaper": journey}))
    table.write(
        Create(keys.profile("lead1"), a_lead(id="lead1")),
        Create(KEY, replace(ENTRY, facts={"order": "A-7"}), due=NOON),
        Create(keys.enrollment("lead1", "orders", "1"), replace(ENTRY, journey="orders", key="1"), due=NOON),
    )
    # when it walks to the webhook
    advance.move(KEY.ref, table, playbook, clock, heard(others=queue))
    # then
    [note], [errand] = list(table.under("lead1", "alert#")), list(table.under("lead1", "errand#"))
    [call] = list(table.under("lead1", "call#"))
    assert (note.value.text, errand.value.task) == ("株式会社サンプル 様です", "架電 A-7")
    assert (call.value.body, call.value.step) == ({"order": "A-7"}, "ask")
    assert (profile_of(table).tags, profile_of(table).stage) == (("vip",), "mql")
    # and on, once it has answered
    row = table.get(KEY)
    assert row
    table.write(Replace(KEY, replace(row.value, answers={"ask": {"ok": True}}), row.version, due=NOON))
    advance.move(KEY.ref, table, playbook, clock, heard(others=queue))
    states = {row.value.journey: row.value.state for row in table.under("lead1", "enrollment#")}
    assert states == {"whitepaper": EnrollmentState.FINISHED, "orders": EnrollmentState.EXITED}
    assert {activity.kind for activity in activities(table)} == {Kind.POINTS_GIVEN, Kind.ENTRY_ASKED}
    assert {keys.kind(ref) for ref in queue.woken} == {"activity", "alert", "errand", "call"}


@pytest.mark.parametrize("broken", [replace(ENTRY, step="gone"), replace(ENTRY, journey="dropped")])
def test_a_graph_that_lacks_the_step_or_the_journey_sticks_one_lead_only(
    table: Table, playbook: Playbook, clock: FakeClock, broken: Enrollment
) -> None:
    table.write(Create(keys.profile("lead1"), a_lead(id="lead1")), Create(KEY, broken, due=NOON))
    advance.move(KEY.ref, table, playbook, clock, heard())
    row = table.get(KEY)
    assert row
    assert (row.value.stuck, row.due) == ("cannot be moved: KeyError", NOON + timedelta(hours=1))
