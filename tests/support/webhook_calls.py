"""A webhook that a journey calls: its row, the enrollment that waits for it, and a receiver in memory."""

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from nurture.webhook import Dependencies, call
from ripen.adapters.table import Create, Table, keys
from ripen.agenda import Lane
from ripen.errors import Undeliverable
from ripen.journey.enrollment import Enrollment
from ripen.journey.webhook_call import WebhookCall
from tests.support.fakes import NOON, FakeClock, FakeQueue

ENTRY = keys.enrollment("lead1", "trial", "a1")
KEY = keys.call("lead1", "c" * 26)
DOWN = Undeliverable("answered 503", permanent=False)


@dataclass
class FakeWebhooks:
    """A receiver that gives these answers in order, and then {"ok": true}."""

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
            Dependencies(
                table=table or self.table,
                clock=self.clock,
                webhooks=self.webhooks,
                stopped=lambda: self.stopped,
                advance=self.advance,
            ),
        )

    def row(self) -> WebhookCall:
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

    def decisions(self) -> list[tuple[str, str]]:
        return [(row.value.outcome, row.value.reason) for row in self.table.under("lead1", "decision#")]


def a_world(table: Table, clock: FakeClock, queue: FakeQueue) -> World:
    """Add a due call and the enrollment that waits for its answer."""
    entry = Enrollment(
        lead="lead1", journey="trial", key="a1", entered=NOON, bundle="b1", step="ask", answers={"first": {"n": 1}}
    )
    planned = WebhookCall(
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
