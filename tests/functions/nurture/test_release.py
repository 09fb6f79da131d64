"""Marketing mail is released by priority, at SES's rate; the rest waits and is counted."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from nurture._release import Released, release
from nurture._shards import Failures, ShardsFailed
from ripen.adapters.table import Create, Key, Replace, Table, keys
from ripen.agenda import Lane, Ref
from ripen.ids import digest
from ripen.mail import ledger
from ripen.mail.breaker import Breaker
from ripen.mail.ledger import Send
from ripen.mail.send_rate import Quota
from ripen.playbook.graph import Priority
from tests.support.campaign_machinery import leads_of
from tests.support.fakes import NOON, FakeClock, FakeQueue
from tests.support.planned_mails import a_send, planned
from tests.support.troubled_dynamodb import TroubledDynamoDB, an_error

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
    return release(table, clock, queue, AHEAD, lambda: quota, urgent, Failures())


def test_a_minutes_mails_are_released_and_the_rest_is_counted(table: Table, clock: FakeClock, queue: FakeQueue) -> None:
    refs = set(mails(table, 7))
    assert released(table, clock, queue) == Released(5, 2)
    assert sorted(queue.delays) == [0, 12, 24, 36, 48]
    clock.move(seconds=60)
    assert released(table, clock, queue) == Released(2, 0)
    assert set(queue.woken) == refs


def test_second_tick_in_a_minute_releases_nothing(table: Table, clock: FakeClock, queue: FakeQueue) -> None:
    mails(table, 9)
    released(table, clock, queue)
    clock.move(seconds=1)
    assert released(table, clock, queue).woken == 0
    clock.move(seconds=12)
    assert released(table, clock, queue).woken == 1


def test_only_one_of_two_ticks_gets_the_slots(table: Table, clock: FakeClock, queue: FakeQueue) -> None:
    mails(table, 9)
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda _: released(table, clock, queue).woken, range(2)))
    assert sum(both) == 5


def test_tick_wakes_nothing_if_another_one_reserves_the_slots_first(
    table: Table, clock: FakeClock, queue: FakeQueue
) -> None:
    # given a tick that reserves the slots while another one reads the quota
    mails(table, 9)

    def quota() -> Quota:
        assert released(table, clock, queue).woken == 5
        return SLOW

    # when
    late = release(table, clock, queue, AHEAD, quota, 0, Failures())
    # then
    assert (late.woken, len(queue.woken)) == (0, 5)


def test_lease_of_a_mail_begins_after_the_last_slot(table: Table, clock: FakeClock, queue: FakeQueue) -> None:
    mails(table, 5)
    released(table, clock, queue)
    leases = [table.get(keys.typed(keys.parse(ref), Send)) for ref in queue.woken]
    assert [row and row.due for row in leases] == [NOON + timedelta(minutes=6)] * 5


def test_mails_are_released_by_priority_and_then_by_due_time(table: Table, clock: FakeClock, queue: FakeQueue) -> None:
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


def test_mails_go_at_once_but_no_more_of_them_when_the_clock_is_moved(
    table: Table, clock: FakeClock, queue: FakeQueue
) -> None:
    mails(table, 7)
    assert release(table, clock, queue, NOW, lambda: SLOW, 0, Failures()) == Released(5, 2)
    assert queue.delays == [0] * 5


def test_transactional_mail_takes_slots_first(table: Table, clock: FakeClock, queue: FakeQueue) -> None:
    mails(table, 7)
    assert released(table, clock, queue, urgent=4) == Released(1, 6)
    assert queue.delays == [48]


def test_quota_is_not_read_when_nothing_is_due(table: Table, clock: FakeClock, queue: FakeQueue) -> None:
    def quota() -> Quota:
        raise AssertionError

    assert release(table, clock, queue, AHEAD, quota, 0, Failures()) == Released(0, 0)
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
def test_open_breaker_releases_nothing_and_then_one_probe(
    table: Table, clock: FakeClock, queue: FakeQueue, breaker: Breaker, woken: int
) -> None:
    table.write(Create(keys.BREAKER, breaker))
    mails(table, 7)
    assert released(table, clock, queue) == Released(woken, 7 - woken)


def test_claimed_mail_is_not_paced(table: Table, clock: FakeClock, queue: FakeQueue) -> None:
    """What is claimed or unknown is looked after by the tick at its time, whatever the quota."""
    (ref,) = mails(table, 1)
    key: Key[Send] = keys.typed(keys.parse(ref), Send)
    row = table.get(key)
    assert row is not None

    moved = ledger.claim(row.value, "b", "s", "ja", NOON)
    table.write(Replace(key, moved.send, row.version, moved.due, ledger.lane(moved.send)))
    clock.move(minutes=5)
    assert released(table, clock, queue) == Released(0, 0)


def test_error_at_one_mail_costs_no_other(clock: FakeClock, queue: FakeQueue) -> None:
    client, failures = TroubledDynamoDB(), Failures()
    table = Table("table", client)
    first, second, third = sorted(mails(table, 3))
    client.trouble[first] = an_error("ThrottlingException")
    client.trouble[second] = client.exceptions.TransactionConflictException()

    assert release(table, clock, queue, AHEAD, lambda: SLOW, 0, failures).woken == 1

    assert queue.woken == [third]
    with pytest.raises(ShardsFailed, match="1 calls"):
        failures.raise_any()


@pytest.mark.parametrize("most", [5, 1])
def test_error_in_one_shard_does_not_delay_the_mail_of_the_others(
    most: int, clock: FakeClock, queue: FakeQueue
) -> None:
    client, failures = TroubledDynamoDB(), Failures()
    table = Table("table", client)
    sends = [a_send(lead=leads_of(shard, 1)[0], email="case-study", id=f"s{shard}") for shard in (3, 4)]
    refs = [planned(table, send).ref for send in sends]
    client.trouble[f"{Lane.MAIL}#3"] = an_error("InternalServerError")

    quota = Quota(per_second=most / 0.9 / 60, per_day=-1, sent=0)
    assert release(table, clock, queue, AHEAD, lambda: quota, 0, failures).woken == 1

    assert queue.woken == [refs[1]]
    with pytest.raises(ShardsFailed):
        failures.raise_any()
