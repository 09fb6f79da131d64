"""Entries: which triggers fire, and which leads a journey accepts."""

from copy import replace
from datetime import UTC, datetime, timedelta

import pytest

from ripen.fold.consequences import Enrolled
from ripen.fold.fold import Folded
from ripen.fold.lead_history import LeadHistory
from ripen.fold.refold import refold
from ripen.lead.activity import Kind, Verdict
from ripen.lead.contact import Contact, Permission
from ripen.lead.state import State
from ripen.playbook.bundle import Segment
from ripen.playbook.clause import Agreed, Condition, Did
from ripen.playbook.graph import Again
from ripen.playbook.trigger import OnActivity, OnDate, OnField, OnRank, OnSegment
from tests.support.builders import DAY, a_lead, an_activity
from tests.support.fakes import NOON
from tests.support.journey_entries import (
    AFTER_EXIT,
    BY_KEY,
    JUNIOR,
    NEVER,
    ORDERED,
    a_playbook,
    an_earlier_enrollment,
    an_order,
    asked,
    entries,
    entry_decisions,
    keys,
    run,
)

# triggers


def test_activity_whose_facts_match_enrols_the_lead_with_its_facts() -> None:
    large = OnActivity(kind="form_submitted", subject="order", where=(Condition(field="total", at_least=100),))
    assert entries(run(a_playbook(large), an_order("1", facts={"total": "99"}))) == []
    (entry,) = entries(run(a_playbook(large), an_order("1", facts={"total": "100"})))
    assert (entry.journey, entry.key, entry.activity, entry.facts) == ("j", "once", "activity-1", {"total": "100"})


def test_two_triggers_that_fire_together_make_one_entry() -> None:
    any_form = OnActivity(kind="form_submitted")
    got = run(a_playbook(any_form, ORDERED, again=BY_KEY), an_order("7"))
    assert len(entries(got)) == len(entry_decisions(got)) == 1


def test_activity_of_a_machine_enrols_no_lead() -> None:
    click = an_activity(kind=Kind.LINK_CLICKED, verdict=Verdict.MACHINE)
    assert entry_decisions(run(a_playbook(OnActivity(kind="link_clicked")), click)) == []


def test_lead_that_joins_a_segment_enters_once() -> None:
    buyers = Segment(name="buyers", also=(Did(kind="form_submitted", subject="order", at_least=2),))
    bundle = a_playbook(OnSegment(segment="buyers"), segments=(buyers,), again=AFTER_EXIT)
    one = run(bundle, an_order("1"))
    assert entry_decisions(one) == []
    two = run(bundle, an_order("2"), state=one.state)
    assert entry_decisions(two) == [("entered", "", "segment buyers")]
    assert keys(two) == ["activity-2"]
    assert entry_decisions(run(bundle, an_order("3"), state=two.state)) == []


def test_segment_joined_by_time_alone_enrols_the_lead() -> None:
    asleep = Segment(name="asleep", also=(Did(kind="form_submitted", at_least=0, at_most=0, within_seconds=30 * DAY),))
    bundle = a_playbook(OnSegment(segment="asleep"), segments=(asleep,))
    awake = run(bundle, an_activity())
    assert awake.due is not None
    early = run(bundle, state=awake.state, now=NOON + timedelta(days=30, milliseconds=-1))
    assert (entry_decisions(early), early.state.segments) == ([], ())
    late = run(bundle, state=early.state, now=NOON + timedelta(days=30))
    assert entry_decisions(late) == [("entered", "", "segment asleep")]
    assert awake.due <= NOON + timedelta(days=30)


def test_segment_is_left_by_decay_at_the_predicted_time() -> None:
    eager = Segment(name="eager", when=(Condition(field="engagement", at_least=25),))
    bundle = a_playbook(segments=(eager,))
    got = run(bundle, an_activity())
    assert got.state.segments == ("eager",)
    assert got.due is not None
    before = run(bundle, state=got.state, now=got.due - timedelta(seconds=2))
    assert before.state.segments == ("eager",)
    assert run(bundle, state=got.state, now=got.due).state.segments == ()


@pytest.mark.parametrize(("rank", "expected"), [("warm", 1), ("hot", 1), ("cold", 0)])
def test_rise_to_a_rank_or_past_it_enrols_the_lead(rank: str, expected: int) -> None:
    got = run(a_playbook(OnRank(rank=rank)), an_activity(), profile=a_lead(job_title="部長"))
    assert len(entries(got)) == expected


def test_fall_to_cold_enrols_the_lead_and_fall_to_warm_does_not() -> None:
    bundle = a_playbook(OnRank(rank="cold"), OnRank(rank="warm"), again=AFTER_EXIT)
    hot = run(replace(bundle, journeys={}), an_activity(id="1"), an_activity(id="2"))
    assert hot.state.rank == "hot"
    state = replace(hot.state, rules_version=run(bundle).state.rules_version)
    warm = run(bundle, state=state, now=NOON + timedelta(days=14))
    assert (warm.state.rank, entry_decisions(warm)) == ("warm", [])
    cold = run(bundle, state=warm.state, now=NOON + timedelta(days=28))
    assert (cold.state.rank, entry_decisions(cold)) == ("cold", [("entered", "", "rank cold")])


def test_new_value_of_a_field_enrols_the_lead() -> None:
    bundle = a_playbook(OnField(when=Condition(field="plan", any_of=("pro", "team"))), again=AFTER_EXIT)
    runs, minutes = [an_earlier_enrollment("earlier", over=True)], iter(range(60))

    def with_plan(plan: str, state: State | None) -> Folded:
        now = NOON + timedelta(minutes=next(minutes))
        return run(bundle, state=state, now=now, profile=replace(JUNIOR, attributes={"plan": plan}), enrollments=runs)

    free = with_plan("free", None)
    assert entry_decisions(free) == []
    pro = with_plan("pro", free.state)
    assert entry_decisions(pro) == [("entered", "", "field plan")]
    assert entry_decisions(with_plan("ＰＲＯ", pro.state)) == []
    team = with_plan("team", pro.state)
    assert entry_decisions(team) == [("entered", "", "field plan")]
    assert entry_decisions(with_plan("", team.state)) == []
    assert entry_decisions(with_plan("pro", None)) == [("entered", "", "field plan")]


def test_score_enrols_the_lead_when_it_reaches_the_threshold_only() -> None:
    bundle = a_playbook(OnField(when=Condition(field="total", at_least=50)), again=Again(how="after"))
    one = run(bundle, an_activity(id="1"))
    two = run(bundle, an_activity(id="2"), state=one.state)
    three = run(bundle, an_activity(id="3"), state=two.state)
    assert [len(entry_decisions(got)) for got in (one, two, three)] == [0, 1, 0]


MORNING = datetime(2026, 11, 22, 0, 0, tzinfo=UTC)
BORN = replace(JUNIOR, attributes={"birthday": "1980-11-22"})
BIRTHDAY = a_playbook(OnDate(field="birthday", yearly=True), again=BY_KEY)


def test_birthday_enrols_the_lead_each_year() -> None:
    known = run(BIRTHDAY, an_activity(subject="contact"), profile=BORN)
    assert known.due == MORNING
    came = run(BIRTHDAY, state=known.state, now=MORNING, profile=BORN)
    assert [(entry.key, entry.entered, entry.facts) for entry in entries(came)] == [
        ("2026-11-22", MORNING, {"date": "2026-11-22"})
    ]
    assert entry_decisions(run(BIRTHDAY, state=came.state, now=MORNING, profile=BORN)) == []
    next_year = MORNING + timedelta(days=365)
    assert keys(run(BIRTHDAY, state=came.state, now=next_year, profile=BORN)) == ["2027-11-22"]


@pytest.mark.parametrize(("late", "outcome"), [(48 * 3600, "entered"), (48 * 3600 + 1, "refused")])
def test_date_trigger_may_fire_two_days_late(late: int, outcome: str) -> None:
    known = run(BIRTHDAY, an_activity(subject="contact"), profile=BORN)
    came = run(BIRTHDAY, state=known.state, now=MORNING + timedelta(seconds=late), profile=BORN)
    assert entry_decisions(came) == [(outcome, "" if outcome == "entered" else "came too late", "date")]
    assert entry_decisions(run(BIRTHDAY, state=came.state, now=MORNING + timedelta(days=3), profile=BORN)) == []


@pytest.mark.parametrize("again", [NEVER, BY_KEY, AFTER_EXIT, Again(how="after", seconds=DAY)])
def test_dates_that_fire_together_have_separate_decisions(again: Again) -> None:
    # given two dates on one day, and a third one that is checked too late, all of one journey
    dates = ("birthday", "joined", "moved")
    bundle = a_playbook(*(OnDate(field=field, yearly=True) for field in dates), again=again)
    lead = replace(JUNIOR, attributes=dict.fromkeys(dates, "1980-11-22") | {"moved": "1980-11-21"})
    known = run(bundle, an_activity(subject="contact"), profile=lead, now=NOON - timedelta(days=1))
    # then no two rows have the same key, so that one transaction can hold them
    got = run(bundle, state=known.state, profile=lead, now=MORNING + timedelta(hours=1))
    assert "entered" in [outcome for outcome, _, _ in entry_decisions(got)]
    assert len({decision.id for decision in got.decisions}) == len(got.decisions) >= 2


def test_two_dates_refused_for_one_reason_have_two_decisions() -> None:
    # given a lead that is in the journey, and two dates on successive days
    bundle = a_playbook(ORDERED, *(OnDate(field=field, yearly=True) for field in ("birthday", "joined")))
    lead = replace(JUNIOR, attributes={"birthday": "1980-11-22", "joined": "1980-11-21"})
    known = run(bundle, an_order("1"), profile=lead, now=NOON - timedelta(days=1))
    # when both are checked together
    got = run(bundle, state=known.state, profile=lead, now=MORNING)
    # then no two rows of the transaction have the same key
    assert entry_decisions(got) == [("refused", "entered once already", "date")] * 2
    assert len({decision.id for decision in got.decisions}) == len(got.decisions) == 2


def test_activity_that_enrols_does_not_wake_its_own_journey() -> None:
    got = run(a_playbook(ORDERED, again=BY_KEY, goal=Did(kind="form_submitted")), an_order("1"))
    assert [type(consequence).__name__ for consequence in got.consequences] == ["Enrolled", "CrmOutdated"]


def test_pause_between_entries_counts_from_the_date_itself() -> None:
    bundle = a_playbook(OnDate(field="birthday", yearly=True), again=Again(how="after", seconds=365 * DAY))
    known = run(bundle, an_activity(subject="contact"), profile=BORN)
    came = run(bundle, state=known.state, now=MORNING + timedelta(minutes=5), profile=BORN)
    assert [entry.entered for entry in entries(came)] == [MORNING]
    next_year = run(bundle, state=came.state, now=MORNING + timedelta(days=365, seconds=1), profile=BORN)
    assert keys(next_year) == ["2027-11-22"]


@pytest.mark.parametrize("new_scoring", [False, True])
def test_lead_that_moves_east_on_its_birthday_enters(new_scoring: bool) -> None:
    # given a lead in New York, where the morning has not come yet when it is noon in Tokyo
    noon = MORNING + timedelta(hours=3)
    known = run(BIRTHDAY, an_activity(subject="contact"), profile=replace(BORN, time_zone="America/New_York"), now=noon)
    state = known.state
    if new_scoring:  # the lead is refolded meanwhile
        new = replace(BIRTHDAY, scoring=replace(BIRTHDAY.scoring, half_life_days=7))
        state = refold(
            LeadHistory(profile=replace(BORN, time_zone="America/New_York"), state=state), known.activities, new, noon
        ).state
    # when a form brings the new time zone
    bundle = new if new_scoring else BIRTHDAY
    got = run(bundle, an_activity(id="2"), state=state, now=noon, profile=replace(BORN, time_zone="Asia/Tokyo"))
    # then
    assert keys(got) == ["2026-11-22"]
    later = run(bundle, state=got.state, now=noon + timedelta(days=1), profile=replace(BORN, time_zone="Asia/Tokyo"))
    assert entry_decisions(later) == []


def test_date_before_the_lead_or_its_field_existed_does_not_fire() -> None:
    noon = MORNING + timedelta(hours=3)
    new = run(BIRTHDAY, an_activity(subject="contact"), profile=replace(BORN, created=noon), now=noon)
    assert entry_decisions(new) == []
    old = run(BIRTHDAY, an_activity(subject="contact"), now=MORNING - timedelta(hours=1))
    assert entry_decisions(run(BIRTHDAY, state=old.state, profile=BORN, now=noon)) == []


def test_date_between_creation_and_first_fold_fires() -> None:
    new = replace(BORN, created=MORNING - timedelta(seconds=1))
    assert keys(run(BIRTHDAY, an_activity(subject="contact"), profile=new, now=MORNING)) == ["2026-11-22"]


def test_lead_enrolled_by_hand_needs_no_trigger() -> None:
    (entry,) = entries(run(a_playbook(), asked()))
    assert (entry.journey, entry.key, entry.activity) == ("j", "once", "ask")
    assert entry_decisions(run(a_playbook(), asked())) == [("entered", "", "asked by anna")]


def test_entry_into_a_missing_journey_is_refused() -> None:
    assert entry_decisions(run(a_playbook(), asked(subject="gone"))) == [
        ("refused", "no such journey", "asked by anna")
    ]


def test_request_to_enrol_does_not_update_the_crm() -> None:
    state = run(a_playbook(), an_activity()).state
    assert [type(c) for c in run(a_playbook(), asked(), state=state).consequences] == [Enrolled]


# who


def test_who_is_checked_with_the_new_activity_counted() -> None:
    twice = Did(kind="form_submitted", subject="order", at_least=2)
    bundle = a_playbook(ORDERED, who=twice, again=BY_KEY)
    one = run(bundle, an_order("1"))
    assert entry_decisions(one) == [("refused", "does not match `who`", "activity")]
    assert keys(run(bundle, an_order("2"), state=one.state)) == ["2"]


def test_who_can_ask_for_a_consent_that_was_not_withdrawn() -> None:
    agreed = Contact(lead="lead1", consent={"marketing": Permission(granted=True, at=NOON, record="r")})
    bundle = a_playbook(ORDERED, who=Agreed())
    assert keys(run(bundle, an_order("1"), contact=agreed)) == ["once"]
    for contact in (None, replace(agreed, unsubscribed=NOON)):
        assert keys(run(bundle, an_order("1"), contact=contact)) == []
