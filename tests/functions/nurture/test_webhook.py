"""nurture.webhook: one answer for each visit to a webhook step, whatever the receiver does."""

from copy import replace

import pytest

from nurture import webhook as function
from ripen.adapters.table import Create, Replace, Table, keys
from ripen.errors import Undeliverable
from ripen.journey.webhook_call import PATIENCE
from ripen.settings import Shadow, Stop
from tests.support.fakes import NOON, FakeClock, FakeQueue
from tests.support.sqs_events import LambdaContext, an_sqs_event
from tests.support.webhook_calls import DOWN, ENTRY, KEY, World, a_world


@pytest.fixture
def world(table: Table, clock: FakeClock, queue: FakeQueue) -> World:
    return a_world(table, clock, queue)


def test_answer_is_written_into_the_enrollment_and_wakes_it(world: World) -> None:
    world.webhooks.answers = [{"score": 7}]
    world.wake()
    row = world.table.get(ENTRY)
    assert row
    assert row.value.answers == {"first": {"n": 1}, "ask": {"score": 7}}
    assert row.due == NOON
    assert world.advance.woken == [ENTRY.ref]
    assert (world.row().done, world.waits()) == (NOON, None)
    assert world.decisions() == [("answered", "")]


def test_request_names_the_lead_the_journey_and_the_step(world: World) -> None:
    world.wake()
    about = {"lead": "lead1", "journey": "trial", "step": "ask", "id": "c" * 26}
    assert world.webhooks.calls == [("https://example.com/hook", {"plan": "gold"} | about, "c" * 26, 7)]


def test_body_cannot_name_another_lead(world: World) -> None:
    row = world.table.get(KEY)
    assert row
    world.table.write(Replace(KEY, replace(row.value, body={"lead": "lead2"}), row.version, due=NOON))
    world.wake()
    assert world.webhooks.calls[0][1]["lead"] == "lead1"


def test_second_wake_up_makes_no_call(world: World) -> None:
    for _ in range(3):
        world.wake()
    assert len(world.webhooks.calls) == 1
    assert world.advance.woken == [ENTRY.ref]


def test_failed_call_is_retried_for_a_day_with_growing_pauses(world: World) -> None:
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
    assert world.decisions() == [("failed", "answered 503, for a day")]
    assert len(world.webhooks.calls) == len(waits) > 10


def test_retry_waits_as_long_as_the_receiver_asks(world: World) -> None:
    world.webhooks.answers = [Undeliverable("answered 429", permanent=False, after=600)]
    world.wake()
    assert 600 <= (world.waits() or 0) < 606
    assert world.row().error == "answered 429"


def test_permanent_refusal_is_not_retried(world: World) -> None:
    world.webhooks.answers = [Undeliverable("answered 422", permanent=True)]
    world.wake()
    assert (world.answers()["ask"], world.run().unanswered) == ({"failed": "answered 422"}, ("ask",))
    assert world.waits() is None
    assert world.advance.woken == [ENTRY.ref]


def test_answer_with_a_failed_key_of_its_own_is_an_answer(world: World) -> None:
    world.webhooks.answers = [{"failed": "hanako@example.co.jp is unknown"}]
    world.wake()
    assert (world.decisions(), world.run().unanswered) == ([("answered", "")], ())


def test_shadow_mode_makes_no_call(world: World) -> None:
    world.table.write(Create(keys.SHADOW, Shadow(on=True, at=NOON)))
    world.wake()
    assert world.webhooks.calls == []
    assert world.answers()["ask"] == {"failed": "shadow"}
    assert world.decisions() == [("would have called", "shadow")]


def test_call_waits_while_sending_is_stopped(world: World) -> None:
    world.table.write(Create(keys.STOP, Stop(on=True, at=NOON)))
    world.stopped = True
    world.wake()
    assert (world.webhooks.calls, world.waits()) == ([], 60)
    world.stopped = False
    world.wake()
    assert len(world.webhooks.calls) == 1


def test_message_that_names_no_call_fails_alone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    class Going:
        def is_on(self) -> bool:
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


def test_answer_too_large_for_the_enrollment_fails_for_good(world: World) -> None:
    # given an enrollment with the answers of seven webhooks
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
