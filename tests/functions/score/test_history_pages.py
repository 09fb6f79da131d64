"""score.react keeps the history of a lead in pages, and recalculates the lead from them."""

from copy import replace
from datetime import timedelta
from random import Random

from bench.metered_dynamodb import size
from ripen.adapters.rows.fold_rows import Queues
from ripen.adapters.table import Create, Row, Table, keys
from ripen.adapters.table.rows import primary_key
from ripen.lead.activity import Activity, Kind, Verdict
from ripen.lead.history import HistoryEntry, HistoryPage, history_entry
from ripen.lead.state import Rank, RulePoints, State
from ripen.playbook.bundle import Bundle
from ripen.scoring.rules_version import rules_version
from tests.support.builders import a_bundle, a_lead, an_activity
from tests.support.fakes import NOON, FakeClock
from tests.support.folded_activities import a_lead_row, captured, key_of, react, value

BUNDLE = a_bundle()
STATE = keys.state("lead1")


def a_visit(n: float) -> Activity:
    at = NOON + timedelta(minutes=n)
    return an_activity(id=f"visit{n}", kind=Kind.PAGE_VIEWED, subject="pricing", at=at, received=at)


def a_false_click(n: int) -> Activity:
    """Return a click of a library that passed as a person's."""
    at = NOON + timedelta(hours=n)
    facts = {"agent": "library", "send": f"send{n}", "link": "0"}
    return an_activity(
        id=f"click{n}", kind=Kind.LINK_CLICKED, subject="case-study", at=at, received=at, folded=at, facts=facts
    )


def with_points(points: float) -> Bundle:
    """Return the playbook in which each rule gives so many points."""
    rules = tuple(replace(rule, points=points) for rule in BUNDLE.scoring.engagement)
    return replace(BUNDLE, scoring=replace(BUNDLE.scoring, engagement=rules))


def pages(table: Table) -> list[Row[HistoryPage]]:
    return list(table.under("lead1", "history#"))


def history(table: Table) -> list[HistoryEntry]:
    return [*(entry for page in pages(table) for entry in page.value.entries), *value(table, STATE).history]


def bytes_of_state(table: Table) -> int:
    return size(table._client.get_item(TableName="table", Key=primary_key(STATE))["Item"])


def test_folds_keep_the_history_and_the_state_stays_within_its_kilobyte(
    table: Table, clock: FakeClock, queues: Queues
) -> None:
    a_lead_row(table, job_title="")
    random = Random(1)  # noqa: S311 (repeatable times)
    sizes = []
    for batch in range(9):
        clock.move(hours=1)
        visits = sorted((a_visit(batch * 60 + random.uniform(0, 59)) for _ in range(12)), key=lambda visit: visit.at)
        react(captured(table, *visits), table, BUNDLE, clock, queues)
        sizes.append(bytes_of_state(table))
    folded = [row.value for row in table.under("lead1", "activity#")]
    assert history(table) == [history_entry(activity) for activity in folded]
    assert len(pages(table)) == 1
    assert 850 < max(sizes) <= 1024


def test_lead_is_recalculated_for_a_new_playbook_without_its_activities(
    table: Table, clock: FakeClock, queues: Queues
) -> None:
    # given a lead whose activities have expired
    a_lead_row(table, job_title="")
    visits = [replace(a_visit(n), subject=f"page{n}", kind=Kind.FORM_SUBMITTED, at=NOON) for n in range(40)]
    react(captured(table, *visits), table, BUNDLE, clock, queues)
    for row in table.under("lead1", "activity#"):
        table._client.delete_item(TableName="table", Key=primary_key(row.key))
    before = value(table, STATE)
    # when the rules change
    react([STATE.ref], table, with_points(2), clock, queues)
    # then
    assert (before.rule_points["form"].points, before.rule_points["form"].count) == (1200, 40)
    after = value(table, STATE)
    assert (after.rule_points["form"].points, after.rule_points["form"].count, after.activity_count) == (80, 40, 40)


def test_new_playbook_alone_leaves_the_verdicts(table: Table, clock: FakeClock, queues: Queues) -> None:
    a_lead_row(table, job_title="")
    click = a_false_click(0)
    captured(table, click)
    table.write(Create(STATE, State(lead="lead1", activity_count=1, history=(history_entry(click),))))
    react([STATE.ref], table, with_points(2), clock, queues)
    assert value(table, key_of(click)) == click
    assert value(table, STATE).rule_points["click"].points == 2


def test_verdicts_are_revised_in_pages(table: Table, clock: FakeClock, queues: Queues) -> None:
    # given sixty false clicks in three pages
    clicks = [a_false_click(n) for n in range(60)]
    state = State(
        lead="lead1",
        rank=Rank.HOT,
        rank_since=NOON,
        rule_points={"click": RulePoints(points=600, at=NOON, count=60)},
        activity_count=60,
        rules_version=rules_version(BUNDLE),
        verdicts_outdated=True,
    )
    table.write(Create(keys.profile("lead1"), a_lead(job_title="")), Create(STATE, state, due=NOON))
    table.write(*(Create(key_of(click), click) for click in clicks))
    for end in (20, 40, 60):
        page = HistoryPage(entries=tuple(map(history_entry, clicks[end - 20 : end])))
        table.write(Create(keys.history_page("lead1", end), page))
    clock.move(days=10)
    # when they are judged again
    react([STATE.ref], table, BUNDLE, clock, queues)
    # then a new playbook gives no points for them either
    assert {entry.details.verdict for entry in history(table)} == {Verdict.MACHINE}
    react([STATE.ref], table, with_points(2), clock, queues)
    assert (value(table, STATE).rule_points, value(table, STATE).activity_count) == ({}, 60)
