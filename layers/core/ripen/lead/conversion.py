"""The lead's record in the CRM, and the moment when sales converts it."""

from copy import replace
from datetime import datetime, timedelta

from ripen.ids import digest
from ripen.lead.activity import Activity, Kind, Verdict
from ripen.lead.lead import CrmLink, Profile

_DETECTION_DELAY = timedelta(hours=1)
"""An activity makes us read the CRM within minutes, so a journey entered within this time was entered by that
activity."""


def conversion_cutoff(profile: Profile) -> datetime | None:
    """Return the time before which journey entries are exited because sales converted the lead; or None.

    We may notice a conversion weeks later, because a form made us read the CRM. The journey of that form goes on.
    """
    return profile.converted - _DETECTION_DELAY if profile.converted else None


def with_crm_link(profile: Profile, link: CrmLink, now: datetime) -> tuple[Profile, Activity | None]:
    """Return the profile with its present CRM record, and the activity of a conversion if there was one.

    Sales has converted the lead if the record was a Lead and is a Contact now. The activity ends the lead's journeys.
    """
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
