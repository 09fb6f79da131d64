"""`ripen stop` against workers that claim mails all the time.

Two seconds after the row is written no mail is claimed, the number of mails under way is right, and a resume repeats
nothing.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from copy import replace
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from queue import Empty, SimpleQueue
from threading import Event, Thread
from time import monotonic, sleep
from typing import Any

import pytest

from cli.commands import sending
from cli.stack.stack import Stack
from nurture.deliver import deliver
from ripen.adapters.clock import ApplicationClock
from ripen.adapters.rows.stop_switch import StopSwitch
from ripen.adapters.table import Change, Key, Replace, Table, keys
from ripen.mail.ledger import Send, SendState
from ripen.mail.message import OutgoingMail
from tests.support.builders import a_lead
from tests.support.lead_story import World
from tests.support.planned_mails import a_send, an_outside, known, planned

_WORKERS = 6
_SLOW = 3
"""Calls to SES that hang until they are released."""
_MAILS = 250
_LIMIT = timedelta(seconds=2)
_FRESH = 1.1
"""Seconds after which every worker has read the stop row again."""


class Watched(Table):
    """Records when each claim was in the table."""

    def __init__(self, client: Any) -> None:
        super().__init__("table", client)
        self.claims: list[datetime] = []

    def write(self, *changes: Change) -> None:
        super().write(*changes)
        states = [change.value.state for change in changes if isinstance(change, Replace) and _is_send(change)]
        if SendState.CLAIMED in states:
            self.claims.append(datetime.now(UTC))


def _is_send(change: Replace[Any]) -> bool:
    return isinstance(change.value, Send)


@dataclass
class Line:
    """An SES whose first three calls hang until `let_go`."""

    taken: Counter[str] = field(default_factory=Counter)
    waiting: set[str] = field(default_factory=set)
    let_go: Event = field(default_factory=Event)

    def send(self, mail: OutgoingMail) -> str:
        id = mail.tags["send_id"]
        self.taken[id] += 1
        if len(self.taken) <= _SLOW:
            self.waiting.add(id)
            self.let_go.wait(60)
            self.waiting.remove(id)
        sleep(0.02)
        return f"m-{id}"


@pytest.fixture
def watched(world: World) -> Watched:
    return Watched(world.outside.client("dynamodb"))


@pytest.fixture
def line() -> Iterator[Line]:
    line = Line()
    yield line
    line.let_go.set()


def working(table: Watched, line: Line, due: SimpleQueue[Key[Send]], ends: Event) -> list[Thread]:
    """Start workers, each with its own view of the stop row, as containers have."""

    def work() -> None:
        clock, switch = ApplicationClock(table, moves=False), StopSwitch(table)
        outside = replace(an_outside(table, None, line), clock=clock, stopped=switch.is_on)  # type: ignore[arg-type]
        while not ends.is_set():
            try:
                deliver(due.get(timeout=0.1), outside)
            except Empty:
                continue

    threads = [Thread(target=work) for _ in range(_WORKERS)]
    for thread in threads:
        thread.start()
    return threads


def mails(table: Table, count: int) -> list[Key[Send]]:
    found = []
    for number in range(count):
        lead = f"lead{number}"
        known(table, a_lead(id=lead))
        found.append(planned(table, a_send(lead=lead, valid_until=None), at=datetime.now(UTC)))
    return found


def test_a_stop_holds_after_two_seconds_counts_what_is_under_way_and_repeats_nothing(
    watched: Watched, line: Line, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # given workers that send one mail after another, some of them slowly
    due: SimpleQueue[Key[Send]] = SimpleQueue()
    planned = mails(watched, _MAILS)
    for key in planned:
        due.put(key)
    monkeypatch.setattr(sending, "connect", lambda: a_stack(watched))
    ends = Event()
    threads = working(watched, line, due, ends)
    eventually(lambda: len(line.taken) >= _SLOW + 5)

    # when all sending is stopped, and the queue goes on waking workers
    sending.stop()
    returned = datetime.now(UTC)
    under_way = len(line.waiting)
    for key in planned:
        due.put(key)
    sleep(2)

    # then no claim came later than two seconds after the row, and the count was right
    sign = watched.get(keys.STOP)
    assert sign
    assert max(watched.claims) <= min(sign.value.at + _LIMIT, returned)
    assert f"In flight: {under_way}." in capsys.readouterr().out
    assert under_way == _SLOW
    assert len(line.taken) < _MAILS

    # and after the resume each mail goes once
    line.let_go.set()
    sending.resume()
    eventually(due.empty)
    sleep(_FRESH)
    for key in planned:
        due.put(key)
    eventually(lambda: len(line.taken) == _MAILS)
    ends.set()
    for thread in threads:
        thread.join()
    assert set(line.taken.values()) == {1}


def a_stack(table: Table) -> Stack:
    return Stack(
        table=table,
        playbook=None,  # type: ignore[arg-type]
        secrets=None,  # type: ignore[arg-type]
        clock=ApplicationClock(table, moves=False),
        site="",
        queues=(),
        tick="",
        local=None,
    )


def eventually(look: Callable[[], bool]) -> None:
    until = monotonic() + 60
    while not look():
        assert monotonic() < until, "never"
        sleep(0.02)
