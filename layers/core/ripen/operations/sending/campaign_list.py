"""The campaigns of the live playbook with their states and dates."""

from dataclasses import dataclass
from datetime import datetime

from ripen.adapters.rows import campaign_counts
from ripen.adapters.table import Row, Table, keys
from ripen.calendar.local_time import office_zone
from ripen.campaign import mailing
from ripen.campaign.campaign_run import CampaignRun, RunState
from ripen.playbook.bundle import Bundle, Campaign


@dataclass(frozen=True)
class CampaignLine:
    name: str
    state: RunState | None
    """None: not scheduled."""
    begins: datetime
    """When the first mail may go, or could go: as its file says if the campaign is not scheduled."""
    changed: datetime | None
    """When the state last changed."""
    sent: int


def list_campaigns(table: Table, bundle: Bundle) -> list[CampaignLine]:
    """Return the live campaigns, the one that begins last first. One row is read for each, and the counts of runs."""
    names = sorted(bundle.campaigns)
    rows: list[Row[CampaignRun] | None] = table.get_many([keys.campaign(name) for name in names]) if names else []
    lines = [_line(name, row.value if row else None, table, bundle) for name, row in zip(names, rows, strict=True)]
    return sorted(lines, key=lambda line: line.begins, reverse=True)


def past_starts(table: Table, bundle: Bundle, now: datetime) -> list[Campaign]:
    """Return the campaigns of the playbook, live or not, that are not scheduled and whose time is past."""
    zone = office_zone(bundle.brand)
    late = [each for _, each in sorted(bundle.campaigns.items()) if mailing.in_utc(each.at, zone) < now]
    rows = table.get_many([keys.campaign(each.name) for each in late])
    return [each for each, row in zip(late, rows, strict=True) if row is None]


def _line(name: str, run: CampaignRun | None, table: Table, bundle: Bundle) -> CampaignLine:
    if run is None:
        begins = mailing.earliest_start(bundle.campaigns[name], bundle.brand)
        return CampaignLine(name=name, state=None, begins=begins, changed=None, sent=0)
    sent = 0 if run.state is RunState.PLANNED else campaign_counts.campaign_totals(table, name).get("accepted", 0)
    changed = run.history[-1].at if run.history else None
    return CampaignLine(name=name, state=run.state, begins=run.at, changed=changed, sent=sent)
