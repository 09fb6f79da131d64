"""nurture.call: one answer for each visit to a webhook step, whatever the other side does."""

import json
from copy import replace
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from nurture import call as function
from nurture.call import Contended, Outside, call
from ripen.adapters.table import Change, Conflict, Create, Replace, Table, keys
from ripen.agenda import Lane
from ripen.call import LEASE, PATIENCE, PlannedCall
from ripen.errors import Undeliverable
from ripen.journey import Enrollment, EnrollmentState
from ripen.setting import Shadow, Stop
from tests.fakes import NOON, FakeClock, FakeQueue
from tests.functions.wakeups import LambdaContext, an_sqs_event

ENTRY = keys.enrollment("lead1", "trial", "a1")
KEY = keys.call("lead1", "c" * 26)
DOWN = Undeliverable("answered 503", permanent=False)


@dataclass
class FakeWebhooks:
    """Answers what it is told to, in order, and then {"ok": true}."""

    answers: list[dict[str, Any] | Undeliverable] = field(default_factory=list)
    calls: list[tuple[str, dict[str, Any], str, float]] = field(default_factory=list)

    def post(self, url: str, body: bytes, id: str, timeout: float) -> dict[str, Any]:
        self.calls.append((url, json.loads(body), id, timeout))
        answer = self.answers.pop(0) if self.answers else {"ok": True}
        if isinstance(answer, Undeliverable):
            raise answer
        return answer


@dataclass
class World:
    table: Table
    clock: FakeClock
    webhooks: FakeWebhooks
    advance: FakeQueue
    stopped: bool = False

    def wake(self, table: Table | None = None) -> None:
        call(
            KEY.ref,
            Outside(
                table=table or self.table,
                clock=self.clock,
                webhooks=self.webhooks,
                stopped=lambda: self.stopped,
                advance=self.advance,
            ),
        )

    def row(self) -> PlannedCall:
        found = self.table.get(KEY)
        assert found
        return found.value

    def waits(self) -> float | None:
        found = self.table.get(KEY)
        assert found
        return (found.due - self.clock.now()).total_seconds() if found.due else None

    def run(self) -> Enrollment:
        found = self.table.get(ENTRY)
        assert found
        return found.value

    def answers(self) -> dict[str, Any]:
        return self.run().answers

    def told(self) -> list[tuple[str, str]]:
        return [(row.value.outcome, row.value.reason) for row in self.table.under("lead1", "decision#")]


@pytest.fixture
def world(table: Table, clock: FakeClock, queue: FakeQueue) -> World:
    entry = Enrollment(
        lead="lead1", journey="trial", key="a1", entered=NOON, bundle="b1", step="ask", answers={"first": {"n": 1}}
    )
    planned = PlannedCall(
        id=KEY.sk.removeprefix("call#"),
        lead="lead1",
        journey="trial",
        entry="a1",
        step="ask",
        url="https://example.com/hook",
        planned=NOON,
        body={"plan": "gold"},
        timeout_seconds=7,
    )
    table.write(
        Create(ENTRY, entry, due=NOON + timedelta(days=2), lane=Lane.BULK),
        Create(KEY, planned, due=NOON, lane=Lane.BULK),
    )
    return World(table, clock, FakeWebhooks(), queue)


def test_the_answer_goes_into_the_enrollment_and_wakes_it(world: World) -> None:
    world.webhooks.answers = [{"score": 7}]
    world.wake()
    row = world.table.get(ENTRY)
    assert row
    assert row.value.answers == {"first": {"n": 1}, "ask": {"score": 7}}
    assert row.due == NOON
    assert world.advance.woken == [ENTRY.ref]
    assert (world.row().done, world.waits()) == (NOON, None)
    assert world.told() == [("answered", "")]


def test_what_is_sent_says_whom_it_is_about(world: World) -> None:
    world.wake()
    about = {"lead": "lead1", "journey": "trial", "step": "ask", "id": "c" * 26}
    assert world.webhooks.calls == [("https://example.com/hook", {"plan": "gold"} | about, "c" * 26, 7)]


def test_a_body_does_not_pass_for_another_lead(world: World) -> None:
    row = world.table.get(KEY)
    assert row
    world.table.write(Replace(KEY, replace(row.value, body={"lead": "lead2"}), row.version, due=NOON))
    world.wake()
    assert world.webhooks.calls[0][1]["lead"] == "lead1"


def test_woken_again_it_calls_once(world: World) -> None:
    for _ in range(3):
        world.wake()
    assert len(world.webhooks.calls) == 1
    assert world.advance.woken == [ENTRY.ref]


def test_trouble_is_tried_again_later_and_later_for_a_day(world: World) -> None:
    world.webhooks.answers = [DOWN] * 100
    waits: list[float] = []
    while (due := world.waits()) is not None:
        world.clock.move(seconds=due)
        world.wake()
        waits.append(due)
    assert waits[1:6] == sorted(waits[1:6])
    assert 10 <= waits[1] < 16
    assert max(waits) <= 4 * 3600 + 5
    assert world.clock.now() <= NOON + PATIENCE
    assert world.answers()["ask"] == {"failed": "answered 503, for a day"}
    assert world.told() == [("failed", "answered 503, for a day")]
    assert len(world.webhooks.calls) == len(waits) > 10


def test_it_waits_as_long_as_it_was_asked_to(world: World) -> None:
    world.webhooks.answers = [Undeliverable("answered 429", permanent=False, after=600)]
    world.wake()
    assert 600 <= (world.waits() or 0) < 606
    assert world.row().error == "answered 429"


def test_a_refusal_is_final(world: World) -> None:
    world.webhooks.answers = [Undeliverable("answered 422", permanent=True)]
    world.wake()
    assert (world.answers()["ask"], world.run().unanswered) == ({"failed": "answered 422"}, ("ask",))
    assert world.waits() is None
    assert world.advance.woken == [ENTRY.ref]


def test_what_the_receiver_says_is_no_reason_of_ours(world: World) -> None:
    world.webhooks.answers = [{"failed": "hanako@example.co.jp is unknown"}]
    world.wake()
    assert (world.told(), world.run().unanswered) == ([("answered", "")], ())


def test_while_one_worker_calls_another_leaves_it_alone(world: World) -> None:
    row = world.table.get(KEY)
    assert row
    world.table.write(Replace(KEY, replace(row.value, claimed=NOON, attempts=1), row.version, due=NOON + LEASE))
    world.wake()
    assert world.webhooks.calls == []
    world.clock.at = NOON + LEASE
    world.wake()
    assert len(world.webhooks.calls) == 1


def test_who_comes_back_after_the_lease_writes_over_nobody(world: World) -> None:
    """A slow worker's answer comes after another has taken the row up and written its own."""

    class Slow(FakeWebhooks):
        def post(self, url: str, body: bytes, id: str, timeout: float) -> dict[str, Any]:
            if not self.calls:
                super().post(url, body, id, timeout)
                world.clock.move(minutes=5)
                world.wake()
                return {"who": "slow"}
            return {"who": "quick"}

    world.webhooks = Slow()
    world.wake()
    assert world.answers()["ask"] == {"who": "quick"}


def test_a_worker_that_died_in_the_call_is_followed_by_another(world: World) -> None:
    class Dying(FakeWebhooks):
        def post(self, url: str, body: bytes, id: str, timeout: float) -> dict[str, Any]:
            raise MemoryError

    world.webhooks = Dying()
    with pytest.raises(MemoryError):
        world.wake()
    assert world.waits() == LEASE.total_seconds()
    world.webhooks = FakeWebhooks()
    world.clock.at = NOON + LEASE
    world.wake()
    assert world.answers()["ask"] == {"ok": True}


def test_an_enrollment_that_moved_meanwhile_keeps_its_move(world: World) -> None:
    class Interrupted(Table):
        def write(self, *changes: Change) -> None:
            if len(changes) > 1 and not interruptions:
                interruptions.append(True)
                row = world.table.get(ENTRY)
                assert row
                world.table.write(Replace(ENTRY, replace(row.value, facts={"order": "7"}), row.version, due=NOON))
            super().write(*changes)

    interruptions: list[bool] = []
    world.wake(Interrupted("table", world.table._client))
    row = world.table.get(ENTRY)
    assert row
    assert (row.value.facts, row.value.answers["ask"]) == ({"order": "7"}, {"ok": True})


def test_who_has_left_the_journey_is_not_brought_back(world: World) -> None:
    row = world.table.get(ENTRY)
    assert row
    world.table.write(Replace(ENTRY, replace(row.value, state=EnrollmentState.EXITED), row.version))
    world.wake()
    row = world.table.get(ENTRY)
    assert row
    assert (row.due, "ask" in row.value.answers) == (None, False)


def test_shadow_mode_calls_nobody_and_says_so(world: World) -> None:
    world.table.write(Create(keys.SHADOW, Shadow(on=True, at=NOON)))
    world.wake()
    assert world.webhooks.calls == []
    assert world.answers()["ask"] == {"failed": "shadow"}
    assert world.told() == [("would have called", "shadow")]


def test_a_stop_holds_it_back(world: World) -> None:
    world.table.write(Create(keys.STOP, Stop(on=True, at=NOON)))
    world.stopped = True
    world.wake()
    assert (world.webhooks.calls, world.waits()) == ([], 60)
    world.stopped = False
    world.wake()
    assert len(world.webhooks.calls) == 1


def test_an_enrollment_that_others_keep_writing_sends_the_message_back(world: World) -> None:
    class Busy(Table):
        def write(self, *changes: Change) -> None:
            if len(changes) > 1:
                raise Conflict((2,))
            super().write(*changes)

    with pytest.raises(Contended):
        world.wake(Busy("table", world.table._client))


def test_the_handler_fails_only_what_is_no_call(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    class Going:
        def on(self) -> bool:
            return False

    for name, real in (
        ("table", world.table),
        ("clock", world.clock),
        ("webhooks", world.webhooks),
        ("stop", Going()),
        ("advance", world.advance),
    ):
        monkeypatch.setattr(function, name, real)
    answer = function.handler(an_sqs_event("nonsense", KEY.ref), LambdaContext())  # type: ignore[arg-type]
    assert answer == {"batchItemFailures": [{"itemIdentifier": "0"}]}
    assert world.answers()["ask"] == {"ok": True}


def test_an_answer_that_would_be_too_much_for_the_run_fails_and_is_not_asked_for_again(world: World) -> None:
    # given a run that holds what seven webhooks answered
    row = world.table.get(ENTRY)
    assert row
    long = {f"step{n}": {"words": "あ" * 10_000} for n in range(7)}
    world.table.write(Replace(ENTRY, replace(row.value, answers=long), row.version, due=row.due))
    world.webhooks.answers = [{"words": "あ" * 20_000}]
    # when
    world.wake()
    world.wake()
    # then
    assert world.answers() == long | {"ask": {"failed": "answered too much"}}
    assert world.row().answer == {"failed": "answered too much"}
    assert len(world.webhooks.calls) == 1
