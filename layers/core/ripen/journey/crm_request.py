"""What a journey wants done in the CRM for one lead: a Task, a campaign membership, an owner; done once the lead is there."""

from copy import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from ripen.backoff import backoff
from ripen.errors import Undeliverable

PATIENCE = timedelta(days=1)
"""So long it waits for the lead to be in the CRM, or for the CRM itself."""
LEASE = timedelta(minutes=5)
_FIRST, _LONGEST = timedelta(seconds=30), timedelta(hours=1)


class CrmRequest(Struct, frozen=True, kw_only=True):
    """The `request#<id>` row. `id` is also the Task's key, by which it is found before it is made."""

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


def may_be_done(crm_request: CrmRequest, now: datetime) -> bool:
    return crm_request.done is None and (crm_request.claimed is None or now >= crm_request.claimed + LEASE)


def claimed(crm_request: CrmRequest, now: datetime) -> CrmRequest:
    return replace(crm_request, claimed=now, attempts=crm_request.attempts + 1)


def done(crm_request: CrmRequest, outcome: str, now: datetime, error: str = "") -> CrmRequest:
    return replace(crm_request, claimed=None, done=now, outcome=outcome, error=error)


def again(crm_request: CrmRequest, failure: Undeliverable, now: datetime) -> datetime | None:
    """When to try once more: after 30 seconds, doubled up to an hour, or what the CRM asked for. None: never, for it was
    refused for good, or a day is over."""
    if failure.permanent or now > crm_request.planned + PATIENCE:
        return None
    return now + backoff(crm_request.attempts - 1, _FIRST, _LONGEST, failure.after)


def due_date(crm_request: CrmRequest, time_zone: str) -> date:
    """The Task's, in the company's time zone."""
    return crm_request.planned.astimezone(ZoneInfo(time_zone)).date() + timedelta(days=crm_request.due_days)


def asked(crm_request: CrmRequest) -> str:
    """What it is about, in words of a decision: "task, campaign, owner"."""
    return ", ".join(name for name in ("task", "campaign", "owner") if getattr(crm_request, name))
