"""Delivery and feedback against the SES stand-in over a real socket."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest

from nurture.deliver import deliver
from ripen.adapters.ses.mailer import Ses
from ripen.adapters.ses.quota import SesQuota
from ripen.adapters.table import Key, Table, keys
from ripen.mail.incoming import feedback
from ripen.mail.ledger import Send, SendState
from ripen.mail.limits.send_rate import Quota
from tests.support.builders import a_lead
from tests.support.fakes import FakeClock, FakeQueue
from tests.support.planned_mails import a_send, an_outside, known, planned, record_events
from tests.support.ses_server import Served, serving


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with serving(tmp_path) as served:
        yield served


def hear(served: Served, table: Table, clock: FakeClock, queue: FakeQueue, count: int) -> None:
    """Record the events that the stand-in published, as they would come out of SQS."""
    assert len(served.events(count)) == count
    for record in served.published:
        record_events(table, clock, feedback.read(json.dumps(record)), react=queue)


def state(table: Table, key: Key[Send]) -> SendState:
    row = table.get(key)
    assert row is not None
    return row.value.state


def dependencies(served: Served, table: Table, clock: FakeClock) -> Any:
    return an_outside(table, clock, Ses("set", served.ses))


def test_a_mail_arrives_whole_and_is_settled(served: Served, table: Table, clock: FakeClock, queue: FakeQueue) -> None:
    known(table, a_lead(email="a..b@docomo.ne.jp"))
    key = planned(table, a_send())
    deliver(key, dependencies(served, table, clock))
    (mail,) = served.mails()
    assert (mail["to"], mail["from"], mail["subject"]) == (
        "a..b@docomo.ne.jp",
        "リペン編集部 <news@example.com>",
        "山田様へ",
    )
    assert mail["headers"]["List-Unsubscribe"].strip("<>") in mail["text"]
    hear(served, table, clock, queue, 2)
    row = table.get(key)
    assert row is not None
    assert (row.value.state, row.value.message_id) == (SendState.ACCEPTED, mail["id"])
    assert row.value.delivered is not None


@pytest.mark.parametrize("state", [SendState.ACCEPTED, SendState.SKIPPED])
def test_a_follow_up_is_one_conversation_with_the_mail_before_it(
    served: Served, table: Table, clock: FakeClock, state: SendState
) -> None:
    known(table)
    first = planned(table, a_send())
    if state is SendState.SKIPPED:
        planned(table, a_send(id="skipped", state=state))
    deliver(first, dependencies(served, table, clock))
    follows = a_send().id if state is SendState.ACCEPTED else "skipped"
    deliver(planned(table, a_send(email="case-study", follows=follows)), dependencies(served, table, clock))
    before, after = (mail["headers"] for mail in served.mails())
    expected = before["Message-ID"] if state is SendState.ACCEPTED else None
    assert (after.get("In-Reply-To"), after.get("References")) == (expected, expected)
    assert "In-Reply-To" not in before


@pytest.mark.parametrize("mode", ["accept_hang", "error_after_accept", "truncate"])
def test_a_mail_whose_answer_is_lost_is_settled_by_its_event(
    served: Served, table: Table, clock: FakeClock, queue: FakeQueue, mode: str
) -> None:
    known(table)
    key = planned(table, a_send())
    served.fault(mode)
    deliver(key, dependencies(served, table, clock))
    assert state(table, key) is SendState.UNKNOWN
    hear(served, table, clock, queue, 2)
    clock.move(hours=2)
    deliver(key, dependencies(served, table, clock))
    assert state(table, key) is SendState.ACCEPTED
    assert len(served.mails()) == 1


@pytest.mark.parametrize(("email", "mails"), [("whitepaper-delivery", 1), ("case-study", 0)])
def test_dropped_mail_is_sent_again_only_if_it_is_transactional(
    served: Served, table: Table, clock: FakeClock, email: str, mails: int
) -> None:
    known(table)
    key = planned(table, a_send(email=email))
    served.fault("drop")
    deliver(key, dependencies(served, table, clock))
    assert state(table, key) is SendState.UNKNOWN
    clock.move(minutes=60)
    deliver(key, dependencies(served, table, clock))
    deliver(key, dependencies(served, table, clock))
    assert len(served.mails()) == mails


@pytest.mark.parametrize("mode", ["throttle", "quota", "pause", "suspend"])
def test_temporarily_refused_mail_goes_once_when_the_fault_is_over(
    served: Served, table: Table, clock: FakeClock, mode: str
) -> None:
    known(table)
    key = planned(table, a_send(email="case-study"))
    served.fault(mode, 2)
    for _ in range(4):
        deliver(key, dependencies(served, table, clock))
        clock.at += timedelta(minutes=11)
    assert state(table, key) is SendState.ACCEPTED
    assert len(served.mails()) == 1


def test_mail_that_ses_refuses_is_held(served: Served, table: Table, clock: FakeClock) -> None:
    known(table, a_lead(email="あ@example.com"))
    key = planned(table, a_send())
    deliver(key, dependencies(served, table, clock))
    assert state(table, key) is SendState.HELD


@pytest.mark.parametrize(
    ("address", "events", "kind"),
    [("bounce@simulator.amazonses.com", 2, "bounced"), ("complaint@simulator.amazonses.com", 3, "complained")],
)
def test_bounce_stops_the_next_mail(
    served: Served, table: Table, clock: FakeClock, queue: FakeQueue, address: str, events: int, kind: str
) -> None:
    known(table, a_lead(email=address))
    deliver(planned(table, a_send()), dependencies(served, table, clock))
    hear(served, table, clock, queue, events)
    assert [keys.kind(ref) for ref in queue.woken] == ["activity"]
    later = planned(table, a_send(email="case-study"))
    deliver(later, dependencies(served, table, clock))
    row = table.get(later)
    assert row is not None
    assert (row.value.state, row.value.reason) == (SendState.SKIPPED, kind)


def test_doubled_and_reordered_events_change_nothing(
    served: Served, table: Table, clock: FakeClock, queue: FakeQueue
) -> None:
    known(table, a_lead(email="bounce@simulator.amazonses.com"))
    key = planned(table, a_send())
    served.fault("duplicate_events")
    deliver(key, dependencies(served, table, clock))
    hear(served, table, clock, queue, 4)
    assert state(table, key) is SendState.ACCEPTED
    assert len(queue.woken) == 1


def test_quota_is_read_from_ses_and_kept_when_ses_is_silent(served: Served) -> None:
    quota = SesQuota(served.ses)
    assert quota.read() == Quota(per_second=14, per_day=50_000, sent=0)
    unreachable = SesQuota(boto3.client("sesv2", endpoint_url="http://127.0.0.1:9"))
    assert unreachable.read() == Quota(per_second=1, per_day=-1, sent=0)
