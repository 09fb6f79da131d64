"""Membership of the CRM's campaigns: which ones journeys ask about, and what a member that is a lead of ours did by it."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from msgspec import Struct

from ripen.errors import Undeliverable
from ripen.ids import digest
from ripen.lead.activity import Activity, Kind
from ripen.playbook.bundle import Bundle
from ripen.playbook.trigger import OnActivity

EVERY = timedelta(minutes=5)
"""How often the CRM is asked."""
_LONGEST, _DOUBLINGS = timedelta(hours=1), 4
_SHORT_ID = 15
"""An id of 18 is one of 15 with a checksum behind it."""


class MemberPoll(Struct, frozen=True, kw_only=True):
    """The `poll#members` row, on the agenda while journeys ask about campaigns."""

    watched: dict[str, datetime] = {}
    """Campaigns as journeys name them, and since when: who was a member before has not joined."""
    since: datetime
    """What changed up to then has been seen."""
    attempts: int = 0
    """Failed ones since the CRM last answered."""


class Member(Struct, frozen=True, kw_only=True):
    """A campaign member as the CRM has it."""

    id: str
    campaign: str
    campaign_name: str
    status: str
    created: datetime
    changed: datetime
    records: tuple[str, ...]
    """Ids of the Contact and the Lead that it is."""
    email: str = ""


def watched_campaigns(bundle: Bundle) -> tuple[str, ...]:
    """The campaigns that let into journeys, as these name them."""
    kind = Kind.CAMPAIGN_JOINED.value
    triggers = [on for journey in bundle.journeys.values() for on in journey.enrol]
    return tuple(sorted({on.subject for on in triggers if isinstance(on, OnActivity) and on.kind == kind}))


def updated_poll(poll: MemberPoll | None, names: tuple[str, ...], now: datetime) -> MemberPoll:
    """As it is to go on when a playbook that asks about these is made live."""
    before = poll.watched if poll else {}
    since = poll.since if poll and before else now
    return MemberPoll(watched={name: before.get(name, now) for name in names}, since=since)


def again(attempts: int, failure: Undeliverable) -> timedelta:
    """After so many failures: after how long the CRM is asked again where it did not answer: as it says, else less and less often."""
    if failure.after is not None:
        return timedelta(seconds=failure.after)
    return min(EVERY * (1 << min(attempts, _DOUBLINGS)), _LONGEST)


def matching_names(member: Member, watched: Mapping[str, datetime]) -> Iterator[str]:
    """The names under which journeys ask about its campaign."""
    for name in watched:
        by_id = len(name) >= _SHORT_ID and member.campaign[:_SHORT_ID] == name[:_SHORT_ID]
        if by_id or name.casefold() == member.campaign_name.casefold():
            yield name


def status_key(member: Member, name: str) -> str:
    """Tells what a membership became from what it was before: each status lets in once, under each name."""
    return digest("campaign member", name, member.id, member.status)


def membership_activity(member: Member, name: str, lead: str, since: datetime, now: datetime) -> Activity:
    """What the lead did by it. `new` says that it has become a member since journeys ask about the campaign."""
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
