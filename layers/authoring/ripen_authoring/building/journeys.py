"""Compile journeys: triggers, conditions and the graph of steps."""

from ripen.lead.activity import Kind
from ripen.playbook import graph
from ripen.playbook.clause import Condition
from ripen.playbook.trigger import OnActivity, OnDate, OnField, OnRank, OnRequest, OnSchedule, OnSegment, Trigger
from ripen_authoring.building.clauses import condition, conditions, optional
from ripen_authoring.building.scoring import kind
from ripen_authoring.flow import placed_steps
from ripen_authoring.models.journeys import CAMPAIGN_KEYS, JourneyFile, TriggerPart


def journey(name: str, written: JourneyFile, locales: tuple[str, ...]) -> graph.Journey:
    enrol, steps_in_place = written.enrol, placed_steps(written.steps)
    return graph.Journey(
        name=name,
        enrol=tuple(_trigger(on, enrol.again.key) for on in enrol.on),
        who=optional(enrol.who),
        again=enrol.again.again,
        goal=optional(written.goal),
        exit=optional(written.exit),
        first=steps_in_place[0].id,
        steps=tuple(step.compiled(locales) for step in steps_in_place),
        moves=written.changes,
    )


def _trigger(on: TriggerPart, key: str) -> Trigger:
    if on.every:
        return OnSchedule(rrule=on.every.removeprefix("RRULE:"), start=on.start or "", segment=on.segment)
    if on.segment:
        return OnSegment(segment=on.segment)
    if on.rank:
        return OnRank(rank=on.rank)
    if on.field:
        [(field, asked)] = on.field.items()
        return OnField(when=condition(field, asked))
    if on.date:
        at = on.at or "09:00"
        return OnDate(field=on.date, offset_days=on.offset, yearly=on.yearly, at=at, leap=on.leap)
    if on.api is not None:
        return OnRequest(facts=on.api, key=key if key in on.api else "")
    if on.crm_campaign:
        return _membership(on, CAMPAIGN_KEYS.get(key, "member"))
    what, subject = kind(on)
    return OnActivity(kind=what, subject=subject, where=conditions([on.where]), key=key)


def _membership(on: TriggerPart, key: str) -> OnActivity:
    """Becoming a member, or a member with this status."""
    asked = Condition(field="status", any_of=(on.status,)) if on.status else Condition(field="new", any_of=("yes",))
    return OnActivity(kind=Kind.CAMPAIGN_JOINED.value, subject=on.crm_campaign, where=(asked,), key=key)
