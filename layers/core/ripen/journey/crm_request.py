"""What a journey wants done in the CRM for one lead: a Task, a campaign membership, an owner; done once the lead is there."""

from copy import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from ripen.errors import Undeliverable

PATIENCE = timedelta(days=1)
"""So long it waits for the lead to be in the CRM, or for the CRM itself."""
LEASE = timedelta(minutes=5)
_FIRST = 30
_LONGEST = 3600


class Errand(Struct, frozen=True, kw_only=True):
    """The `errand#<id>` row. `id` is also the Task's key, by which it is found before it is made."""

    id: str
    lead: str
    journey: str
    planned: datetime
    task: str = ""
    due_days: int = 0
    campaign: str = ""
    """Salesforce id, or name."""
    status: str = ""
    owner: str = ""
    """A user's address."""
    claimed: datetime | None = None
    """Two workers who search for a Task at once would find none, and make two."""
    attempts: int = 0
    error: str = ""
    done: datetime | None = None
    outcome: str = ""


def may_be_done(errand: Errand, now: datetime) -> bool:
    return errand.done is None and (errand.claimed is None or now >= errand.claimed + LEASE)


def claimed(errand: Errand, now: datetime) -> Errand:
    return replace(errand, claimed=now, attempts=errand.attempts + 1)


def done(errand: Errand, outcome: str, now: datetime, error: str = "") -> Errand:
    return replace(errand, claimed=None, done=now, outcome=outcome, error=error)


def again(errand: Errand, failure: Undeliverable, now: datetime) -> datetime | None:
    """When to try once more: after 30 seconds, doubled up to an hour, or what the CRM asked for. None: never, for it was
    refused for good, or a day is over."""
    if failure.permanent or now > errand.planned + PATIENCE:
        return None
    wait = (
        failure.after
        if failure.after is not None
        else min(_FIRST * 2 ** min(max(errand.attempts - 1, 0), 10), _LONGEST)
    )
    return now + timedelta(seconds=wait)


def due_date(errand: Errand, time_zone: str) -> date:
    """The Task's, in the company's time zone."""
    return errand.planned.astimezone(ZoneInfo(time_zone)).date() + timedelta(days=errand.due_days)


def asked(errand: Errand) -> str:
    """What it is about, in words of a decision: "task, campaign, owner"."""
    return ", ".join(name for name in ("task", "campaign", "owner") if getattr(errand, name))
