"""Compile journeys: triggers, conditions and the graph of steps."""

from ripen.playbook import graph
from ripen_authoring.building.clauses import optional
from ripen_authoring.flow import placed_steps
from ripen_authoring.models.journeys import JourneyFile


def journey(name: str, written: JourneyFile, locales: tuple[str, ...]) -> graph.Journey:
    enrol, steps_in_place = written.enrol, placed_steps(written.steps)
    return graph.Journey(
        name=name,
        title=written.title.by_locale(locales) if written.title else {},
        enrol=tuple(on.compiled(enrol.again.key) for on in enrol.on),
        who=optional(enrol.who),
        again=enrol.again.again,
        goal=optional(written.goal),
        exit=optional(written.exit),
        first=steps_in_place[0].id,
        steps=tuple(step.compiled(locales) for step in steps_in_place),
        moves=written.changes,
    )
