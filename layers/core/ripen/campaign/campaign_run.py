"""A campaign's run: one mailing to one segment at one time, from the schedule to the end.

This module holds the states and the changes between them; run_review.py decides what time and the counts change.

    PLANNED ─at its time─▶ CANARY ─after canary_seconds─▶ RUNNING ─no mail is waiting─▶ DONE
                     └──────── without a canary ────────────┘
    PLANNED, CANARY, RUNNING ─pause─▶ PAUSED ─resume─▶ as before      ─too many bounces …─▶ HALTED ─resume─▶ as before
    any state but DONE ─stop─▶ STOPPED, for good
"""

from copy import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from msgspec import Struct

from ripen.decision import Reason
from ripen.mail.policy import Skip, Wait
from ripen.playbook.bundle import Campaign


class RunState(StrEnum):
    PLANNED = "planned"
    CANARY = "canary"
    RUNNING = "running"
    PAUSED = "paused"
    HALTED = "halted"
    STOPPED = "stopped"
    DONE = "done"


class RunChange(StrEnum):
    """What a person or time did to the run, as its history keeps it."""

    SCHEDULED = "scheduled"
    STARTED = "started"
    CANARY_PASSED = "canary passed"
    CANARY_EMPTY = "nobody was in the canary"
    DONE = "done"
    PAUSED = "paused"
    HALTED = "halted"
    STOPPED = "stopped"
    RESUMED = "resumed"
    SENT_AGAIN = "sent again to the unsent"


class RunEvent(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One change of the run, and the person who made it. `by` is "" for a change that Ripen made."""

    at: datetime
    what: str
    """A RunChange."""
    by: str = ""
    reason: str = ""


class CampaignRun(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The `campaign#<name>` row."""

    name: str
    bundle: str
    """The playbook that the run was scheduled or last resumed from. Its mails are written from this playbook."""
    at: datetime
    """When the first mail may go."""
    state: RunState = RunState.PLANNED
    before: RunState | None = None
    """The state before the run was paused or halted."""
    lap: int = 0
    """The number of walks over the roster so far. Each lap plans the mails that are not sent yet."""
    since: datetime
    """When the first mail of this lap may go: a canary's, if the campaign has canaries."""
    rest: datetime
    """When the mails of the other leads may go."""
    resends: Literal["", "unsent", "held"] = ""
    """Mails that this lap plans once more: "unsent" ones failed or were skipped; "held" adds those that may have
    arrived."""
    reason: str = ""
    """Why the run was halted."""
    baseline: dict[str, int] | None = {}
    """The counts when a person let the run go on after a halt: rates are judged by what came later.

    None stands for the counts at the next review.
    """
    history: tuple[RunEvent, ...] = ()


class IllegalTransition(Exception):
    """The run's state does not allow the change that was asked for; the text says why."""


PAUSE_RECHECK = timedelta(days=1)
"""How long a mail of a paused campaign waits for its next check.

A resumed run walks over all of them and does not wait for that. Each check takes a place of SES's rate from a mail that
could go.
"""
CANARY_RECHECK = timedelta(minutes=1)
"""How long a mail waits for its next check while the canaries are not judged yet."""
HEAD_START = timedelta(minutes=5)
"""How long before its time a run walks over the roster, so that every mail is planned when it is due."""
SENDING = frozenset({RunState.CANARY, RunState.RUNNING})
_ACTIVE = frozenset({RunState.PLANNED, *SENDING})
_SUSPENDED = frozenset({RunState.PAUSED, RunState.HALTED})


MaySend = Literal["yes", "soon", "later", "never"]


def may_send(run: CampaignRun | None, now: datetime) -> MaySend:
    """Return whether a mail of the campaign may be claimed now.

    "soon" says that the canaries' time is over and they are not judged yet: the clock alone does not release the rest.
    """
    if run is not None and run.state is RunState.CANARY and now >= run.rest:
        return "soon"
    if run is None or run.state in (*SENDING, RunState.DONE):
        return "yes"
    return "never" if run.state is RunState.STOPPED else "later"


def holds_back(gate: MaySend, now: datetime) -> Skip | Wait | None:
    """Return what the campaign decides about one of its mails: None if the mail may go."""
    match gate:
        case "yes":
            return None
        case "soon":
            return Wait(now + CANARY_RECHECK)
        case "later":
            return Wait(now + PAUSE_RECHECK)
        case "never":
            return Skip(Reason.CAMPAIGN_STOPPED)


def is_walking(run: CampaignRun) -> bool:
    """Return whether the roster is to be walked over for this run."""
    return run.state in SENDING


def schedule(campaign: Campaign, bundle: str, at: datetime, by: str, now: datetime) -> CampaignRun:
    """Return a run that begins at `at`, or at once if `at` is past."""
    first = max(at, now)
    return CampaignRun(
        name=campaign.name,
        bundle=bundle,
        at=first,
        since=first,
        rest=first + _canary_time(campaign),
        history=(RunEvent(at=now, what=RunChange.SCHEDULED, by=by),),
    )


def begin(run: CampaignRun, campaign: Campaign, now: datetime) -> CampaignRun:
    """PLANNED → CANARY or RUNNING: start the first lap."""
    state = RunState.CANARY if campaign.canary else RunState.RUNNING
    return _logged(replace(run, state=state, lap=run.lap + 1), now, RunChange.STARTED)


def pass_canary(run: CampaignRun, canaries: int, now: datetime) -> CampaignRun:
    """CANARY → RUNNING: release the rest. A canary that had nobody proves nothing, and the history says so."""
    what = RunChange.CANARY_PASSED if canaries else RunChange.CANARY_EMPTY
    return _logged(replace(run, state=RunState.RUNNING), now, what)


def finish(run: CampaignRun, now: datetime) -> CampaignRun:
    return _logged(replace(run, state=RunState.DONE), now, RunChange.DONE)


def pause(run: CampaignRun, by: str, now: datetime) -> CampaignRun:
    """Claim no mail until the run is resumed. Raise IllegalTransition if it is not active."""
    _require(run, _ACTIVE, "paused")
    return _logged(replace(run, state=RunState.PAUSED, before=run.state), now, RunChange.PAUSED, by)


def halt(run: CampaignRun, reason: str, now: datetime) -> CampaignRun:
    return _logged(
        replace(run, state=RunState.HALTED, before=run.state, reason=reason), now, RunChange.HALTED, reason=reason
    )


def stop(run: CampaignRun, by: str, now: datetime) -> CampaignRun:
    """End the run for good: its planned mails will be skipped. Raise IllegalTransition if it is over."""
    _require(run, _ACTIVE | _SUSPENDED, "stopped")
    return _logged(replace(run, state=RunState.STOPPED), now, RunChange.STOPPED, by)


def resume(run: CampaignRun, campaign: Campaign, bundle: str, by: str, now: datetime) -> CampaignRun:
    """Return to the state before the pause or halt, in another lap.

    Mails that are not sent yet get a new place in the queue, counted from now, and are written from this playbook.
    Raise IllegalTransition if the run is neither paused nor halted.
    """
    _require(run, _SUSPENDED, "resumed")
    had_begun = run.before in SENDING
    since = now if had_begun else max(run.at, now)
    resumed = replace(
        run,
        state=run.before or RunState.RUNNING,
        before=None,
        reason="",
        baseline=None if run.state is RunState.HALTED else run.baseline,
        bundle=bundle,
        lap=run.lap + had_begun,
        since=since,
        rest=since if run.before is RunState.RUNNING else since + _canary_time(campaign),
    )
    return _logged(resumed, now, RunChange.RESUMED, by)


def resend(run: CampaignRun, bundle: str, held: bool, by: str, now: datetime) -> CampaignRun:
    """Start another lap for the mails that did not go; `held` adds those that may have gone.

    Raise IllegalTransition if the run is planned, paused or halted, or its canaries are not judged yet.
    """
    _require(run, frozenset({RunState.DONE, RunState.STOPPED, RunState.RUNNING}), "sent again")
    another = replace(
        run,
        state=RunState.RUNNING,
        baseline=None,
        bundle=bundle,
        lap=run.lap + 1,
        since=now,
        rest=now,
        resends="held" if held else "unsent",
    )
    return _logged(another, now, RunChange.SENT_AGAIN, by)


def _canary_time(campaign: Campaign) -> timedelta:
    return timedelta(seconds=campaign.canary_seconds if campaign.canary else 0)


def _require(run: CampaignRun, states: frozenset[RunState], change: str) -> None:
    if run.state not in states:
        raise IllegalTransition(f"{run.name} is {run.state} and cannot be {change}.")


def _logged(run: CampaignRun, now: datetime, what: RunChange, by: str = "", reason: str = "") -> CampaignRun:
    return replace(run, history=(*run.history, RunEvent(at=now, what=what, by=by, reason=reason)))
