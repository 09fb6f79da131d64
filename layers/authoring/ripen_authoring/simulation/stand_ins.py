"""What the workers of a simulation talk to: a clock that jumps, queues, published bundles, mailboxes and webhooks."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from ripen.adapters.playbook import Live, Playbook
from ripen.agenda import Ref
from ripen.errors import Undeliverable
from ripen.mail.content.message import OutgoingMail
from ripen.playbook.bundle import Bundle

WebhookAnswers = Mapping[str, dict[str, Any] | None]
"""The answer of each webhook, by the id of its step; None for no answer."""


@dataclass
class SimulatedClock:
    """A clock that jumps. It counts whole milliseconds, as the table does, so that a due row is due for its worker."""

    at: datetime

    def __post_init__(self) -> None:
        self.at = _whole_milliseconds(self.at)

    def reach(self, at: datetime) -> None:
        """Go forward to that time; never back."""
        self.at = max(self.at, _whole_milliseconds(at))

    def now(self) -> datetime:
        return self.at


def _whole_milliseconds(at: datetime) -> datetime:
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


@dataclass
class SimulatedQueue:
    """Collects the rows whose workers are to run."""

    refs: deque[Ref] = field(default_factory=deque)

    def wake(self, *refs: Ref, delay: int = 0) -> None:
        self.refs.extend(refs)


class PublishedBundles(Playbook):
    """Bundles by hash, one of which is live."""

    def __init__(self, live: Bundle, *others: Bundle, site: str) -> None:
        self._live = Live(live, site)
        self._by_hash = {bundle.hash: bundle for bundle in (*others, live)}

    def live(self) -> Live:
        return self._live

    def bundle(self, hash: str) -> Bundle:
        return self._by_hash[hash]


@dataclass
class Outbox:
    """A mailer that accepts and keeps every mail."""

    mails: list[OutgoingMail] = field(default_factory=list)

    def send(self, mail: OutgoingMail) -> str:
        self.mails.append(mail)
        return f"simulated-{len(self.mails)}"


@dataclass
class AnsweringWebhooks:
    """Answers each webhook as the scenario says, and with an empty answer where it says nothing."""

    answers: WebhookAnswers

    def post(self, url: str, body: bytes, id: str, timeout: float) -> dict[str, Any]:
        answer = self.answers.get(str(msgspec.json.decode(body)["step"]), {})
        if answer is None:
            raise Undeliverable("no answer", permanent=True)
        return answer
