"""How far a campaign is, and who received it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ripen.adapters.playbook import Playbook
from ripen.adapters.rows import campaign_counts, walk_rows
from ripen.adapters.table import Row, Table, keys
from ripen.agenda import SHARDS
from ripen.campaign import mailing
from ripen.campaign.campaign_run import CampaignRun
from ripen.campaign.walk import Walk
from ripen.failure import Failure
from ripen.lead.activity import Kind, Verdict
from ripen.mail.ledger import Send, SendState, may_have_arrived
from ripen.operations.leads.scan import scan_batches
from ripen.operations.live_playbook import live_bundle
from ripen.operations.plain import plain
from ripen.operations.progress import Progress, silent
from ripen.playbook.bundle import Bundle, Campaign
from ripen.words import Words

_SKIPPED = "skipped: "
_FOLLOWED = ("delivered", "clicked", "bounced", "complained", "unsubscribed")


@dataclass(frozen=True)
class Recipient:
    lead: str
    email: str
    at: datetime | None
    state: str


def find_campaign(name: str, bundle: Bundle) -> Campaign:
    """Return the campaign of the live playbook. Raise Failure if it has none of that name."""
    if name not in bundle.campaigns:
        known = ", ".join(sorted(bundle.campaigns))
        raise Failure(
            Words(
                f"The live playbook has no campaign {name!r}; it has: {known or 'none'}.",
                f"公開中のプレイブックにキャンペーン {name!r} はありません。あるもの: {known or 'なし'}",
            ),
            Words("Publish it with: ripen publish", "公開するには: ripen publish"),
        )
    return bundle.campaigns[name]


def scheduled_run(name: str, table: Table) -> Row[CampaignRun] | None:
    """Return the row of the campaign's run, None if it is not scheduled."""
    return table.get(keys.campaign(name))


def campaign_run(name: str, table: Table, playbook: Playbook) -> Row[CampaignRun]:
    """Return the row of the campaign's run. Raise Failure if it is not scheduled."""
    row = scheduled_run(name, table)
    if row is None:
        find_campaign(name, live_bundle(playbook))
        raise Failure(
            Words(f"The campaign {name} is not scheduled.", f"キャンペーン {name} は予約されていません。"),
            Words(f"Schedule it with: ripen campaign schedule {name}", f"予約するには: ripen campaign schedule {name}"),
        )
    return row


def campaign_report(run: CampaignRun, table: Table) -> dict[str, Any]:
    """Return what `ripen campaign show NAME --json` prints for scripts. `audience` counts the planned mails."""
    counts = {name: count for name, count in campaign_counts.campaign_totals(table, run.name).items() if count}
    walks: list[Walk] = [row.value for row in walk_rows.read_walks(table, keys.campaign(run.name))]
    states = {str(state): counts.get(state, 0) for state in SendState if state is not SendState.CLAIMED}
    return {
        "run": plain(run),
        "progress": sum(walk.done for walk in walks) / SHARDS,
        "audience": sum(states.values()),
        "states": states,
        "skipped": {name.removeprefix(_SKIPPED): count for name, count in counts.items() if name.startswith(_SKIPPED)},
        "events": {name: counts.get(name, 0) for name in _FOLLOWED},
    }


def recipients(name: str, table: Table, progress: Progress = silent) -> list[Recipient]:
    """Return the leads that the mail went to, and those that it may have gone to, in the order of time."""

    def received(leads: Sequence[str]) -> list[Recipient]:
        rows: list[Row[Send] | None] = table.get_many(
            [keys.send(lead, mailing.campaign_send_id(name, lead)) for lead in leads]
        )
        found = [row.value for row in rows if row]
        sends = [send for send in found if send.state is SendState.ACCEPTED or may_have_arrived(send)]
        profiles = table.get_many([keys.profile(send.lead) for send in sends]) if sends else []
        return [
            Recipient(send.lead, profile.value.email if profile else "", send.accepted, str(send.state))
            for send, profile in zip(sends, profiles, strict=True)
        ]

    found = scan_batches(table, received, progress)
    return sorted(found, key=lambda recipient: (recipient.at is None, recipient.at, recipient.lead))


def clicks_by_link(name: str, table: Table, progress: Progress = silent) -> Counter[str]:
    """Return how many people clicked each link of the campaign's mail, by the address that it leads to.

    This reads the campaign's mail of each lead, and the activities of those who clicked.
    """

    def clicked(leads: Sequence[str]) -> list[tuple[str, str]]:
        ids = {lead: mailing.campaign_send_id(name, lead) for lead in leads}
        rows: list[Row[Send] | None] = table.get_many([keys.send(lead, id) for lead, id in ids.items()])
        found = [row.value for row in rows if row and row.value.clicked]
        return [(send.lead, url) for send in found for url in _links(send, table)]

    return Counter(url for _, url in scan_batches(table, clicked, progress))


def _links(send: Send, table: Table) -> set[str]:
    """Return the addresses of the links in the mail that a person clicked."""
    activities = (row.value for row in table.under(send.lead, "activity#"))
    return {
        activity.facts.get("url", "")
        for activity in activities
        if activity.kind is Kind.LINK_CLICKED
        and activity.verdict is Verdict.HUMAN
        and activity.facts.get("send") == send.id
    }
