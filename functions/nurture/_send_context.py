"""What one mail is judged by: the rows that say who it is for, and what the policy makes of them."""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

from msgspec import Struct

from ripen import ports
from ripen.adapters.playbook import Live
from ripen.adapters.table import Key, Row, Table, keys
from ripen.calendar.local_time import lead_zone
from ripen.campaign.campaign_run import MaySend, holds_back
from ripen.crm import opportunity
from ripen.lead.activity import Activity, Verdict
from ripen.lead.address import address_hash
from ripen.lead.contact import Contact, Suppression
from ripen.lead.lead import Profile
from ripen.lead.state import State
from ripen.mail import policy
from ripen.mail.breaker import Breaker
from ripen.mail.frequency_cap import PlannedMail
from ripen.mail.ledger import Send, SendPointer
from ripen.playbook.bundle import Bundle
from ripen.playbook.condition import LeadFacts
from ripen.scoring.activity_counts import count_activities, lead_facts
from ripen.scoring.score import score


class Dependencies(Struct, frozen=True, kw_only=True):
    """All that a delivery needs of the world."""

    table: Table
    live: Callable[[], Live]
    bundle: Callable[[str], Bundle]
    clock: ports.Clock
    mailer: ports.Mailer
    stopped: Callable[[], bool]
    link_key: bytes
    address_key: bytes
    reply_domain: str = ""
    may_send: Callable[[str], MaySend] = lambda name: "yes"
    """Of a campaign, by its name: "yes", "soon" (its canaries are judged next), "later" (it is paused or halted) or "never"
    (it was stopped)."""


class Gathered(Struct, frozen=True, kw_only=True):
    """The rows that one send is judged by and changes."""

    send: Row[Send]
    profile: Profile | None
    contact: Row[Contact] | None
    pointer: Row[SendPointer] | None
    state: State | None
    """Read only where the policy asks about it."""
    refusal_key: Key[Suppression]
    refusal: Row[Suppression] | None
    in_shadow: bool
    breaker: Row[Breaker] | None

    @property
    def lead(self) -> Profile:
        """The lead that the mail is for. Raises LookupError if it is gone: such a mail is skipped before."""
        if self.profile is None:
            raise LookupError(self.send.value.lead)
        return self.profile

    @property
    def fuse(self) -> Breaker:
        return self.breaker.value if self.breaker else Breaker()

    @property
    def known(self) -> Contact:
        return self.contact.value if self.contact else Contact(lead=self.send.value.lead)


def gather(key: Key[Send], dependencies: Dependencies, thoroughly: bool) -> Gathered | None:
    """None if there is no such send. `thoroughly` also reads whether the address is suppressed; the claim's own condition
    asks that in any case, but shadow mode makes no claim."""
    lead, id = key.lead, key.sk.removeprefix("send#")
    asks_state = dependencies.live().bundle.policy.unless is not None
    send, profile, contact, pointer, shadow, fuse, *state = dependencies.table.get_many(
        [key, keys.profile(lead), keys.contact(lead), keys.send_pointer(id), keys.SHADOW, keys.BREAKER]
        + ([keys.state(lead)] if asks_state else [])
    )
    if send is None:
        return None
    in_shadow = bool(shadow and shadow.value.on)
    refusal_key = keys.suppression(address_hash(dependencies.address_key, profile.value.email if profile else ""))
    return Gathered(
        send=send,
        profile=profile.value if profile else None,
        contact=contact,
        pointer=pointer,
        state=state[0].value if state and state[0] else None,
        refusal_key=refusal_key,
        refusal=dependencies.table.get(refusal_key) if thoroughly or in_shadow else None,
        in_shadow=in_shadow,
        breaker=fuse,
    )


def situation(
    gathered: Gathered, is_abandoned: Callable[[], bool], dependencies: Dependencies, now: datetime
) -> policy.Situation:
    """Return everything that decides about the mail. Rows that few mails need are read when the decision asks for them."""
    send, profile, live = gathered.send.value, gathered.profile, dependencies.live().bundle
    address = profile.email if profile else ""
    return policy.Situation(
        send=send,
        contact=gathered.known,
        policy=live.policy,
        has_lead=profile is not None,
        campaign=holds_back(dependencies.may_send(send.origin), now) if send.campaign else None,
        stopped=dependencies.stopped(),
        suppression=gathered.refusal.value if gathered.refusal else None,
        in_shadow=gathered.in_shadow,
        breaker=gathered.fuse,
        zone=lead_zone(profile, live.brand) if profile else ZoneInfo("UTC"),
        purpose=_purpose(send, dependencies),
        facts=_facts(gathered, profile, dependencies, now) if profile and live.policy.unless else None,
        has_opportunity=lambda: _has_opportunity(address, dependencies),
        other_mails=lambda: _planned(gathered.send.key, dependencies.table),
        is_abandoned=is_abandoned,
    )


def is_stopped(send: Send, dependencies: Dependencies) -> bool:
    """Return whether all sending, or the campaign that this mail belongs to, is stopped now."""
    return dependencies.stopped() or (send.campaign and dependencies.may_send(send.origin) != "yes")


def _purpose(send: Send, dependencies: Dependencies) -> str:
    """What the mail needs consent for: as it is live, or, where the live playbook has dropped it, as it will be written."""
    email = dependencies.live().bundle.emails.get(send.email)
    if email is None and send.bundle:
        email = dependencies.bundle(send.bundle).emails.get(send.email)
    return email.purpose if email else "marketing"


def _has_opportunity(email: str, dependencies: Dependencies) -> bool:
    row = dependencies.table.get(keys.deal(opportunity.company_token(email, dependencies.address_key)))
    return bool(row and row.value.accounts)


def _facts(gathered: Gathered, profile: Profile, dependencies: Dependencies, now: datetime) -> LeadFacts:
    state = gathered.state or State(lead=profile.id)
    points = score(state, dependencies.live().bundle.scoring, now)

    @cache
    def done() -> list[Activity]:
        found = (row.value for row in dependencies.table.under(profile.id, "activity#"))
        return [each for each in found if each.verdict is Verdict.HUMAN]

    def count(kind: str, subject: str, since: datetime | None) -> int:
        return count_activities(done(), kind, subject, since)

    return lead_facts(profile, state, points, gathered.known, now, count)


def _planned(key: Key[Send], table: Table) -> Iterable[PlannedMail]:
    """The lead's other mails that are still to come."""
    rows: Iterable[Row[Send]] = table.under(key.lead, "send#")
    return [(row.value, row.due) for row in rows if row.due and row.key.sk != key.sk]
