"""Check that every step of a journey can be reached, every wait ends, and no loop runs without a wait."""

from collections.abc import Iterator, Mapping, Sequence

from ripen.nearest import nearest
from ripen.playbook.paths import END
from ripen_authoring.files.document import Document
from ripen_authoring.files.folder import Folder
from ripen_authoring.flow import Laid, laid_out
from ripen_authoring.models import steps
from ripen_authoring.problem import Problem

type _Graph = Mapping[str, Laid]
"""The steps of a journey by id."""


def check(folder: Folder) -> Iterator[Problem]:
    """Check how the steps of every journey follow one another, and how journeys enrol into one another."""
    for entry in folder.journeys.values():
        laid = laid_out(entry.model.steps)
        yield from _check_targets(entry.document, laid)
        yield from _check_unreachable(entry.document, laid)
        yield from _check_endless_waits(entry.document, laid)
        yield from _check_loops(entry.document, laid)
    yield from _check_loops_of_journeys(folder)


def _check_targets(document: Document, laid: Sequence[Laid]) -> Iterator[Problem]:
    """Check that jumps and paths lead to steps that exist."""
    ids = {step.id for step in laid}
    for step in laid:
        targets = [(route.where, route.to, ids) for route in step.routes if route.to]
        if isinstance(step.part, steps.JumpPart):
            targets.append(((*step.where, "jump", "to"), step.part.jump.to, ids - {step.id}))
        for where, to, suggestions in targets:
            if to not in ids:
                yield document.problem(where, f"this journey has no step {to!r}{nearest(to, suggestions)}")


def _check_unreachable(document: Document, laid: Sequence[Laid]) -> Iterator[Problem]:
    """Report the first step of each part that no path reaches.

    1. Find all steps that follow the first one.
    2. Of the rest, report those that do not follow another unreachable step.
    """
    graph = _graph(laid)
    if len(graph) < len(laid):
        return  # two steps have the same id, which is reported already
    reached = _following(laid[0].id, graph)
    unreachable = [step for step in laid if step.id not in reached]
    consequences = {id for step in unreachable for id in step.after}
    for step in unreachable:
        if step.id not in consequences:
            yield document.problem(step.where, f"no path leads to {step.id!r}; move it, or remove it")


def _check_endless_waits(document: Document, laid: Sequence[Laid]) -> Iterator[Problem]:
    for step in laid:
        part = step.part
        if isinstance(part, steps.WaitForPart) and not part.forever and all(not path.after for path in part.wait_for):
            message = (
                "a lead that does none of this waits forever; add `- {after: 5 days, then: […]}` or `forever: true`"
            )
            yield document.problem((*step.where, "wait_for"), message)


def _check_loops(document: Document, laid: Sequence[Laid]) -> Iterator[Problem]:
    """Check that there is a wait on the way back to the step that a jump leads to."""
    graph = _graph(laid)
    for step in laid:
        if isinstance(step.part, steps.JumpPart) and step.id in _following(step.part.jump.to, graph, before_waits=True):
            message = f"this jumps back to {step.part.jump.to!r} without a wait; add a `wait` between them"
            yield document.problem((*step.where, "jump"), message)


def _check_loops_of_journeys(folder: Folder) -> Iterator[Problem]:
    """Check that journeys that enrol into one another have a wait on the way, or let a lead in less often."""
    enrols = {name: _enrolled_before_waits(entry.model.steps, folder) for name, entry in folder.journeys.items()}
    for name, entry in folder.journeys.items():
        for to, step in enrols[name].items():
            if name in _entered_from(to, enrols):
                message = f"this leads back into {name!r} without a wait; add a `wait`, or a longer time to `again`"
                yield entry.document.problem((*step.where, "enrol"), message)


def _enrolled_before_waits(parts: Sequence[steps.StepPart], folder: Folder) -> dict[str, Laid]:
    """Return the journeys that these steps enrol into before any wait, and that let a lead in any number of times."""
    laid = laid_out(parts)
    soon = _following(laid[0].id, _graph(laid), before_waits=True)
    return {
        step.part.enrol: step
        for step in laid
        if isinstance(step.part, steps.EnrolStepPart)
        and step.id in soon
        and (other := folder.journeys.get(step.part.enrol))
        and other.model.enrol.again.again.how in ("after exit", "by key")
    }


def _entered_from(first: str, enrols: Mapping[str, Mapping[str, Laid]]) -> set[str]:
    """Return the journey and all journeys that it enrols into, directly or not."""
    found, waiting = set[str](), [first]
    while waiting:
        if (name := waiting.pop()) not in found:
            found.add(name)
            waiting += enrols.get(name, {})
    return found


def _graph(laid: Sequence[Laid]) -> _Graph:
    return {step.id: step for step in laid}


def _following(start: str, graph: _Graph, *, before_waits: bool = False) -> set[str]:
    """Return the step and all steps that can follow it, or only those that can follow before any wait ends."""
    found, waiting = set[str](), [start]
    while waiting:
        id = waiting.pop()
        step = graph.get(id)
        if id == END or step is None or id in found:
            continue
        found.add(id)
        if not (before_waits and isinstance(step.part, steps.WaitPart | steps.WaitForPart)):
            waiting += step.after
    return found
