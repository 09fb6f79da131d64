"""nurture.advance on a real table: an enrollment moves once, with its sends, in one transaction."""

from copy import replace
from datetime import timedelta
from typing import Any

import pytest

from nurture import advance
from nurture.advance import move
from ripen.adapters.playbook import Playbook
from ripen.adapters.rows.decisions import read_decisions
from ripen.adapters.table import Change, Create, Mark, Replace, Table, keys
from ripen.agenda import GRACE, Lane, shard
from ripen.ids import send_id
from ripen.journey.enrollment import Enrollment, EnrollmentState
from ripen.lead.contact import Contact
from ripen.mail.ledger import SendState
from ripen.playbook.graph import Journey, SendStep, Until, WaitStep
from tests.support.builders import a_bundle, a_lead
from tests.support.fakes import NOON, FakeClock, FakeQueue
from tests.support.sqs_events import LambdaContext, a_playbook, an_sqs_event, queues_of_advance

KEY = keys.enrollment("lead1", "whitepaper", "a1")
FIRST = send_id("whitepaper", "a1", "send-whitepaper-delivery", 1, "lead1")
SECOND = send_id("whitepaper", "a1", "send-case-study", 1, "lead1")
THREE_DAYS = timedelta(days=3)


@pytest.fixture
def playbook(table: Table) -> Playbook:
    return a_playbook(table, a_bundle())


@pytest.fixture
def bulk() -> FakeQueue:
    return FakeQueue()


def an_enrollment_row(table: Table, **changes: Any) -> None:
    known: dict[str, Any] = {
        "lead": "lead1",
        "journey": "whitepaper",
        "key": "a1",
        "entered": NOON,
        "bundle": "bundle1",
    }
    table.write(
        Create(keys.profile("lead1"), a_lead(id="lead1")),
        Create(KEY, Enrollment(**(known | changes)), due=NOON),
    )


def test_first_step_plans_the_white_paper_and_waits(
    table: Table, playbook: Playbook, clock: FakeClock, queue: FakeQueue, bulk: FakeQueue
) -> None:
    # given
    an_enrollment_row(table)
    # when
    move(KEY.ref, table, playbook, clock, queues_of_advance(queue, bulk))
    # then
    send = table.get(keys.send("lead1", FIRST))
    row = table.get(KEY)
    assert send is not None
    assert (send.value.state, send.due, send.lane) == (SendState.PLANNED, NOON, Lane.HOT)
    assert send.value.valid_until == NOON + timedelta(days=7)
    assert send.value.email == "whitepaper-delivery"
    assert row is not None
    assert (row.value.step, row.due) == ("wait-3-days", NOON + THREE_DAYS)
    assert queue.woken == [keys.send("lead1", FIRST).ref]
    assert bulk.woken == []


def test_marketing_mail_is_left_to_the_tick_and_the_journey_ends(
    table: Table, playbook: Playbook, clock: FakeClock, queue: FakeQueue, bulk: FakeQueue
) -> None:
    an_enrollment_row(table)
    move(KEY.ref, table, playbook, clock, queues_of_advance(queue, bulk))
    clock.move(days=3)
    move(KEY.ref, table, playbook, clock, queues_of_advance(queue, bulk))
    send, row = table.get(keys.send("lead1", SECOND)), table.get(KEY)
    assert send is not None
    assert (send.lane, send.due) == (Lane.MAIL, clock.now())
    assert bulk.woken == []
    assert row is not None
    assert (row.value.state, row.due) == (EnrollmentState.FINISHED, None)
    assert [decision.outcome for decision in read_decisions(table, "lead1")] == ["finished"]


def test_enrollment_woken_twice_or_early_moves_once(
    table: Table, playbook: Playbook, clock: FakeClock, queue: FakeQueue, bulk: FakeQueue
) -> None:
    an_enrollment_row(table)
    for _ in range(3):
        move(KEY.ref, table, playbook, clock, queues_of_advance(queue, bulk))
    row = table.get(KEY)
    assert row is not None
    assert (row.value.until, row.due) == (NOON + THREE_DAYS, NOON + THREE_DAYS)
    clock.move(days=3)
    for _ in range(3):
        move(KEY.ref, table, playbook, clock, queues_of_advance(queue, bulk))
    assert len(list(table.under("lead1", "send#"))) == 2
    assert len(queue.woken + bulk.woken) == 1


def test_journey_of_an_erased_lead_ends_once(
    table: Table, playbook: Playbook, clock: FakeClock, queue: FakeQueue, bulk: FakeQueue
) -> None:
    entered = Enrollment(lead="lead1", journey="whitepaper", key="a1", entered=NOON, bundle="bundle1")
    table.write(Create(KEY, entered, due=NOON))
    for _ in range(3):
        move(KEY.ref, table, playbook, clock, queues_of_advance(queue, bulk))
        clock.move(minutes=5)
    row = table.get(KEY)
    assert row is not None
    assert (row.value.state, row.value.reason, row.due) == (EnrollmentState.EXITED, "erased", None)
    assert [(decision.outcome, decision.reason) for decision in read_decisions(table, "lead1")] == [
        ("exited", "erased")
    ]
    assert list(table.under("lead1", "send#")) == []


def test_two_workers_at_once_plan_one_mail(
    table: Table, playbook: Playbook, clock: FakeClock, queue: FakeQueue, bulk: FakeQueue
) -> None:
    class Interrupted(Table):
        def write(self, *changes: Change) -> None:
            if not interruptions:
                interruptions.append(True)
                move(KEY.ref, table, playbook, clock, queues_of_advance(queue, bulk))
            super().write(*changes)

    interruptions: list[bool] = []
    an_enrollment_row(table)
    move(KEY.ref, Interrupted("table", table._client), playbook, clock, queues_of_advance(queue, bulk))
    assert [row.value.id for row in table.under("lead1", "send#")] == [FIRST]
    assert queue.woken == [keys.send("lead1", FIRST).ref]


def test_unsubscription_during_a_run_ends_the_journey(
    table: Table, playbook: Playbook, clock: FakeClock, queue: FakeQueue, bulk: FakeQueue
) -> None:
    """Let the lead unsubscribe between the read and the write: the mark makes the run read again."""

    class Interrupted(Table):
        def write(self, *changes: Change) -> None:
            if not interruptions:
                interruptions.append(True)
                table.write(
                    Create(keys.contact("lead1"), Contact(lead="lead1", unsubscribed=clock.now())),
                    Mark(KEY, clock.now()),
                )
            super().write(*changes)

    interruptions: list[bool] = []
    an_enrollment_row(table)
    move(KEY.ref, table, playbook, clock, queues_of_advance(queue, bulk))
    clock.move(days=3)
    move(KEY.ref, Interrupted("table", table._client), playbook, clock, queues_of_advance(queue, bulk))
    row = table.get(KEY)
    assert row is not None
    assert (row.value.state, row.value.reason) == (EnrollmentState.EXITED, "unsubscribed")
    assert bulk.woken == []


def test_finished_enrollment_leaves_the_agenda(
    table: Table, playbook: Playbook, clock: FakeClock, queue: FakeQueue, bulk: FakeQueue
) -> None:
    an_enrollment_row(table, state=EnrollmentState.FINISHED, step="send-case-study")
    move(KEY.ref, table, playbook, clock, queues_of_advance(queue, bulk))
    assert table.due(Lane.HOT, shard("lead1"), NOON) == []
    assert queue.woken == []


def test_enrollment_keeps_its_graph_and_uses_the_live_mail(
    table: Table, clock: FakeClock, queue: FakeQueue, bulk: FakeQueue
) -> None:
    # given an enrollment in a playbook that was replaced by one with other steps and another class for the mail
    an_enrollment_row(table)
    old = a_bundle()
    mail = replace(old.emails["whitepaper-delivery"], mail_class="marketing")
    journey = replace(old.journeys["whitepaper"], steps=())
    new = replace(old, hash="bundle2", journeys={"whitepaper": journey}, emails={"whitepaper-delivery": mail})
    # when
    move(KEY.ref, table, a_playbook(table, old, new), clock, queues_of_advance(queue, bulk))
    # then
    send = table.get(keys.send("lead1", FIRST))
    assert send is not None
    assert (send.value.mail_class, send.lane) == ("marketing", Lane.MAIL)
    row = table.get(KEY)
    assert row is not None
    assert row.value.step == "wait-3-days"


def test_missing_enrollment_changes_nothing(
    table: Table, playbook: Playbook, clock: FakeClock, queue: FakeQueue, bulk: FakeQueue
) -> None:
    move(KEY.ref, table, playbook, clock, queues_of_advance(queue, bulk))
    assert queue.woken == []


@pytest.mark.parametrize(("minutes", "grace", "delays"), [(10, GRACE, [601]), (20, timedelta(), [])])
def test_short_wait_wakes_the_journey_by_a_delayed_message(
    minutes: int, grace: timedelta, delays: list[int], table: Table, clock: FakeClock, queue: FakeQueue
) -> None:
    # given a journey that begins with a wait
    wait = WaitStep(id="wait", until=Until(seconds=minutes * 60))
    bundle = replace(a_bundle(), journeys={"whitepaper": Journey(name="whitepaper", first="wait", steps=(wait,))})
    an_enrollment_row(table)
    # when
    own = replace(queues_of_advance(others=queue), clock_moves=False)
    move(KEY.ref, table, a_playbook(table, bundle), clock, own)
    # then
    row = table.get(KEY)
    assert row and row.due == NOON + timedelta(minutes=minutes) + grace
    assert (queue.woken, queue.delays) == ([KEY.ref] * len(delays), delays)


def test_due_time_of_a_wait_is_restored_after_a_lease(
    table: Table, playbook: Playbook, clock: FakeClock, queue: FakeQueue, bulk: FakeQueue
) -> None:
    an_enrollment_row(table)
    move(KEY.ref, table, playbook, clock, queues_of_advance(queue, bulk))
    clock.at = NOON + THREE_DAYS - timedelta(seconds=1)
    (due,) = table.due(Lane.BULK, shard("lead1"), NOON + THREE_DAYS)
    table.lease(due, clock.now() + timedelta(minutes=5))
    move(KEY.ref, table, playbook, clock, queues_of_advance(queue, bulk))
    row = table.get(KEY)
    assert row is not None
    assert row.due == NOON + THREE_DAYS
    assert replace(row.value, until=None).step == "wait-3-days"


def test_message_that_names_no_enrollment_fails_alone(
    table: Table, playbook: Playbook, clock: FakeClock, queue: FakeQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    an_enrollment_row(table)
    for name, real in (
        ("table", table),
        ("clock", clock),
        ("playbook", playbook),
        ("queues", queues_of_advance(queue, queue)),
    ):
        monkeypatch.setattr(advance, name, real)
    answer = advance.handler(an_sqs_event("nonsense", KEY.ref), LambdaContext())
    assert answer == {"batchItemFailures": [{"itemIdentifier": "0"}]}
    assert queue.woken == [keys.send("lead1", FIRST).ref]


def test_reply_of_a_person_ends_the_journey(
    table: Table, playbook: Playbook, clock: FakeClock, queue: FakeQueue, bulk: FakeQueue
) -> None:
    an_enrollment_row(table)
    move(KEY.ref, table, playbook, clock, queues_of_advance(queue, bulk))
    clock.move(days=1)
    table.write(Create(keys.contact("lead1"), Contact(lead="lead1", replied=clock.now())), Mark(KEY, clock.now()))
    move(KEY.ref, table, playbook, clock, queues_of_advance(queue, bulk))
    row = table.get(KEY)
    assert row
    assert (row.value.state, row.value.reason, row.due) == (EnrollmentState.EXITED, "replied", None)


def test_wait_counts_from_the_time_a_late_mail_was_sent(
    table: Table, clock: FakeClock, queue: FakeQueue, bulk: FakeQueue
) -> None:
    # given a marketing mail, a day to wait, and a night in which it does not go
    steps = (
        SendStep(id="first", email="case-study", next="wait"),
        WaitStep(id="wait", until=Until(days=1), next="second"),
        SendStep(id="second", email="case-study"),
    )
    journey = Journey(name="whitepaper", first="first", steps=steps)
    playbook = a_playbook(table, replace(a_bundle(), journeys={"whitepaper": journey}))
    an_enrollment_row(table)
    move(KEY.ref, table, playbook, clock, queues_of_advance(queue, bulk))
    [held] = table.under("lead1", "send#")
    morning = NOON + timedelta(hours=20)
    table.write(Replace(held.key, held.value, held.version, due=morning, lane=Lane.MAIL))
    # when the enrollment is advanced while the mail waits, and after the mail was sent
    clock.move(hours=19)
    move(KEY.ref, table, playbook, clock, queues_of_advance(queue, bulk))
    waits = table.get(KEY)
    gone = replace(held.value, state=SendState.ACCEPTED, accepted=morning + timedelta(hours=1))
    table.write(Replace(held.key, gone, held.version + 1))
    clock.move(hours=25)
    move(KEY.ref, table, playbook, clock, queues_of_advance(queue, bulk))
    still = table.get(KEY)
    clock.move(hours=1)
    move(KEY.ref, table, playbook, clock, queues_of_advance(queue, bulk))
    # then
    assert waits is not None
    assert waits.due == morning + timedelta(days=1)
    assert still is not None
    assert (still.value.step, still.due) == ("wait", morning + timedelta(hours=25))
    assert len(list(table.under("lead1", "send#"))) == 2
