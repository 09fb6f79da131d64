"""The lead's record in the CRM, and what sales did with it: its owner, its status, its conversion to a Contact."""

from collections.abc import Iterator
from copy import replace
from datetime import datetime, timedelta

from ripen.ids import digest
from ripen.lead.activity import Activity, Kind
from ripen.lead.lead import CrmLink, Profile

_DETECTION_DELAY = timedelta(hours=1)
"""An activity makes us read the CRM within minutes, so a journey entered within this time was entered by that
activity."""


def conversion_cutoff(profile: Profile) -> datetime | None:
    """Return the time before which journey entries are exited because sales converted the lead; or None.

    We may notice a conversion weeks later, because a form made us read the CRM. The journey of that form goes on.
    """
    return profile.converted - _DETECTION_DELAY if profile.converted else None


def with_crm_link(
    profile: Profile,
    link: CrmLink,
    now: datetime,
    by_us: bool = False,
    opted_out: bool | None = None,
    merged: bool = False,
) -> tuple[Profile, tuple[Activity, ...]]:
    """Return the profile with its present CRM record, and the activities of what sales did with the record since.

    Sales has converted the lead if the record was a Lead and is a Contact now; that activity ends the lead's journeys.
    A value that is read for the first time is no change, nor is that of another record, nor one that Ripen wrote
    (`by_us`). `opted_out` is the opt-out of the record, None if it was not read; Ripen never writes it.
    `merged` says that sales merged the known record into that of the link.
    """
    link, opt_out = _with_known(link, profile.crm), profile.crm_opt_out if opted_out is None else opted_out
    done = (
        *_conversion(profile, link, now),
        *(() if by_us else _changes(profile, link, now)),
        *_opting(profile, opt_out, now),
        *_removal(profile, link, now, merged),
    )
    converted = any(each.kind is Kind.CONVERTED for each in done)
    when = now if converted else profile.converted
    return replace(profile, crm=link, crm_opt_out=opt_out, converted=when), done


def _with_known(link: CrmLink, known: CrmLink | None) -> CrmLink:
    """Return the link with the status that we know, if this reading of the record was without it."""
    if known is None or link.status or link.id != known.id:
        return link
    return replace(link, status=known.status)


def _conversion(profile: Profile, link: CrmLink, now: datetime) -> Iterator[Activity]:
    if profile.crm and (profile.crm.object, link.object) == ("Lead", "Contact"):
        yield _activity(profile, Kind.CONVERTED, {}, digest("converted", profile.id, link.id), now)


def _changes(profile: Profile, link: CrmLink, now: datetime) -> Iterator[Activity]:
    known = profile.crm
    if known is None:
        return
    if known.id != link.id:
        return
    for kind, name, before, after in (
        (Kind.STATUS_CHANGED, "status", known.status, link.status),
        (Kind.OWNER_CHANGED, "owner", known.owner, link.owner),
    ):
        if before and after and before != after:
            yield _activity(profile, kind, {name: after}, digest(name, link.id, after, now.isoformat()), now)


def _removal(profile: Profile, link: CrmLink, now: datetime, merged: bool) -> Iterator[Activity]:
    """Yield what happened to the record as a whole, which Ripen never does."""
    known = profile.crm
    if known and merged:
        id = digest("merged", profile.id, known.id, link.id)
        yield _activity(profile, Kind.RECORD_MERGED, {"record": link.id}, id, now)
    elif known and known.id == link.id and known.deleted != link.deleted:
        kind = Kind.RECORD_DELETED if link.deleted else Kind.RECORD_RESTORED
        yield _activity(profile, kind, {}, digest(kind, link.id, now.isoformat()), now)


def _opting(profile: Profile, opt_out: bool, now: datetime) -> Iterator[Activity]:
    if profile.crm and opt_out != profile.crm_opt_out:
        kind = Kind.OPTED_OUT_BY_SALES if opt_out else Kind.OPTED_IN_BY_SALES
        yield _activity(profile, kind, {}, digest(kind, profile.id, now.isoformat()), now)


def _activity(profile: Profile, kind: Kind, facts: dict[str, str], id: str, now: datetime) -> Activity:
    return Activity(id=id, lead=profile.id, kind=kind, at=now, received=now, facts=facts)
