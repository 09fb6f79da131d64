"""The mail of a campaign that a lead gets, and when it may go."""

from copy import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from ripen.calendar.local_time import instant, office_zone
from ripen.campaign.campaign_run import CampaignRun
from ripen.decision import Reason
from ripen.ids import send_id
from ripen.lead.lead import Profile
from ripen.mail.ledger import MailClass, Send, SendState, is_held, may_have_arrived
from ripen.playbook.bundle import Brand, Campaign, Email

ENTRY, STEP = "campaign", "send"
_FURTHEST_EAST = timedelta(hours=14)
"""The largest offset from UTC (Kiribati): no day begins earlier."""
_RETRIABLE = frozenset({Reason.EXPIRED, Reason.CAMPAIGN_STOPPED, Reason.CAPPED})
"""Reasons of a skipped mail that allow another try."""


def campaign_send_id(campaign: str, lead: str) -> str:
    """Return the id of the one mail that a campaign has for each lead, however often it is resumed or sent again."""
    return send_id(campaign, ENTRY, STEP, 1, lead)


def is_canary(campaign: Campaign, lead: str) -> bool:
    """Return whether the lead is one of the canaries: the same leads on each lap, other leads for each campaign."""
    drawn = int.from_bytes(sha256(f"{campaign.name}\x1f{lead}".encode()).digest()[:8])
    return drawn < campaign.canary * 2**64


def in_utc(at: str, zone: ZoneInfo) -> datetime:
    """Convert a local date and time to UTC (local_time.py says what happens when clocks change)."""
    local = datetime.fromisoformat(at)
    return instant(local.date(), local.time(), zone)


def earliest_start(campaign: Campaign, brand: Brand) -> datetime:
    """Return when the first lead anywhere in the world may get the mail."""
    if campaign.zone == "brand":
        return in_utc(campaign.at, office_zone(brand))
    return datetime.fromisoformat(campaign.at).replace(tzinfo=UTC) - _FURTHEST_EAST


def send_time(campaign: Campaign, run: CampaignRun, zone: ZoneInfo, canary: bool, pace: timedelta) -> datetime:
    """Return when the mail to a lead in this time zone may go.

    In each zone the rest follows the canaries after the same time.
    `pace` is the delay that the campaign's mails per hour ask for.
    """
    earliest = run.since if canary else run.rest
    later = timedelta(seconds=campaign.canary_seconds if campaign.canary and not canary else 0)
    local = earliest if campaign.zone == "brand" else in_utc(campaign.at, zone) + later
    return max(earliest, local) + pace


def plan(campaign: Campaign, email: Email, run: CampaignRun, lead: Profile, at: datetime, now: datetime) -> Send:
    """Return the campaign's mail to the lead, which may go from `at` on."""
    return Send(
        id=campaign_send_id(campaign.name, lead.id),
        lead=lead.id,
        email=campaign.email,
        mail_class=MailClass(email.mail_class),
        origin=campaign.name,
        step=STEP,
        entry=ENTRY,
        campaign=True,
        priority=campaign.priority,
        planned=now,
        not_before=at,
        valid_until=at + timedelta(seconds=campaign.expires_seconds),
        bundle=run.bundle,
    )


def may_replan(send: Send, run: CampaignRun) -> bool:
    """Return whether a mail from an earlier lap is planned once more in this one.

    A mail that the provider may have is planned again only if a person asked for such mails too.
    """
    if send.state is SendState.SKIPPED:
        return bool(run.resends) and send.reason in _RETRIABLE
    if is_held(send):
        return run.resends == "held" or (run.resends == "unsent" and not may_have_arrived(send))
    return send.state is SendState.PLANNED


def replan(campaign: Campaign, run: CampaignRun, send: Send, at: datetime) -> Send:
    """Return the mail with its new time.

    A mail that was attempted before keeps its playbook, unless SES did not take it: then a corrected one is better.
    """
    is_refused = is_held(send) and not may_have_arrived(send)
    return replace(
        send,
        state=SendState.PLANNED,
        reason="",
        not_before=at,
        valid_until=at + timedelta(seconds=campaign.expires_seconds),
        bundle=send.bundle if send.attempt and not is_refused else run.bundle,
        unknown=None,
        claimed=None,
    )
