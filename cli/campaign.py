"""What `ripen campaign` asks and does: the audience, the run's state, who received it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from cli.stack.roster import pages
from cli.stack.stack import Stack
from ripen.adapters.playbook import NotPublished
from ripen.adapters.rows import walk_rows
from ripen.adapters.table import Change, Conflict, Replace, Row, keys
from ripen.agenda import SHARDS
from ripen.campaign import mailing
from ripen.campaign.campaign_run import CampaignRun
from ripen.campaign.walk import Walk
from ripen.failure import Failure
from ripen.lead.state import State
from ripen.mail.ledger import Send, SendState
from ripen.playbook.bundle import Bundle, Campaign

_IN_DOUBT = (SendState.CLAIMED, SendState.UNKNOWN, SendState.HELD)


@dataclass(frozen=True)
class Recipient:
    lead: str
    email: str
    at: datetime | None
    state: str


def live(stack: Stack) -> Bundle:
    try:
        return stack.playbook.live().bundle
    except NotPublished:
        raise Failure("No playbook has been published yet.", "Publish it with: ripen publish") from None


def of(stack: Stack, name: str) -> Campaign:
    """The campaign as it is live. Raises Failure."""
    campaigns = live(stack).campaigns
    if name not in campaigns:
        known = ", ".join(sorted(campaigns)) or "none"
        raise Failure(f"The live playbook has no campaign {name!r}; it has: {known}.", "Publish it with: ripen publish")
    return campaigns[name]


def running(stack: Stack, name: str) -> Row[CampaignRun]:
    row = stack.table.get(keys.campaign(name))
    if row is None:
        of(stack, name)
        raise Failure(f"The campaign {name} is not scheduled.", f"Schedule it with: ripen campaign {name} --schedule")
    return row


def audience(stack: Stack, campaign: Campaign) -> list[str]:
    """The leads who would get it now, in order of their ids."""
    if campaign.recipients_of:
        return [found.lead for found in received(stack, campaign.recipients_of) if found.state == SendState.ACCEPTED]

    def belongs(leads: Sequence[str]) -> list[str]:
        rows: list[Row[State] | None] = stack.table.get_many([keys.state(lead) for lead in leads])
        return [row.value.lead for row in rows if row and campaign.segment in row.value.segments]

    return sorted(pages(stack.table, "Audience", belongs))


def received(stack: Stack, name: str) -> list[Recipient]:
    """To whom the mail went, and to whom it may have gone, in order of time."""

    def went(leads: Sequence[str]) -> list[Recipient]:
        rows: list[Row[Send] | None] = stack.table.get_many(
            [keys.send(lead, mailing.campaign_send_id(name, lead)) for lead in leads]
        )
        sends = [row.value for row in rows if row and row.value.state in (SendState.ACCEPTED, *_IN_DOUBT)]
        profiles = stack.table.get_many([keys.profile(send.lead) for send in sends]) if sends else []
        return [
            Recipient(send.lead, profile.value.email if profile else "", send.accepted, str(send.state))
            for send, profile in zip(sends, profiles, strict=True)
        ]

    found = pages(stack.table, "Recipients", went)
    return sorted(found, key=lambda one: (one.at is None, one.at, one.lead))


def write(stack: Stack, row: Row[CampaignRun], run: CampaignRun) -> None:
    """The run as it is now; a new lap begins at once."""
    now, key = stack.clock.now(), keys.campaign(run.name)
    changes: list[Change] = [Replace(key, run, row.version, due=now)]
    if run.lap > row.value.lap:
        changes += walk_rows.from_the_start(key, walk_rows.rows(stack.table, key), run.lap, now)
    try:
        stack.table.write(*changes)
    except Conflict:
        raise Failure(f"The campaign {run.name} changed just now.", "Look at it, and try again.") from None


def progress(stack: Stack, row: Row[CampaignRun]) -> dict[str, Any]:
    """What `ripen campaign NAME --json` prints: a contract for scripts. `audience` counts the mails there are."""
    counts = {name: count for name, count in walk_rows.counts(stack.table, row.value.name).items() if count}
    skipped = {name.removeprefix("skipped: "): count for name, count in counts.items() if name.startswith("skipped: ")}
    found: list[Walk] = [each.value for each in walk_rows.rows(stack.table, keys.campaign(row.value.name))]
    states = {str(state): counts.get(state, 0) for state in SendState}
    return {
        "run": msgspec.to_builtins(row.value),
        "walked": sum(walk.done for walk in found) / SHARDS,
        "audience": sum(states.values()),
        "states": states,
        "in_flight": states["claimed"],
        "skipped": skipped,
        "followed": {
            name: counts.get(name, 0) for name in ("delivered", "clicked", "bounced", "complained", "unsubscribed")
        },
    }


def emails(stack: Stack, leads: list[str]) -> list[str]:
    """Their addresses."""
    rows = stack.table.get_many([keys.profile(lead) for lead in leads]) if leads else []
    return [row.value.email for row in rows if row]
