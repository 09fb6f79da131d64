"""A campaign's run: one mailing to one segment at one time, from being scheduled to its end. It decides; nurture.walk and
`ripen campaign` write it down.

    PLANNED ─at its time─▶ CANARY ─after canary_seconds─▶ RUNNING ─nothing waits any more─▶ DONE
                     └──────── without a canary ────────────┘
    PLANNED, CANARY, RUNNING ─pause─▶ PAUSED ─resume─▶ as before      ─too many bounces …─▶ HALTED ─resume─▶ as before
    all but DONE ─stop─▶ STOPPED, for good
"""

from collections.abc import Mapping, Sequence
from copy import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from msgspec import Struct

from ripen.campaign.halt import Halt, exceeded_limit
from ripen.campaign.walk import Walk
from ripen.mail.ledger import OPEN
from ripen.playbook.bundle import Campaign


class RunState(StrEnum):
    PLANNED = "planned"
    CANARY = "canary"
    RUNNING = "running"
    PAUSED = "paused"
    HALTED = "halted"
    STOPPED = "stopped"
    DONE = "done"


class RunEvent(Struct, frozen=True, kw_only=True):
    """Who did what to the run. `by` is "" where it was ourselves."""

    at: datetime
    what: str
    by: str = ""
    reason: str = ""


class CampaignRun(Struct, frozen=True, kw_only=True):
    """The `campaign#<name>` row."""

    name: str
    bundle: str
    """The playbook it was scheduled, or last resumed, from: what its mails are written from."""
    at: datetime
    """When the first mail may go."""
    state: RunState = RunState.PLANNED
    before: RunState | None = None
    """What it was when it was paused or halted."""
    lap: int = 0
    """How many times the roster was gone through for it: each lap plans what is not sent yet."""
    since: datetime
    """When the first mail of this lap may go: the canaries', where there are any, …"""
    rest: datetime
    """… and everybody else's."""
    again: Literal["", "unsent", "held"] = ""
    """What this lap takes up once more: mails that failed or were passed over, and also those whose fate nobody knows."""
    reason: str = ""
    """Why it was halted."""
    overlooked: dict[str, int] | None = {}
    """What had become of its mails when somebody who knew that had it go on: it is judged by what came since. None: whatever
    there is at the next look."""
    deeds: tuple[RunEvent, ...] = ()


class IllegalTransition(Exception):
    """What was asked cannot be done to a run in this state; the text says why."""


STOPPED = "campaign stopped"
"""Why a mail was passed over."""
PAUSE_RECHECK = timedelta(days=1)
"""When a mail of a paused campaign is looked at again. Resuming goes through all of them, and does not wait for that; each look
takes a place of SES's rate from mails that could go."""
CANARY_RECHECK = timedelta(minutes=1)
"""When a mail is looked at again that waits for how the canaries fared."""
HEAD_START = timedelta(minutes=5)
"""So much before its time a run goes through the roster, so that each mail is there when it is due."""
_EARLY = timedelta(seconds=2)
"""A queue may ring this much before the time."""
_WALKING, _SETTLING, _WAITING = timedelta(minutes=5), timedelta(minutes=1), timedelta(minutes=10)
_LIVE = frozenset({RunState.CANARY, RunState.RUNNING})
_MOVING = frozenset({RunState.PLANNED, *_LIVE})
_STILL = frozenset({RunState.PAUSED, RunState.HALTED})


MaySend = Literal["yes", "soon", "later", "never"]


def may_send(run: CampaignRun | None, now: datetime) -> MaySend:
    """What holds for a mail of the campaign that could be claimed now. "soon": the canaries' time is over, and it is not
    judged yet how they fared, so that the rest must not go by the mere clock."""
    if run is not None and run.state is RunState.CANARY and now >= run.rest:
        return "soon"
    if run is None or run.state in (*_LIVE, RunState.DONE):
        return "yes"
    return "never" if run.state is RunState.STOPPED else "later"


def is_walking(run: CampaignRun) -> bool:
    """Whether the roster is to be gone through."""
    return run.state in _LIVE


def schedule(campaign: Campaign, bundle: str, at: datetime, by: str, now: datetime) -> CampaignRun:
    """A run that begins at `at`; one that is past means at once."""
    first = max(at, now)
    return CampaignRun(
        name=campaign.name,
        bundle=bundle,
        at=first,
        since=first,
        rest=first + _canary(campaign),
        deeds=(RunEvent(at=now, what="scheduled", by=by),),
    )


def begin(run: CampaignRun, campaign: Campaign, now: datetime) -> CampaignRun:
    """PLANNED → CANARY or RUNNING: the first lap."""
    state = RunState.CANARY if campaign.canary else RunState.RUNNING
    return _did(replace(run, state=state, lap=run.lap + 1), now, "started")


def pass_canary(run: CampaignRun, now: datetime) -> CampaignRun:
    """CANARY → RUNNING: the canaries came through."""
    return _did(replace(run, state=RunState.RUNNING), now, "canary passed")


def finish(run: CampaignRun, now: datetime) -> CampaignRun:
    return _did(replace(run, state=RunState.DONE), now, "done")


def pause(run: CampaignRun, by: str, now: datetime) -> CampaignRun:
    """Nothing is claimed until it is resumed. Raises NotNow."""
    _must(run, _MOVING, "paused")
    return _did(replace(run, state=RunState.PAUSED, before=run.state), now, "paused", by)


def halt(run: CampaignRun, reason: str, now: datetime) -> CampaignRun:
    return _did(replace(run, state=RunState.HALTED, before=run.state, reason=reason), now, "halted", reason=reason)


def stop(run: CampaignRun, by: str, now: datetime) -> CampaignRun:
    """For good: what is planned will be skipped. Raises NotNow."""
    _must(run, _MOVING | _STILL, "stopped")
    return _did(replace(run, state=RunState.STOPPED), now, "stopped", by)


def resume(run: CampaignRun, campaign: Campaign, bundle: str, by: str, now: datetime) -> CampaignRun:
    """As it was before, in another lap: what is not sent yet gets its place in the row anew, counted from now, and is
    written from this playbook. Raises NotNow."""
    _must(run, _STILL, "resumed")
    began = run.before in _LIVE
    since = now if began else max(run.at, now)
    resumed = replace(
        run,
        state=run.before or RunState.RUNNING,
        before=None,
        reason="",
        overlooked=None if run.state is RunState.HALTED else run.overlooked,
        bundle=bundle,
        lap=run.lap + began,
        since=since,
        rest=since if run.before is RunState.RUNNING else since + _canary(campaign),
    )
    return _did(resumed, now, "resumed", by)


def resend(run: CampaignRun, bundle: str, held: bool, by: str, now: datetime) -> CampaignRun:
    """Another lap, for the mails that did not go; `held` also for those that may have gone. Raises NotNow."""
    _must(run, frozenset({RunState.DONE, RunState.STOPPED, RunState.RUNNING}), "sent again")
    again = replace(
        run,
        state=RunState.RUNNING,
        overlooked=None,
        bundle=bundle,
        lap=run.lap + 1,
        since=now,
        rest=now,
        again="held" if held else "unsent",
    )
    return _did(again, now, "sent again to the unsent", by)


def _canary(campaign: Campaign) -> timedelta:
    return timedelta(seconds=campaign.canary_seconds if campaign.canary else 0)


def _must(run: CampaignRun, states: frozenset[RunState], done: str) -> None:
    if run.state not in states:
        raise IllegalTransition(f"{run.name} is {run.state} and cannot be {done}.")


def _did(run: CampaignRun, now: datetime, what: str, by: str = "", reason: str = "") -> CampaignRun:
    return replace(run, deeds=(*run.deeds, RunEvent(at=now, what=what, by=by, reason=reason)))


class Review(Struct, frozen=True, kw_only=True):
    """The run as it is now, when to look at it again (None: not any more, unless somebody asks), and why it halted just now."""

    run: CampaignRun
    due: datetime | None
    halt: Halt | None = None


def review(
    run: CampaignRun, campaign: Campaign, counts: Mapping[str, int], walks: Sequence[Walk], now: datetime
) -> Review:
    """What time and the counts make of the run. `walks` are those of this lap. A live one is looked at every ten minutes,
    for the bell that tells of a bounce may be lost."""
    if run.state is RunState.PLANNED:
        begins = run.since - HEAD_START
        return Review(run=begin(run, campaign, now), due=now) if begins <= now + _EARLY else Review(run=run, due=begins)
    if run.state not in _LIVE:
        return Review(run=run, due=None)
    over = run.state is RunState.CANARY and run.rest <= now + _EARLY
    if run.overlooked is None:
        run = replace(run, overlooked=dict(counts))
    since = {name: count - (run.overlooked or {}).get(name, 0) for name, count in counts.items()}
    # In each time zone canaries go by its own clock: there are some of them out, and not judged yet, until the end.
    if why := exceeded_limit(campaign, since, over or (campaign.zone == "lead" and campaign.canary > 0)):
        by = run.deeds[0].by if run.deeds else ""
        return Review(run=halt(run, why.reason, now), due=None, halt=replace(why, by=by))
    if run.state is RunState.CANARY and not over:
        return Review(run=run, due=min(run.rest, now + _WAITING))
    live = pass_canary(run, now) if over else run
    last = max((walk.last for walk in walks if walk.last), default=now)
    if not all(walk.done for walk in walks):
        return Review(run=live, due=now + _WALKING)
    if last > now:
        return Review(run=live, due=min(last + _SETTLING, now + _WAITING))
    if any(counts.get(state, 0) > 0 for state in OPEN):
        return Review(run=live, due=now + _WAITING)
    return Review(run=finish(live, now), due=None)
