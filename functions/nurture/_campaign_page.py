"""The mails of a campaign for the leads of one page of the roster."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from nurture._dependencies import Dependencies
from nurture._page import Page
from ripen.adapters.rows.campaign_counts import count_sends
from ripen.adapters.table import Change, Create, Key, Replace, Row, keys
from ripen.calendar.local_time import lead_zone
from ripen.campaign import mailing
from ripen.campaign.campaign_run import CampaignRun
from ripen.campaign.walk import Walk, paced_delay
from ripen.lead.lead import Profile
from ripen.lead.state import State
from ripen.mail import ledger
from ripen.mail.ledger import Send, SendState
from ripen.playbook.bundle import Campaign
from ripen.playbook.retention import Retention, mail_expires

_HOUR = timedelta(hours=1)


class Recipient(Struct, frozen=True):
    """A lead that may get the campaign's mail."""

    lead: Profile
    planned: Row[Send] | None
    """The mail of an earlier lap."""
    belongs: bool
    """Whether the lead is in the segment now, or got the mail of the campaign that this one follows."""


def campaign_page(
    run: CampaignRun, walk: Walk, leads: Sequence[str], dependencies: Dependencies, now: datetime
) -> Page:
    """Plan the campaign's mail for the leads of a page.

    1. Read each lead, its mail of an earlier lap, and whether the lead belongs to the recipients.
    2. Plan the mail, or plan it again, at the time in the lead's zone: the canaries first, paced by the hour.
    3. Add up what changes in the campaign's counts, and in the number of held mails.
    """
    bundle, keep = dependencies.bundle(run.bundle), dependencies.live().keep
    campaign, page, moves = bundle.campaigns[run.name], Page(), list[tuple[Send | None, Send]]()
    for recipient in _recipients(campaign, leads, dependencies):
        if not _gets_mail(recipient, run):
            continue
        lead, planned = recipient.lead, recipient.planned
        canary = mailing.is_canary(campaign, lead.id)
        delay = _delay(campaign, walk, page, canary)
        at = mailing.send_time(campaign, run, lead_zone(lead, bundle.brand), canary, delay)
        if planned is None:
            send = mailing.plan(campaign, bundle.emails[campaign.email], run, lead, at, now)
        else:
            send = mailing.replan(campaign, run, planned.value, at)
        page.add(_write_send(send, planned, at, keep), at=at, canary=canary)
        moves.append((planned.value if planned else None, send))
    page.changes += count_sends(moves)
    return page


def _recipients(campaign: Campaign, leads: Sequence[str], dependencies: Dependencies) -> list[Recipient]:
    count = len(leads)
    found = dependencies.table.get_many(
        [
            *(keys.profile(lead) for lead in leads),
            *(keys.send(lead, mailing.campaign_send_id(campaign.name, lead)) for lead in leads),
            *(_membership(campaign, lead) for lead in leads),
        ]
    )
    profiles, sends, memberships = found[:count], found[count : 2 * count], found[2 * count :]
    return [
        Recipient(profile.value, send, _belongs(campaign, membership))
        for profile, send, membership in zip(profiles, sends, memberships, strict=True)
        if profile
    ]


def _membership(campaign: Campaign, lead: str) -> Key[State] | Key[Send]:
    """Return the key of the row that says whether the lead belongs to the recipients."""
    if campaign.recipients_of:
        return keys.send(lead, mailing.campaign_send_id(campaign.recipients_of, lead))
    return keys.state(lead)


def _belongs(campaign: Campaign, found: Row[State] | Row[Send] | None) -> bool:
    match found.value if found else None:
        case State(segments=segments):
            return campaign.segment in segments
        case Send(state=state):
            return state is SendState.ACCEPTED
    return False


def _gets_mail(recipient: Recipient, run: CampaignRun) -> bool:
    """Return whether the lead gets the mail in this lap. A lead that has left the segment keeps a planned mail."""
    if recipient.planned is None:
        return recipient.belongs
    return mailing.may_replan(recipient.planned.value, run)


def _delay(campaign: Campaign, walk: Walk, page: Page, canary: bool) -> timedelta:
    """Return the delay of the next mail, so that not more mails go in an hour than the campaign allows."""
    if not campaign.per_hour:
        return timedelta()
    canaries, taken = walk.canaries + page.canaries, walk.taken + page.taken
    return paced_delay(canaries if canary else taken - canaries, walk.shard, campaign.per_hour, _HOUR)


def _write_send(send: Send, planned: Row[Send] | None, at: datetime, keep: Retention) -> Change:
    expires = mail_expires(at, keep)
    if planned:
        return Replace(planned.key, send, planned.version, at, ledger.lane(send), expires)
    return Create(keys.send(send.lead, send.id), send, at, ledger.lane(send), expires)
