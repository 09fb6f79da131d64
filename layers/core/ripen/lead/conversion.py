"""The record in the CRM that stands for a lead, and the moment when sales converts it."""

from copy import replace
from datetime import datetime, timedelta

from ripen.ids import digest
from ripen.lead.activity import Activity, Kind, Verdict
from ripen.lead.lead import CrmLink, Profile

_BY_CHANCE = timedelta(hours=1)
"""What the lead does makes us ask the CRM, within minutes: what it entered by that is not what sales took it out of."""


def conversion_cutoff(profile: Profile) -> datetime | None:
    """Journeys entered before then are left to sales. A conversion may be weeks old when we see it, for a form that made us look:
    the journey of that form goes on."""
    return profile.converted - _BY_CHANCE if profile.converted else None


def with_crm_link(profile: Profile, link: CrmLink, now: datetime) -> tuple[Profile, Activity | None]:
    """The profile with what stands for it now. Where that was a Lead and is a Contact, sales has converted it: an activity,
    which ends the journeys that the lead is in."""
    if profile.crm is None or (profile.crm.object, link.object) != ("Lead", "Contact"):
        return replace(profile, crm=link), None
    converted = Activity(
        id=digest("converted", profile.id, link.id),
        lead=profile.id,
        kind=Kind.CONVERTED,
        at=now,
        received=now,
        verdict=Verdict.HUMAN,
    )
    return replace(profile, crm=link, converted=now), converted
