"""nurture.webhook: slow, doubled and dead workers, and an enrollment that moves during the call."""

from copy import replace
from typing import Any

import pytest

from ripen.adapters.table import Change, Conflict, Replace, Table
from ripen.errors import Contended
from ripen.journey.enrollment import EnrollmentState
from ripen.journey.webhook_call import LEASE
from tests.support.fakes import NOON, FakeClock, FakeQueue
from tests.support.webhook_calls import ENTRY, KEY, FakeWebhooks, World, a_world


@pytest.fixture
def world(table: Table, clock: FakeClock, queue: FakeQueue) -> World:
    return a_world(table, clock, queue)


def test_claimed_call_is_not_made_by_another_worker(world: World) -> None:
    row = world.table.get(KEY)
    assert row
    world.table.write(Replace(KEY, replace(row.value, claimed=NOON, attempts=1), row.version, due=NOON + LEASE))
    world.wake()
    assert world.webhooks.calls == []
    world.clock.at = NOON + LEASE
    world.wake()
    assert len(world.webhooks.calls) == 1


def test_worker_that_returns_after_its_lease_writes_nothing(world: World) -> None:
    """Let a slow worker get its answer after another worker has claimed the row and written its own."""

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


def test_call_of_a_dead_worker_is_repeated(world: World) -> None:
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


def test_enrollment_moved_during_the_call_keeps_its_move(world: World) -> None:
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


def test_answer_does_not_revive_an_ended_enrollment(world: World) -> None:
    row = world.table.get(ENTRY)
    assert row
    world.table.write(Replace(ENTRY, replace(row.value, state=EnrollmentState.EXITED), row.version))
    world.wake()
    row = world.table.get(ENTRY)
    assert row
    assert (row.due, "ask" in row.value.answers) == (None, False)


def test_message_comes_back_if_others_keep_writing_the_enrollment(world: World) -> None:
    class Busy(Table):
        def write(self, *changes: Change) -> None:
            if len(changes) > 1:
                raise Conflict((2,))
            super().write(*changes)

    with pytest.raises(Contended):
        world.wake(Busy("table", world.table._client))
