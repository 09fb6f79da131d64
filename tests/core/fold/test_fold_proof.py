"""Where hot needs a proof, typed values alone make a lead warm at most."""

from copy import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ripen.fold.consequences import LeadTurnedHot
from ripen.fold.fold import Folded, fold
from ripen.fold.lead_history import LeadHistory
from ripen.fold.refold import refold
from ripen.lead.activity import Activity, Kind, Verdict
from ripen.lead.state import Rank, State
from ripen.scoring.rules_version import rules_version
from ripen.tracking.click_verdict import VERDICT_DELAY
from tests.support.builders import a_lead, an_activity
from tests.support.fakes import NOON
from tests.support.pure_folds import BUNDLE, a_click, folded

WARY = replace(BUNDLE, scoring=replace(BUNDLE.scoring, hot=replace(BUNDLE.scoring.hot, needs="proof")))
SENIOR = a_lead(job_title="部長")
LATER = NOON + timedelta(hours=1)
REPLY = an_activity(id="reply", kind=Kind.REPLIED, at=LATER, received=LATER)


def lived(*activities: Activity, state: State | None = None) -> Folded:
    now = max((a.received for a in activities), default=LATER)
    return fold(LeadHistory(profile=SENIOR, state=state), activities, WARY, now)


def turned_hot(got: Folded) -> bool:
    return any(isinstance(consequence, LeadTurnedHot) for consequence in got.consequences)


def ranked(got: Folded) -> list[tuple[str, str, str]]:
    return [(d.outcome, d.subject, d.reason) for d in got.decisions if d.what == "rank"]


def test_form_with_enough_points_stays_warm_and_says_why() -> None:
    got = lived(an_activity())
    assert (got.score.total, got.state.rank, got.state.episode, got.state.proven) == (70, Rank.WARM, 0, None)
    assert not turned_hot(got)
    assert ranked(got) == [("rose", "warm", "activity"), ("waits", "hot", "no proof")]
    # and does not say it with each form
    assert ranked(lived(an_activity(id="2"), state=got.state)) == []


@pytest.mark.parametrize("proof", [REPLY, a_click(at=LATER, received=LATER)])
def test_lead_turns_hot_with_the_fold_that_brings_the_proof(proof: Activity) -> None:
    got = lived(proof, state=lived(an_activity()).state)
    assert (got.state.rank, got.state.proven, got.state.episode) == (Rank.HOT, LATER, 1)
    assert turned_hot(got)
    assert ranked(got) == [("rose", "hot", "activity")]


def test_first_proof_is_kept() -> None:
    second = a_click(at=LATER + timedelta(days=1), received=LATER + timedelta(days=1))
    assert lived(second, state=lived(REPLY).state).state.proven == LATER
    assert lived(replace(REPLY, received=second.received), state=lived(second).state).state.proven == LATER


def test_proof_comes_before_the_points() -> None:
    # given a reply of a lead with too few points
    early = lived(replace(REPLY, at=NOON, received=NOON))
    assert (early.state.rank, early.state.proven) == (Rank.WARM, NOON)
    # when the form brings the points
    assert turned_hot(lived(an_activity(at=LATER, received=LATER), state=early.state))


def test_machines_click_is_no_proof() -> None:
    got = lived(a_click(verdict=Verdict.MACHINE), state=lived(an_activity()).state)
    assert (got.state.rank, got.state.proven) == (Rank.WARM, None)


def test_scanners_click_soon_after_delivery_proves_nothing_until_its_page_reports_a_visit() -> None:
    # given a click two seconds after the delivery, by what looks like a browser
    click = a_click(at=LATER, received=LATER, verdict=Verdict.UNJUDGED, facts={"send": "s", "link": "0"})
    form = lived(an_activity())
    now = LATER + VERDICT_DELAY
    delivered = LeadHistory(profile=SENIOR, state=form.state, deliveries={"s": LATER - timedelta(seconds=2)})
    # when it is judged
    got = fold(delivered, [click], WARY, now)
    # then it counts as a person's and proves nothing
    assert [a.verdict for a in got.activities] == [Verdict.HUMAN]
    assert (got.state.rank, got.state.proven) == (Rank.WARM, None)
    # when a visit follows from it
    visit = an_activity(id="visit", kind=Kind.PAGE_VIEWED, at=now, received=now, facts={"click": click.id})
    seen = fold(replace(delivered, state=got.state, nearby=got.activities), [visit], WARY, now)
    # then
    assert (seen.state.rank, seen.state.proven) == (Rank.HOT, now)


def test_lead_without_a_proof_cools_at_its_time() -> None:
    # given two forms, with points for hot
    kept = folded(an_activity(), an_activity(id="2"), bundle=WARY)
    assert (kept.score.total, kept.state.rank) == (60, Rank.WARM)
    # then the next change is the one to cold
    assert kept.due is not None
    assert folded(state=kept.state, bundle=WARY, now=kept.due).state.rank is Rank.COLD


def test_proof_that_was_a_machines_click_is_taken_back() -> None:
    # given a click of a library that older rules took for a person's
    click = replace(a_click(at=LATER, received=LATER), facts={"send": "s", "link": "0", "agent": "library"})
    form = lived(an_activity())
    hot = lived(click, state=form.state)
    assert hot.state.rank is Rank.HOT
    # when the verdicts are revised
    known = [*form.activities, *hot.activities]
    got = refold(LeadHistory(profile=SENIOR, state=hot.state), known, WARY, LATER)
    # then
    assert (got.state.rank, got.state.proven) == (Rank.WARM, None)
    assert ("waits", "hot", "no proof") in ranked(got)


def test_playbook_that_begins_to_need_a_proof_is_another_version() -> None:
    assert rules_version(WARY) != rules_version(BUNDLE)
    form = fold(LeadHistory(profile=SENIOR), [an_activity()], BUNDLE, NOON)
    assert form.state.rank is Rank.HOT
    got = refold(LeadHistory(profile=SENIOR, state=form.state), form.activities, WARY, LATER)
    assert got.state.rank is Rank.WARM
    assert ranked(got) == [("fell", "warm", "playbook changed"), ("waits", "hot", "no proof")]


KINDS = st.sampled_from([Kind.FORM_SUBMITTED, Kind.PAGE_VIEWED, Kind.REPLIED, Kind.CONFIRMED])


@given(st.lists(st.tuples(KINDS, st.integers(0, 40)), max_size=8))
def test_replay_gives_rank_and_proof_of_the_folds(history: list[tuple[Kind, int]]) -> None:
    # given folds, one for each activity, and one whenever decay is due
    state, done, decay = None, list[Activity](), None
    for number, (kind, day) in enumerate(sorted(history, key=lambda each: each[1])):
        at = NOON + timedelta(days=day)
        while state and decay and decay <= at:
            aged = fold(LeadHistory(profile=SENIOR, state=state), [], WARY, decay)
            state, decay = aged.state, aged.due
        got = fold(
            LeadHistory(profile=SENIOR, state=state),
            [an_activity(id=f"{number}", kind=kind, at=at, received=at)],
            WARY,
            at,
        )
        state, decay, done = got.state, got.due, [*done, *got.activities]
    if state is None:
        return
    # when they are replayed
    last = max(activity.received for activity in done)
    got = refold(LeadHistory(profile=SENIOR, state=state), done, WARY, last)
    # then
    assert (got.state.rank, got.state.proven, got.state.rank_since) == (state.rank, state.proven, state.rank_since)
    assert (got.state.episode, got.consequences) == (state.episode, ())
