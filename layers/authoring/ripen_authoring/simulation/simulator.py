"""Run the real workers in memory, in the order in which their rows fall due."""

import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ripen.adapters.rows.fold_rows import Queues
from ripen.adapters.table import Create, Due, Key, Replace, keys
from ripen.agenda import Ref
from ripen.failure import Failure
from ripen.key_ring import KeyRing
from ripen.lead.address import address_hash
from ripen.lead.lead import Profile
from ripen.mail.content.message import OutgoingMail
from ripen.mail.ledger import Send
from ripen.playbook.bundle import Bundle
from ripen.pointers import Pointer
from ripen.words import Words
from ripen_authoring.simulation import workers
from ripen_authoring.simulation.stand_ins import (
    AnsweringWebhooks,
    Outbox,
    PublishedBundles,
    SimulatedClock,
    SimulatedQueue,
    WebhookAnswers,
)
from ripen_authoring.simulation.table import MemoryTable

SITE = "https://ripen.example"
ADDRESS_KEY = NETWORK_KEY = b"in memory, and never anywhere el."
LINK_KEYS = KeyRing.of(ADDRESS_KEY)
_LEASE = timedelta(minutes=5)
_MOST_REPEATS = 20
"""A row that falls due so many times without any change is taken off the agenda."""
_MOST_ROWS = 20_000
"""After so many rows the simulation is considered endless."""


@dataclass(frozen=True)
class WrittenRow:
    """A row that a worker wrote: its value before and after, and when it is due."""

    at: datetime
    key: Key[Any]
    before: Any
    after: Any
    due: datetime | None = None


class Simulator:
    """The table, the clock and the workers. `written` holds all rows that the workers wrote, in order."""

    def __init__(
        self,
        live: Bundle,
        start: datetime,
        *pinned: Bundle,
        site: str = SITE,
        answers: WebhookAnswers | None = None,
    ) -> None:
        self.written: list[WrittenRow] = []
        self.clock = SimulatedClock(start)
        self.table = MemoryTable(self._record)
        self.playbook = PublishedBundles(live, *pinned, site=site)
        self.queue = SimulatedQueue()
        self._outbox = Outbox()
        self._webhooks = AnsweringWebhooks(answers or {})
        self._repeats: Counter[Ref] = Counter()
        self._rows = 0

    @property
    def bundle(self) -> Bundle:
        """Return the live bundle."""
        return self.playbook.live().bundle

    @property
    def mails(self) -> list[OutgoingMail]:
        """Return all mails that were sent."""
        return self._outbox.mails

    def add(self, profile: Profile) -> None:
        """Add a lead that is known at the start."""
        self.table.write(
            Create(keys.profile(profile.id), profile),
            Create(keys.address(address_hash(ADDRESS_KEY, profile.email)), Pointer(lead=profile.id)),
        )

    def run(self, until: datetime) -> None:
        """Work on every row that is due by then, each at its time, and set the clock to `until`."""
        with self.without_logs():
            self._work_queue()
            while due := self._next_due(until):
                self.clock.reach(due.at)
                self._work_due(due)
                self._work_queue()
        self.clock.reach(until)

    def drain(self) -> None:
        """Work on every row in the queue, at the present time."""
        with self.without_logs():
            self._work_queue()

    def next_due(self) -> datetime | None:
        """Return when the next row is due."""
        agenda = self.table.agenda()
        return agenda[0][0].at if agenda else None

    def _next_due(self, until: datetime) -> Due | None:
        return next((due for due, _ in self.table.agenda()[:1] if due.at <= until), None)

    def _work_due(self, due: Due) -> None:
        """Lease the row and work on it, as the tick does.

        A row that its worker leaves unchanged falls due again after the lease, up to 20 times.
        """
        self._repeats[due.ref] += 1
        self.table.lease(due, self.clock.at + _LEASE * self._repeats[due.ref])
        if self._repeats[due.ref] > _MOST_REPEATS:
            self._take_off_agenda(due.ref)
            return
        before = len(self.written)
        self._work(due.ref)
        if len(self.written) > before:
            self._repeats[due.ref] = 0

    def _work_queue(self) -> None:
        while self.queue.refs:
            self._work(self.queue.refs.popleft())

    def _work(self, ref: Ref) -> None:
        self._rows += 1
        if self._rows > _MOST_ROWS:
            raise Failure(
                Words(
                    f"The simulation does not end: {ref} falls due repeatedly.",
                    f"シミュレーションが終わりません: {ref} の期限が繰り返し来ます。",
                ),
                Words("Look for steps that repeat without end.", "終わりなく繰り返す手順がないか確かめてください。"),
            )
        match keys.kind(ref):
            case "enrollment":
                workers.advance.move(ref, self.table, self.playbook, self.clock, self._advance_queues())
            case "send":
                workers.deliver.deliver(keys.typed(keys.parse(ref), Send), self._deliver_dependencies())
            case "activity" | "state":
                queues = Queues(advance=self.queue, sync=self.queue, alert=self.queue)
                workers.react.react(
                    [ref],
                    workers.react.Dependencies(table=self.table, clock=self.clock, queues=queues, bundle=self.bundle),
                )
            case "call":
                workers.webhook.call(ref, self._webhook_dependencies())
            case _:
                self._take_off_agenda(ref)

    def _take_off_agenda(self, ref: Ref) -> None:
        """Remove the due time of a row that is for an outside system, which the simulation does not have."""
        row = self.table.get(keys.parse(ref))
        if row and row.due:
            self.table.write(Replace(row.key, row.value, row.version))

    def _advance_queues(self) -> workers.advance.Queues:
        return workers.advance.Queues(
            deliver=self.queue,
            react=self.queue,
            alert=self.queue,
            crm_request=self.queue,
            call=self.queue,
            advance=self.queue,
        )

    def _deliver_dependencies(self) -> workers.deliver.Dependencies:
        return workers.deliver.Dependencies(
            table=self.table,
            live=self.playbook.live,
            bundle=self.playbook.bundle,
            clock=self.clock,
            mailer=self._outbox,
            stopped=lambda: False,
            link_keys=LINK_KEYS,
            address_key=ADDRESS_KEY,
        )

    def _webhook_dependencies(self) -> workers.webhook.Dependencies:
        return workers.webhook.Dependencies(
            table=self.table,
            clock=self.clock,
            webhooks=self._webhooks,
            stopped=lambda: False,
            advance=self.queue,
        )

    def _record(self, key: Key[Any], before: Any, after: Any, due: datetime | None) -> None:
        self.written.append(WrittenRow(self.clock.at, key, before, after, due))

    @contextmanager
    def without_logs(self) -> Iterator[None]:
        """Silence the workers' logs, which are for operators."""
        before = logging.root.manager.disable
        logging.disable(logging.CRITICAL)
        try:
            yield
        finally:
            logging.disable(before)
