"""The fold: what activities change about a lead, in any order and however often, and what follows."""

from copy import replace
from datetime import datetime, timedelta

import pytest

from ripen.fold.consequences import CrmOutdated, Enrolled, JourneysAffected, LeadTurnedHot, crm_due
from ripen.fold.fold import Folded, fold
from ripen.fold.lead_history import LeadHistory
from ripen.ids import alert_id
from ripen.lead.activity import Kind, Verdict
from ripen.lead.lead import CrmLink
from ripen.lead.state import Rank
from ripen.playbook.bundle import Segment
from ripen.playbook.clause import Condition, Did
from ripen.playbook.graph import Again
from tests.support.builders import DAY, a_lead, an_activity
from tests.support.fakes import NOON
from tests.support.pure_folds import BUNDLE, JUNIOR, a_click, folded


def wakes_journeys(got: Folded) -> bool:
    return any(isinstance(consequence, JourneysAffected) for consequence in got.consequences)


def test_form_turns_a_new_lead_warm() -> None:
    got = folded(an_activity())
    assert got.state.rank is Rank.WARM
    assert got.state.rank_since == NOON
    assert got.state.last_activity == NOON
    assert got.score.total == 30
    assert CrmOutdated(urgent=True) in got.consequences


def test_lead_that_turns_hot_is_alerted_once() -> None:
    got = fold(LeadHistory(profile=a_lead(job_title="部長")), [an_activity()], BUNDLE, NOON)
    (alert,) = (c.alert for c in got.consequences if isinstance(c, LeadTurnedHot))
    assert got.state.rank is Rank.HOT
    assert (got.state.episode, alert.id, alert.planned) == (1, alert_id("lead1", "hot", 1), NOON)
    again = fold(
        LeadHistory(profile=a_lead(job_title="部長"), state=got.state), [an_activity(id="activity2")], BUNDLE, NOON
    )
    assert not any(isinstance(c, LeadTurnedHot) for c in again.consequences)


def test_changed_rank_is_a_decision_with_its_reason() -> None:
    (decision,) = (d for d in folded(an_activity()).decisions if d.what == "rank")
    assert (decision.subject, decision.outcome, decision.activities) == ("warm", "rose", ("activity1",))
    assert decision.facts == {"from": "cold", "total": "30.0"}


def test_lead_cools_by_time_alone_with_a_decision() -> None:
    warm = folded(an_activity())
    assert warm.due is not None
    cool = folded(state=warm.state, now=warm.due)
    (decision,) = cool.decisions
    assert cool.state.rank is Rank.COLD
    assert (decision.outcome, decision.reason) == ("fell", "decay")
    assert CrmOutdated(urgent=True) in cool.consequences
    assert cool.due is None


def test_early_decay_mark_changes_nothing_and_is_due_again() -> None:
    warm = folded(an_activity())
    early = folded(state=warm.state, now=NOON + timedelta(days=1))
    assert early.state == warm.state
    assert early.consequences == ()
    assert early.due is not None
    assert warm.due is not None
    assert abs(early.due - warm.due) < timedelta(milliseconds=1)


def test_lead_is_alerted_once_for_each_hot_episode() -> None:
    # given a lead that two forms turned hot
    hot = folded(an_activity(id="1"), an_activity(id="2"))
    assert hot.state.rank is Rank.HOT
    # when the score falls a little below the threshold and rises again
    later = NOON + timedelta(days=2)
    lower = folded(state=hot.state, now=later)
    higher = folded(a_click(at=later, received=later), state=lower.state, now=later)
    # then the lead stayed hot
    assert lower.score.total < 59.5
    assert higher.state.episode == 1
    # when the lead cools and turns hot again
    assert hot.due is not None
    cooled = folded(state=hot.state, now=hot.due)
    forms = [an_activity(id=str(n), at=hot.due, received=hot.due) for n in (3, 4)]
    second = folded(*forms, state=cooled.state, now=hot.due)
    # then sales is alerted again
    (alert,) = (c.alert for c in second.consequences if isinstance(c, LeadTurnedHot))
    assert (second.state.episode, alert.id) == (2, alert_id("lead1", "hot", 2))


def test_repeated_activity_changes_nothing() -> None:
    got = folded(an_activity(), an_activity())
    assert got.state.rule_points["form"].count == 1
    assert got.state.activity_count == 1
    again = folded(*got.activities, state=got.state)
    assert again.state == got.state
    assert again.activities == ()
    assert again.consequences == ()


def test_click_counts_after_its_verdict() -> None:
    click = a_click(verdict=Verdict.UNJUDGED)
    assert folded(click, now=NOON + timedelta(seconds=119)).activities == ()
    (judged,) = folded(click, now=NOON + timedelta(seconds=120)).activities
    assert judged.verdict is Verdict.HUMAN
    assert judged.folded == NOON + timedelta(seconds=120)


def test_click_of_a_scanner_is_folded_without_points() -> None:
    clicks = [a_click(n, verdict=Verdict.UNJUDGED, facts={"send": "s", "link": str(n)}) for n in range(3)]
    got = folded(*clicks, now=NOON + timedelta(minutes=3))
    assert len(got.activities) == 3
    assert got.state.rule_points == {}
    assert got.state.last_activity is None


def test_form_enrols_the_lead_in_its_journey() -> None:
    got = folded(an_activity())
    (entry,) = (c.enrollment for c in got.consequences if isinstance(c, Enrolled))
    assert (entry.journey, entry.key, entry.bundle, entry.activity) == (
        "whitepaper",
        "activity1",
        "bundle1",
        "activity1",
    )
    assert [(d.subject, d.outcome) for d in got.decisions if d.what == "enrollment"] == [("whitepaper", "entered")]


def test_form_without_a_journey_enrols_no_lead() -> None:
    assert folded(an_activity(subject="contact")).state.journeys == {}


@pytest.mark.parametrize(("days", "enters"), [(0, False), (89, False), (90, True), (-1, False)])
def test_lead_enters_again_only_after_the_pause(days: int, enters: bool) -> None:
    first = folded(an_activity())
    at = NOON + timedelta(days=days)
    got = folded(an_activity(id="activity2", at=at, received=at), state=first.state, now=NOON + timedelta(days=91))
    (entry,) = (c.enrollment for c in got.consequences if isinstance(c, Enrolled))
    assert entry.requested_only is not enters
    (decision,) = (d for d in got.decisions if d.what == "enrollment")
    assert decision.reason == ("" if enters else "asked for the mail again")


def test_lead_enters_only_once_if_again_is_never() -> None:
    journey = replace(BUNDLE.journeys["whitepaper"], again=Again())
    bundle = replace(BUNDLE, journeys={"whitepaper": journey})
    first = folded(an_activity(), bundle=bundle)
    (entry,) = (c.enrollment for c in first.consequences if isinstance(c, Enrolled))
    assert entry.key == "once"
    later = NOON + timedelta(days=1000)
    again = folded(an_activity(id="2", at=later, received=later), state=first.state, now=later, bundle=bundle)
    assert [c.enrollment.requested_only for c in again.consequences if isinstance(c, Enrolled)] == [True]
    assert [d.reason for d in again.decisions if d.what == "enrollment"] == ["asked for the mail again"]


@pytest.mark.parametrize("kind", [Kind.UNSUBSCRIBED, Kind.BOUNCED, Kind.COMPLAINED])
def test_refusal_wakes_the_leads_journeys(kind: Kind) -> None:
    refusal = an_activity(id="no", kind=kind)
    assert JourneysAffected(("whitepaper",)) in folded(refusal, state=folded(an_activity()).state).consequences
    assert not wakes_journeys(folded(refusal))


def test_changed_rank_wakes_only_journeys_that_ask_about_it() -> None:
    goal = replace(BUNDLE.journeys["whitepaper"], goal=Condition(field="rank", any_of=("hot",)))
    asking = replace(BUNDLE, journeys={"whitepaper": goal})
    for bundle, wakes in ((BUNDLE, False), (asking, True)):
        warm = folded(an_activity(), bundle=bundle)
        hot = folded(an_activity(id="2"), state=warm.state, bundle=bundle)
        assert hot.state.rank is Rank.HOT
        assert wakes_journeys(hot) is wakes
        assert not wakes_journeys(folded(a_click(), state=warm.state, bundle=bundle))


@pytest.mark.parametrize(
    ("kind", "wakes"),
    [(Kind.UPDATED, True), (Kind.POINTS_GIVEN, True), (Kind.FORM_SUBMITTED, True), (Kind.PAGE_VIEWED, False)],
)
def test_changed_profile_wakes_journeys_that_ask_about_fields(kind: Kind, wakes: bool) -> None:
    goal = replace(BUNDLE.journeys["whitepaper"], goal=Condition(field="stage", any_of=("customer",)))
    asking = replace(BUNDLE, journeys={"whitepaper": goal})
    entered = folded(an_activity(), bundle=asking)
    change = an_activity(id="2", kind=kind, subject="x", facts={"points": "1"})
    assert wakes_journeys(folded(change, state=entered.state, bundle=asking)) is wakes


def test_lead_is_woken_by_the_events_of_the_live_graph_too() -> None:
    # given a lead in a journey that asks about no activity
    entered = folded(an_activity())
    view = an_activity(id="2", kind=Kind.PAGE_VIEWED, subject="pricing")
    assert not wakes_journeys(folded(view, state=entered.state))
    # when the journey is published with a goal that asks about the page
    goal = replace(BUNDLE.journeys["whitepaper"], goal=Did(kind="page_viewed", subject="pricing"))
    ending = replace(BUNDLE, hash="bundle2", journeys={"whitepaper": goal})
    seen = folded(view, state=entered.state, bundle=ending)
    # then the enrollment is advanced, and also under a third playbook without the goal
    assert wakes_journeys(seen)
    other = replace(BUNDLE, hash="bundle3")
    assert wakes_journeys(folded(replace(view, id="3"), state=seen.state, bundle=other))


def test_ended_journey_is_not_woken() -> None:
    state = folded(an_activity()).state
    over = replace(state, journeys={"whitepaper": replace(state.journeys["whitepaper"], active=False)})
    assert not wakes_journeys(folded(an_activity(id="no", kind=Kind.UNSUBSCRIBED), state=over))


def test_bounce_is_no_activity_of_the_lead() -> None:
    assert folded(an_activity(kind=Kind.BOUNCED)).state.last_activity is None


def test_segments_are_judged_after_the_score() -> None:
    segment = Segment(name="awake", when=(Condition(field="rank", any_of=("warm", "hot")),))
    got = folded(an_activity(), bundle=replace(BUNDLE, segments={"awake": segment}))
    assert got.state.segments == ("awake",)


def test_crm_update_is_urgent_for_the_form_of_an_unknown_lead() -> None:
    warm = folded(an_activity()).state
    seen = a_click(subject="x")
    assert folded(seen, state=warm).consequences == (CrmOutdated(urgent=False),)
    form = an_activity(id="2", subject="contact", at=NOON - timedelta(days=60))
    assert CrmOutdated(urgent=True) in folded(form, state=warm).consequences
    known = replace(JUNIOR, crm=CrmLink(object="Lead", id="00Q", url=""))
    assert fold(LeadHistory(profile=known, state=warm), [form], BUNDLE, NOON).consequences == (
        CrmOutdated(urgent=False),
    )


MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("urgent", "written", "due", "expected"),
    [
        (True, NOON, None, NOON),
        (False, None, None, NOON + MINUTE),
        (False, NOON - 2 * MINUTE, None, NOON + 13 * MINUTE),
        (False, NOON - 20 * MINUTE, None, NOON + MINUTE),
        (False, NOON - 2 * MINUTE, NOON + 5 * MINUTE, NOON + 5 * MINUTE),
        (True, NOON, NOON + 5 * MINUTE, NOON),
        (True, None, NOON - MINUTE, NOON - MINUTE),
    ],
)
def test_crm_is_written_at_once_if_urgent_else_every_15_minutes(
    urgent: bool, written: datetime | None, due: datetime | None, expected: datetime
) -> None:
    assert crm_due(urgent, written, due, NOON) == expected


def test_pause_between_entries_counts_from_the_last_entry() -> None:
    first = folded(an_activity()).state
    middle = NOON + timedelta(seconds=89 * DAY)
    second = folded(an_activity(id="2", at=middle, received=middle), state=first, now=middle).state
    last = NOON + timedelta(days=90)
    got = folded(an_activity(id="3", at=last, received=last), state=second, now=last)
    assert any(isinstance(c, Enrolled) for c in got.consequences)


def test_points_given_by_a_journey_count_and_decay() -> None:
    given_ = [
        an_activity(id=str(n), kind=Kind.POINTS_GIVEN, subject="j", facts={"points": points, "step": "s"})
        for n, points in enumerate(("15", "-5"))
    ]
    got = folded(*given_)
    assert (got.score.total, got.state.rule_points["given//s"].count) == (10, 2)
    assert got.state.last_activity is None
    later = folded(state=got.state, now=NOON + timedelta(days=14))
    assert later.score.total == pytest.approx(5)
