"""nurture.tick on a real table: the worker of each due row is woken at its second, by one tick only."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from nurture import tick as tick_module
from nurture._shards import Failures, ShardsFailed
from nurture.tick import Queues, tick
from ripen.adapters.table import Create, Due, Key, Replace, Table, keys
from ripen.agenda import SHARDS, Lane, Ref
from ripen.journey.enrollment import Enrollment
from ripen.lead.activity import Activity
from ripen.lead.state import State
from ripen.mail.ledger import MailClass, Send
from ripen.mail.limits.send_rate import Quota
from ripen.marks import CrmMark
from ripen.slack.action import CardAction
from ripen.slack.alert import Alert
from tests.support.builders import a_lead, an_activity
from tests.support.campaign_machinery import leads_of
from tests.support.due_activities import OVERDUE, an_activity_row, ticked
from tests.support.fakes import NOON, FakeClock, FakeQueue
from tests.support.planned_mails import a_send, planned
from tests.support.sqs_events import LambdaContext
from tests.support.troubled_dynamodb import TroubledDynamoDB, an_error

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def test_each_kind_wakes_its_worker_in_its_lane(table: Table, clock: FakeClock) -> None:
    # given one row of each kind in each lane
    def rows(lead: str) -> list[tuple[Key[Any], object]]:
        send = Send(id="s", lead=lead, email="m", mail_class=MailClass.MARKETING, origin="j", step="s", planned=NOON)
        return [
            (keys.activity(lead, NOON, "a"), an_activity(lead=lead)),
            (keys.crm_mark(lead), CrmMark(lead=lead)),
            (keys.state(lead), State(lead=lead)),
            (keys.enrollment(lead, "j", "k"), Enrollment(lead=lead, journey="j", key="k", entered=NOON, bundle="b")),
            (keys.send(lead, "s"), send),
            (keys.alert(lead, "a"), Alert(id="a", lead=lead, kind="hot", planned=NOON)),
            (
                keys.action(lead, "a"),
                CardAction(id="a", lead=lead, alert="a", verb="accept", user="U", user_name="", at=NOON),
            ),
        ]

    for lane in (Lane.HOT, Lane.BULK):
        for key, value in rows(lane):
            table.write(Create(key, value, due=OVERDUE, lane=lane))
    names = ("activity", "due#crm", "state", "enrollment", "send", "alert", "action")
    hot, bulk = ({name: FakeQueue() for name in names} for _ in range(2))
    # when
    assert tick(table, clock, Queues(hot=hot, bulk=bulk), False, lambda: True, Failures()) == 14
    # then
    for lane, queues in ((Lane.HOT, hot), (Lane.BULK, bulk)):
        assert {name: queue.woken for name, queue in queues.items()} == {
            keys.kind(key.ref): [key.ref] for key, _ in rows(lane)
        }


def test_walks_of_a_recalculation_have_a_worker_of_their_own() -> None:
    rows = [keys.REFOLDING, keys.walk(keys.REFOLDING, 3), keys.walk(keys.campaign("autumn"), 3)]
    found = [tick_module.queues.of(key.ref, Lane.BULK) for key in rows]
    assert found == [tick_module.refold, tick_module.refold, tick_module.walk]


@pytest.mark.many_rows
def test_backlog_in_some_shards_does_not_delay_the_others(
    table: Table, clock: FakeClock, queue: FakeQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given more in the first shards than there is time for, and one row in the last
    crowd = [lead for shard_ in range(10) for lead in leads_of(shard_, 1)]
    for n, lead in enumerate(crowd * 101):
        an_activity_row(table, n, lead, NOON - timedelta(hours=1))
    last = an_activity_row(table, 0, leads_of(63, 1)[0])
    # when there is time for as many pages as there are shards
    monkeypatch.setattr(tick_module, "_THREADS", 1)
    pages = iter([True] * SHARDS)
    queues = Queues(hot={"activity": queue}, bulk={})
    tick(table, clock, queues, False, lambda: next(pages, False), Failures())
    # then each had its page
    assert last in queue.woken
    assert len(queue.woken) == 10 * 100 + 1


@pytest.mark.many_rows
def test_shard_is_left_to_the_tick_that_takes_the_whole_page(table: Table, clock: FakeClock, queue: FakeQueue) -> None:
    class Taken(Table):
        def lease(self, due: Due, until: datetime) -> bool:
            return False

    for n in range(100):
        an_activity_row(table, n, "lead1")
    looks = iter(range(4 * SHARDS))
    queues = Queues(hot={"activity": queue}, bulk={})
    assert (
        tick(Taken("table", table._client), clock, queues, False, lambda: next(looks, None) is not None, Failures())
        == 0
    )
    assert next(looks, None) == 2 * SHARDS  # each shard of both lanes once


def test_a_tick_that_runs_out_of_time_leaves_the_rest_to_the_next(
    table: Table, clock: FakeClock, queue: FakeQueue
) -> None:
    an_activity_row(table)
    queues = Queues(hot={"activity": queue}, bulk={})
    assert tick(table, clock, queues, False, lambda: False, Failures()) == 0
    assert ticked(table, clock, queue) == 1


def test_row_that_was_done_meanwhile_is_not_woken(table: Table, clock: FakeClock, queue: FakeQueue) -> None:
    """The index lags behind the table: a row may have left the agenda since."""
    an_activity_row(table)

    class Lagging(Table):
        def due(self, *place: Any, **more: Any) -> Any:
            found = super().due(*place, **more)
            for entry in found:
                key = keys.typed(keys.parse(entry.ref), Activity)
                table.write(Replace(key, an_activity(folded=NOON), 1))
            return found

    assert ticked(Lagging("table", table._client), clock, queue) == 0
    assert queue.woken == []


def test_row_that_a_transaction_is_changing_is_left_to_the_next_tick(clock: FakeClock, queue: FakeQueue) -> None:
    client, failures = TroubledDynamoDB(), Failures()
    table = Table("table", client)
    refs = [an_activity_row(table, n) for n in range(3)]
    client.trouble[refs[1]] = client.exceptions.TransactionConflictException()
    queues = Queues(hot={"activity": queue}, bulk={})

    assert tick(table, clock, queues, False, lambda: True, failures) == 2

    assert queue.woken == [refs[0], refs[2]]
    failures.raise_any()  # nothing failed


def test_error_at_one_row_costs_no_other(clock: FakeClock, queue: FakeQueue) -> None:
    client, failures = TroubledDynamoDB(), Failures()
    table = Table("table", client)
    refs = [an_activity_row(table, n) for n in range(3)]
    client.trouble[refs[1]] = an_error("ThrottlingException")
    queues = Queues(hot={"activity": queue}, bulk={})

    assert tick(table, clock, queues, False, lambda: True, failures) == 2

    assert queue.woken == [refs[0], refs[2]]
    with pytest.raises(ShardsFailed, match="1 calls"):
        failures.raise_any()


def test_error_in_one_shard_costs_no_other(clock: FakeClock, queue: FakeQueue) -> None:
    client, failures = TroubledDynamoDB(), Failures()
    table = Table("table", client)
    _, other = (an_activity_row(table, lead=leads_of(shard, 1)[0]) for shard in (3, 4))
    client.trouble[f"{Lane.HOT}#3"] = an_error("InternalServerError")
    queues = Queues(hot={"activity": queue}, bulk={})

    assert tick(table, clock, queues, False, lambda: True, failures) == 1

    assert queue.woken == [other]
    with pytest.raises(ShardsFailed):
        failures.raise_any()


def test_mail_is_released_although_a_shard_failed_and_the_invocation_fails_at_the_end(
    clock: FakeClock, queue: FakeQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = TroubledDynamoDB()
    table = Table("table", client)
    client.trouble[f"{Lane.HOT}#3"] = an_error("InternalServerError")
    ref = planned(table, a_send(email="case-study"), NOON - MINUTE).ref
    queues = Queues(hot={"send": FakeQueue()}, bulk={"send": queue})
    for name, real in (("table", table), ("clock", clock), ("queues", queues)):
        monkeypatch.setattr(tick_module, name, real)
    monkeypatch.setattr(tick_module.quota, "read", lambda: Quota(per_second=14, per_day=-1, sent=0))

    with pytest.raises(ShardsFailed):
        tick_module.handler({}, LambdaContext())

    assert queue.woken == [ref]


def test_row_of_an_unknown_kind_is_skipped_and_leased(table: Table, clock: FakeClock, queue: FakeQueue) -> None:
    table.write(Create(keys.profile("lead1"), a_lead(), due=OVERDUE))
    an_activity_row(table)
    assert ticked(table, clock, queue) == 1
    assert ticked(table, clock, queue) == 0


def test_handler_counts_woken_rows_and_stops_in_time(
    table: Table, clock: FakeClock, queue: FakeQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    an_activity_row(table)
    queues = Queues(hot={"activity": queue, "send": queue}, bulk={"send": queue})
    for name, real in (("table", table), ("clock", clock), ("queues", queues)):
        monkeypatch.setattr(tick_module, name, real)
    assert tick_module.handler({}, LambdaContext(millis=9_000)) == {"woken": 0}
    assert tick_module.handler({}, LambdaContext()) == {"woken": 1}


def test_mail_is_released_however_many_other_rows_are_due(
    table: Table, clock: FakeClock, queue: FakeQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given something due, and a mail that waits for its release
    an_activity_row(table)
    send = Send(id="s", lead="lead1", email="m", mail_class=MailClass.MARKETING, origin="j", step="s", planned=NOON)
    table.write(Create(keys.send("lead1", "s"), send, due=NOON - MINUTE, lane=Lane.MAIL))
    queues = Queues(hot={"activity": queue, "send": queue}, bulk={"send": queue})
    for name, real in (("table", table), ("clock", clock), ("queues", queues)):
        monkeypatch.setattr(tick_module, name, real)
    monkeypatch.setattr(tick_module.quota, "read", lambda: Quota(per_second=14, per_day=50_000, sent=0))
    # when the rest has taken its share of the time
    assert tick_module.handler({}, LambdaContext(millis=20_000)) == {"woken": 1}
    # then the mail goes
    assert queue.woken == [keys.send("lead1", "s").ref]


def test_only_named_parts_of_the_agenda_are_looked_into(
    table: Table, clock: FakeClock, queue: FakeQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given something due in two shards, and a mail that waits for its release
    here, there = (an_activity_row(table, lead=leads_of(shard, 1)[0]) for shard in (3, 4))
    mail = planned(table, a_send(email="case-study"), NOON - MINUTE).ref
    queues = Queues(hot={"activity": queue, "send": FakeQueue()}, bulk={"send": queue})
    for name, real in (("table", table), ("clock", clock), ("queues", queues)):
        monkeypatch.setattr(tick_module, name, real)
    monkeypatch.setattr(tick_module.quota, "read", lambda: Quota(per_second=14, per_day=-1, sent=0))
    # when
    tick_module.handler({"parts": ["hot#3"]}, LambdaContext())
    assert queue.woken == [here]
    tick_module.handler({"parts": ["hot#4", "mail#7"]}, LambdaContext())
    # then
    assert queue.woken == [here, there, mail]


@pytest.mark.parametrize("ref", ["campaign#autumn|-", "campaign#autumn|walk#3", "schedule#welcome|-"])
def test_walks_campaigns_and_schedules_wake_their_worker(ref: str) -> None:
    assert {tick_module.queues.of(Ref(ref), lane) for lane in Lane} == {tick_module.walk}
