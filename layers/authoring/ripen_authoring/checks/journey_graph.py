"""Check that every step of a journey can be reached, every wait ends, and no loop runs without a wait."""

from collections.abc import Iterator, Mapping, Sequence

from ripen.nearest import nearest
from ripen.playbook.paths import END
from ripen.words import Words
from ripen_authoring.files.document import Document
from ripen_authoring.files.folder import Folder
from ripen_authoring.flow import PlacedStep, placed_steps
from ripen_authoring.models import steps
from ripen_authoring.models.clauses import DocumentPath
from ripen_authoring.models.simple_steps import EnrolStepPart, JumpPart
from ripen_authoring.models.step import StepPart
from ripen_authoring.problem import Problem

type _Graph = Mapping[str, PlacedStep]
"""The steps of a journey by id."""


def check(folder: Folder) -> Iterator[Problem]:
    """Check how the steps of every journey follow one another, and how journeys enrol into one another."""
    for entry in folder.journeys.values():
        steps_in_place = placed_steps(entry.model.steps)
        yield from _check_targets(entry.document, steps_in_place)
        yield from _check_unreachable(entry.document, steps_in_place)
        yield from _check_endless_waits(entry.document, steps_in_place)
        yield from _check_loops(entry.document, steps_in_place)
    yield from _check_loops_of_journeys(folder)


def _check_targets(document: Document, steps_in_place: Sequence[PlacedStep]) -> Iterator[Problem]:
    """Check that jumps and paths lead to steps that exist."""
    ids = {step.id for step in steps_in_place}
    for step in steps_in_place:
        targets = [(placed.where, placed.to, ids) for placed in step.paths if placed.to]
        if isinstance(step.part, JumpPart):
            targets.append(((*step.where, "jump", "to"), step.part.jump.to, ids - {step.id}))
        for where, to, suggestions in targets:
            if to not in ids:
                hint = nearest(to, suggestions)
                message = Words(
                    f"this journey has no step {to!r}{hint.en}", f"このシナリオに手順 {to!r} はありません{hint.ja}"
                )
                yield document.problem(where, message)


def _check_unreachable(document: Document, steps_in_place: Sequence[PlacedStep]) -> Iterator[Problem]:
    """Report the first step of each part that no path reaches.

    1. Find all steps that follow the first one.
    2. Of the rest, report those that do not follow another unreachable step.
    """
    graph = _graph(steps_in_place)
    if len(graph) < len(steps_in_place):
        return  # two steps have the same id, which is reported already
    reached = _following(steps_in_place[0].id, graph)
    unreachable = [step for step in steps_in_place if step.id not in reached]
    consequences = {id for step in unreachable for id in step.after}
    for step in unreachable:
        if step.id not in consequences:
            message = Words(
                f"no path leads to {step.id!r}; move it, or remove it",
                f"{step.id!r} に進む経路がありません。場所を変えるか、削除してください",
            )
            yield document.problem(step.where, message)


def _check_endless_waits(document: Document, steps_in_place: Sequence[PlacedStep]) -> Iterator[Problem]:
    for step in steps_in_place:
        part = step.part
        if isinstance(part, steps.WaitForPart) and not part.forever and all(not path.after for path in part.wait_for):
            message = Words(
                "a lead that does none of this waits forever; add `- {after: 5 days, then: […]}` or `forever: true`",
                "どの行動もしない見込み客は、いつまでも待ち続けます。`- {after: 5 days, then: […]}` か "
                "`forever: true` を追加してください",
            )
            yield document.problem((*step.where, "wait_for"), message)


def _check_loops(document: Document, steps_in_place: Sequence[PlacedStep]) -> Iterator[Problem]:
    """Check that there is a wait on the way back to the step that a jump or an `otherwise` leads to."""
    graph = _graph(steps_in_place)
    for step in steps_in_place:
        for where, to in _named_targets(step):
            if step.id in _following(to, graph, before_waits=True):
                message = Words(
                    f"this leads back to {to!r} without a wait; add a `wait` between them",
                    f"待ち時間なしで {to!r} にもどります。あいだに `wait` を追加してください",
                )
                yield document.problem(where, message)


def _named_targets(step: PlacedStep) -> Iterator[tuple[DocumentPath, str]]:
    """Yield the steps that this step names as its next, with the place of the name."""
    if isinstance(step.part, JumpPart):
        yield (*step.where, "jump"), step.part.jump.to
    for written, placed in zip(step.part.paths(), step.paths, strict=True):
        if isinstance(written.onward, str):
            yield placed.where, placed.to


def _check_loops_of_journeys(folder: Folder) -> Iterator[Problem]:
    """Check that journeys that enrol into one another have a wait on the way, or let a lead in less often."""
    enrols = {name: _enrolled_before_waits(entry.model.steps, folder) for name, entry in folder.journeys.items()}
    for name, entry in folder.journeys.items():
        for to, step in enrols[name].items():
            if name in _entered_from(to, enrols):
                message = Words(
                    f"this leads back into {name!r} without a wait; add a `wait`, or a longer time to `again`",
                    f"待ち時間なしで {name!r} にもどります。`wait` を追加するか、`again` の期間を長くしてください",
                )
                yield entry.document.problem((*step.where, "enrol"), message)


def _enrolled_before_waits(parts: Sequence[StepPart], folder: Folder) -> dict[str, PlacedStep]:
    """Return the journeys that these steps enrol into before any wait, and that let a lead in any number of times."""
    steps_in_place = placed_steps(parts)
    soon = _following(steps_in_place[0].id, _graph(steps_in_place), before_waits=True)
    return {
        step.part.enrol: step
        for step in steps_in_place
        if isinstance(step.part, EnrolStepPart)
        and step.id in soon
        and (other := folder.journeys.get(step.part.enrol))
        and other.model.enrol.again.again.how in ("after exit", "by key")
    }


def _entered_from(first: str, enrols: Mapping[str, Mapping[str, PlacedStep]]) -> set[str]:
    """Return the journey and all journeys that it enrols into, directly or not."""
    found, waiting = set[str](), [first]
    while waiting:
        if (name := waiting.pop()) not in found:
            found.add(name)
            waiting += enrols.get(name, {})
    return found


def _graph(steps_in_place: Sequence[PlacedStep]) -> _Graph:
    return {step.id: step for step in steps_in_place}


def _following(start: str, graph: _Graph, *, before_waits: bool = False) -> set[str]:
    """Return the step and all steps that can follow it, or only those that can follow before any wait ends."""
    found, waiting = set[str](), [start]
    while waiting:
        id = waiting.pop()
        step = graph.get(id)
        if id == END or step is None or id in found:
            continue
        found.add(id)
        waiting += _at_once(step) if before_waits else step.after
    return found


def _at_once(step: PlacedStep) -> tuple[str, ...]:
    """Return the steps that can follow without a wait. A lead without the date of a `wait` takes its `otherwise`."""
    match step.part:
        case steps.WaitPart():
            return tuple(path.to for path in step.paths)
        case steps.WaitForPart():
            return ()
    return step.after
