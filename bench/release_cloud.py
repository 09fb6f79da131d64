"""The functions that release and deliver mail, with a million mails due, on services with canned latencies."""

from collections.abc import Sequence
from datetime import timedelta
from heapq import heapify, heapreplace
from itertools import batched
from time import monotonic
from typing import Any

from bench.answered_cloud import SECONDS, AnsweredCloud
from bench.memory_cloud import START, Message
from bench.million_mails import MillionMails
from bench.requests import SITE, Context
from ripen.adapters.playbook import Playbook
from ripen.adapters.ses.mailer import Ses
from ripen.adapters.table import Create, keys
from ripen.agenda import Ref
from ripen.ids import send_id
from ripen.lead.contact import Contact, Permission
from ripen.lead.lead import Profile
from ripen.mail import ledger
from ripen.mail.ledger import MailClass, Send
from ripen.operations.publication.publish import publish
from ripen.playbook.bundle import Bundle

PER_SECOND = 200
MAX_SEND_RATE = 230
"""Of SES. Nine tenths of it are for marketing mail."""
_MAIL = "case-study"
_BATCH = 10


class ReleaseCloud(AnsweredCloud):
    """The functions, and the mails that are due."""

    def __init__(self, bundle: Bundle) -> None:
        self._tick_began = monotonic()
        self._leads = 0
        super().__init__()
        publish(bundle, self.table, Playbook(self.table, "bucket"), SITE, START)
        self._functions["nurture.deliver"].ses = Ses("set", self._client("sesv2"))  # type: ignore[attr-defined]

    def plan(self, count: int) -> Sequence[Sequence[Ref]]:
        """Plan a marketing mail to each of `count` leads. Return the refs in the batches of the queue."""
        refs = []
        for _ in range(count):
            self._leads += 1
            lead = f"{self._leads:032x}"
            agreed = {"marketing": Permission(granted=True, at=START, record="r")}
            send = Send(
                id=send_id("bench", "once", "send", 1, lead),
                lead=lead,
                email=_MAIL,
                mail_class=MailClass.MARKETING,
                origin="bench",
                step="send",
                planned=START,
            )
            self.table.write(
                Create(keys.profile(lead), Profile(id=lead, email=f"{lead}@example.co.jp", created=START)),
                Create(keys.contact(lead), Contact(lead=lead, consent=agreed)),
                Create(keys.send(lead, send.id), send, due=START, lane=ledger.lane(send)),
            )
            refs.append(keys.send(lead, send.id).ref)
        self._clients.sleeps = False
        return list(batched(refs, _BATCH, strict=False))

    def tick(self) -> float:
        """Run nurture.tick in real time, and return how long it took, in seconds."""
        self._clients.sleeps, self._tick_began = True, monotonic()
        self._functions["nurture.tick"].handler({}, _Minute())
        return monotonic() - self._tick_began

    def messages(self) -> list[Message]:
        """Take the messages that were sent."""
        messages, self._messages = self._messages, []
        return messages

    def get_account(self) -> dict[str, Any]:
        return {"SendQuota": {"MaxSendRate": MAX_SEND_RATE, "Max24HourSend": -1.0, "SentLast24Hours": 0.0}}

    # The services

    def _storage(self) -> MillionMails:
        self.mails_due = MillionMails(self.used, START - timedelta(minutes=1))
        return self.mails_due

    def _client(self, service: str, **_: Any) -> Any:
        match service:
            case "dynamodb":
                return self._clients.client(service, lambda verb, wanted: getattr(self.mails_due, verb)(**wanted) or {})
            case "sqs":
                return self._clients.client(service, lambda verb, wanted: dict(getattr(self, verb)(**wanted)))
            case "sesv2" if hasattr(self, "table"):
                return self._clients.client(service, self._answer_of_ses)
        return self

    def _answer_of_ses(self, verb: str, _: dict[str, Any]) -> dict[str, Any]:
        self.used.requests += 1
        return self.get_account() if verb == "get_account" else {"MessageId": f"m{next(self._message_ids)}"}

    def _queue(self, url: str, body: str, delay: int) -> None:
        """Queue the message; a tick sends it some time after it began."""
        at = self.clock.at + timedelta(seconds=delay + monotonic() - self._tick_began)
        self._messages.append(Message(at, url.rpartition("/")[2], body))


class _Minute(Context):
    """Lambda's context of a tick that begins now."""

    def __init__(self) -> None:
        self._ends = monotonic() + 55

    def get_remaining_time_in_millis(self) -> int:
        return int(1000 * (self._ends - monotonic()))


class Workers:
    """The workers of bulk delivery, in virtual time: seconds since START."""

    def __init__(self, count: int, per_mail: float) -> None:
        self.count, self.delivered, self.double = count, 0, 0
        self._per_mail, self._free = per_mail, [0.0] * count
        self._waiting: list[tuple[float, Ref]] = []

    def work(self, messages: Sequence[Message], until: float, due: MillionMails) -> None:
        """Deliver what is in the queue, each mail by the worker that is free first."""
        heapify(self._free)
        self._waiting += [((each.at - START).total_seconds(), Ref(each.body)) for each in messages]
        self._waiting.sort()
        for place, (at, ref) in enumerate(self._waiting):
            start = max(at, self._free[0])
            is_double = due.is_delivered(ref)
            ends = start + (SECONDS["batch_get_item"] if is_double else self._per_mail)
            if ends > until:
                del self._waiting[:place]
                return
            heapreplace(self._free, ends)
            due.deliver(ref)
            self.double += is_double
            self.delivered += not is_double
        self._waiting.clear()
