"""A world in memory: the real workers, woken in the order in which their rows fall due."""

import logging
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec

from ripen.adapters.playbook import Live, Playbook
from ripen.adapters.table import Create, Due, Key, Replace, keys
from ripen.agenda import Ref
from ripen.errors import Undeliverable
from ripen.failure import Failure
from ripen.lead.address import address_hash
from ripen.lead.lead import Profile
from ripen.mail.ledger import Send
from ripen.mail.message import OutgoingMail
from ripen.playbook.bundle import Bundle
from ripen.pointers import Pointer
from ripen_authoring.simulation import workers
from ripen_authoring.simulation.table import MemoryTable

Answers = Mapping[str, dict[str, Any] | None]
"""What webhooks answer, by step; None: nothing."""
SITE = "https://ripen.example"
ADDRESS_KEY = LINK_KEY = NETWORK_KEY = b"in memory, and never anywhere el."
_LEASE = timedelta(minutes=5)
_MOST_ALIKE = 20
"""So often a row may fall due again without a change before it is left alone."""
_MOST = 20_000
"""So many rows may be worked on before we say that it does not end."""


@dataclass
class SetClock:
    """Goes by whole milliseconds, as due times are kept: what is due finds the time come."""

    at: datetime

    def __post_init__(self) -> None:
        self.at = _whole(self.at)

    def reach(self, at: datetime) -> None:
        """Never back."""
        self.at = max(self.at, _whole(at))

    def now(self) -> datetime:
        return self.at


def _whole(at: datetime) -> datetime:
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


@dataclass(frozen=True)
class Written:
    """One row that a worker wrote."""

    at: datetime
    key: Key[Any]
    before: Any
    after: Any
    due: datetime | None = None


@dataclass
class _Queue:
    woken: deque[Ref]

    def wake(self, *refs: Ref, delay: int = 0) -> None:
        self.woken.extend(refs)


class _Bundles(Playbook):
    """Bundles by hash, one of them live."""

    def __init__(self, live: Bundle, *others: Bundle, site: str) -> None:
        self._live_one = Live(live, site)
        self._known = {bundle.hash: bundle for bundle in (*others, live)}

    def live(self) -> Live:
        return self._live_one

    def bundle(self, hash: str) -> Bundle:
        return self._known[hash]


@dataclass
class _Outbox:
    """Takes every mail."""

    mails: list[OutgoingMail] = field(default_factory=list)

    def send(self, mail: OutgoingMail) -> str:
        self.mails.append(mail)
        return f"simulated-{len(self.mails)}"


@dataclass
class _Answering:
    """Answers webhooks as the scenario says, by step; what it says nothing about with an empty answer."""

    answers: Answers

    def post(self, url: str, body: bytes, id: str, timeout: float) -> dict[str, Any]:
        answer = self.answers.get(str(msgspec.json.decode(body)["step"]), {})
        if answer is None:
            raise Undeliverable("no answer", permanent=True)
        return answer


class World:
    """`written` is all that the workers wrote, in its order; `mails` what they sent."""

    def __init__(
        self,
        live: Bundle,
        start: datetime,
        *pinned: Bundle,
        site: str = SITE,
        answers: Answers | None = None,
    ) -> None:
        self.written: list[Written] = []
        self.clock = SetClock(start)
        self.table = MemoryTable(self._note)
        self.playbook = _Bundles(live, *pinned, site=site)
        self._outbox = _Outbox()
        self._answering = _Answering(answers or {})
        self._woken: deque[Ref] = deque()
        self.queue = _Queue(self._woken)
        self._tried: Counter[Ref] = Counter()
        self._done = 0

    @property
    def bundle(self) -> Bundle:
        return self.playbook.live().bundle

    @property
    def mails(self) -> list[OutgoingMail]:
        return self._outbox.mails

    def add(self, profile: Profile) -> None:
        """A lead that is there from the beginning."""
        self.table.write(
            Create(keys.profile(profile.id), profile),
            Create(keys.address(address_hash(ADDRESS_KEY, profile.email)), Pointer(lead=profile.id)),
        )

    def run(self, until: datetime) -> None:
        """Everything that is due by then, each at its time; the clock stands at `until` afterwards."""
        with self.quietly():
            self._work()
            while due := self._next(until):
                self.clock.reach(due.at)
                self._take(due)
                self._work()
        self.clock.reach(until)

    def drain(self) -> None:
        """Everything that somebody has just been woken for."""
        with self.quietly():
            self._work()

    def next_due(self) -> datetime | None:
        """When something happens next by itself."""
        agenda = self.table.agenda()
        return agenda[0][0].at if agenda else None

    def _next(self, until: datetime) -> Due | None:
        return next((due for due, _ in self.table.agenda()[:1] if due.at <= until), None)

    def _take(self, due: Due) -> None:
        """As the tick does: leased, so that what its worker leaves as it was comes again later, but not for ever."""
        self._tried[due.ref] += 1
        self.table.lease(due, self.clock.at + _LEASE * self._tried[due.ref])
        if self._tried[due.ref] > _MOST_ALIKE:
            self._leave(due.ref)
            return
        before = len(self.written)
        self._do(due.ref)
        if len(self.written) > before:
            self._tried[due.ref] = 0

    def _work(self) -> None:
        while self._woken:
            self._do(self._woken.popleft())

    def _do(self, ref: Ref) -> None:
        self._done += 1
        if self._done > _MOST:
            raise Failure(f"It does not come to rest: {ref} falls due again and again.", "Is there an endless loop?")
        match keys.kind(ref):
            case "enrollment":
                advanced = workers.advance.Queues(
                    deliver=self.queue,
                    react=self.queue,
                    alert=self.queue,
                    crm_request=self.queue,
                    call=self.queue,
                )
                workers.advance.move(ref, self.table, self.playbook, self.clock, advanced)
            case "send":
                workers.deliver.deliver(keys.typed(keys.parse(ref), Send), self._outside())
            case "activity" | "due#decay" | "due#refold":
                queues = workers.react.Queues(advance=self.queue, sync=self.queue, alert=self.queue)
                workers.react.react([ref], self.table, self.bundle, self.clock, queues)
            case "call":
                workers.webhook.call(ref, self._webhooks())
            case _:
                self._leave(ref)

    def _webhooks(self) -> workers.webhook.Dependencies:
        return workers.webhook.Dependencies(
            table=self.table,
            clock=self.clock,
            webhooks=self._answering,
            stopped=lambda: False,
            advance=self.queue,
        )

    def _leave(self, ref: Ref) -> None:
        """Off the agenda: it concerns somebody outside, and there is nobody outside."""
        row = self.table.get(keys.parse(ref))
        if row and row.due:
            self.table.write(Replace(row.key, row.value, row.version))

    def _outside(self) -> workers.deliver.Dependencies:
        return workers.deliver.Dependencies(
            table=self.table,
            live=self.playbook.live,
            bundle=self.playbook.bundle,
            clock=self.clock,
            mailer=self._outbox,
            stopped=lambda: False,
            link_key=LINK_KEY,
            address_key=ADDRESS_KEY,
        )

    def _note(self, key: Key[Any], before: Any, after: Any, due: datetime | None) -> None:
        self.written.append(Written(self.clock.at, key, before, after, due))

    @contextmanager
    def quietly(self) -> Iterator[None]:
        """The workers' logs are for operators."""
        before = logging.root.manager.disable
        logging.disable(logging.CRITICAL)
        try:
            yield
        finally:
            logging.disable(before)
