"""Marketing mail is released by priority, at SES's rate; the rest waits and is counted."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from nurture._release import Released, release
from ripen.adapters.table import Create, Key, Replace, Table, keys
from ripen.agenda import Ref
from ripen.ids import digest
from ripen.mail import ledger
from ripen.mail.breaker import Breaker
from ripen.mail.ledger import Send
from ripen.mail.send_rate import Quota
from ripen.playbook.graph import Priority
from tests.support.fakes import NOON, FakeClock, FakeQueue
from tests.support.planned_mails import a_send, planned

AHEAD, NOW = timedelta(seconds=60), timedelta()
SECOND = timedelta(seconds=1)
SLOW = Quota(per_second=1 / 0.9 / 12, per_day=-1, sent=0)
"""Five a minute."""


def mails(table: Table, count: int, priority: Priority = "normal", due: datetime = NOON) -> list[Ref]:
    made = [
        a_send(lead=f"lead{n}", email="case-study", id=digest("send", priority, n, due), priority=priority)
        for n in range(count)
    ]
    return [planned(table, send, due).ref for send in made]


def released(table: Table, clock: FakeClock, queue: FakeQueue, quota: Quota = SLOW, urgent: int = 0) -> Released:
    return release(table, clock, queue, AHEAD, lambda: quota, urgent)


def test_as_many_are_released_as_a_minute_takes_and_the_rest_is_counted(
    table: Table, clock: FakeClock, queue: FakeQueue
) -> None:
    refs = set(mails(table, 7))
    assert released(table, clock, queue) == Released(5, 2)
    assert sorted(queue.delays) == [0, 12, 24, 36, 48]
    clock.move(seconds=60)
    assert released(table, clock, queue) == Released(2, 0)
    assert set(queue.woken) == refs


def test_a_tick_too_many_releases_nothing_more(table: Table, clock: FakeClock, queue: FakeQueue) -> None:
    mails(table, 9)
    released(table, clock, queue)
    clock.move(seconds=1)
    assert released(table, clock, queue).woken == 0
    clock.move(seconds=12)
    assert released(table, clock, queue).woken == 1


def test_of_two_ticks_at_once_one_gets_the_places(table: Table, clock: FakeClock, queue: FakeQueue) -> None:
    mails(table, 9)
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda _: released(table, clock, queue).woken, range(2)))
    assert sum(both) == 5


def test_priority_goes_first_and_then_who_waited_longer(table: Table, clock: FakeClock, queue: FakeQueue) -> None:
    low, late = mails(table, 2, "low", NOON - 9 * SECOND), mails(table, 2, "normal")
    early, high = mails(table, 2, "normal", NOON - SECOND), mails(table, 1, "high")
    released(table, clock, queue)
    assert queue.woken[:1] == high
    assert set(queue.woken[1:3]) == set(early)
    assert set(queue.woken[3:]) == set(late)
    assert not set(low) & set(queue.woken)


def test_a_mail_is_not_woken_before_its_time(table: Table, clock: FakeClock, queue: FakeQueue) -> None:
    mails(table, 1, due=NOON + timedelta(seconds=29.5))
    mails(table, 1, due=NOON + timedelta(seconds=61))
    assert released(table, clock, queue) == Released(1, 0)
    assert queue.delays == [30]


def test_where_the_clock_is_moved_they_go_at_once_but_no_more_of_them(
    table: Table, clock: FakeClock, queue: FakeQueue
) -> None:
    mails(table, 7)
    assert release(table, clock, queue, NOW, lambda: SLOW, 0) == Released(5, 2)
    assert queue.delays == [0] * 5


def test_what_people_wait_for_takes_the_places_first(table: Table, clock: FakeClock, queue: FakeQueue) -> None:
    mails(table, 7)
    assert released(table, clock, queue, urgent=4) == Released(1, 6)
    assert queue.delays == [48]


def test_nobody_is_asked_where_nothing_is_due(table: Table, clock: FakeClock, queue: FakeQueue) -> None:
    def quota() -> Quota:
        raise AssertionError

    assert release(table, clock, queue, AHEAD, quota, 0) == Released(0, 0)
    assert table.get(keys.SLOTS) is None


OPEN = Breaker(until=NOON + SECOND, reason="paused", opened=NOON)


@pytest.mark.parametrize(
    ("breaker", "woken"),
    [
        (OPEN, 0),
        (Breaker(until=NOON, opened=NOON), 1),
        (Breaker(until=NOON, opened=NOON, probed=NOON), 0),
        (Breaker(), 5),
    ],
)
def test_while_the_account_is_refused_none_goes_and_then_one_tries(
    table: Table, clock: FakeClock, queue: FakeQueue, breaker: Breaker, woken: int
) -> None:
    table.write(Create(keys.BREAKER, breaker))
    mails(table, 7)
    assert released(table, clock, queue) == Released(woken, 7 - woken)


def test_a_mail_that_set_out_is_not_paced(table: Table, clock: FakeClock, queue: FakeQueue) -> None:
    """What is claimed or unknown is looked after by the tick at its time, whatever the quota."""
    (ref,) = mails(table, 1)
    key: Key[Send] = keys.typed(keys.parse(ref), Send)
    row = table.get(key)
    assert row is not None

    moved = ledger.claim(row.value, "b", "s", NOON)
    table.write(Replace(key, moved.send, row.version, moved.due, ledger.lane(moved.send)))
    clock.move(minutes=5)
    assert released(table, clock, queue) == Released(0, 0)
