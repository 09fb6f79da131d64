"""Entries under any triggers, in any order: no two rows of a fold have the same key, or it could never be written."""

from copy import replace
from datetime import timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from ripen.fold.entry import journeys_to_read
from ripen.fold.fold import Folded
from ripen.fold.lead_history import LeadHistory
from ripen.fold.refold import refold
from ripen.journey.enrollment import Enrollment
from ripen.lead.activity import Activity, Kind
from ripen.lead.state import State
from ripen.playbook.bundle import Segment
from ripen.playbook.clause import Condition, Did
from ripen.playbook.graph import Again, Journey
from ripen.playbook.trigger import OnActivity, OnDate, OnField, OnRank, OnSegment, Trigger
from tests.support.builders import DAY, an_activity
from tests.support.fakes import NOON
from tests.support.journey_entries import BY_KEY, JUNIOR, NEVER, ORDERED, a_playbook, entries, run

TRIGGERS: list[Trigger] = [
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
drawn_activities = st.tuples(
    st.sampled_from([Kind.FORM_SUBMITTED, Kind.PAGE_VIEWED, Kind.ENTRY_ASKED]),
    st.sampled_from(["order", "pricing", "j"]),
    st.integers(0, 2),
    st.integers(0, 72),
)


@given(
    st.lists(st.sampled_from(TRIGGERS), min_size=3, max_size=8, unique_by=repr),
    st.sampled_from(AGAIN),
    st.lists(st.tuples(st.lists(drawn_activities, max_size=4), st.integers(0, 40), st.booleans()), max_size=6),
    st.sampled_from(["", "1980-11-22", "1980-11-23"]),
)
def test_each_entry_and_each_decision_has_its_own_row(
    triggers: list[Trigger],
    again: Again,
    days: list[tuple[list[tuple[Kind, str, int, int]], int, bool]],
    birthday: str,
) -> None:
    # given a lead with any activities and changing fields; its enrollments are read as score.react reads them
    bundle, now, state = a_playbook(*triggers, segments=(KEEN,), again=again), NOON, None
    runs, done = list[Enrollment](), list[Activity]()
    for number, (drawn_activities, hours, pays) in enumerate(days):
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
            for n, (kind, subject, order, ago) in enumerate(drawn_activities)
        ]
        read = runs if journeys_to_read(state, lead, acts, bundle, now) else []
        got = run(bundle, *acts, state=state, now=now, profile=lead, enrollments=read)
        runs += new_entries(got, runs)
        state, done = got.state, [*done, *got.activities]
        # when a new playbook is published at any time
        other = replace(bundle, scoring=replace(bundle.scoring, half_life_days=7))
        now += timedelta(hours=hours)
        read = runs if journeys_to_read(state, lead, (), other, now) else []
        new_entries(refold(LeadHistory(profile=lead, state=state, enrollments=read), done, other, now), runs)


def new_entries(got: Folded, before: list[Enrollment]) -> list[Enrollment]:
    """Return the entries. Assert that all of them are new, and that the decisions have different ids."""
    decisions = [decision.id for decision in got.decisions]
    assert len(set(decisions)) == len(decisions)
    keys = [(entry.journey, entry.key) for entry in (*before, *entries(got))]
    assert len(set(keys)) == len(keys)
    return entries(got)


KINDS = [("form_submitted", "order"), ("page_viewed", "pricing"), ("page_viewed", "jobs"), ("link_clicked", "mail")]
histories = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 40), st.integers(0, 3)), max_size=12)
PLAYBOOK = replace(
    a_playbook(ORDERED, again=BY_KEY),
    segments={
        "keen": Segment(name="keen", also=(Did(kind="page_viewed", subject="pricing", at_least=3),)),
        "recent": Segment(name="recent", also=(Did(kind="page_viewed", at_least=2, within_seconds=10 * DAY),)),
        "shy": Segment(name="shy", also=(Did(kind="link_clicked", at_least=0, at_most=1),)),
    },
)
PLAYBOOK = replace(
    PLAYBOOK,
    journeys=PLAYBOOK.journeys | {"once": Journey(name="once", enrol=(OnSegment(segment="keen"),), again=NEVER)},
)


@given(histories, st.lists(st.integers(1, 4), max_size=12), st.randoms())
def test_order_batches_and_repetition_change_neither_state_nor_entries(
    history: list[tuple[tuple[str, str], int, int]], sizes: list[int], random: Random
) -> None:
    activities = [
        an_activity(
            id=f"a{n}",
            kind=Kind(kind),
            subject=subject,
            facts={"order": str(number)},
            at=NOON - timedelta(days=days, minutes=n),
            received=NOON - timedelta(days=days, minutes=n),
        )
        for n, ((kind, subject), days, number) in enumerate(history)
    ]

    def folded(order: list[Activity], sizes: list[int]) -> tuple[State, set[tuple[str, str]], list[Activity]]:
        got = run(PLAYBOOK)
        state, runs, done, rest = got.state, list[Enrollment](), list[Activity](), list(order)
        while rest:
            size = sizes.pop() if sizes else len(rest)
            batch, rest = rest[:size], rest[size:]
            got = run(PLAYBOOK, *batch, *done[:1], state=state, enrollments=runs)
            state, runs, done = got.state, [*runs, *entries(got)], [*done, *got.activities]
        assert len({(entry.journey, entry.key) for entry in runs}) == len(runs)
        return state, {(entry.journey, entry.key) for entry in runs}, done

    one, entered, done = folded(activities, [])
    other, other_entered, _ = folded(random.sample(activities, len(activities)), sizes)
    assert entered == other_entered
    assert (one.activity_times, one.segments, one.journeys.keys()) == (
        other.activity_times,
        other.segments,
        other.journeys.keys(),
    )
    refolded = refold(LeadHistory(profile=JUNIOR, state=one), done, PLAYBOOK, NOON)
    assert (refolded.state.activity_times, refolded.state.segments, refolded.consequences) == (
        one.activity_times,
        one.segments,
        (),
    )
