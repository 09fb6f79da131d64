"""score.react for leads whose clicks are judged again: more verdicts are revised than a transaction holds."""

from collections import Counter
from collections.abc import Iterator
from copy import replace
from datetime import timedelta
from typing import Any

import pytest

from ripen.adapters.rows import campaign_counts
from ripen.adapters.rows.decisions import read_decisions
from ripen.adapters.rows.fold_rows import Queues
from ripen.adapters.table import Change, Create, Key, Mark, Replace, Row, Table, keys
from ripen.agenda import Lane, shard
from ripen.journey.enrollment import Enrollment
from ripen.lead.activity import Kind, Verdict
from ripen.lead.history import HistoryPage, history_entry
from ripen.lead.state import LatestEntry, Rank, RulePoints, State
from ripen.mail.ledger import MailClass, Send
from ripen.scoring.rules_version import rules_version
from score import _refold
from tests.support.builders import a_bundle, a_lead, an_activity
from tests.support.fakes import NOON, FakeClock
from tests.support.folded_activities import key_of, react

pytestmark = pytest.mark.many_rows

BUNDLE = a_bundle()


def sixty_false_clicks(table: Table) -> Key[State]:
    """Add clicks in sixty mails that machines made but people were credited with, of a lead in forty enrollments.

    The journey asks about the rank. Return the key of the state, which is due.
    """
    table.write(Create(keys.profile("lead1"), a_lead(job_title="")))
    clicks = [
        an_activity(
            id=f"click{n}",
            kind=Kind.LINK_CLICKED,
            subject="case-study",
            at=NOON + timedelta(hours=n),
            received=NOON + timedelta(hours=n),
            folded=NOON,
            verdict=Verdict.HUMAN,
            facts={"method": "GET", "agent": "none", "request": "bare", "send": f"send{n}", "link": "0", "of": "1"},
        )
        for n in range(60)
    ]
    for click in clicks:
        table.write(Create(key_of(click), click))
    for n in range(40):
        enrollment = Enrollment(lead="lead1", journey="orders", key=f"{n}", entered=NOON, bundle="bundle1")
        table.write(Create(keys.enrollment("lead1", "orders", enrollment.key), enrollment))
    state = State(
        lead="lead1",
        rank=Rank.HOT,
        rank_since=NOON,
        rule_points={"click": RulePoints(points=600, at=NOON, count=60)},
        journeys={"orders": LatestEntry(key="39", at=NOON, wake_events=("rank",))},
        rules_version=rules_version(BUNDLE),
        verdicts_outdated=True,
    )
    mark = keys.state("lead1")
    table.write(Create(mark, state, due=NOON, lane=Lane.BULK))
    return mark


def verdicts(table: Table) -> Counter[Verdict]:
    return Counter(row.value.verdict for row in table.under("lead1", "activity#"))


def test_verdicts_of_a_lead_in_many_enrollments_are_revised(table: Table, clock: FakeClock, queues: Queues) -> None:
    mark = sixty_false_clicks(table)
    clock.move(days=10)
    react([mark.ref], table, BUNDLE, clock, queues)
    assert verdicts(table) == {Verdict.MACHINE: 60}
    assert sum(row.due is not None for row in table.under("lead1", "enrollment#")) == 40


def test_verdicts_of_a_lead_in_many_campaigns_are_revised(table: Table, clock: FakeClock, queues: Queues) -> None:
    mark = sixty_false_clicks(table)
    for row in table.under("lead1", "activity#"):
        facts = row.value.facts | {"campaign": row.value.facts["send"]}
        table.write(Replace(row.key, replace(row.value, facts=facts), row.version))
        send = Send(
            id=facts["send"],
            lead="lead1",
            email="case-study",
            mail_class=MailClass.MARKETING,
            origin=facts["send"],
            step="send",
            planned=NOON,
            campaign=True,
            clicked=NOON,
        )
        table.write(Create(keys.send("lead1", send.id), send))
    clock.move(days=10)
    react([mark.ref], table, BUNDLE, clock, queues)
    assert verdicts(table) == {Verdict.MACHINE: 60}
    assert [row.value.clicked for row in table.under("lead1", "send#")] == [None] * 60
    assert {campaign_counts.campaign_totals(table, f"send{n}")["clicked"] for n in range(60)} == {-1}


def test_long_history_is_revised_in_parts_over_several_wake_ups(
    table: Table, clock: FakeClock, queues: Queues, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_refold, "_MAX_TRANSACTIONS", 2)
    monkeypatch.setattr(_refold, "_SIZES", (20,))
    mark = sixty_false_clicks(table)
    clock.move(days=10)
    react([mark.ref], table, BUNDLE, clock, queues)
    # then the state is right at once, and the mark is still due
    row = table.get(keys.state("lead1"))
    assert row
    assert (row.value.rank, verdicts(table)[Verdict.HUMAN]) == (Rank.COLD, 20)
    assert [due.ref for due in table.due(Lane.BULK, shard("lead1"), clock.now()) if due.ref == mark.ref]
    for _ in range(2):
        react([mark.ref], table, BUNDLE, clock, queues)
    assert verdicts(table) == {Verdict.MACHINE: 60}
    assert not [due.ref for due in table.due(Lane.BULK, shard("lead1"), clock.now()) if due.ref == mark.ref]


class WatchedTable(Table):
    """Counts how often the activities are read, and does something after the nth transaction."""

    reads = writes = 0
    nth = 0

    def then(self) -> None:
        raise NotImplementedError

    def under(self, owner: str, prefix: str, newest_first: bool = False, **more: Any) -> Iterator[Row[Any]]:
        self.reads += prefix == "activity#"
        return super().under(owner, prefix, newest_first, **more)

    def write(self, *changes: Change) -> None:
        super().write(*changes)
        self.writes += 1
        if self.writes == self.nth:
            self.then()


def remembered(table: Table) -> Key[State]:
    """Add the false clicks, with their history in pages and the last of them in the state."""
    mark = sixty_false_clicks(table)
    entries = [history_entry(row.value) for row in table.under("lead1", "activity#")]
    for start in range(0, 56, 7):
        page = HistoryPage(entries=tuple(entries[start : start + 7]))
        table.write(Create(keys.history_page("lead1", start + 7), page))
    row = table.get(mark)
    assert row
    table.write(Replace(mark, replace(row.value, history=tuple(entries[56:])), row.version, NOON, Lane.BULK))
    return mark


def outcome(table: Table) -> tuple[Any, ...]:
    """Return verdicts, those in the history, the rank with its points, and the number of decisions."""
    row = table.get(keys.state("lead1"))
    assert row
    entries = [e for page in table.under("lead1", "history#") for e in page.value.entries] + list(row.value.history)
    remembered = Counter(entry.details.verdict for entry in entries)
    decided = len(list(read_decisions(table, "lead1")))
    return verdicts(table), remembered, row.value.rank, row.value.rule_points, row.value.verdicts_outdated, decided


REVISED: tuple[Any, ...] = (Counter({Verdict.MACHINE: 60}), Counter({Verdict.MACHINE: 60}), Rank.COLD, {}, False, 61)


def test_long_history_is_read_once_for_all_its_transactions(
    table: Table, clock: FakeClock, queues: Queues, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_refold, "_SIZES", (20,))
    mark = remembered(table)
    clock.move(days=10)
    watched = WatchedTable("table", table._client)
    react([mark.ref], watched, BUNDLE, clock, queues)
    assert (watched.reads, watched.writes) == (1, 3)
    assert outcome(table) == REVISED
    react([mark.ref], watched, BUNDLE, clock, queues)
    assert (watched.reads, watched.writes, outcome(table)) == (1, 3, REVISED)


@pytest.mark.parametrize("nth", [1, 2])
def test_lost_race_between_two_transactions_reads_the_rest_again(
    table: Table, clock: FakeClock, queues: Queues, monkeypatch: pytest.MonkeyPatch, nth: int
) -> None:
    class Raced(WatchedTable):
        def then(self) -> None:
            table.write(Mark(mark, NOON, Lane.BULK))

    monkeypatch.setattr(_refold, "_SIZES", (20,))
    mark = remembered(table)
    clock.move(days=10)
    raced = Raced("table", table._client)
    raced.nth = nth
    react([mark.ref], raced, BUNDLE, clock, queues)
    assert (raced.reads, outcome(table)) == (2, REVISED)


@pytest.mark.parametrize("nth", [1, 2, 3])
def test_worker_that_dies_between_two_transactions_is_followed_by_one_that_does_the_rest(
    table: Table, clock: FakeClock, queues: Queues, monkeypatch: pytest.MonkeyPatch, nth: int
) -> None:
    class Killed(WatchedTable):
        def then(self) -> None:
            raise KeyboardInterrupt

    monkeypatch.setattr(_refold, "_SIZES", (20,))
    mark = remembered(table)
    clock.move(days=10)
    killed = Killed("table", table._client)
    killed.nth = nth
    with pytest.raises(KeyboardInterrupt):
        react([mark.ref], killed, BUNDLE, clock, queues)
    react([mark.ref], table, BUNDLE, clock, queues)
    assert outcome(table) == REVISED
