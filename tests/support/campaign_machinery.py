"""A roster of leads, a campaign for some of them, and the workers that run it."""

from copy import replace
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from nurture._dependencies import Dependencies
from nurture.deliver import deliver
from nurture.walk import run_due
from ripen.adapters.rows import campaign_counts, walk_rows
from ripen.adapters.rows.campaign_switch import CampaignSwitch
from ripen.adapters.table import Create, Replace, Table, keys
from ripen.agenda import SHARDS, Lane, Ref, shard
from ripen.campaign import mailing
from ripen.campaign.campaign_run import CampaignRun, schedule
from ripen.lead.contact import Contact
from ripen.lead.state import State
from ripen.mail.ledger import Send, SendState
from ripen.playbook.bundle import Bundle, Campaign
from ripen.playbook.retention import Retention
from tests.support.builders import a_bundle, a_campaign, a_lead
from tests.support.fakes import NOON, FakeClock, FakeQueue
from tests.support.planned_mails import CONSENT, FakeSes, an_outside

AUTUMN = a_campaign()
KEY = keys.campaign("autumn")


def a_playbook(*campaigns: Campaign, **changes: Any) -> Bundle:
    by_name = {campaign.name: campaign for campaign in campaigns or (AUTUMN,)}
    return a_bundle(campaigns=by_name, keep=Retention(mails=1000), **changes)


def leads_of(shard_wanted: int, count: int) -> list[str]:
    """Return ids of leads in one shard of the roster, in order."""
    found: list[str] = []
    number = 0
    while len(found) < count:
        if shard(f"lead{number:06}") == shard_wanted:
            found.append(f"lead{number:06}")
        number += 1
    return found


def known(table: Table, lead: str, *segments: str, **profile: Any) -> None:
    """Add a lead to the roster that we may write to."""
    table.write(
        Create(keys.profile(lead), a_lead(id=lead, email=f"{lead}@example.co.jp", **profile)),
        Create(keys.contact(lead), Contact(lead=lead, consent=CONSENT)),
        Create(keys.state(lead), State(lead=lead, segments=segments or ("everyone",))),
    )


def many(table: Table, count: int) -> list[str]:
    """Add this many leads that we may write to, in few writes."""
    leads = [f"lead{number:06}" for number in range(count)]
    for start in range(0, count, 33):
        table.write(
            *(
                change
                for lead in leads[start : start + 33]
                for change in (
                    Create(keys.profile(lead), a_lead(id=lead, email=f"{lead}@example.co.jp")),
                    Create(keys.contact(lead), Contact(lead=lead, consent=CONSENT)),
                    Create(keys.state(lead), State(lead=lead, segments=("everyone",))),
                )
            )
        )
    return leads


@dataclass
class Machinery:
    """Runs campaigns as on AWS, but without queues: it calls the worker of each due row."""

    table: Table
    clock: FakeClock = field(default_factory=FakeClock)
    bundle: Bundle = field(default_factory=a_playbook)
    queue: FakeQueue = field(default_factory=FakeQueue)
    ses: FakeSes = field(default_factory=FakeSes)

    @property
    def dependencies(self) -> Dependencies:
        return Dependencies(
            table=self.table,
            live=lambda: self.bundle,
            bundle={self.bundle.hash: self.bundle}.__getitem__,
            clock=self.clock,
            queue=self.queue,
        )

    def schedule(self, campaign: Campaign = AUTUMN, at: datetime = NOON) -> CampaignRun:
        run = schedule(campaign, self.bundle.hash, at, "hanako", self.clock.now())
        self.table.write(Create(keys.campaign(campaign.name), run, due=run.since))
        return run

    def run(self, name: str = "autumn") -> CampaignRun:
        row = self.table.get(keys.campaign(name))
        assert row
        return row.value

    def change(self, run: CampaignRun) -> None:
        """Change a run as `ripen campaign` does."""
        key = keys.campaign(run.name)
        row = self.table.get(key)
        assert row
        laps = walk_rows.start_lap(key, walk_rows.read_walks(self.table, key), run.lap, self.clock.now())
        self.table.write(
            Replace(key, run, row.version, due=self.clock.now()), *(laps if run.lap > row.value.lap else ())
        )

    def review(self, name: str = "autumn") -> None:
        run_due(keys.campaign(name).ref, self.dependencies, lambda: True)

    def walk(self, *shards: int, name: str = "autumn") -> None:
        """Walk these shards to their end, or all shards."""
        for number in shards or range(SHARDS):
            run_due(keys.walk(keys.campaign(name), number).ref, self.dependencies, lambda: True)

    def begin(self, *shards: int, campaign: Campaign = AUTUMN) -> None:
        self.schedule(campaign)
        self.review(campaign.name)
        self.walk(*shards, name=campaign.name)

    def due(self, kind: str = "send") -> list[Ref]:
        return [
            due.ref
            for lane in Lane
            for number in range(SHARDS)
            for due in self.table.due(lane, number, self.clock.now(), 1000)
            if keys.kind(due.ref) == kind
        ]

    def deliver(self, most: int | None = None) -> int:
        """Deliver each due mail once, at most this many; return how many were due."""
        dependencies = an_outside(self.table, self.clock, self.ses, playbook=self.bundle, may_send=self.says)
        refs = self.due()[:most]
        for ref in refs:
            deliver(keys.typed(keys.parse(ref), Send), dependencies)
        return len(refs)

    def says(self, name: str) -> Any:
        return CampaignSwitch(self.table, self.clock).may_send(name)

    def sends(self, leads: list[str], name: str = "autumn") -> dict[str, Send]:
        """Return the sends by lead, without the leads that have none."""
        rows = self.table.get_many([keys.send(lead, mailing.campaign_send_id(name, lead)) for lead in leads])
        return {row.value.lead: row.value for row in rows if row}

    def in_state(self, leads: list[str], state: SendState, name: str = "autumn") -> list[str]:
        return [lead for lead, send in self.sends(leads, name).items() if send.state is state]

    def counts(self, name: str = "autumn") -> dict[str, int]:
        return {what: count for what, count in campaign_counts.campaign_totals(self.table, name).items() if count}

    def taken(self) -> list[str]:
        """Return the leads whose mails SES took, in order."""
        return [mail.tags["lead"] for mail in self.ses.taken]


def after(**delta: float) -> datetime:
    return NOON + timedelta(**delta)


def with_rates(**changes: Any) -> Campaign:
    return replace(AUTUMN, **changes)


def one_lead(machinery: Machinery) -> str:
    """Add a lead in the first shard that we may write to, and return its id."""
    [lead] = leads_of(0, 1)
    known(machinery.table, lead)
    return lead
