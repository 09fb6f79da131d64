"""Everything that decides whether one mail may go: its rows, and what the decision asks for."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from msgspec import Struct

from ripen import ports
from ripen.adapters.playbook import Live
from ripen.adapters.table import Add, Key, Row, Table, keys
from ripen.calendar.local_time import lead_zone
from ripen.campaign.campaign_run import MaySend, holds_back
from ripen.campaign.counts import Counts
from ripen.crm.incoming import opportunity
from ripen.key_ring import KeyRing
from ripen.lead.activity import Activity, Verdict
from ripen.lead.address import address_hash
from ripen.lead.contact import Contact, Suppression
from ripen.lead.lead import Profile
from ripen.lead.state import State
from ripen.mail import policy
from ripen.mail.ledger import Send
from ripen.mail.limits import request_cap
from ripen.mail.limits.breaker import Breaker
from ripen.mail.limits.frequency_cap import PlannedMail
from ripen.mail.limits.warm_up import WarmUp
from ripen.playbook.bundle import Bundle
from ripen.playbook.condition import LeadFacts
from ripen.scoring.activity_counts import count_activities, lead_facts
from ripen.scoring.score import score

_COUNTS_KEPT = timedelta(days=2)


class Dependencies(Struct, frozen=True, kw_only=True):
    """The ports that a delivery needs."""

    table: Table
    live: Callable[[], Live]
    bundle: Callable[[str], Bundle]
    """Returns the bundle with this hash."""
    clock: ports.Clock
    mailer: ports.Mailer
    stopped: Callable[[], bool]
    link_keys: KeyRing
    address_key: bytes
    reply_domain: str = ""
    warm_up: Callable[[], WarmUp | None] = lambda: None
    """Returns the plan of a warm-up, if there is one."""
    may_send: Callable[[str], MaySend] = lambda name: "yes"
    """Whether the mails of the campaign with this name may go."""


class SendContext(Struct, frozen=True, kw_only=True):
    """The rows that decide about one mail and that its claim changes."""

    send: Row[Send]
    profile: Profile | None
    contact_row: Row[Contact] | None
    state: State | None
    """Read only if the policy asks about it."""
    suppression_key: Key[Suppression]
    suppression: Row[Suppression] | None
    in_shadow: bool
    breaker_row: Row[Breaker] | None
    requested: Row[Counts] | None
    """The transactional mails of this hour."""

    @property
    def lead(self) -> Profile:
        """Return the lead of the mail. Raises LookupError if it does not exist: such a mail is skipped before."""
        if self.profile is None:
            raise LookupError(self.send.value.lead)
        return self.profile

    @property
    def breaker(self) -> Breaker:
        return self.breaker_row.value if self.breaker_row else Breaker()

    @property
    def contact(self) -> Contact:
        return self.contact_row.value if self.contact_row else Contact(lead=self.send.value.lead)


def read_context(key: Key[Send], dependencies: Dependencies, with_suppression: bool) -> SendContext | None:
    """Return the rows, None if there is no such send.

    The suppression is read only on request and in shadow mode. The claim's own condition checks it anyway, but shadow
    mode makes no claim.
    """
    lead = key.lead
    asks_state = dependencies.live().bundle.policy.unless is not None
    requested_key = keys.requested_mails(dependencies.clock.now())
    send, profile, contact, shadow, breaker, requested, *state = dependencies.table.get_many(
        [key, keys.profile(lead), keys.contact(lead), keys.SHADOW, keys.BREAKER, requested_key]
        + ([keys.state(lead)] if asks_state else [])
    )
    if send is None:
        return None
    in_shadow = bool(shadow and shadow.value.on)
    email = profile.value.email if profile else ""
    suppression_key = keys.suppression(address_hash(dependencies.address_key, email))
    return SendContext(
        send=send,
        profile=profile.value if profile else None,
        contact_row=contact,
        state=state[0].value if state and state[0] else None,
        suppression_key=suppression_key,
        suppression=dependencies.table.get(suppression_key) if with_suppression or in_shadow else None,
        in_shadow=in_shadow,
        breaker_row=breaker,
        requested=requested,
    )


def situation(
    context: SendContext, purpose: str, is_abandoned: Callable[[], bool], dependencies: Dependencies, now: datetime
) -> policy.Situation:
    """Return everything that decides about the mail.

    Rows that few mails need are read only when the decision asks for them.
    """
    send, profile, live = context.send.value, context.profile, dependencies.live().bundle
    address = profile.email if profile else ""
    return policy.Situation(
        send=send,
        contact=context.contact,
        policy=live.policy,
        has_lead=profile is not None,
        campaign=holds_back(dependencies.may_send(send.origin), now) if send.campaign else None,
        stopped=dependencies.stopped(),
        suppression=context.suppression.value if context.suppression else None,
        in_shadow=context.in_shadow,
        breaker=context.breaker,
        zone=lead_zone(profile, live.brand) if profile else ZoneInfo("UTC"),
        purpose=purpose,
        facts=_facts(context, profile, dependencies, now) if profile and live.policy.unless else None,
        sent_this_hour=context.requested.value.of.get(send.email, 0) if context.requested else 0,
        sent_to_inbox=lambda: _sent_to_inbox(address, context.contact, dependencies, now),
        opted_out=profile is not None and profile.crm_opt_out,
        has_opportunity=lambda: _has_opportunity(address, dependencies),
        other_mails=lambda: _other_mails(context.send.key, dependencies.table),
        is_abandoned=is_abandoned,
    )


def previous_message_id(send: Send, dependencies: Dependencies) -> str:
    """Return SES's id of the mail that this one follows in its journey; "" if there is none, or if it never went."""
    row = dependencies.table.get(keys.send(send.lead, send.follows)) if send.follows else None
    return row.value.message_id if row else ""


def is_stopped(send: Send, dependencies: Dependencies) -> bool:
    """Return whether all sending, or the campaign of the mail, is stopped: as of at most one second ago."""
    return dependencies.stopped() or (send.campaign and dependencies.may_send(send.origin) != "yes")


def count_request(send: Send, email: str, dependencies: Dependencies, now: datetime) -> list[Add]:
    """Return the changes that count a transactional mail for its inbox and its hour, at its claim.

    The contact counts for the address itself, so an address without tag and dots needs no other row to be written.
    """
    changes = []
    if request_cap.counts(send) and (inbox := _inbox_key(email, dependencies, now)):
        changes.append(Add(inbox, {"sent": 1}, expires=now + _COUNTS_KEPT))
    if number := request_cap.counted_this_hour(send):
        changes.append(Add(keys.requested_mails(now), {send.email: number}, expires=now + _COUNTS_KEPT))
    return changes


def _sent_to_inbox(email: str, contact: Contact, dependencies: Dependencies, now: datetime) -> int:
    """Return how many transactional mails the inbox got today, with and without tag and dots."""
    inbox = request_cap.inbox(email)
    hash = address_hash(dependencies.address_key, inbox)
    counted = dependencies.table.get(keys.inbox_mails(hash, request_cap.day(now)))
    others = counted.value.of.get("sent", 0) if counted else 0
    if inbox == email:
        return others + request_cap.sent_today(contact, now)
    pointer = dependencies.table.get(keys.address(hash))
    plain = dependencies.table.get(keys.contact(pointer.value.lead)) if pointer else None
    return others + (request_cap.sent_today(plain.value, now) if plain else 0)


def _inbox_key(email: str, dependencies: Dependencies, now: datetime) -> Key[Counts] | None:
    """Return the key of the inbox's count, None if the address is the inbox's own."""
    inbox = request_cap.inbox(email)
    if inbox == email:
        return None
    return keys.inbox_mails(address_hash(dependencies.address_key, inbox), request_cap.day(now))


def _has_opportunity(email: str, dependencies: Dependencies) -> bool:
    row = dependencies.table.get(keys.deal(opportunity.company_token(email, dependencies.address_key)))
    return bool(row and row.value.accounts_open)


def _facts(context: SendContext, profile: Profile, dependencies: Dependencies, now: datetime) -> LeadFacts:
    state = context.state or State(lead=profile.id)
    points = score(state, dependencies.live().bundle.scoring, now)

    @cache
    def done() -> list[Activity]:
        found = (row.value for row in dependencies.table.under(profile.id, "activity#"))
        return [each for each in found if each.verdict is Verdict.HUMAN]

    def count(kind: str, subject: str, since: datetime | None) -> int:
        return count_activities(done(), kind, subject, since)

    return lead_facts(profile, state, points, context.contact, now, count)


def _other_mails(key: Key[Send], table: Table) -> Iterable[PlannedMail]:
    """Return the lead's other mails that are still on the agenda."""
    rows: Iterable[Row[Send]] = table.under(key.lead, "send#")
    return [(row.value, row.due) for row in rows if row.due and row.key.sk != key.sk]
