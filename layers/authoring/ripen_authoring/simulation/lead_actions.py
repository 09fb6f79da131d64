"""Changes to the lead itself: its fields and tags, and what sales does with it in Salesforce."""

from copy import replace
from typing import Any

from ripen.adapters.rows.crm_link import update_crm_link
from ripen.adapters.table import Replace, Row, keys
from ripen.crm.incoming import opportunity
from ripen.failure import Failure
from ripen.lead.activity import Kind
from ripen.lead.lead import CrmLink, Profile
from ripen.words import Words
from ripen_authoring.simulation.action import Action, ImpossibleEvent, pairs, record_activity
from ripen_authoring.simulation.simulator import ADDRESS_KEY


def change_fields(action: Action) -> None:
    """Set fields of the lead: `set company="Acme"`."""
    fields = pairs(action.words, action.event.written)
    if row := _profile(action):
        own: dict[str, Any] = {name: value for name, value in fields.items() if hasattr(row.value, name)}
        attributes = row.value.attributes | {name: value for name, value in fields.items() if name not in own}
        _write_profile(action, row, replace(row.value, **(own | {"attributes": attributes})))


def change_tags(action: Action) -> None:
    """Add tags (`tag`) or remove them (`untag`)."""
    if row := _profile(action):
        others = tuple(tag for tag in row.value.tags if tag not in action.words)
        tags = (*others, *action.words) if action.event.verb == "tag" else others
        _write_profile(action, row, replace(row.value, tags=tags))


def convert(action: Action) -> None:
    """Convert the Lead to a Contact, as sales does in Salesforce. Ripen hears of the change at once."""
    if row := _profile(action):
        known = replace(row, value=replace(row.value, crm=CrmLink(object="Lead", id="simulated", url="")))
        contact = CrmLink(object="Contact", id="simulated", url="")
        *changes, converted = update_crm_link(known, contact, action.simulator.clock.now())
        action.simulator.table.write(*changes, converted)
        action.simulator.queue.wake(converted.key.ref)


def change_opportunity(action: Action) -> None:
    """Open or close an opportunity with the lead's company, in the row that capture.poll writes."""
    if action.name not in ("opens", "closes"):
        written = action.event.written
        message = Words(
            f"In {written!r}: an opportunity opens or closes.", f"{written!r}: 商談は opens か closes のどちらかです。"
        )
        raise Failure(message, action.event.remedy)
    if not action.simulator.bundle.policy.skips_open_opportunities:
        reason = Words(
            "the playbook does not look at opportunities (policy: open_opportunity: skip)",
            "プレイブックが商談を見ない設定です（policy: open_opportunity: skip）",
        )
        raise ImpossibleEvent(reason)
    if profile := _profile(action):
        key = keys.deal(opportunity.company_token(profile.value.email, ADDRESS_KEY))
        row = action.simulator.table.get(key)
        changed = opportunity.OpenOpportunities(count=1 if action.name == "opens" else 0)
        action.simulator.table.write(Replace(key, changed, row.version if row else 0))


def _profile(action: Action) -> Row[Profile] | None:
    return action.simulator.table.get(keys.profile(action.lead))


def _write_profile(action: Action, row: Row[Profile], profile: Profile) -> None:
    """Write the profile and an activity about the change, as a journey's `update` step does."""
    action.simulator.table.write(Replace(row.key, profile, row.version))
    record_activity(Kind.UPDATED, "", action.simulator, profile.id, action.number)
