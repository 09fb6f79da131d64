"""score.react for leads with a long history: all consequences of one activity must fit in a transaction."""

from collections import Counter
from copy import replace
from datetime import timedelta

import pytest

from ripen.adapters.rows import campaign_counts
from ripen.adapters.rows.decisions import read_decisions
from ripen.adapters.rows.fold_rows import Queues
from ripen.adapters.table import Create, Key, Replace, Table, keys
from ripen.agenda import Lane, shard
from ripen.journey.enrollment import Enrollment
from ripen.lead.activity import Activity, Kind, Verdict
from ripen.lead.state import LatestEntry, Rank, RulePoints, State
from ripen.mail.ledger import MailClass, Send
from ripen.playbook.graph import Again, Journey
from ripen.playbook.trigger import OnActivity
from ripen.scoring.rules_version import rules_version
from score import react as react_module
from tests.support.builders import a_bundle, a_lead, an_activity
from tests.support.fakes import NOON, FakeClock
from tests.support.folded_activities import key_of, react

pytestmark = pytest.mark.many_rows


def on_pricing(name: str) -> Journey:
    return Journey(
        name=name,
        enrol=(OnActivity(kind="page_viewed", subject="pricing"),),
        again=Again(how="never"),
        first="",
        steps=(),
    )


BUNDLE = a_bundle()
BUNDLE = replace(BUNDLE, journeys=BUNDLE.journeys | {name: on_pricing(name) for name in ("one", "two", "three")})


def visits(count: int) -> list[Activity]:
    return [
        an_activity(id=f"visit{n}", kind=Kind.PAGE_VIEWED, subject="pricing", at=NOON - timedelta(minutes=n + 1))
        for n in range(count)
    ]


def folded(table: Table) -> int:
    return sum(row.value.folded is not None for row in table.under("lead1", "activity#"))


def test_form_is_folded_together_with_its_forty_visits(table: Table, clock: FakeClock, queues: Queues) -> None:
    table.write(Create(keys.profile("lead1"), a_lead()))
    before = visits(40)
    form = an_activity(visit_keys=tuple(key_of(visit).sk for visit in before))
    table.write(*(Create(key_of(each), each, due=NOON) for each in (form, *before)))
    react([key_of(form).ref], table, BUNDLE, clock, queues)
    assert folded(table) == 41
    # and the 39 refusals of each journey are one decision
    refused = [decision for decision in read_decisions(table, "lead1") if decision.outcome == "refused"]
    assert sorted((each.subject, len(each.activities)) for each in refused) == [("one", 39), ("three", 39), ("two", 39)]


def test_form_too_large_with_its_visits_is_folded_alone(table: Table, clock: FakeClock, queues: Queues) -> None:
    # given forty visits to forty pages, each with two journeys of its own
    table.write(Create(keys.profile("lead1"), a_lead()))
    before = [
        an_activity(id=f"visit{n}", kind=Kind.PAGE_VIEWED, subject=f"page{n}", at=NOON - timedelta(minutes=n + 1))
        for n in range(40)
    ]
    journeys = {
        f"page{n}{half}": replace(
            on_pricing(f"page{n}{half}"),
            enrol=(OnActivity(kind="page_viewed", subject=f"page{n}"),),
            again=Again(how="never"),
        )
        for n in range(40)
        for half in "ab"
    }
    bundle = replace(BUNDLE, journeys=journeys)
    form = an_activity(visit_keys=tuple(key_of(visit).sk for visit in before))
    refs = [key_of(each).ref for each in (form, *before)]
    table.write(*(Create(key_of(each), each, due=NOON) for each in (form, *before)))
    # when
    react(refs[:1], table, bundle, clock, queues)
    # then the form is folded, and the visits stay on the agenda
    assert folded(table) == 1
    react(refs[1:], table, bundle, clock, queues)
    assert folded(table) == 41
    assert sum(1 for _ in table.under("lead1", "enrollment#")) == 80


def test_lead_in_more_enrollments_than_a_transaction_holds_is_folded(
    table: Table, clock: FakeClock, queues: Queues
) -> None:
    # given a lead in 120 enrollments of a journey, each for its own order
    table.write(Create(keys.profile("lead1"), a_lead()))
    for n in range(120):
        enrollment = Enrollment(lead="lead1", journey="orders", key=f"{n:03}", entered=NOON, bundle="bundle1")
        table.write(
            Create(keys.enrollment("lead1", "orders", enrollment.key), enrollment, due=NOON + timedelta(days=3))
        )
    state = State(
        lead="lead1",
        rank_since=NOON,
        journeys={"orders": LatestEntry(key="119", at=NOON)},
        rules_version=rules_version(BUNDLE),
    )
    no = an_activity(kind=Kind.UNSUBSCRIBED)
    table.write(Create(keys.state("lead1"), state), Create(key_of(no), no, due=NOON))
    # when it unsubscribes
    react([key_of(no).ref], table, BUNDLE, clock, queues)
    # then it is folded, and as many enrollments are woken as fit; the others leave when their waits end
    assert folded(table) == 1
    assert sum(row.due == NOON for row in table.under("lead1", "enrollment#")) == 40


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
    monkeypatch.setattr(react_module, "_MAX_REFOLD_PARTS", 2)
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
