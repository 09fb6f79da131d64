"""How many people a campaign would reach now, and why it would not reach the others.

Each lead of the audience is judged by the rules that its mail meets when it is sent. Quiet hours are left out, because
they only postpone the mail.
"""

from collections import Counter
from collections.abc import Sequence
from copy import replace
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import batched

from ripen.adapters.table import Row, Table, keys
from ripen.agenda import shard
from ripen.calendar.local_time import lead_zone
from ripen.campaign import campaign_run as runs
from ripen.campaign import mailing
from ripen.campaign.walk import paced_delay
from ripen.crm.incoming import opportunity
from ripen.decision import Reason
from ripen.lead.activity import Activity, Verdict
from ripen.lead.address import address_hash
from ripen.lead.contact import Contact
from ripen.lead.lead import Profile
from ripen.lead.state import State
from ripen.mail import policy
from ripen.mail.ledger import SendState
from ripen.operations.leads.scan import Sample, scan_sample
from ripen.operations.progress import Progress, silent
from ripen.operations.sending.campaign_report import recipients
from ripen.playbook.bundle import Bundle, Campaign
from ripen.playbook.condition import LeadFacts
from ripen.scoring.activity_counts import count_activities, lead_facts
from ripen.scoring.score import score

_BATCH = 100
_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Reach:
    leads: int
    """The audience, as far as it was read."""
    refused: Counter[str]
    """Leads that would not get the mail, by reason."""
    last: timedelta
    """How much later than the first the last mail would go, by the campaign's pace."""
    sample: Sample

    @property
    def reached(self) -> int:
        return self.leads - self.refused.total()


def estimate(
    campaign: Campaign,
    table: Table,
    bundle: Bundle,
    address_key: bytes,
    now: datetime,
    most: int,
    progress: Progress = silent,
) -> Reach:
    """Return the reach as of now.

    At most about `most` states are read, and four rows for each lead of the audience.
    """
    if campaign.recipients_of:
        found = recipients(campaign.recipients_of, table, progress)
        leads = [each.lead for each in found if each.state == SendState.ACCEPTED]
        sample = Sample(read=len(leads), is_all=True)
    else:

        def members(states: Sequence[State]) -> list[str]:
            return [state.lead for state in states if campaign.segment in state.segments]

        leads, sample = scan_sample(table, members, most, progress)
    judge = _Judge(campaign, table, bundle, address_key, now)
    reasons = [reason for batch in batched(leads, _BATCH, strict=False) for reason in judge.reasons(batch)]
    return Reach(len(leads), Counter(filter(None, reasons)), last_mail(campaign, leads), sample)


def last_mail(campaign: Campaign, leads: Sequence[str]) -> timedelta:
    """Return how much later than the first the last mail would go: each shard of the roster has its own pace."""
    if campaign.per_hour is None:
        return timedelta()
    sizes = Counter(map(shard, leads))
    delays = [paced_delay(size - 1, number, campaign.per_hour, _HOUR) for number, size in sizes.items()]
    return max(delays, default=timedelta())


class _Judge:
    """Says for each lead why the campaign's mail would not go to it now."""

    def __init__(self, campaign: Campaign, table: Table, bundle: Bundle, address_key: bytes, now: datetime) -> None:
        self._campaign, self._table, self._bundle, self._now = campaign, table, bundle, now
        self._key = address_key
        self._policy = replace(bundle.policy, quiet=None)
        self._email = bundle.emails[campaign.email]
        self._run = runs.schedule(campaign, bundle.hash, now, "", now)

    def reasons(self, leads: Sequence[str]) -> list[str]:
        """Return a reason for each lead, "" for one that the mail would reach."""
        count = len(leads)
        kinds = [keys.profile, keys.contact, keys.state]
        rows = self._table.get_many([kind(lead) for kind in kinds for lead in leads])
        profiles, contacts, states = rows[:count], rows[count : 2 * count], rows[2 * count :]
        emails = [row.value.email if row else "" for row in profiles]
        suppressed = self._table.get_many([keys.suppression(address_hash(self._key, email)) for email in emails])
        return [
            self._reason(profile.value, contact, state, bool(suppression)) if profile else Reason.NO_LEAD
            for profile, contact, state, suppression in zip(profiles, contacts, states, suppressed, strict=True)
        ]

    def _reason(
        self, profile: Profile, contact: Row[Contact] | None, state: Row[State] | None, is_suppressed: bool
    ) -> str:
        if is_suppressed:
            return Reason.SUPPRESSED
        known = contact.value if contact else Contact(lead=profile.id)
        situation = policy.Situation(
            send=mailing.plan(self._campaign, self._email, self._run, profile, self._now, self._now),
            contact=known,
            policy=self._policy,
            zone=lead_zone(profile, self._bundle.brand),
            purpose=self._email.purpose,
            facts=self._facts(profile, known, state) if self._policy.unless else None,
            opted_out=profile.crm_opt_out,
            has_opportunity=lambda: self._has_opportunity(profile.email),
        )
        match policy.decide(situation, self._now):
            case policy.Skip(reason) | policy.Wait(_, reason) if reason:
                return reason
        return ""

    def _facts(self, profile: Profile, contact: Contact, row: Row[State] | None) -> LeadFacts:
        state = row.value if row else State(lead=profile.id)

        @cache
        def done() -> list[Activity]:
            found = (row.value for row in self._table.under(profile.id, "activity#"))
            return [each for each in found if each.verdict is Verdict.HUMAN]

        def count(kind: str, subject: str, since: datetime | None) -> int:
            return count_activities(done(), kind, subject, since)

        points = score(state, self._bundle.scoring, self._now)
        return lead_facts(profile, state, points, contact, self._now, count)

    def _has_opportunity(self, email: str) -> bool:
        row = self._table.get(keys.deal(opportunity.company_token(email, self._key)))
        return bool(row and row.value.accounts_open)
