"""A send on the agenda, and an SES in memory that answers as a test says."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from nurture import feedback, preferences
from nurture._release import Release
from nurture._send_context import Dependencies
from ripen.adapters.playbook import Live
from ripen.adapters.rows.decisions import read_decisions
from ripen.adapters.table import Create, Key, Row, Table, keys
from ripen.errors import Blocked, Undeliverable, Unsure
from ripen.ids import digest, send_id
from ripen.key_ring import KeyRing
from ripen.lead.contact import Contact, Permission
from ripen.lead.lead import Profile
from ripen.mail import ledger
from ripen.mail.content.message import OutgoingMail
from ripen.mail.incoming.feedback import Event, Feedback
from ripen.mail.ledger import MailClass, Send, SendState
from ripen.mail.limits.send_rate import Quota
from ripen.ports import Mailer
from tests.support.builders import a_bundle, a_lead
from tests.support.fakes import NOON, FakeClock, FakeQueue

LINK_KEYS = KeyRing.of(b"link" * 8)
ADDRESS_KEY = b"addr" * 8
SITE = "https://m.example.com"
EXPIRES = NOON + timedelta(days=730)
"""When the row of a planned mail is deleted."""
CONSENT = {"marketing": Permission(granted=True, at=NOON - timedelta(days=1), record="r1")}


class Killed(BaseException):
    """The worker dies: no handler catches it."""


def accepts(mail: OutgoingMail) -> str:
    return f"m-{mail.tags['send_id']}-{mail.tags['attempt']}"


def throttles(mail: OutgoingMail) -> str:
    raise Blocked("SES takes no more per second")


def refuses(mail: OutgoingMail) -> str:
    raise Undeliverable("refused by SES: MessageRejected", permanent=True)


def pauses(mail: OutgoingMail) -> str:
    raise Blocked("SES takes nothing now", after=600)


def is_silent(mail: OutgoingMail) -> str:
    raise Unsure("no answer from SES")


def kills(mail: OutgoingMail) -> str:
    raise Killed


@dataclass
class FakeSes:
    """SES in memory. `answer` decides; `taken` are the mails that it took, with or without an answer to the caller."""

    answer: Callable[[OutgoingMail], str] = accepts
    takes: bool = True
    """Whether it takes a mail whose caller gets no answer."""
    calls: int = 0
    taken: list[OutgoingMail] = field(default_factory=list)
    meanwhile: Callable[[OutgoingMail], object] = lambda mail: None
    """Called after SES took a mail, before its answer arrives."""

    def send(self, mail: OutgoingMail) -> str:
        self.calls += 1
        if self.answer is accepts or (self.answer in (is_silent, kills) and self.takes):
            self.taken.append(mail)
            self.meanwhile(mail)
        return self.answer(mail)


def an_outside(table: Table, clock: FakeClock, ses: Mailer, **changes: Any) -> Dependencies:
    bundle = changes.pop("playbook", a_bundle())
    known: dict[str, Any] = {
        "table": table,
        "live": lambda: Live(bundle, SITE),
        "bundle": {bundle.hash: bundle}.__getitem__,
        "clock": clock,
        "mailer": ses,
        "stopped": lambda: False,
        "link_keys": LINK_KEYS,
        "address_key": ADDRESS_KEY,
    }
    return Dependencies(**(known | changes))


def a_send(**changes: Any) -> Send:
    """Return the mail with the white paper, planned for Hanako."""
    lead, email = changes.get("lead", "lead1"), changes.get("email", "whitepaper-delivery")
    known: dict[str, Any] = {
        "id": send_id("whitepaper", "once", f"send-{email}", 1, lead),
        "lead": lead,
        "email": email,
        "mail_class": MailClass.MARKETING if email == "case-study" else MailClass.TRANSACTIONAL,
        "origin": "whitepaper",
        "step": f"send-{email}",
        "planned": NOON,
        "valid_until": NOON + timedelta(days=7),
    }
    return Send(**(known | changes))


def a_release(table: Table, clock: FakeClock, queue: FakeQueue, quota: Callable[[], Quota], **changes: Any) -> Release:
    """Return what the release of mail needs, where the clock can be moved: without look-back and delays."""
    ports: dict[str, Any] = {"clock_moves": True, "has_time": lambda: True} | changes
    return Release(table=table, clock=clock, queue=queue, quota=quota, **ports)


def planned(table: Table, send: Send, at: datetime = NOON) -> Key[Send]:
    """Put a send on the agenda, as nurture.advance does."""
    table.write(Create(keys.send(send.lead, send.id), send, due=at, lane=ledger.lane(send), expires=EXPIRES))
    return keys.send(send.lead, send.id)


def sent(table: Table, **changes: Any) -> Send:
    """Add a mail that SES has accepted, in Japanese unless another locale is given."""
    send = a_send(**({"state": SendState.ACCEPTED, "accepted": NOON, "locale": "ja"} | changes))
    table.write(Create(keys.send(send.lead, send.id), send))
    return send


def known(table: Table, profile: Profile | None = None, **contact: Any) -> None:
    """Add a lead that we may write to."""
    lead = profile or a_lead()
    table.write(
        Create(keys.profile(lead.id), lead),
        Create(keys.contact(lead.id), Contact(lead=lead.id, **({"consent": CONSENT} | contact))),
    )


def decisions(table: Table, lead: str = "lead1") -> list[tuple[str, str]]:
    """Return the outcomes and reasons of the decisions about the lead."""
    return [(decision.outcome, decision.reason) for decision in read_decisions(table, lead)]


def an_event(send: Send, event: Event, at: datetime = NOON, **changes: Any) -> Feedback:
    known: dict[str, Any] = {
        "event": event,
        "send": send.id,
        "lead": send.lead,
        "message_id": "m1",
        "recipient": "hanako@example.co.jp",
        "mailed": at,
        "at": at,
        "id": digest("feedback", event, send.id, changes.get("message_id", "m1")),
        "final": event in (Event.BOUNCED, Event.COMPLAINED),
        "detail": "",
    }
    return Feedback(**(known | changes))


def record_events(
    table: Table, clock: FakeClock, *events: Feedback, react: FakeQueue | None = None, walk: FakeQueue | None = None
) -> list[str]:
    """Record these events of SES in turn, as nurture.feedback does; return each outcome."""
    dependencies = feedback.Dependencies(
        table=table, clock=clock, react=react or FakeQueue(), walk=walk or FakeQueue(), address_key=ADDRESS_KEY
    )
    return [feedback.record_feedback(event, dependencies) for event in events]


def unsubscribing(
    table: Table, clock: FakeClock, react: FakeQueue | None = None, walk: FakeQueue | None = None, **changes: Any
) -> preferences.Dependencies:
    """Return the dependencies of nurture.preferences."""
    known: dict[str, Any] = {
        "table": table,
        "clock": clock,
        "react": react or FakeQueue(),
        "walk": walk or FakeQueue(),
        "link_keys": LINK_KEYS,
        "network_key": b"n" * 32,
        "bundle": a_bundle(),
    }
    return preferences.Dependencies(**(known | changes))


def a_context(millis: int = 60_000) -> Any:
    """Return Lambda's context with this much time left."""
    return SimpleNamespace(
        function_name="function",
        memory_limit_in_mb=512,
        invoked_function_arn="arn:aws:lambda:ap-northeast-1:000000000000:function:function",
        aws_request_id="request",
        get_remaining_time_in_millis=lambda: millis,
    )


def row(table: Table, key: Key[Send]) -> Row[Send]:
    found = table.get(key)
    assert found is not None
    return found
