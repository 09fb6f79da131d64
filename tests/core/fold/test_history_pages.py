"""The history pages: a replay gives the state that the folds gave, and a page is cut before a write costs more."""

from copy import replace
from datetime import datetime, timedelta
from random import Random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ripen import row_body
from ripen.fold.fold import Folded, fold
from ripen.fold.history_page import cut_page
from ripen.fold.lead_history import LeadHistory
from ripen.fold.refold import refold
from ripen.lead.activity import Activity, Kind, Verdict
from ripen.lead.history import HistoryPage, history_entry
from ripen.lead.state import State
from ripen.playbook.bundle import Segment
from ripen.playbook.clause import Did
from tests.support.builders import a_bundle, a_lead, an_activity
from tests.support.fakes import NOON

JUNIOR = a_lead(job_title="")
BUNDLE = a_bundle(
    segments={
        "readers": Segment(name="readers", also=(Did(kind="page_viewed", subject="pricing", at_least=3),)),
        "recent": Segment(name="recent", also=(Did(kind="link_clicked", at_least=2, within_seconds=20 * 86_400),)),
    }
)
KINDS = st.sampled_from(
    [Kind.FORM_SUBMITTED, Kind.LINK_CLICKED, Kind.PAGE_VIEWED, Kind.POINTS_GIVEN, Kind.UNSUBSCRIBED]
)
FOLDED = st.sampled_from([Verdict.HUMAN, Verdict.MACHINE])
DONE = st.tuples(KINDS, st.integers(0, 40_000_000_000), FOLDED)
"""A kind, how many milliseconds before noon it happened, and who did it."""
HISTORIES = st.lists(DONE, max_size=40)
BATCHES = st.lists(st.tuples(st.integers(1, 5), st.integers(0, 900_000_000_000), st.booleans()), max_size=20)
"""How many activities a fold takes, how many microseconds after the one before, and whether a page is cut after it."""
FACTS = {
    Kind.POINTS_GIVEN: {"points": "7.5", "journey": "whitepaper", "step": "give", "words.ja": "面談"},
    Kind.LINK_CLICKED: {"send": "send1", "link": "0", "agent": "library"},
}
"""A library's click is a machine's, whatever verdict it had."""


def activities_of(history: list[tuple[Kind, int, Verdict]]) -> list[Activity]:
    return [
        an_activity(
            id=str(n),
            kind=kind,
            subject="pricing",
            at=NOON - timedelta(milliseconds=ago),
            received=NOON - timedelta(milliseconds=ago / 2),
            verdict=verdict,
            facts=FACTS.get(kind, {}),
        )
        for n, (kind, ago, verdict) in enumerate(history)
    ]


class Lived:
    """A lead whose activities are folded batch by batch, with the passing of time between the folds."""

    def __init__(self, activities: list[Activity], batches: list[tuple[int, int, bool]]) -> None:
        self.now, self.state, self.decay = NOON, None, None
        self.pages: list[HistoryPage] = []
        self.folded: list[Activity] = []
        sizes = iter([*batches, *[(2, 60_000_000, False)] * len(activities)])
        while activities:
            size, pause, cut = next(sizes)
            self.pass_time(self.now + timedelta(microseconds=pause))
            self.fold(*activities[:size])
            activities = activities[size:]
            self.cut(at_once=cut)

    state: State | None
    decay: datetime | None

    def history(self) -> LeadHistory:
        return LeadHistory(profile=JUNIOR, state=self.state, pages=tuple(self.pages))

    def fold(self, *activities: Activity) -> None:
        self.keep(fold(LeadHistory(profile=JUNIOR, state=self.state), activities, BUNDLE, self.now))

    def pass_time(self, until: datetime) -> None:
        while self.decay and self.decay <= until:
            self.now = self.decay
            self.fold()
        self.now = until

    def cut(self, *, at_once: bool) -> None:
        """Move the history to a page when the state is too large, or at any other moment."""
        assert self.state
        self.state, page = cut_page(self.state)
        if at_once and self.state.history:
            self.state, page = replace(self.state, history=()), HistoryPage(entries=self.state.history)
        self.pages += [page] if page else []

    def keep(self, got: Folded) -> None:
        self.state, self.decay = got.state, got.due
        self.folded += got.activities


def stored[T](value: T) -> T:
    return msgspec.json.decode(msgspec.json.encode(value), type=type(value))


@given(HISTORIES, BATCHES)
def test_replay_of_the_pages_gives_the_state_of_the_folds(
    history: list[tuple[Kind, int, Verdict]], batches: list[tuple[int, int, bool]]
) -> None:
    lead = Lived(activities_of(history), batches)
    lead.pass_time(lead.now + timedelta(days=9))
    if lead.state:
        got = refold(stored(lead.history()), (), BUNDLE, lead.now)
        assert got.state == lead.state
        assert (got.pages, got.activities) == (tuple(lead.pages), ())


@given(HISTORIES, BATCHES, st.sampled_from([1, 3, None]))
def test_verdicts_revised_in_pages_count_as_if_they_had_always_held(
    history: list[tuple[Kind, int, Verdict]], batches: list[tuple[int, int, bool]], most: int | None
) -> None:
    # given clicks of machines that passed as a person's, and of persons that passed as a machine's
    lead = Lived(activities_of(history), batches)
    if lead.state is None:
        return
    # when all are judged again, some in each transaction
    activities = {activity.id: activity for activity in lead.folded}
    while True:
        got = refold(stored(lead.history()), activities.values(), BUNDLE, lead.now, most=most)
        lead.state, lead.pages = got.state, list(got.pages)
        activities |= {activity.id: activity for activity in got.activities}
        if not got.activities:
            break
    # then the pages hold the new verdicts, and a replay without the activities gives the same state
    entries = [entry for page in (*lead.pages, HistoryPage(entries=lead.state.history)) for entry in page.entries]
    assert sorted(map(str, entries)) == sorted(str(history_entry(activity)) for activity in activities.values())
    assert refold(stored(lead.history()), (), BUNDLE, lead.now).state == lead.state
    # and it is the state of a lead whose activities had these verdicts when they were folded
    right = Lived([replace(activity, folded=None) for activity in activities.values()], batches)
    assert right.state
    assert right.state.rule_points.keys() == lead.state.rule_points.keys()
    assert {code: p.points for code, p in right.state.rule_points.items()} == pytest.approx(
        {code: p.points for code, p in lead.state.rule_points.items()}, abs=1e-9
    )
    assert without_decisions_of_rank(right.state) == without_decisions_of_rank(lead.state)


def without_decisions_of_rank(state: State) -> State:
    """Return the state without what was done because of its rank, which stays done, and without sums."""
    return replace(state, rule_points={}, history=(), episode=0, alerted=None, rank_since=None, journeys={})


def a_state(entries: int, kilobytes: float = 0) -> State:
    """Return a state that takes so many kilobytes without its history, which has entries of arbitrary times."""
    random = Random(1)  # noqa: S311 (repeatable times)
    times = (timedelta(microseconds=random.randrange(10**14)) for _ in range(entries))
    given = (an_activity(kind=Kind.PAGE_VIEWED, subject="pricing", received=NOON + time) for time in times)
    random_text = random.randbytes(round(kilobytes * 1024 / 2)).hex()  # which takes half of this when compressed
    return State(lead="lead1", rules_version=random_text, history=tuple(map(history_entry, given)))


def cut_at(kilobytes: float = 0) -> int:
    """Return with how many activities the history moves to a page."""
    return next(n for n in range(1, 100) if cut_page(a_state(n, kilobytes))[1])


def test_history_fills_the_kilobyte_of_the_state_and_is_cut_before_the_next() -> None:
    assert 45 <= cut_at() <= 75
    assert cut_at(0.8) < cut_at() - 15
    assert [row_body.kilobytes(a_state(n)) for n in (cut_at() - 1, cut_at())] == [1, 2]
    assert [row_body.kilobytes(a_state(n, 3)) for n in (cut_at(3) - 1, cut_at(3))] == [2, 3]


def test_page_holds_at_least_two_activities() -> None:
    full = next(size / 1024 for size in range(1024, 3072, 2) if row_body.kilobytes(a_state(1, size / 1024)) == 2)
    assert cut_at(full - 4 / 1024) == 2


def test_whole_history_moves_to_the_page() -> None:
    before = a_state(60)
    after, page = cut_page(before)
    assert after == replace(before, history=())
    assert page == HistoryPage(entries=before.history)
    assert cut_page(after) == (after, None)


def test_entry_keeps_its_times_to_the_microsecond() -> None:
    at, folded = NOON + timedelta(microseconds=1), NOON + timedelta(seconds=3, microseconds=7)
    entry = stored(history_entry(an_activity(at=at, received=folded, folded=folded)))
    assert (entry.at, entry.folded_at) == (at, folded)
