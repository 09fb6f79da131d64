"""May this mail go to this person now? Each no has a reason in words, which becomes the decision people can read."""

from collections.abc import Callable, Iterable
from copy import replace
from datetime import datetime, timedelta
from typing import assert_never
from zoneinfo import ZoneInfo

from msgspec import Struct

from ripen.calendar.quiet_hours import quiet_until
from ripen.lead.contact import Contact, Permission, Suppression
from ripen.mail import frequency_cap
from ripen.mail.ledger import MailClass, Send
from ripen.playbook.bundle import Policy
from ripen.playbook.clause import Agreed, AllOf, AnyOf, Belongs, Clause, Condition, Did, Not, Tagged
from ripen.playbook.condition import LeadFacts, holds

STOPPED_PAUSE = timedelta(seconds=60)
"""How long a mail waits before we look again whether sending is stopped."""
LEFT = "left the journey"
"""Why a mail was passed over that still waited when its lead left."""
_UTC = ZoneInfo("UTC")


class Claim(Struct, frozen=True):
    """It may go."""


class Skip(Struct, frozen=True):
    """It may not, and never will; `leaves`: nor does the lead stay in the journey that planned it."""

    reason: str
    leaves: bool = False


class Wait(Struct, frozen=True):
    """Nothing goes now; the mail keeps its place. Without a reason of its own, what it waits for holds for everybody."""

    until: datetime
    reason: str = ""


Judgement = Claim | Skip | Wait


class About(Struct, frozen=True, kw_only=True):
    """What else a marketing mail is judged by."""

    zone: ZoneInfo = _UTC
    """The lead's."""
    purpose: str = "marketing"
    """For which consent must stand."""
    facts: LeadFacts | None = None
    """For Policy.unless."""
    has_opportunity: Callable[[], bool] = bool
    """Whether sales has an open one with the lead's company; asked only where the policy does."""
    planned: Callable[[], Iterable[frequency_cap.Planned]] = tuple
    """The lead's other mails; asked only where one more place is left under the cap, and another mail may go first."""


def judge(
    send: Send,
    contact: Contact,
    suppressed: Suppression | None,
    stopped: bool,
    policy: Policy,
    now: datetime,
    about: About | None = None,
) -> Judgement:
    """Transactional mail is held back only by a stop, its own expiry, or an address that bounced or complained;
    marketing mail also needs a consent that stands, a lead whom the policy does not spare, a time that is not quiet, and
    room under the cap."""
    about = about or About()
    if stopped:
        return Wait(now + STOPPED_PAUSE)
    if reason := _never(send, contact, suppressed, now):
        return Skip(reason)
    if send.mail_class is MailClass.TRANSACTIONAL:
        return Claim()
    if reason := _unwanted(contact, about.purpose) or _spared(policy.unless, about.facts):
        return Skip(reason)
    if policy.skips_open_opportunities and about.has_opportunity():
        return Skip("open opportunity")
    if policy.quiet and (until := quiet_until(policy.quiet, now, about.zone)):
        return Wait(until, "quiet hours")
    return _capped(send, contact, policy, about, now)


def refuses(contact: Contact, purpose: str = "marketing") -> bool:
    """Unsubscribed, and no consent for this has been given since."""
    permission = contact.consent.get(purpose)
    if contact.unsubscribed is None:
        return False
    return not (permission and permission.granted and permission.at > contact.unsubscribed)


def withdrawn(contact: Contact, record: str, now: datetime) -> Contact:
    """The contact of somebody who has just unsubscribed, from everything: a later consent for one purpose brings no other
    one back. `record` names the proof."""
    no = Permission(granted=False, at=now, record=record)
    return replace(contact, unsubscribed=now, consent=dict.fromkeys((*contact.consent, "marketing"), no))


def _never(send: Send, contact: Contact, suppressed: Suppression | None, now: datetime) -> str:
    if send.valid_until and now > send.valid_until:
        return "expired"
    if contact.complained:
        return "complained"
    if contact.bounced:
        return "bounced"
    return "suppressed" if suppressed else ""


def _unwanted(contact: Contact, purpose: str) -> str:
    if refuses(contact, purpose):
        return "unsubscribed"
    permission = contact.consent.get(purpose)
    return "" if permission and permission.granted else "no consent"


def _spared(unless: Clause | None, facts: LeadFacts | None) -> str:
    if unless is None or facts is None or not holds(unless, facts):
        return ""
    return f"policy: {', '.join(dict.fromkeys(_asked(unless)))}"


def _asked(clause: Clause) -> Iterable[str]:
    """What the clause asks about, in its order."""
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
            return [name for part in clause.of for name in _asked(part)]
        case Not():
            return _asked(clause.clause)
        case _:
            assert_never(clause)


def _capped(send: Send, contact: Contact, policy: Policy, about: About, now: datetime) -> Judgement:
    left = frequency_cap.room(contact, policy, now, about.zone)
    if left is None or send.attempt > 0:  # what was claimed once has its place
        return Claim()
    may_yield = left == 1 and send.priority != "high"
    kept = may_yield and bool(frequency_cap.goes_first(send, about.planned(), now, about.zone))
    if left > 0 and not kept:
        return Claim()
    match send.capped:
        case "skip":
            return Skip("capped")
        case "drop":
            return Skip("capped", leaves=True)
        case "hold":
            opens = frequency_cap.opens(contact, policy, now, about.zone, kept=int(kept))
            if opens is None or (send.valid_until and opens > send.valid_until):
                return Skip("capped")
            return Wait(opens, "capped")
