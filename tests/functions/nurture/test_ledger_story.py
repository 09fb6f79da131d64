"""The send ledger under everything that can go wrong, in any order: never two mails of one, and nothing lost.

Hypothesis tells stories to the real deliver and feedback use cases over a real table; only SES is a stand-in.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import boto3
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle as Planned
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, multiple, rule
from moto import mock_aws

from nurture.deliver import deliver
from nurture.feedback import take_in
from ripen.adapters.table import Key, Replace, Row, Table, keys
from ripen.agenda import Lane, shard
from ripen.feedback import Event, Feedback
from ripen.ids import digest
from ripen.ledger import OPEN, MailClass, Send, SendState
from ripen.mail import OutgoingMail
from tests.conftest import create_table
from tests.fakes import FakeClock, FakeQueue
from tests.functions.nurture.mails import (
    ADDRESS_KEY,
    FakeSes,
    Killed,
    a_send,
    accepts,
    an_event,
    an_outside,
    is_silent,
    kills,
    known,
    pauses,
    planned,
    refuses,
    throttles,
)

ANSWERS: dict[str, tuple[Callable[[OutgoingMail], str], bool]] = {
    "accepted": (accepts, True),
    "throttled": (throttles, False),
    "paused": (pauses, False),
    "refused": (refuses, False),
    "silent, taken": (is_silent, True),
    "silent, not taken": (is_silent, False),
    "killed after": (kills, True),
    "killed before": (kills, False),
}
EMAILS = ("whitepaper-delivery", "case-study")


class Sending(RuleBasedStateMachine):
    sends = Planned("sends")

    def __init__(self) -> None:
        super().__init__()
        self.aws = mock_aws()
        self.aws.start()
        client: Any = boto3.client("dynamodb")
        create_table(client)
        self.table = Table("table", client)
        self.clock = FakeClock()
        self.stopped = False
        self.ses = FakeSes(meanwhile=self._taken)
        self.outside = an_outside(self.table, self.clock, self.ses, stopped=lambda: self.stopped)
        self.under_way = ""
        self.plans = 0
        self.events: list[Feedback] = []
        self.heard: set[str] = set()
        """Sends of which an event was taken in."""
        self.doubles: list[str] = []
        self.last_taken: dict[str, Any] = {}

    def teardown(self) -> None:
        try:
            self._heal()
        finally:
            self.aws.stop()

    @initialize(target=sends)
    def begin(self) -> Any:
        known(self.table)
        return multiple(*(planned(self.table, a_send(email=email)) for email in EMAILS))

    @rule(target=sends, email=st.sampled_from(EMAILS))
    def plan(self, email: str) -> Key[Send]:
        """One more mail, so that the story does not end with the first ones."""
        self.plans += 1
        return planned(self.table, a_send(email=email, id=digest("send", self.plans)), self.clock.now())

    def _taken(self, mail: OutgoingMail) -> None:
        """SES took a mail: its events are under way, and perhaps the queue rings again before the answer."""
        id = mail.tags["send_id"]
        send = self._send(id)
        if id in self.last_taken:
            assert send.mail_class is MailClass.TRANSACTIONAL, "a marketing mail went twice"
            assert id not in self.heard, "sent again although SES had told of the first"
            assert self.clock.now() - self.last_taken[id] >= timedelta(minutes=60), "sent again too soon"
        self.last_taken[id] = self.clock.now()
        message = f"m-{id}-{mail.tags['attempt']}"
        told = [an_event(send, event, self.clock.now(), message_id=message) for event in (Event.SENT, Event.DELIVERED)]
        self.events += told
        match self.under_way:
            case "woken again":
                assert deliver(keys.send("lead1", id), self.outside) is None
            case "event first":
                self._hear(told[0])

    def _send(self, id: str) -> Send:
        row = self.table.get(keys.send("lead1", id))
        assert row is not None
        return row.value

    def _hear(self, event: Feedback) -> None:
        take_in(event, self.table, self.clock, FakeQueue(), ADDRESS_KEY, FakeQueue())
        self.heard.add(event.send)

    @rule(key=sends, answer=st.sampled_from(["silent, taken", "accepted", "killed after"]))
    def wake_again(self, key: Key[Send], answer: str) -> None:
        """What is most likely to make two of one, told more often."""
        self.wake(key, answer, "")

    @rule(
        key=sends,
        answer=st.sampled_from(sorted(ANSWERS)),
        under_way=st.sampled_from(["", "woken again", "event first"]),
    )
    def wake(self, key: Key[Send], answer: str, under_way: str) -> None:
        self.ses.answer, self.ses.takes = ANSWERS[answer]
        self.under_way = under_way
        try:
            deliver(key, self.outside)
        except Killed:
            pass
        finally:
            self.under_way = ""

    @rule(data=st.data())
    def tell(self, data: st.DataObject) -> None:
        """Any event so far, late or again."""
        if self.events:
            self._hear(data.draw(st.sampled_from(self.events)))

    @rule(minutes=st.sampled_from([1, 4, 5, 11, 59, 60, 61]))
    def wait(self, minutes: int) -> None:
        self.clock.move(minutes=minutes)

    @rule(stopped=st.sampled_from([False, False, True]))
    def stop_or_resume(self, stopped: bool) -> None:
        self.stopped = stopped

    @rule()
    def touch_the_contact(self) -> None:
        row = self.table.get(keys.contact("lead1"))
        assert row is not None
        self.table.write(Replace(row.key, row.value, row.version))

    @rule(answer=st.sampled_from(sorted(ANSWERS)))
    def tick(self, answer: str) -> None:
        for lane in Lane:
            for due in self.table.due(lane, shard("lead1"), self.clock.now()):
                if self.table.lease(due, self.clock.now() + timedelta(minutes=5)):
                    self.wake(keys.typed(keys.parse(due.ref), Send), answer, "")

    @invariant()
    def nothing_is_lost(self) -> None:
        for row in self._rows():
            if row.value.state in OPEN:
                assert row.due is not None, f"{row.value.state} and off the agenda"
            if row.value.state is SendState.ACCEPTED:
                assert row.value.id in self.last_taken, "accepted, says the ledger, but SES never took it"

    def _rows(self) -> list[Row[Send]]:
        return list(self.table.under("lead1", "send#"))

    def _heal(self) -> None:
        """All faults end, all events arrive, and the tick goes on: every story ends."""
        self.stopped = False
        for event in self.events[:]:
            self._hear(event)
        for _ in range(9):
            if not any(row.due for row in self._rows()):
                break
            self.clock.move(minutes=61)
            self.tick("accepted")
        for row in self._rows():
            assert row.due is None
            taken = row.value.id in self.last_taken
            assert (row.value.state is SendState.ACCEPTED) == taken, f"{row.value.state}, taken: {taken}"
            if not taken:
                assert row.value.state in (SendState.FAILED, SendState.HELD, SendState.SKIPPED)


TestSending = Sending.TestCase
TestSending.settings = settings(
    max_examples=30, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
