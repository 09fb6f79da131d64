"""Decide whether a mail may go to a lead now. Each refusal has a reason that people read in the decision."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import assert_never
from zoneinfo import ZoneInfo

from msgspec import Struct

from ripen.calendar.quiet_hours import quiet_until
from ripen.decision import Reason
from ripen.lead.contact import Contact, Suppression
from ripen.lead.unsubscription import refuses
from ripen.mail.ledger import MailClass, Send, with_jitter
from ripen.mail.limits import breaker, frequency_cap, request_cap
from ripen.mail.limits.breaker import Breaker
from ripen.playbook.bundle import Policy
from ripen.playbook.clause import Agreed, AllOf, AnyOf, Belongs, Clause, Condition, Did, Not, Tagged
from ripen.playbook.condition import LeadFacts, holds

STOPPED_PAUSE = timedelta(seconds=60)
"""How long a mail waits for the next check while sending is stopped."""
_UTC = ZoneInfo("UTC")


class Claim(Struct, frozen=True):
    """The mail may go now."""


class RecordOnly(Struct, frozen=True):
    """The mail would go now, but shadow mode is on: it is recorded and not sent."""


class Skip(Struct, frozen=True):
    """The mail never goes. With `leaves`, the lead also leaves the journey that planned it."""

    reason: str
    leaves: bool = False


class Wait(Struct, frozen=True):
    """The mail keeps its place until then. It has a reason only if it waits for something of its own."""

    until: datetime
    reason: str = ""


class Situation(Struct, frozen=True, kw_only=True):
    """Everything that decides whether one mail may go.

    The callables read more rows. They are called only if the answer depends on them.
    """

    send: Send
    contact: Contact
    policy: Policy
    has_lead: bool = True
    campaign: Skip | Wait | None = None
    """The decision of the mail's campaign: None if it has none, or if the campaign lets its mails go."""
    stopped: bool = False
    """Whether all sending is stopped."""
    suppression: Suppression | None = None
    in_shadow: bool = False
    breaker: Breaker = Breaker()
    zone: ZoneInfo = _UTC
    """The lead's time zone."""
    purpose: str = "marketing"
    """The purpose that needs a consent."""
    facts: LeadFacts | None = None
    """The lead's facts for `Policy.unless`, if the policy has one."""
    sent_this_hour: int = 0
    """How many times this mail has gone to all leads in this hour, about."""
    sent_to_inbox: Callable[[], int] = int
    """How many transactional mails have gone to the lead's inbox today, under any of its addresses."""
    opted_out: bool = False
    """Whether sales noted in the CRM that the person wants no mail or no calls."""
    has_opportunity: Callable[[], bool] = bool
    """Whether sales has an open opportunity with the lead's company."""
    warm_up_opens: Callable[[], datetime | None] = lambda: None
    """When the lead's mailbox provider takes the mail, if the warm-up's cap of today is reached (warm_up.py)."""
    other_mails: Callable[[], Iterable[frequency_cap.PlannedMail]] = tuple
    """The lead's other planned mails, one of which may go first."""
    is_abandoned: Callable[[], bool] = bool
    """Whether the lead has left the journey that planned the mail."""


def decide(situation: Situation, now: datetime) -> Claim | RecordOnly | Skip | Wait:
    """Decide whether a mail may go now.

    The first answer counts:

    1. the lead does not exist any more
    2. the campaign is paused, halted or stopped, or all sending is stopped
    3. the mail has expired, or its address bounced, complained or is suppressed
    4. for marketing mail: consent, the policy's exceptions, the opt-out in the CRM, open opportunities, quiet hours,
       the frequency cap, the warm-up;
       for transactional mail: a refusal of this mail, the caps of request_cap.py
    5. the breaker is open, because SES refuses the account (shadow mode does not ask SES)
    6. the lead has left the journey that planned the mail
    7. shadow mode
    """
    if not situation.has_lead:
        return Skip(Reason.NO_LEAD)
    if situation.campaign is not None:
        return situation.campaign
    if situation.stopped:
        return Wait(now + STOPPED_PAUSE)
    if reason := _unreachable(situation, now):
        return Skip(reason)
    by_class = _marketing if situation.send.mail_class is MailClass.MARKETING else _requested
    if refusal := by_class(situation, now):
        return refusal
    if not situation.in_shadow and (again := breaker.blocked_until(situation.breaker, now)):
        return Wait(with_jitter(situation.send, again))
    if situation.is_abandoned():
        return Skip(Reason.LEFT_JOURNEY)
    return RecordOnly() if situation.in_shadow else Claim()


def _unreachable(situation: Situation, now: datetime) -> str:
    """Return why not even a requested mail may go, or ""."""
    send, contact = situation.send, situation.contact
    if send.valid_until and now > send.valid_until:
        return Reason.EXPIRED
    if contact.complained:
        return Reason.COMPLAINED
    if contact.bounced:
        return Reason.BOUNCED
    return Reason.SUPPRESSED if situation.suppression else ""


def _marketing(situation: Situation, now: datetime) -> Skip | Wait | None:
    """Return why a marketing mail may not go now, None if it may."""
    policy = situation.policy
    if reason := _lacks_consent(situation.contact, situation.purpose) or _excluded_by_policy(
        policy.unless, situation.facts
    ):
        return Skip(reason)
    if situation.opted_out:
        return Skip(Reason.OPTED_OUT)
    if policy.skips_open_opportunities and situation.has_opportunity():
        return Skip(Reason.OPEN_OPPORTUNITY)
    if policy.quiet and (until := quiet_until(policy.quiet, now, situation.zone)):
        return Wait(until, Reason.QUIET_HOURS)
    return _capped(situation, now) or _warming_up(situation)


def _warming_up(situation: Situation) -> Skip | Wait | None:
    """Return what the warm-up does to the mail, None if there is room. A mail that was claimed once has its place."""
    send = situation.send
    opens = situation.warm_up_opens() if send.attempt == 0 else None
    if opens is None:
        return None
    expires_before = send.valid_until is not None and opens > send.valid_until
    return Skip(Reason.WARMING_UP) if expires_before else Wait(opens, Reason.WARMING_UP)


def _requested(situation: Situation, now: datetime) -> Skip | Wait | None:
    """Return why a transactional mail may not go now, None if it may."""
    send, contact = situation.send, situation.contact
    if send.email in contact.refused:
        return Skip(Reason.UNSUBSCRIBED)
    if not request_cap.counts(send):
        return None
    most = request_cap.PER_DAY
    if request_cap.sent_today(contact, now) >= most or situation.sent_to_inbox() >= most:
        return Skip(Reason.REQUESTED_TOO_OFTEN)
    if situation.sent_this_hour >= request_cap.PER_HOUR:
        return Wait(with_jitter(send, request_cap.next_hour(now)), Reason.OVER_HOURLY_LIMIT)
    return None


def _lacks_consent(contact: Contact, purpose: str) -> str:
    if refuses(contact, purpose):
        return Reason.UNSUBSCRIBED
    permission = contact.consent.get(purpose)
    return "" if permission and permission.granted else Reason.NO_CONSENT


def _excluded_by_policy(unless: Clause | None, facts: LeadFacts | None) -> str:
    if unless is None or facts is None or not holds(unless, facts):
        return ""
    return f"{Reason.POLICY}: {', '.join(dict.fromkeys(_names_in(unless)))}"


def _names_in(clause: Clause) -> Iterable[str]:
    """Return the names that the clause asks about, in its order."""
    match clause:
        case Condition():
            return [clause.field]
        case Did():
            return [clause.subject or clause.kind]
        case Belongs():
            return [f"segment {clause.segment}"]
        case Agreed():
            return [f"consent {clause.purpose}"]
        case Tagged():
            return [f"tag {clause.tag}"]
        case AllOf() | AnyOf():
            return [name for part in clause.of for name in _names_in(part)]
        case Not():
            return _names_in(clause.clause)
        case _:
            assert_never(clause)


def _capped(situation: Situation, now: datetime) -> Skip | Wait | None:
    """Return what the frequency cap does to the mail, None if there is room.

    The last place is kept for another mail that goes first. A mail that was claimed once has its place already.
    """
    send, contact, policy, zone = situation.send, situation.contact, situation.policy, situation.zone
    room = frequency_cap.places_left(contact, policy, now, zone)
    if room is None or send.attempt > 0:
        return None
    may_yield = room == 1 and send.priority != "high"
    kept = may_yield and bool(frequency_cap.outranking_mail(send, situation.other_mails(), now, zone))
    if room > 0 and not kept:
        return None
    match send.capped:
        case "skip":
            return Skip(Reason.CAPPED)
        case "drop":
            return Skip(Reason.CAPPED, leaves=True)
        case "hold":
            opens = frequency_cap.next_place(contact, policy, now, zone, kept=int(kept))
            if opens is None or (send.valid_until and opens > send.valid_until):
                return Skip(Reason.CAPPED)
            return Wait(opens, Reason.CAPPED)
