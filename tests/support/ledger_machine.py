"""The send ledger with every fault in any order: a state machine for hypothesis.

The functions deliver, tick and feedback, the table and the SES adapter are ours; only SES is a stand-in. The machine
checks after any sequence of faults:

- No marketing mail goes twice. A transactional mail goes again only after an hour without an answer.
- No mail is lost.
- A lead that unsubscribed gets no marketing mail, and a suppressed address gets none at all.
- No lead gets more mails a day than the cap.
- The events of SES lead to the same rows in any order and number.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from copy import replace
from datetime import datetime, timedelta
from typing import ClassVar
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from hypothesis.stateful import Bundle as Planned
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from nurture._release import release
from nurture._shards import Failures
from nurture.deliver import deliver
from nurture.tick import Queues, tick
from ripen.adapters.table import Create, Due, Key, Replace, Row, Table, keys
from ripen.agenda import Lane, shard
from ripen.ids import digest
from ripen.lead.address import address_hash
from ripen.lead.contact import Contact, Suppression
from ripen.mail.content.message import OutgoingMail
from ripen.mail.incoming.feedback import Event, Feedback
from ripen.mail.ledger import OPEN, MailClass, Send, SendState
from ripen.mail.limits.send_rate import Quota
from ripen.playbook.bundle import Policy
from tests.conftest import create_table
from tests.support.atomic_moto import an_empty_table
from tests.support.builders import a_bundle, a_lead
from tests.support.fakes import FakeClock, FakeQueue
from tests.support.planned_mails import (
    ADDRESS_KEY,
    EXPIRES,
    Killed,
    a_release,
    a_send,
    an_event,
    an_outside,
    known,
    planned,
    record_events,
)
from tests.support.ses_socket import MODES, Server, WiredSes, serving

LEADS = ("lead1", "lead2")
EMAILS = ("whitepaper-delivery", "case-study")
PER_DAY = 2
TOKYO = ZoneInfo("Asia/Tokyo")


class Narrow(Table):
    """Reads only the shards of our leads: the agenda of all others is empty."""

    def due(self, lane: Lane, shard: int, until: datetime, limit: int = 100, after: Due | None = None) -> list[Due]:
        return super().due(lane, shard, until, limit, after) if shard in _SHARDS else []


_QUOTA = Quota(per_second=14, per_day=-1, sent=0)
_SHARDS = {shard(lead) for lead in LEADS}


class Sending(RuleBasedStateMachine):
    """The state machine. A mutant breaks one rule, by one of these attributes or by `broken`."""

    sends = Planned("sends")
    table_type: ClassVar[type[Table]] = Narrow
    retries: ClassVar[int] = 1
    ses_type: ClassVar[type[WiredSes]] = WiredSes

    @classmethod
    @contextmanager
    def broken(cls) -> Iterator[None]:
        yield

    def __init__(self) -> None:
        super().__init__()
        self.around = ExitStack()
        client = self.around.enter_context(an_empty_table(create_table))
        self.around.enter_context(self.broken())
        server: Server = self.around.enter_context(serving())
        self.table = self.table_type("table", client)
        self.plain_table = Table("table", client)
        self.clock = FakeClock()
        self.stopped = False
        self.ses = self.ses_type(server, self._taken, self.retries)
        self.dependencies = an_outside(
            self.table,
            self.clock,
            self.ses,
            stopped=self._look,
            playbook=a_bundle(policy=Policy(per_day=PER_DAY)),
        )
        self.under_way = ""
        self.looks = 0
        self.has_unsubscribed = False
        self.plans = 0
        self.events: list[Feedback] = []
        self.published: set[str] = set()
        self.taken: dict[str, datetime] = {}
        """The time at which SES last took each mail."""
        self.first: dict[str, Send] = {}

    def teardown(self) -> None:
        try:
            self._heal()
        finally:
            self.around.close()

    @initialize()
    def begin(self) -> None:
        for lead in LEADS:
            known(self.plain_table, a_lead(id=lead, email=f"{lead}@example.co.jp"))

    # What people and journeys do

    @rule(target=sends, lead=st.sampled_from(LEADS), email=st.sampled_from(EMAILS))
    def plan(self, lead: str, email: str) -> Key[Send]:
        self.plans += 1
        return planned(
            self.plain_table, a_send(lead=lead, email=email, id=digest("send", self.plans)), self.clock.now()
        )

    @rule(lead=st.sampled_from(LEADS))
    def plan_more_than_the_cap(self, lead: str) -> None:
        for _ in range(PER_DAY + 1):
            self.plan(lead, "case-study")

    @rule()
    def unsubscribe(self) -> None:
        contact = self._contact("lead2")
        self.plain_table.write(
            Replace(contact.key, replace(contact.value, unsubscribed=self.clock.now()), contact.version)
        )
        self.has_unsubscribed = True

    @rule()
    def suppress(self) -> None:
        """Suppress the address, as after a bounce of another lead with it."""
        key = self._refusal("lead2")
        if self.plain_table.get(key) is None:
            self.plain_table.write(Create(key, Suppression(reason="bounce", at=self.clock.now())))

    @rule(stopped=st.sampled_from([False, False, True]))
    def stop_or_resume(self, stopped: bool) -> None:
        self.stopped = stopped

    # What goes right and wrong

    @rule(
        key=sends,
        mode=st.sampled_from(MODES),
        under_way=st.sampled_from(["", "woken again", "event first", "another worker", "unsubscribed"]),
    )
    def wake(self, key: Key[Send], mode: str, under_way: str) -> None:
        self.ses.mode, self.under_way, self.looks, self.key = mode, under_way, 0, key
        try:
            deliver(key, self.dependencies)
        except Killed:
            pass
        finally:
            self.under_way = ""

    def _look(self) -> bool:
        """Return whether sending is stopped. The second question comes just before the claim: let others act first."""
        self.looks += 1
        under_way = self.under_way if self.looks == 2 else ""
        match under_way:
            case "another worker":
                self.under_way = ""
                deliver(self.key, self.dependencies)
            case "unsubscribed":
                self.unsubscribe()
        return self.stopped

    @rule(mode=st.sampled_from(MODES))
    def tick(self, mode: str) -> None:
        queue = FakeQueue()
        queues = {"send": queue}
        tick(self.table, self.clock, Queues(hot=queues, bulk=queues), True, lambda: True, Failures())
        release(a_release(self.table, self.clock, queue, lambda: _QUOTA), 0, Failures())
        for ref in queue.woken:
            self.wake(keys.typed(keys.parse(ref), Send), mode, "")

    @rule(data=st.data())
    def publish(self, data: st.DataObject) -> None:
        """Publish any event so far, late or once more."""
        if self.events:
            self._publish(data.draw(st.sampled_from(self.events)))

    @rule(minutes=st.sampled_from([1, 5, 11, 60, 61]))
    def wait(self, minutes: int) -> None:
        self.clock.move(minutes=minutes)

    # What SES does

    def _taken(self, mail: OutgoingMail) -> None:
        id, lead, now = mail.tags["send_id"], mail.tags["lead"], self.clock.now()
        send = self._send(lead, id)
        marketing = send.mail_class is MailClass.MARKETING
        if id in self.taken:
            assert not marketing, "a marketing mail went twice"
            assert id not in self.published, "sent again after an event about the first"
            assert now - self.taken[id] >= timedelta(minutes=60), "sent again too soon"
        refused = self.has_unsubscribed and lead == "lead2"
        assert not (marketing and refused), "sent to a lead that had unsubscribed"
        assert self.plain_table.get(self._refusal(lead)) is None, "sent to an address that is suppressed"
        self.first.setdefault(id, replace(send, claimed=now))
        self.taken[id] = now
        assert self._on_day(lead, now) <= PER_DAY, "more than the cap"
        message = f"m-{id}-{mail.tags['attempt']}"
        events = [
            an_event(send, event, now, message_id=message, recipient=f"{lead}@example.co.jp")
            for event in (Event.SENT, Event.DELIVERED)
        ]
        self.events += events
        match self.under_way:
            case "woken again":
                assert deliver(keys.send(lead, id), self.dependencies) is None
            case "event first":
                self._publish(events[0])

    def _on_day(self, lead: str, now: datetime) -> int:
        today = now.astimezone(TOKYO).date()
        mails = [send for send in self.first.values() if send.lead == lead and send.mail_class is MailClass.MARKETING]
        return sum(send.claimed is not None and send.claimed.astimezone(TOKYO).date() == today for send in mails)

    def _publish(self, event: Feedback) -> None:
        record_events(self.table, self.clock, event)
        self.published.add(event.send)

    # What must hold

    @invariant()
    def nothing_is_lost(self) -> None:
        for row in self._rows():
            assert row.expires == EXPIRES, f"{row.value.state} without the time at which it expires"
            if row.value.state in OPEN:
                assert row.due is not None, f"{row.value.state} and off the agenda"
            if row.value.state is SendState.ACCEPTED:
                assert row.value.id in self.taken, "accepted in the ledger, but SES never took it"

    def _heal(self) -> None:
        """End all faults, publish all events and go on ticking; check that every send ends, and stays as it ended."""
        self.stopped = False
        for event in self.events[:]:
            self._publish(event)
        for passed in range(24):
            if not any(row.due for row in self._rows()):
                break
            self.clock.move(minutes=61 if passed < 12 else 24 * 60)  # the cap lets two a day go
            self.tick("accepted")
        for row in self._rows():
            taken = row.value.id in self.taken
            assert row.due is None, f"{row.value.state} for ever"
            assert (row.value.state is SendState.ACCEPTED) == taken, f"{row.value.state}, taken: {taken}"
            assert taken or row.value.state in (SendState.FAILED, SendState.HELD, SendState.SKIPPED)
        for event in self.events:
            self._publish(event)
        ended = {row.value.id: row.value for row in self._rows()}
        for event in reversed(self.events):
            self._publish(event)
        assert {row.value.id: row.value for row in self._rows()} == ended, "a repeated event changed a send"

    def _rows(self) -> list[Row[Send]]:
        return [row for lead in LEADS for row in self.plain_table.under(lead, "send#")]

    def _send(self, lead: str, id: str) -> Send:
        row = self.plain_table.get(keys.send(lead, id))
        assert row is not None
        return row.value

    def _contact(self, lead: str) -> Row[Contact]:
        row = self.plain_table.get(keys.contact(lead))
        assert row is not None
        return row

    def _refusal(self, lead: str) -> Key[Suppression]:
        return keys.suppression(address_hash(ADDRESS_KEY, f"{lead}@example.co.jp"))
