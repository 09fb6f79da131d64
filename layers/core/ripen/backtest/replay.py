"""Replay one lead: its rank and score at each moment, by what was known then."""

from collections.abc import Iterable, Iterator
from copy import replace
from datetime import datetime
from itertools import pairwise

from msgspec import Struct

from ripen.backtest.story import Story, profile_with
from ripen.fold.fold import with_rank
from ripen.fold.rank_over_time import rank_changes
from ripen.fold.refold import add_replayed
from ripen.lead.history import HistoryEntry
from ripen.lead.state import Rank, State
from ripen.lead.values import unknown_lead
from ripen.playbook.bundle import Bundle
from ripen.scoring.score import score


class Standing(Struct, frozen=True):
    """The lead at one moment."""

    at: datetime
    rank: Rank
    total: float
    turned_hot: bool = False
    """Whether the lead turned hot at this moment."""


def replay(story: Story, bundle: Bundle, until: datetime) -> Iterator[Standing]:
    """Yield the lead's standing whenever something became known, was judged otherwise, or the rank changed.

    Nothing from `until` on counts. Where verdicts were revised, all is calculated again from the start, as a refold
    does.
    """
    if not story.moments or story.moments[0][0] >= until:
        return
    before = Rank.COLD
    revisions = [at for at in story.revisions if story.moments[0][0] < at < until]
    for since, end in pairwise((story.moments[0][0], *revisions, until)):
        for each in _with_verdicts_of(since, story, bundle, end):
            if each.at >= since:
                yield replace(each, turned_hot=each.rank is Rank.HOT and before is not Rank.HOT)
                before = each.rank


def _with_verdicts_of(verdicts: datetime, story: Story, bundle: Bundle, until: datetime) -> Iterator[Standing]:
    """Yield the standings before `until`, as if the verdicts of that moment had held all along."""
    state, profile, at = State(lead=story.profile.id), unknown_lead(story.profile), story.moments[0][0]
    done = list[HistoryEntry]()
    for moment, facts in story.moments:
        if moment >= until:
            break
        passed = rank_changes(state, at, moment, bundle)
        yield from _standings(passed, bundle)
        state = passed[-1][0] if passed else state
        profile = profile_with(profile, facts)
        entries = tuple(fact.judged_at(verdicts) for fact in facts)
        done += entries
        state, points = with_rank(add_replayed(state, profile, entries, done, bundle), bundle, moment)
        yield Standing(moment, state.rank, points.total)
        at = moment
    yield from _standings(rank_changes(state, at, until, bundle), bundle)


def _standings(states: Iterable[tuple[State, datetime]], bundle: Bundle) -> Iterator[Standing]:
    for state, at in states:
        yield Standing(at, state.rank, score(state, bundle.scoring, at).total)
