"""Replay: at each moment a lead has the rank that it had in life."""

from copy import replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ripen.backtest.replay import Standing, replay
from ripen.backtest.story import story_of
from ripen.fold.fold import fold
from ripen.fold.lead_history import LeadHistory
from ripen.fold.refold import refold
from ripen.lead.activity import Activity, EarlierVerdict, Kind, Verdict
from ripen.lead.history import HistoryEntry, history_entry
from ripen.lead.state import Rank, State
from tests.support.builders import a_bundle, a_lead, an_activity
from tests.support.fakes import NOON

BUNDLE = a_bundle()
JUNIOR = a_lead(job_title="")
DAY = timedelta(days=1)
HISTORIES = st.lists(st.tuples(st.sampled_from(["form", "click", "machine"]), st.integers(0, 60)), max_size=8)


def a_form(n: int, at: datetime, **more: Any) -> Activity:
    return an_activity(id=f"form{n}", at=at, received=at, folded=at, **more)


def a_click(n: int, at: datetime, agent: str = "browser") -> Activity:
    facts = {"send": f"send{n}", "link": "0", "agent": agent}
    return an_activity(id=f"click{n}", kind=Kind.LINK_CLICKED, subject="mail", at=at, received=at, facts=facts)


def ranks(*activities: Activity, until: datetime = NOON + 99 * DAY, history: tuple[HistoryEntry, ...] = ()) -> Any:
    return [(each.at, each.rank) for each in replay(story_of(JUNIOR, activities, history), BUNDLE, until)]


def lived(history: list[tuple[str, int]]) -> tuple[list[tuple[datetime, Rank]], State | None, list[Activity]]:
    """Return the ranks after each fold, the last state, and the activities as they are stored.

    What a machine did passed as a person's, and shows only afterwards.
    """
    done, state, due = list[Activity](), None, None
    seen = list[tuple[datetime, Rank]]()
    for n, (what, day) in enumerate(sorted(history, key=lambda each: each[1])):
        at = NOON + day * DAY + timedelta(minutes=n)
        activity = a_form(n, at) if what == "form" else a_click(n, at)
        while state and due and due <= at:
            got = fold(LeadHistory(profile=JUNIOR, state=state), [], BUNDLE, due)
            state, due = got.state, got.due
        got = fold(LeadHistory(profile=JUNIOR, state=state), [replace(activity, folded=None)], BUNDLE, at)
        state, due = got.state, got.due
        agent = {"agent": "library"} if what == "machine" else {}
        done += [replace(each, facts=each.facts | agent) for each in got.activities]
        seen.append((at, state.rank))
    return seen, state, done


@given(HISTORIES)
def test_ranks_are_those_that_the_lead_had(history: list[tuple[str, int]]) -> None:
    seen, _, done = lived(history)
    assert [each for each in ranks(*done) if each[0] in {at for at, _ in seen}] == seen


@given(HISTORIES)
def test_after_a_refold_the_rank_is_that_of_the_refold(history: list[tuple[str, int]]) -> None:
    seen, state, done = lived(history)
    now = NOON + 61 * DAY
    got = refold(LeadHistory(profile=JUNIOR, state=state), done, BUNDLE, now)
    revised = {each.id: each for each in got.activities}
    found = ranks(*(revised.get(each.id, each) for each in done), until=now + DAY)
    assert [each for each in found if each[0] in {at for at, _ in seen}] == seen
    is_revised = any(each.earlier_verdicts for each in revised.values())
    assert not is_revised or (now, got.state.rank) in found


def test_an_activity_counts_from_when_it_was_recorded() -> None:
    imported = replace(a_form(1, NOON), at=NOON - 3 * DAY)
    [first, *_] = replay(story_of(JUNIOR, [imported]), BUNDLE, NOON + DAY)
    assert (first.at, first.rank) == (NOON, Rank.COLD)
    assert 25 < first.total < 30  # the points had three days to decay


def test_a_verdict_counts_until_it_was_revised() -> None:
    held = EarlierVerdict(until=NOON + DAY, verdict=Verdict.HUMAN)
    forms = (a_form(1, NOON), a_form(2, NOON))
    taken_back = replace(forms[1], verdict=Verdict.MACHINE, earlier_verdicts=(held,))
    assert ranks(forms[0], taken_back, until=NOON + 2 * DAY) == [(NOON, Rank.HOT), (NOON + DAY, Rank.WARM)]


def test_a_lead_turns_hot_when_a_verdict_is_revised_to_a_persons() -> None:
    held = EarlierVerdict(until=NOON + DAY, verdict=Verdict.MACHINE)
    forms = (a_form(1, NOON + DAY), replace(a_form(2, NOON), earlier_verdicts=(held,)))
    found = list(replay(story_of(JUNIOR, forms), BUNDLE, NOON + 2 * DAY))
    assert [(each.at, each.rank, each.turned_hot) for each in found] == [
        (NOON, Rank.COLD, False),
        (NOON + DAY, Rank.WARM, False),
    ]
    later = replace(forms[1], earlier_verdicts=(replace(held, until=NOON + DAY * 1.5),))
    found = list(replay(story_of(JUNIOR, [a_form(1, NOON + DAY), a_form(3, NOON), later]), BUNDLE, NOON + 2 * DAY))
    assert [each.turned_hot for each in found] == [False, False, True]


def test_a_reset_takes_back_what_was_done_before_it_in_whatever_order_it_was_recorded() -> None:
    bundle = replace(BUNDLE, scoring=replace(BUNDLE.scoring, resets=("rejected_by_sales",)))
    late = a_form(3, NOON + 3 * DAY, kind=Kind.REJECTED_BY_SALES, subject="")
    reset = replace(late, at=NOON + DAY)
    story = story_of(JUNIOR, [a_form(1, NOON), a_form(2, NOON + 2 * DAY), reset])
    *_, before, after = [each for each in replay(story, bundle, NOON + 4 * DAY) if each.at in (NOON + 2 * DAY, late.at)]
    assert before.total > 50
    assert round(after.total) == 29


def test_fit_follows_from_the_values_that_activities_carry() -> None:
    forms = [a_form(1, NOON), a_form(2, NOON + DAY, values={"job_title": "部長"})]
    story = story_of(a_lead(job_title="部長"), forms)
    assert [round(each.total) for each in replay(story, BUNDLE, NOON + 2 * DAY)][:2] == [30, 99]


def test_nothing_counts_from_the_end_on() -> None:
    forms = (a_form(1, NOON), a_form(2, NOON + DAY))
    assert ranks(*forms, until=NOON + DAY) == [(NOON, Rank.WARM)]
    assert ranks(*forms, until=NOON) == []


def test_an_expired_activity_counts_by_its_entry_in_the_history_and_once() -> None:
    forms = (a_form(1, NOON), a_form(2, NOON))
    history = tuple(map(history_entry, forms))
    assert ranks(*forms, history=history, until=NOON + DAY) == [(NOON, Rank.HOT)]
    assert ranks(forms[0], history=history, until=NOON + DAY) == [(NOON, Rank.HOT)]
    assert story_of(JUNIOR, forms[:1], history).expired == 1


def test_an_unjudged_click_counts_for_nothing() -> None:
    click = replace(a_click(1, NOON), verdict=Verdict.UNJUDGED)
    [standing] = replay(story_of(JUNIOR, [click]), BUNDLE, NOON + DAY)
    assert standing == Standing(NOON, Rank.COLD, 0.0)
