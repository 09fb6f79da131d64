"""Marketing mail is released by priority, at SES's rate; the rest waits and is counted."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest

from nurture import _release
from nurture._release import Released, release
from nurture._shards import Failures, ShardsFailed
from ripen.adapters.table import Create, Replace, Table, keys
from ripen.agenda import Lane, Ref
from ripen.ids import digest
from ripen.mail import ledger
from ripen.mail.ledger import MovedSend, Send
from ripen.mail.limits.breaker import Breaker
from ripen.mail.limits.send_rate import Quota
from ripen.playbook.graph import Priority
from tests.support.campaign_machinery import leads_of
from tests.support.fakes import NOON, FakeClock, FakeQueue
from tests.support.planned_mails import a_release, a_send, planned, row
from tests.support.troubled_dynamodb import TroubledDynamoDB, an_error

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
SLOW = Quota(per_second=1 / 0.9 / 12, per_day=-1, sent=0)
"""Five a minute."""
OLD = NOON - MINUTE


def mails(table: Table, count: int, priority: Priority = "normal", due: datetime = OLD) -> list[Ref]:
    made = [
        a_send(lead=f"lead{n}", email="case-study", id=digest("send", priority, n, due), priority=priority)
        for n in range(count)
    ]
    return [planned(table, send, due).ref for send in made]


def released(
    table: Table,
    clock: FakeClock,
    queue: FakeQueue,
    quota: Callable[[], Quota] = lambda: SLOW,
    urgent: int = 0,
    **changes: Any,
) -> Released:
    return release(a_release(table, clock, queue, quota, **({"clock_moves": False} | changes)), urgent, Failures())


def by_slot(queue: FakeQueue) -> list[Ref]:
    """Return the mails in the order of their slots."""
    return [ref for _, ref in sorted(zip(queue.delays, queue.woken, strict=True))]


def claimed(table: Table, ref: Ref) -> None:
    """Take the mail out of its lane, as its claim does."""
    mail = row(table, keys.typed(keys.parse(ref), Send))
    moved = ledger.claim(mail.value, "b", "s", "ja", NOON)
    table.write(Replace(mail.key, moved.send, mail.version, moved.due, ledger.lane(moved.send)))


def test_a_minutes_mails_are_released_and_the_rest_is_counted(table: Table, clock: FakeClock, queue: FakeQueue) -> None:
    refs = set(mails(table, 7))
    assert released(table, clock, queue) == Released(5, 2)
    assert sorted(queue.delays) == [0, 12, 24, 36, 48]
    clock.move(minutes=1)
    assert released(table, clock, queue) == Released(2, 0)
    assert set(queue.woken) == refs


def test_mails_that_wait_are_counted_at_a_full_look_and_reckoned_until_the_next(
    table: Table, clock: FakeClock, queue: FakeQueue
) -> None:
    class Counting(Table):
        counts = 0

        def waiting(self, *place: Any) -> int:
            self.counts += 1
            return super().waiting(*place)

    [lead] = leads_of(3, 1)
    for n in range(23):
        planned(table, a_send(lead=lead, email="case-study", id=f"s{n:02d}"), OLD)
    counting = Counting("table", table._client)
    found = []
    for _ in range(6):
        found.append((released(counting, clock, queue).backlog, counting.counts))
        clock.move(minutes=1)
    assert found == [(18, 1), (13, 1), (8, 1), (3, 1), (0, 1), (18, 2)]


def test_a_released_mail_is_neither_leased_nor_woken_again_by_the_next_tick(
    table: Table, clock: FakeClock, queue: FakeQueue
) -> None:
    [ref] = mails(table, 1)
    for _ in range(4):
        released(table, clock, queue)
        clock.move(minutes=1)
    assert queue.woken == [ref]
    assert row(table, keys.typed(keys.parse(ref), Send)).due == OLD


def test_a_mail_whose_message_was_lost_is_woken_again_by_the_full_look(
    table: Table, clock: FakeClock, queue: FakeQueue
) -> None:
    refs = mails(table, 3)
    released(table, clock, queue)
    claimed(table, refs[0])
    clock.move(minutes=5)
    assert released(table, clock, FakeQueue()) == Released(2, 0)


def test_a_mail_that_is_planned_before_the_cursor_is_found_by_the_full_look(
    table: Table, clock: FakeClock, queue: FakeQueue
) -> None:
    mails(table, 1)
    released(table, clock, queue)
    [early] = mails(table, 1, due=OLD - SECOND)
    clock.move(minutes=1)
    assert released(table, clock, queue).woken == 0
    clock.move(minutes=4)
    full_look = FakeQueue()
    released(table, clock, full_look)
    assert by_slot(full_look)[0] == early


def test_a_mail_that_is_postponed_comes_again_at_its_time(table: Table, clock: FakeClock, queue: FakeQueue) -> None:
    [ref] = mails(table, 1)
    released(table, clock, queue)
    mail = row(table, keys.typed(keys.parse(ref), Send))
    moved = MovedSend(mail.value, NOON + 30 * SECOND)
    table.write(Replace(mail.key, moved.send, mail.version, moved.due, ledger.lane(moved.send)))
    clock.move(minutes=1)
    assert released(table, clock, queue).woken == 1


def test_mails_that_are_due_at_the_same_moment_are_released_once_each(
    table: Table, clock: FakeClock, queue: FakeQueue
) -> None:
    [lead] = leads_of(3, 1)
    refs = {planned(table, a_send(lead=lead, email="case-study", id=f"s{n}"), OLD).ref for n in range(12)}
    for _ in range(3):
        released(table, clock, queue)
        clock.move(minutes=1)
    assert (len(queue.woken), set(queue.woken)) == (12, refs)


def test_release_begins_again_without_its_row(table: Table, clock: FakeClock, queue: FakeQueue) -> None:
    mails(table, 2)
    released(table, clock, queue)
    table._client.transact_write_items(
        TransactItems=[{"Delete": {"TableName": "table", "Key": {"pk": {"S": "setting#slots"}, "sk": {"S": "-"}}}}]
    )
    assert released(table, clock, queue) == Released(2, 0)


def test_tick_that_dies_after_the_first_mails_leaves_the_others_to_the_next(
    table: Table, clock: FakeClock, queue: FakeQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_release, "_MAILS_A_WRITE", 2)
    refs = set(mails(table, 5))
    time = iter([True, True])
    assert released(table, clock, queue, has_time=lambda: next(time, False)) == Released(4, 1)
    clock.move(minutes=1)
    assert released(table, clock, queue) == Released(1, 0)
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
    late = released(table, clock, queue, quota=quota)
    # then
    assert (late.woken, len(queue.woken)) == (0, 5)


def test_mails_are_released_by_priority_and_then_by_due_time(table: Table, clock: FakeClock, queue: FakeQueue) -> None:
    low, late = mails(table, 2, "low", OLD - 9 * SECOND), mails(table, 2, "normal")
    early, high = mails(table, 2, "normal", OLD - SECOND), mails(table, 1, "high")
    released(table, clock, queue)
    found = by_slot(queue)
    assert found[:1] == high
    assert set(found[1:3]) == set(early)
    assert set(found[3:]) == set(late)
    assert not set(low) & set(queue.woken)


def test_a_mail_waits_until_the_index_surely_shows_all_that_is_due_before_it(
    table: Table, clock: FakeClock, queue: FakeQueue
) -> None:
    mails(table, 1, due=NOON - 5 * SECOND)
    mails(table, 1, due=NOON - 4 * SECOND)
    assert released(table, clock, queue) == Released(1, 0)
    clock.move(minutes=1)
    assert released(table, clock, queue) == Released(1, 0)


def test_mails_go_at_once_but_no_more_of_them_when_the_clock_can_be_moved(
    table: Table, clock: FakeClock, queue: FakeQueue
) -> None:
    mails(table, 7, due=NOON)
    assert released(table, clock, queue, clock_moves=True) == Released(5, 2)
    assert queue.delays == [0] * 5


def test_transactional_mail_takes_slots_first(table: Table, clock: FakeClock, queue: FakeQueue) -> None:
    mails(table, 7)
    assert released(table, clock, queue, urgent=4) == Released(1, 6)
    assert queue.delays == [48]


def test_quota_is_not_read_when_nothing_is_due(table: Table, clock: FakeClock, queue: FakeQueue) -> None:
    def quota() -> Quota:
        raise AssertionError

    assert released(table, clock, queue, quota=quota) == Released(0, 0)
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
    claimed(table, ref)
    clock.move(minutes=5)
    assert released(table, clock, queue) == Released(0, 0)


@pytest.mark.parametrize("most", [5, 1])
def test_error_in_one_shard_does_not_delay_the_mail_of_the_others(
    most: int, clock: FakeClock, queue: FakeQueue
) -> None:
    client, failures = TroubledDynamoDB(), Failures()
    table = Table("table", client)
    sends = [a_send(lead=leads_of(shard, 1)[0], email="case-study", id=f"s{shard}") for shard in (3, 4)]
    refs = [planned(table, send, OLD).ref for send in sends]
    client.trouble[f"{Lane.MAIL}#3"] = an_error("InternalServerError")

    quota = Quota(per_second=most / 0.9 / 60, per_day=-1, sent=0)
    assert release(a_release(table, clock, queue, lambda: quota), 0, failures).woken == 1

    assert queue.woken == [refs[1]]
    with pytest.raises(ShardsFailed):
        failures.raise_any()
