"""A request of a journey's crm step: a Task, a campaign membership or an owner for a lead that is in the CRM."""

from copy import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from ripen.backoff import backoff
from ripen.crm.crm_errors import NOT_IN_CRM
from ripen.errors import Undeliverable

PATIENCE = timedelta(days=1)
"""How long a request waits for the lead to be in the CRM, or for the CRM itself."""
LEASE = timedelta(minutes=5)
"""A worker that does not come back within this time is assumed to have died."""
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=1)
_LONG = timedelta(hours=1)


class CrmRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The `request#<id>` row. The Task carries the id, so that an existing Task is found before one is created."""

    id: str
    lead: str
    journey: str
    planned: datetime
    task: str = ""
    due_days: int = 0
    campaign: str = ""
    """Salesforce id or name."""
    status: str = ""
    replaces: tuple[str, ...] | None = None
    """The member statuses that this one may replace; None: any."""
    owner: str = ""
    """E-mail address of a Salesforce user."""
    claimed: datetime | None = None
    """Two workers that search for the Task at the same time would find none and create two."""
    attempts: int = 0
    error: str = ""
    done: datetime | None = None
    outcome: str = ""


def is_open(crm_request: CrmRequest, now: datetime) -> bool:
    """Return whether the request is open and no other worker has a lease on it."""
    return crm_request.done is None and (crm_request.claimed is None or now >= crm_request.claimed + LEASE)


def claim(crm_request: CrmRequest, now: datetime) -> CrmRequest:
    """Give a worker the lease on the request."""
    return replace(crm_request, claimed=now, attempts=crm_request.attempts + 1)


def finish(crm_request: CrmRequest, outcome: str, now: datetime, error: str = "") -> CrmRequest:
    """Finish the request with its outcome."""
    return replace(crm_request, claimed=None, done=now, outcome=outcome, error=error)


def retry_at(crm_request: CrmRequest, failure: Undeliverable, now: datetime) -> datetime | None:
    """Return when to try again; None if the CRM refused for good or a day is over.

    The pause is 30 seconds, doubled up to an hour, or what the CRM asked for.
    """
    if failure.permanent or now > crm_request.planned + PATIENCE:
        return None
    return now + backoff(crm_request.attempts - 1, _FIRST_PAUSE, _LONGEST_PAUSE, failure.after)


def needs_a_person(crm_request: CrmRequest, now: datetime) -> bool:
    """Return whether the CRM has not taken the request for an hour. Waiting for the lead's record counts there."""
    return crm_request.error not in ("", NOT_IN_CRM) and now - crm_request.planned >= _LONG


def due_date(crm_request: CrmRequest, time_zone: str) -> date:
    """Return the day on which the Task is due, in the company's time zone."""
    return crm_request.planned.astimezone(ZoneInfo(time_zone)).date() + timedelta(days=crm_request.due_days)


def parts(crm_request: CrmRequest) -> str:
    """Return the parts of the request, as a decision names them: "task, campaign, owner"."""
    return ", ".join(name for name in ("task", "campaign", "owner") if getattr(crm_request, name))
