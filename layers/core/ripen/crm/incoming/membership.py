"""Membership of the CRM's campaigns: the campaigns that enrol leads, and the activity that a new status makes."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from msgspec import Struct

from ripen.crm.incoming.polling import Poll
from ripen.ids import digest
from ripen.lead.activity import Activity, Kind
from ripen.playbook.bundle import Bundle
from ripen.playbook.trigger import OnActivity

_SHORT_ID = 15
"""The length of a Salesforce id without its checksum, which makes 18."""


class MemberPoll(Poll, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The `poll#members` row, on the agenda while a journey is enrolled by a campaign."""

    watched: Mapping[str, datetime] = {}
    """Campaigns by the names that journeys use, and since when: a person who was a member before has not joined."""
    since: datetime


class Member(Struct, frozen=True, kw_only=True):
    """A campaign member in the CRM."""

    id: str
    campaign: str
    campaign_name: str
    status: str
    created: datetime
    changed: datetime
    records: tuple[str, ...]
    """Ids of its Contact and its Lead."""
    email: str = ""


def watched_campaigns(bundle: Bundle) -> tuple[str, ...]:
    """Return the campaigns that enrol leads, by the names that journeys use."""
    kind = Kind.CAMPAIGN_JOINED.value
    triggers = [on for journey in bundle.journeys.values() for on in journey.enrol]
    return tuple(sorted({on.subject for on in triggers if isinstance(on, OnActivity) and on.kind == kind}))


def updated_poll(poll: MemberPoll | None, names: tuple[str, ...], now: datetime) -> MemberPoll:
    """Return the poll after a playbook with these campaigns becomes live. A new campaign is watched from now on."""
    before = poll.watched if poll else {}
    since = poll.since if poll and before else now
    return MemberPoll(watched={name: before.get(name, now) for name in names}, since=since)


def matching_names(member: Member, watched: Mapping[str, datetime]) -> Iterator[str]:
    """Yield the watched names that mean the member's campaign: its id or its name."""
    for name in watched:
        by_id = len(name) >= _SHORT_ID and member.campaign[:_SHORT_ID] == name[:_SHORT_ID]
        if by_id or name.casefold() == member.campaign_name.casefold():
            yield name


def status_key(member: Member, name: str) -> str:
    """Return the id of a membership with its status: each status enrols once, under each name."""
    return digest("campaign member", name, member.id, member.status)


def membership_activity(member: Member, name: str, lead: str, since: datetime, now: datetime) -> Activity:
    """Return the activity of a member that is a lead.

    `new` says that the member joined after the campaign was first watched.
    """
    return Activity(
        id=status_key(member, name),
        lead=lead,
        kind=Kind.CAMPAIGN_JOINED,
        at=min(member.changed, now),
        received=now,
        subject=name,
        facts={
            "member": member.id,
            "campaign": member.campaign_name,
            "campaign_id": member.campaign,
            "status": member.status,
            "new": "yes" if member.created >= since else "no",
        },
    )
