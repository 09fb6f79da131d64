"""Perform the events of a scenario, with the code that receives them on AWS."""

import json
from collections.abc import Callable

from ripen.adapters.table import keys
from ripen.capture import entry_request
from ripen.capture.entry_request import EntryRequest
from ripen.errors import Rejected
from ripen.failure import Failure
from ripen.ids import digest
from ripen.lead.activity import Kind
from ripen.lead.lead import Profile
from ripen.words import Words
from ripen_authoring.simulation import lead_actions, mail_actions, workers
from ripen_authoring.simulation.action import CORRECT_EVENT, Action, pairs, record_activity
from ripen_authoring.simulation.requests import gateway_event
from ripen_authoring.simulation.simulator import ADDRESS_KEY, Simulator

_VISITS = {"view": Kind.PAGE_VIEWED, "read": Kind.PAGE_READ, "download": Kind.FILE_DOWNLOADED}


def perform(action: Action) -> None:
    """Perform the event at the simulator's time.

    Raise ImpossibleEvent where it cannot happen now, and Failure where the playbook does not know its name.
    """
    _ACTIONS[action.event.verb](action)


def enter(journey: str, simulator: Simulator, lead: str, number: int, facts: dict[str, str] | None = None) -> None:
    """Ask for entry by hand, or with facts by an entry request. The journey's own `who` and `again` decide.

    Raise Failure where the request is refused.
    """
    recorded = {"key": f"by hand {number}", "by": "hand"}
    if facts:
        request = EntryRequest(journey=journey, email="", key=f"request {number}", facts=facts)
        try:
            entry = entry_request.requested_entry(
                request, simulator.bundle.journeys[journey], lead, simulator.clock.now()
            )
        except Rejected as rejected:
            why = f"{rejected.reason} ({rejected.field})"
            raise Failure(
                Words(f"The entry request is refused: {why}.", f"登録リクエストが受け付けられません: {why}"),
                CORRECT_EVENT,
            ) from None
        recorded = entry.facts
    record_activity(Kind.ENTRY_ASKED, journey, simulator, lead, number, recorded)


def _submit_form(action: Action) -> None:
    simulator, lead = action.simulator, action.lead
    name = action.name_among(simulator.bundle.forms)
    form = simulator.bundle.forms[name]
    row = simulator.table.get(keys.profile(lead))
    filled = _filled_in(row.value, {field.name for field in form.fields}) if row else {}
    if form.consent and _agrees(simulator, lead):
        filled["consent"] = "yes"
    body = json.dumps(filled | pairs(action.words[1:], action.event.written))
    event = gateway_event("POST", f"/forms/{name}", {"form": name}, f"form {action.number}", body)
    dependencies = workers.form.Dependencies(
        simulator.table,
        simulator.queue,
        simulator.playbook.live(),
        ADDRESS_KEY,
        simulator.clock.now(),
        lambda: f"simulated{action.number}",
    )
    response = workers.form.serve(event, dependencies)
    if response["statusCode"] != 202:
        raise Failure(
            Words(
                f"The form {name} refuses this: {response['body']}",
                f"フォーム {name} が受け付けません: {response['body']}",
            ),
            Words("Give the persona what the form requires.", "フォームの必須項目をペルソナに書いてください。"),
        )


def _filled_in(profile: Profile, fields: set[str]) -> dict[str, str]:
    """Return what this lead fills in of the form's fields."""
    known = {name: getattr(profile, name, "") for name in fields if hasattr(profile, name)}
    return {name: str(value) for name, value in (profile.attributes | known).items() if name in fields and value}


def _agrees(simulator: Simulator, lead: str) -> bool:
    row = simulator.table.get(keys.contact(lead))
    permission = row.value.consent.get("marketing") if row else None
    return bool(permission and permission.granted)


def _visit(action: Action) -> None:
    record_activity(_VISITS[action.event.verb], action.name, action.simulator, action.lead, action.number)


def _join_campaign(action: Action) -> None:
    """Record the membership. A campaign has one per lead, as in Salesforce: a second event changes its status."""
    campaign, lead = action.name, action.lead
    status = action.words[1] if len(action.words) > 1 else "Sent"
    membership = {"member": digest("member", campaign, lead), "campaign": campaign, "campaign_id": campaign}
    facts = membership | {"status": status, "new": "yes"}
    record_activity(Kind.CAMPAIGN_JOINED, campaign, action.simulator, lead, action.number, facts)


def _enter(action: Action) -> None:
    journey = action.name_among(action.simulator.bundle.journeys)
    facts = pairs(action.words[1:], action.event.written)
    enter(journey, action.simulator, action.lead, action.number, facts)


_ACTIONS: dict[str, Callable[[Action], None]] = {
    "form": _submit_form,
    "click": mail_actions.follow_links,
    "scan": mail_actions.follow_links,
    "view": _visit,
    "read": _visit,
    "download": _visit,
    "unsubscribe": mail_actions.unsubscribe,
    "reply": mail_actions.reply,
    "autoreply": mail_actions.reply,
    "bounce": mail_actions.report,
    "complain": mail_actions.report,
    "convert": lead_actions.convert,
    "opportunity": lead_actions.change_opportunity,
    "campaign": _join_campaign,
    "set": lead_actions.change_fields,
    "tag": lead_actions.change_tags,
    "untag": lead_actions.change_tags,
    "enter": _enter,
}
