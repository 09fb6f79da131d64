"""`ripen stop` while workers claim one mail after another.

Two seconds after the stop no worker claims a mail, the number of mails in flight is right, and a resume sends no mail
twice.
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
from ripen.mail.content.message import OutgoingMail
from ripen.mail.ledger import Send, SendState
from tests.support.builders import a_lead
from tests.support.lead_story import World
from tests.support.planned_mails import a_send, an_outside, known, planned

_WORKERS = 6
_SLOW = 3
"""Number of calls to SES that hang until they are released."""
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
class SlowSes:
    """An SES whose first three calls hang until `released` is set."""

    taken: Counter[str] = field(default_factory=Counter)
    hanging: set[str] = field(default_factory=set)
    released: Event = field(default_factory=Event)

    def send(self, mail: OutgoingMail) -> str:
        id = mail.tags["send_id"]
        self.taken[id] += 1
        if len(self.taken) <= _SLOW:
            self.hanging.add(id)
            self.released.wait(60)
            self.hanging.remove(id)
        sleep(0.02)
        return f"m-{id}"


@pytest.fixture
def watched(world: World) -> Watched:
    return Watched(world.outside.client("dynamodb"))


@pytest.fixture
def ses() -> Iterator[SlowSes]:
    ses = SlowSes()
    yield ses
    ses.released.set()


def working(table: Watched, ses: SlowSes, due: SimpleQueue[Key[Send]], ends: Event) -> list[Thread]:
    """Start workers, each with its own view of the stop row, as containers have."""

    def work() -> None:
        clock, switch = ApplicationClock(table, moves=False), StopSwitch(table)
        outside = replace(an_outside(table, None, ses), clock=clock, stopped=switch.is_on)  # type: ignore[arg-type]
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


def wake(due: SimpleQueue[Key[Send]], keys: list[Key[Send]]) -> None:
    for key in keys:
        due.put(key)


def test_a_stop_holds_within_two_seconds_and_a_resume_sends_each_mail_once(
    watched: Watched, ses: SlowSes, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # given workers that send one mail after another, some of them slowly
    due: SimpleQueue[Key[Send]] = SimpleQueue()
    planned = mails(watched, _MAILS)
    wake(due, planned)
    monkeypatch.setattr(sending, "connect", lambda: a_stack(watched))
    ends = Event()
    threads = working(watched, ses, due, ends)
    eventually(lambda: len(ses.taken) >= _SLOW + 5)

    # when all sending is stopped, and the queue goes on waking workers
    sending.stop()
    returned = datetime.now(UTC)
    in_flight = len(ses.hanging)
    wake(due, planned)
    sleep(2)

    # then no claim came later than two seconds after the stop, and the count was right
    stop = watched.get(keys.STOP)
    assert stop
    assert max(watched.claims) <= min(stop.value.at + _LIMIT, returned)
    assert f"In flight: {in_flight}." in capsys.readouterr().out
    assert in_flight == _SLOW
    assert len(ses.taken) < _MAILS

    # and after the resume each mail goes once
    ses.released.set()
    sending.resume()
    eventually(due.empty)
    sleep(_FRESH)
    wake(due, planned)
    eventually(lambda: len(ses.taken) == _MAILS)
    ends.set()
    for thread in threads:
        thread.join()
    assert set(ses.taken.values()) == {1}


def a_stack(table: Table) -> Stack:
    return Stack(
        table=table,
        playbook=None,  # type: ignore[arg-type]
        secrets=None,  # type: ignore[arg-type]
        connections=None,  # type: ignore[arg-type]
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
