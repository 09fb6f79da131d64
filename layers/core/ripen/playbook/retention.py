"""How long rows are kept: `keep` of ripen.yaml, and when a row expires by it.

A period begins when Ripen received the row. DynamoDB deletes an expired row by itself (TTL).
"""

from datetime import datetime, timedelta

from msgspec import Struct

from ripen.lead.activity import Activity, Kind


class Retention(Struct, frozen=True, kw_only=True):
    """The periods in days; None, or a kind that is not named, is for good."""

    activities: dict[str, int] = {}
    """By kind of activity."""
    mails: int | None = None


KEPT_FOR_GOOD = Retention()
_EVIDENCE = (
    Kind.LINK_CLICKED,
    Kind.PAGE_VIEWED,
    Kind.PAGE_READ,
    Kind.LINK_FOLLOWED,
    Kind.FILE_DOWNLOADED,
    Kind.FORM_SUBMITTED,
)
"""The kinds that show whether a person clicked (tracking/click_evidence.py). The mail's row shows its delivery."""
_SOONEST = timedelta(days=7)
"""How much earlier than the click its evidence may begin to expire: a mail is planned some days before it is sent."""
DECISIONS_KEPT = timedelta(days=730)
"""For decisions with rows of their own. Those inside activities, mails and enrollments go with them."""


def activity_expires(activity: Activity, keep: Retention) -> datetime | None:
    """Return when the activity expires; None if it is kept for good, or as long as it is not folded.

    The proof of a consent outlives the consent: it is never deleted without its lead.
    """
    if activity.folded is None or activity.consent is not None:
        return None
    return _after(activity.folded, keep.activities.get(activity.kind))


def mail_expires(planned: datetime, keep: Retention) -> datetime | None:
    """Return when a mail's row in the send ledger expires."""
    return _after(planned, keep.mails)


def evidence_since(keep: Retention, now: datetime) -> datetime | None:
    """Return since when all evidence about clicks is still there; None if it is kept for good.

    An older click keeps its verdict: with half of the evidence, a person's click looks like a machine's.
    """
    periods = [*(keep.activities[kind] for kind in _EVIDENCE if kind in keep.activities), keep.mails]
    days = min((days for days in periods if days is not None), default=None)
    return None if days is None else now - timedelta(days=days) + _SOONEST


def _after(at: datetime, days: int | None) -> datetime | None:
    return None if days is None else at + timedelta(days=days)
