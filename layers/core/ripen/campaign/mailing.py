"""Which mail of a campaign a lead gets, and when."""

from copy import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from ripen.calendar.local_time import instant, office_zone
from ripen.campaign.campaign_run import STOPPED, CampaignRun
from ripen.ids import send_id
from ripen.lead.lead import Profile
from ripen.mail.ledger import BY_PROVIDER, MailClass, Send, SendState
from ripen.playbook.bundle import Brand, Campaign, Email

ENTRY, STEP = "campaign", "send"
_EAST = timedelta(hours=14)
"""How far ahead of UTC a day begins at the earliest (Kiribati)."""
_PASSED_OVER = frozenset({"expired", STOPPED, "capped"})
"""Reasons of SKIPPED that are no word against another try."""


def campaign_send_id(campaign: str, lead: str) -> str:
    """A campaign has one mail for each lead, however often it is scheduled, resumed or sent again."""
    return send_id(campaign, ENTRY, STEP, 1, lead)


def is_canary(campaign: Campaign, lead: str) -> bool:
    """Whether the lead is one of the canaries: the same ones each time, others for each campaign."""
    drawn = int.from_bytes(sha256(f"{campaign.name}\x1f{lead}".encode()).digest()[:8])
    return drawn < campaign.canary * 2**64


def in_utc(at: str, zone: ZoneInfo) -> datetime:
    """That local date and time, in UTC (local_time.py says what happens where clocks are changed)."""
    local = datetime.fromisoformat(at)
    return instant(local.date(), local.time(), zone)


def earliest_start(campaign: Campaign, brand: Brand) -> datetime:
    """When the first lead anywhere may get it."""
    if campaign.zone == "brand":
        return in_utc(campaign.at, office_zone(brand))
    return datetime.fromisoformat(campaign.at).replace(tzinfo=UTC) - _EAST


def send_time(campaign: Campaign, run: CampaignRun, zone: ZoneInfo, first: bool, turn: timedelta) -> datetime:
    """When the mail of a lead who lives in this time zone may go. Each zone has its canaries first, by as much."""
    from_when_on = run.since if first else run.rest
    later = timedelta(seconds=campaign.canary_seconds if campaign.canary and not first else 0)
    local = from_when_on if campaign.zone == "brand" else in_utc(campaign.at, zone) + later
    return max(from_when_on, local) + turn


def plan(campaign: Campaign, email: Email, run: CampaignRun, lead: Profile, at: datetime, now: datetime) -> Send:
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
    """Whether a mail that was planned in an earlier lap gets another place in this one. What was given to the provider, or
    may have been, is never taken up, but for what a person asked for."""
    match send.state:
        case SendState.PLANNED:
            return True
        case SendState.FAILED:
            return bool(run.again) and send.reason not in BY_PROVIDER
        case SendState.SKIPPED:
            return bool(run.again) and send.reason in _PASSED_OVER
        case SendState.HELD:
            return run.again == "held"
    return False


def replan(campaign: Campaign, run: CampaignRun, send: Send, at: datetime) -> Send:
    """The mail in its new place. One that was on its way once is written from the same playbook again."""
    return replace(
        send,
        state=SendState.PLANNED,
        reason="",
        not_before=at,
        valid_until=at + timedelta(seconds=campaign.expires_seconds),
        bundle=send.bundle if send.attempt else run.bundle,
        unknown=None,
        claimed=None,
    )
