"""Replay one lead: its rank and score at each moment, by what was known then."""

from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise

from msgspec import Struct

from ripen.backtest.story import Story, profile_with
from ripen.fold.fold import add_activities, with_rank
from ripen.fold.rank_over_time import rank_changes
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

    Nothing from `until` on counts.
    """
    before = Rank.COLD
    for state, at in _states(story, bundle, until):
        total = score(state, bundle.scoring, at).total
        yield Standing(at, state.rank, total, state.rank is Rank.HOT and before is not Rank.HOT)
        before = state.rank


def _states(story: Story, bundle: Bundle, until: datetime) -> Iterator[tuple[State, datetime]]:
    """Yield the states, which are calculated again from the start where verdicts were revised, as a refold does."""
    if not story.moments or story.moments[0][0] >= until:
        return
    revisions = [at for at in story.revisions if story.moments[0][0] < at < until]
    for since, end in pairwise((story.moments[0][0], *revisions, until)):
        for state, at in _with_verdicts_of(since, story, bundle, end):
            if at >= since:
                yield state, at


def _with_verdicts_of(
    verdicts: datetime, story: Story, bundle: Bundle, until: datetime
) -> Iterator[tuple[State, datetime]]:
    """Yield the states before `until`, as if the verdicts of that moment had held all along."""
    state, profile, at = State(lead=story.profile.id), unknown_lead(story.profile), story.moments[0][0]
    for moment, facts in story.moments:
        if moment >= until:
            break
        yield from (passed := rank_changes(state, at, moment, bundle))
        state = passed[-1][0] if passed else state
        profile = profile_with(profile, facts)
        entries = tuple(fact.judged_at(verdicts) for fact in facts)
        state, _ = with_rank(add_activities(state, profile, entries, bundle), bundle, moment)
        yield state, moment
        at = moment
    yield from rank_changes(state, at, until, bundle)
