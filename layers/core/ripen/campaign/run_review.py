"""The review of a campaign's run: what time and the counts of its mails make of it."""

from collections.abc import Mapping, Sequence
from copy import replace
from datetime import datetime, timedelta

from msgspec import Struct

from ripen.campaign.campaign_run import HEAD_START, SENDING, CampaignRun, RunState, begin, finish, halt, pass_canary
from ripen.campaign.halt import Halt, exceeded_limit
from ripen.campaign.walk import Walk
from ripen.mail.ledger import OPEN
from ripen.playbook.bundle import Campaign

_EARLY = timedelta(seconds=2)
"""How long before its time a queue may deliver a message."""
_WALKING = timedelta(minutes=5)
"""How long until the next review while a shard is not finished."""
_SETTLING = timedelta(minutes=1)
"""How long after the last mail is due the run is reviewed again."""
_WAITING = timedelta(minutes=10)
"""How long until the next review at most: the wake-up that follows a bounce may be lost."""


class Review(Struct, frozen=True, kw_only=True):
    """The run after a review, and when to review it again: None for not before a person changes it."""

    run: CampaignRun
    due: datetime | None
    halt: Halt | None = None
    """Why this review halted the run."""


def review(
    run: CampaignRun, campaign: Campaign, counts: Mapping[str, int], walks: Sequence[Walk], now: datetime
) -> Review:
    """Return what time and the counts make of the run. `walks` are the walks of this lap.

    1. A planned run begins when its time has come.
    2. Halt the run if a rate is over its limit.
    3. Release the rest when the canaries' time is over.
    4. Finish the run when the walks are done and no mail is waiting.
    """
    if run.state is RunState.PLANNED:
        return _start(run, campaign, now)
    if run.state not in SENDING:
        return Review(run=run, due=None)
    if run.baseline is None:
        run = replace(run, baseline=dict(counts))
    canary_is_over = run.state is RunState.CANARY and run.rest <= now + _EARLY
    if found := _exceeded(run, campaign, counts, canary_is_over):
        return Review(run=halt(run, found.reason, now), due=None, halt=found)
    if run.state is RunState.CANARY and not canary_is_over:
        return Review(run=run, due=min(run.rest, now + _WAITING))
    released = pass_canary(run, sum(walk.canaries for walk in walks), now) if canary_is_over else run
    if due := _next_review(counts, walks, now):
        return Review(run=released, due=due)
    return Review(run=finish(released, now), due=None)


def _start(run: CampaignRun, campaign: Campaign, now: datetime) -> Review:
    begins = run.since - HEAD_START
    if begins > now + _EARLY:
        return Review(run=run, due=begins)
    return Review(run=begin(run, campaign, now), due=now)


def _exceeded(run: CampaignRun, campaign: Campaign, counts: Mapping[str, int], canary_is_over: bool) -> Halt | None:
    """Return the rate that is over its limit since the baseline, with the person who scheduled the run.

    With a local time for each lead, every time zone has canaries of its own: some are out, and not judged yet, until
    the end.
    """
    baseline = run.baseline or {}
    since = {name: count - baseline.get(name, 0) for name, count in counts.items()}
    has_local_canaries = campaign.zone == "lead" and campaign.canary > 0
    found = exceeded_limit(campaign, since, canary_is_over or has_local_canaries)
    return replace(found, by=run.history[0].by if run.history else "") if found else None


def _next_review(counts: Mapping[str, int], walks: Sequence[Walk], now: datetime) -> datetime | None:
    """Return when a run that sends is to be reviewed again; None if all its mails have an outcome."""
    if not all(walk.done for walk in walks):
        return now + _WALKING
    last = max((walk.last for walk in walks if walk.last), default=now)
    if last > now:
        return min(last + _SETTLING, now + _WAITING)
    if any(counts.get(state, 0) > 0 for state in OPEN):
        return now + _WAITING
    return None
