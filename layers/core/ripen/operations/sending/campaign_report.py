"""How far a campaign is, and who received it."""

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


def campaign_run(name: str, table: Table, playbook: Playbook) -> Row[CampaignRun]:
    """Return the row of the campaign's run. Raise Failure if it is not scheduled."""
    row = table.get(keys.campaign(name))
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
