"""Compile `sync.campaigns`: each status of a Salesforce campaign is a journey of one step, which a lead enters once."""

from collections.abc import Iterator

from ripen.ids import digest
from ripen.playbook import graph
from ripen.playbook.paths import END
from ripen_authoring.models.settings import Sync


def memberships(sync: Sync) -> Iterator[graph.Journey]:
    """Yield the journeys. A status replaces only those before it, so that a member never goes back."""
    for campaign, statuses in sync.campaigns.items():
        for number, (status, triggers) in enumerate(statuses.items()):
            step = graph.CrmStep(
                id="crm-campaign", next=END, campaign=campaign, status=status, replaces=tuple(statuses)[:number]
            )
            title = f"Salesforce: {campaign} → {status}"
            yield graph.Journey(
                name=f"crm-campaign-{digest(campaign, status)[:10]}",
                title={"ja": title, "en": title},
                enrol=tuple(on.compiled("") for on in triggers),
                first=step.id,
                steps=(step,),
            )
