"""The course of an opportunity, as activities of the leads that have a contact role in it: opened, moved, won, lost."""

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct

from ripen.crm.incoming.opportunity import Opportunity
from ripen.ids import digest
from ripen.lead.activity import Activity, Kind

MOST_LEADS = 45
"""The most leads of one opportunity; each has an activity in the transaction that keeps the opportunity's stage."""


class KnownOpportunity(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """An opportunity with leads of ours, as it was when it was last read."""

    stage: str
    is_closed: bool = False
    is_won: bool = False
    leads: tuple[str, ...]


def known_now(found: Opportunity, leads: tuple[str, ...]) -> KnownOpportunity:
    """Return what to keep of the opportunity."""
    return KnownOpportunity(stage=found.stage, is_closed=found.is_closed, is_won=found.is_won, leads=leads)


def course(
    known: KnownOpportunity | None, found: Opportunity, leads: tuple[str, ...], watched: datetime, now: datetime
) -> Iterator[Activity]:
    """Yield what happened since the opportunity was last read.

    One that is read for the first time has a course only if it was created since opportunities are `watched`. For a
    lead that was added to it, the opportunity is opened.
    """
    if known is None and found.created < watched:
        return
    for lead in leads:
        for kind in _kinds(known if known and lead in known.leads else None, found):
            yield _activity(kind, found, lead, now)


def _kinds(known: KnownOpportunity | None, found: Opportunity) -> Iterator[Kind]:
    if known is None:
        yield Kind.OPPORTUNITY_OPENED
    if found.is_won:
        if known is None or not known.is_won:
            yield Kind.OPPORTUNITY_WON
    elif found.is_closed:
        if known is None or known.is_won or not known.is_closed:
            yield Kind.OPPORTUNITY_LOST
    elif known and (known.stage != found.stage or known.is_closed):
        yield Kind.OPPORTUNITY_MOVED


def _activity(kind: Kind, found: Opportunity, lead: str, now: datetime) -> Activity:
    return Activity(
        id=digest(kind, found.id, lead, found.stage, found.changed.isoformat()),
        lead=lead,
        kind=kind,
        at=min(found.changed, now),
        received=now,
        facts={"opportunity": found.id, "stage": found.stage},
        values={"amount": found.amount} if found.amount else {},
    )
