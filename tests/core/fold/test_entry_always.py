"""Whatever lets in, however often: no two rows of what follows from a fold are the same, or its transaction could never be
made, and the lead's story would stand still."""

from copy import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from ripen.fold.entry import journeys_to_read
from ripen.fold.fold import Folded
from ripen.fold.lead_history import LeadHistory
from ripen.fold.refold import refold
from ripen.journey.enrollment import Enrollment
from ripen.lead.activity import Activity, Kind
from ripen.playbook.bundle import Segment
from ripen.playbook.clause import Condition, Did
from ripen.playbook.graph import Again
from ripen.playbook.trigger import OnActivity, OnDate, OnField, OnRank, OnSegment, Trigger
from tests.support.builders import an_activity
from tests.support.fakes import NOON
from tests.support.journey_entries import JUNIOR, ORDERED, entries, into, run

DOORS: list[Trigger] = [
    ORDERED,
    OnActivity(kind="form_submitted"),
    OnActivity(kind="page_viewed", subject="pricing"),
    OnField(when=Condition(field="total", at_least=40)),
    OnField(when=Condition(field="plan", present=True)),
    OnSegment(segment="keen"),
    OnRank(rank="warm"),
    OnDate(field="birthday", yearly=True),
    OnDate(field="birthday", yearly=True, offset_days=1),
    OnDate(field="renewal"),
]
AGAIN = [Again(), Again(how="after exit"), Again(how="by key"), Again(how="after", seconds=3600)]
KEEN = Segment(name="keen", also=(Did(kind="page_viewed", at_least=2),))
deeds = st.tuples(
    st.sampled_from([Kind.FORM_SUBMITTED, Kind.PAGE_VIEWED, Kind.ENTRY_ASKED]),
    st.sampled_from(["order", "pricing", "j"]),
    st.integers(0, 2),
    st.integers(0, 72),
)


@given(
    st.lists(st.sampled_from(DOORS), min_size=3, max_size=8, unique_by=repr),
    st.sampled_from(AGAIN),
    st.lists(st.tuples(st.lists(deeds, max_size=4), st.integers(0, 40), st.booleans()), max_size=6),
    st.sampled_from(["", "1980-11-22", "1980-11-23"]),
)
def test_each_entry_and_each_decision_is_a_row_of_its_own(
    doors: list[Trigger],
    again: Again,
    days: list[tuple[list[tuple[Kind, str, int, int]], int, bool]],
    birthday: str,
) -> None:
    # given a lead who does this and that, and whose fields come and go; who is read of what it was in, as score.react does
    bundle, now, state = into(*doors, segments=(KEEN,), again=again), NOON, None
    runs, done = list[Enrollment](), list[Activity]()
    for number, (deeds, hours, pays) in enumerate(days):
        fields = {"birthday": birthday, "renewal": "2026-11-22", "plan": "pro" if pays else ""}
        lead = replace(JUNIOR, attributes=fields)
        acts = [
            an_activity(
                id=f"{number}-{n}",
                kind=kind,
                subject=subject,
                at=now - timedelta(minutes=ago),
                received=now - timedelta(minutes=ago),
                facts={"order": str(order), "key": str(order)},
            )
            for n, (kind, subject, order, ago) in enumerate(deeds)
        ]
        read = runs if journeys_to_read(state, lead, acts, bundle, now) else []
        got = run(bundle, *acts, state=state, now=now, profile=lead, enrollments=read)
        runs += told_apart(got, runs)
        state, done = got.state, [*done, *got.activities]
        # and a new playbook comes at any time
        other = replace(bundle, scoring=replace(bundle.scoring, half_life_days=7))
        now += timedelta(hours=hours)
        read = runs if journeys_to_read(state, lead, (), other, now) else []
        told_apart(refold(LeadHistory(profile=lead, state=state, enrollments=read), done, other, now), runs)


def told_apart(got: Folded, before: list[Enrollment]) -> list[Enrollment]:
    """Its entries, all of them new; its decisions are told apart by their ids."""
    decisions = [decision.id for decision in got.decisions]
    assert len(set(decisions)) == len(decisions)
    keys = [(entry.journey, entry.key) for entry in (*before, *entries(got))]
    assert len(set(keys)) == len(keys)
    return entries(got)
