"""score.react for leads with a long history: all consequences of one activity must fit in a transaction."""

from copy import replace
from datetime import timedelta

import pytest

from ripen.adapters.rows.decisions import read_decisions
from ripen.adapters.rows.fold_rows import Queues
from ripen.adapters.table import Create, Table, keys
from ripen.journey.enrollment import Enrollment
from ripen.lead.activity import Activity, Kind
from ripen.lead.state import LatestEntry, State
from ripen.playbook.graph import Again, Journey
from ripen.playbook.trigger import OnActivity
from ripen.scoring.rules_version import rules_version
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
