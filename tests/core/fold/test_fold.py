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


def is_shaken(got: Folded) -> bool:
    return any(isinstance(consequence, JourneysAffected) for consequence in got.consequences)


def test_a_form_makes_a_warm_lead_of_a_new_one() -> None:
    got = folded(an_activity())
    assert got.state.rank is Rank.WARM
    assert got.state.rank_since == NOON
    assert got.state.last_activity == NOON
    assert got.score.total == 30
    assert CrmOutdated(urgent=True) in got.consequences


def test_fit_and_form_together_turn_a_lead_hot_and_alert_once() -> None:
    got = fold(LeadHistory(profile=a_lead(job_title="部長")), [an_activity()], BUNDLE, NOON)
    (alert,) = (c.alert for c in got.consequences if isinstance(c, LeadTurnedHot))
    assert got.state.rank is Rank.HOT
    assert (got.state.episode, alert.id, alert.planned) == (1, alert_id("lead1", "hot", 1), NOON)
    again = fold(
        LeadHistory(profile=a_lead(job_title="部長"), state=got.state), [an_activity(id="activity2")], BUNDLE, NOON
    )
    assert not any(isinstance(c, LeadTurnedHot) for c in again.consequences)


def test_a_change_of_rank_is_a_decision_with_its_reason() -> None:
    (decision,) = (d for d in folded(an_activity()).decisions if d.what == "rank")
    assert (decision.subject, decision.outcome, decision.activities) == ("warm", "rose", ("activity1",))
    assert decision.facts == {"from": "cold", "total": "30.0"}


def test_time_alone_lets_a_lead_cool_and_says_so() -> None:
    warm = folded(an_activity())
    assert warm.decay is not None
    cool = folded(state=warm.state, now=warm.decay)
    (decision,) = cool.decisions
    assert cool.state.rank is Rank.COLD
    assert (decision.outcome, decision.reason) == ("fell", "decay")
    assert CrmOutdated(urgent=True) in cool.consequences
    assert cool.decay is None


def test_a_mark_that_fires_early_changes_nothing_and_is_solved_again() -> None:
    warm = folded(an_activity())
    early = folded(state=warm.state, now=NOON + timedelta(days=1))
    assert early.state == warm.state
    assert early.consequences == ()
    assert early.decay is not None
    assert warm.decay is not None
    assert abs(early.decay - warm.decay) < timedelta(milliseconds=1)


def test_hovering_at_the_threshold_alerts_once_and_a_new_episode_again() -> None:
    # given a lead that is hot by two forms
    hot = folded(an_activity(id="1"), an_activity(id="2"))
    assert hot.state.rank is Rank.HOT
    # when it sinks a little below the threshold and rises again
    later = NOON + timedelta(days=2)
    sunk = folded(state=hot.state, now=later)
    risen = folded(a_click(at=later, received=later), state=sunk.state, now=later)
    # then it has been hot all the time
    assert sunk.score.total < 59.5
    assert risen.state.episode == 1
    # when it cools off and turns hot once more
    assert hot.decay is not None
    cooled = folded(state=hot.state, now=hot.decay)
    forms = [an_activity(id=str(n), at=hot.decay, received=hot.decay) for n in (3, 4)]
    anew = folded(*forms, state=cooled.state, now=hot.decay)
    # then sales hears of it again
    (alert,) = (c.alert for c in anew.consequences if isinstance(c, LeadTurnedHot))
    assert (anew.state.episode, alert.id) == (2, alert_id("lead1", "hot", 2))


def test_what_is_folded_already_or_given_twice_changes_nothing() -> None:
    got = folded(an_activity(), an_activity())
    assert got.state.rule_points["form"].count == 1
    assert got.state.activity_count == 1
    again = folded(*got.activities, state=got.state)
    assert again.state == got.state
    assert again.activities == ()
    assert again.consequences == ()


def test_a_click_waits_to_be_judged_and_then_counts() -> None:
    click = a_click(verdict=Verdict.UNJUDGED)
    assert folded(click, now=NOON + timedelta(seconds=119)).activities == ()
    (judged,) = folded(click, now=NOON + timedelta(seconds=120)).activities
    assert judged.verdict is Verdict.HUMAN
    assert judged.folded == NOON + timedelta(seconds=120)


def test_what_a_scanner_clicked_is_taken_in_and_gives_nothing() -> None:
    clicks = [a_click(n, verdict=Verdict.UNJUDGED, facts={"send": "s", "link": str(n)}) for n in range(3)]
    got = folded(*clicks, now=NOON + timedelta(minutes=3))
    assert len(got.activities) == 3
    assert got.state.rule_points == {}
    assert got.state.last_activity is None


def test_a_form_enrols_the_lead_in_its_journey() -> None:
    got = folded(an_activity())
    (entry,) = (c.enrollment for c in got.consequences if isinstance(c, Enrolled))
    assert (entry.journey, entry.key, entry.bundle, entry.activity) == (
        "whitepaper",
        "activity1",
        "bundle1",
        "activity1",
    )
    assert [(d.subject, d.outcome) for d in got.decisions if d.what == "enrollment"] == [("whitepaper", "entered")]


def test_another_form_enrols_nobody() -> None:
    assert folded(an_activity(subject="contact")).state.journeys == {}


@pytest.mark.parametrize(("days", "enters"), [(0, False), (89, False), (90, True), (-1, False)])
def test_a_lead_enters_again_only_after_the_pause(days: int, enters: bool) -> None:
    first = folded(an_activity())
    at = NOON + timedelta(days=days)
    got = folded(an_activity(id="activity2", at=at, received=at), state=first.state, now=NOON + timedelta(days=91))
    assert any(isinstance(c, Enrolled) for c in got.consequences) is enters
    (decision,) = (d for d in got.decisions if d.what == "enrollment")
    assert decision.reason == ("" if enters else "entered recently")


def test_a_lead_enters_once_where_the_journey_says_so() -> None:
    journey = replace(BUNDLE.journeys["whitepaper"], again=Again())
    bundle = replace(BUNDLE, journeys={"whitepaper": journey})
    first = folded(an_activity(), bundle=bundle)
    (entry,) = (c.enrollment for c in first.consequences if isinstance(c, Enrolled))
    assert entry.key == "once"
    later = NOON + timedelta(days=1000)
    again = folded(an_activity(id="2", at=later, received=later), state=first.state, now=later, bundle=bundle)
    assert not any(isinstance(c, Enrolled) for c in again.consequences)
    assert [d.reason for d in again.decisions if d.what == "enrollment"] == ["entered once already"]


@pytest.mark.parametrize("kind", [Kind.UNSUBSCRIBED, Kind.BOUNCED, Kind.COMPLAINED])
def test_a_refusal_shakes_the_journeys_the_lead_is_in(kind: Kind) -> None:
    refusal = an_activity(id="no", kind=kind)
    assert JourneysAffected(("whitepaper",)) in folded(refusal, state=folded(an_activity()).state).consequences
    assert not is_shaken(folded(refusal))


def test_a_change_of_rank_shakes_only_the_journeys_that_hear_of_it() -> None:
    goal = replace(BUNDLE.journeys["whitepaper"], goal=Condition(field="rank", any_of=("hot",)))
    hearing = replace(BUNDLE, journeys={"whitepaper": goal})
    for bundle, is_heard in ((BUNDLE, False), (hearing, True)):
        warm = folded(an_activity(), bundle=bundle)
        hot = folded(an_activity(id="2"), state=warm.state, bundle=bundle)
        assert hot.state.rank is Rank.HOT
        assert is_shaken(hot) is is_heard
        assert not is_shaken(folded(a_click(), state=warm.state, bundle=bundle))


@pytest.mark.parametrize(
    ("kind", "is_heard"),
    [(Kind.UPDATED, True), (Kind.POINTS_GIVEN, True), (Kind.FORM_SUBMITTED, True), (Kind.PAGE_VIEWED, False)],
)
def test_what_may_have_changed_the_profile_shakes_the_journeys_that_hear_of_fields(kind: Kind, is_heard: bool) -> None:
    goal = replace(BUNDLE.journeys["whitepaper"], goal=Condition(field="stage", any_of=("customer",)))
    hearing = replace(BUNDLE, journeys={"whitepaper": goal})
    entered = folded(an_activity(), bundle=hearing)
    told = an_activity(id="2", kind=kind, subject="x", facts={"points": "1"})
    assert is_shaken(folded(told, state=entered.state, bundle=hearing)) is is_heard


def test_who_may_be_moved_into_a_new_graph_is_heard_by_what_that_listens_to() -> None:
    # given a lead in a journey that listens to nothing it does
    entered = folded(an_activity())
    view = an_activity(id="2", kind=Kind.PAGE_VIEWED, subject="pricing")
    assert not is_shaken(folded(view, state=entered.state))
    # when the journey is published anew, and now ends by that
    goal = replace(BUNDLE.journeys["whitepaper"], goal=Did(kind="page_viewed", subject="pricing"))
    ending = replace(BUNDLE, hash="bundle2", journeys={"whitepaper": goal})
    seen = folded(view, state=entered.state, bundle=ending)
    # then it is looked at; and also under a third playbook that ends by something else
    assert is_shaken(seen)
    other = replace(BUNDLE, hash="bundle3")
    assert is_shaken(folded(replace(view, id="3"), state=seen.state, bundle=other))


def test_a_journey_that_is_known_to_be_over_is_not_shaken() -> None:
    state = folded(an_activity()).state
    over = replace(state, journeys={"whitepaper": replace(state.journeys["whitepaper"], active=False)})
    assert not is_shaken(folded(an_activity(id="no", kind=Kind.UNSUBSCRIBED), state=over))


def test_a_bounce_is_not_something_the_lead_did() -> None:
    assert folded(an_activity(kind=Kind.BOUNCED)).state.last_activity is None


def test_segments_are_judged_with_the_score() -> None:
    segment = Segment(name="awake", when=(Condition(field="rank", any_of=("warm", "hot")),))
    got = folded(an_activity(), bundle=replace(BUNDLE, segments={"awake": segment}))
    assert got.state.segments == ("awake",)


def test_a_mere_change_of_score_is_not_urgent_and_a_form_of_an_unknown_lead_is() -> None:
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
def test_the_crm_is_written_at_once_or_seldom(
    urgent: bool, written: datetime | None, due: datetime | None, expected: datetime
) -> None:
    assert crm_due(urgent, written, due, NOON) == expected


def test_again_counts_from_the_last_entry_not_the_last_form() -> None:
    first = folded(an_activity()).state
    middle = NOON + timedelta(seconds=89 * DAY)
    second = folded(an_activity(id="2", at=middle, received=middle), state=first, now=middle).state
    last = NOON + timedelta(days=90)
    got = folded(an_activity(id="3", at=last, received=last), state=second, now=last)
    assert any(isinstance(c, Enrolled) for c in got.consequences)
