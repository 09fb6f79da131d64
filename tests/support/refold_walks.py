"""A publisher of playbooks, and score.refold as its queue calls it."""

from collections.abc import Callable
from copy import replace

from ripen.adapters.rows.fold_rows import Queues
from ripen.adapters.table import Table, keys
from ripen.campaign.walk import Walk
from ripen.operations.publication.recalculation import refolding
from ripen.playbook.bundle import Bundle
from ripen.scoring.rules_version import rules_version
from score._refold_page import Dependencies
from score._refold_walk import run_due
from tests.support.builders import a_bundle
from tests.support.campaign_machinery import known, leads_of
from tests.support.fakes import FakeClock, FakeQueue

OWNER, KEY = keys.REFOLDING, keys.walk(keys.REFOLDING, 5)


def with_half_life(days: int) -> Bundle:
    bundle = a_bundle()
    return replace(bundle, hash=f"days{days}", scoring=replace(bundle.scoring, half_life_days=days))


OLD, NEW, NEWER = map(with_half_life, (30, 31, 32))


class Publisher:
    """Publishes playbooks, and calls score.refold as its queue does."""

    def __init__(self, table: Table) -> None:
        self.table, self.clock, self.queue, self.live = table, FakeClock(), FakeQueue(), OLD
        self.published = {each.hash: each for each in (OLD, NEW, NEWER)}

    @property
    def dependencies(self) -> Dependencies:
        queues = Queues(advance=FakeQueue(), sync=FakeQueue(), alert=FakeQueue())
        return Dependencies(
            table=self.table,
            clock=self.clock,
            live=lambda: self.live,
            bundle=self.published.__getitem__,
            previous=lambda: OLD,
            queue=self.queue,
            queues=queues,
        )

    def publish(self, bundle: Bundle) -> None:
        """Make the bundle live, without starting the walks."""
        now = self.clock.now()
        self.table.write(*refolding(bundle, self.live, self.table, now, due=now))
        self.live = bundle
        self.published[bundle.hash] = bundle

    def start(self, bundle: Bundle) -> None:
        self.publish(bundle)
        self.run(OWNER.ref)

    def run(self, ref: str, has_time: Callable[[], bool] = lambda: True) -> None:
        run_due(ref, self.dependencies, has_time)

    def run_all(self) -> None:
        """Call score.refold for each message, until none is left."""
        while self.queue.woken:
            self.run(self.queue.woken.pop(0))

    @property
    def walk(self) -> Walk:
        row = self.table.get(KEY)
        assert row
        return row.value

    def with_rules(self, bundle: Bundle, leads: list[str]) -> list[str]:
        """Return the leads whose state has the rules of the bundle."""
        found = {lead: self.table.get(keys.state(lead)) for lead in leads}
        return [lead for lead, row in found.items() if row and row.value.rules_version == rules_version(bundle)]


def roster(table: Table, count: int = 8) -> list[str]:
    """Return leads of the fifth shard, whose states are older than all playbooks."""
    leads = leads_of(5, count)
    for lead in leads:
        known(table, lead)
    return leads
