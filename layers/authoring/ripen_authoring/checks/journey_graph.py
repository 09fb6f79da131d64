"""Can every step be reached, does every wait end, and does no journey, nor any with others, turn in a circle without a
pause?"""

from collections.abc import Iterator, Mapping, Sequence

from ripen.nearest import nearest
from ripen.playbook.graph import END
from ripen_authoring.files.document import Document
from ripen_authoring.files.folder import Folder
from ripen_authoring.flow import Laid, laid_out
from ripen_authoring.models import steps as written
from ripen_authoring.problem import Problem


def wrong(folder: Folder) -> Iterator[Problem]:
    """Every mistake in the way a journey's steps lead on."""
    for entry in folder.journeys.values():
        laid = laid_out(entry.model.steps)
        yield from _nowhere(entry.document, laid)
        yield from _unreached(entry.document, laid)
        yield from _endless(entry.document, laid)
        yield from _circles(entry.document, laid)
    yield from _rounds(folder)


def _nowhere(document: Document, laid: Sequence[Laid]) -> Iterator[Problem]:
    """Jumps to no step."""
    ids = {step.id for step in laid}
    for step in laid:
        if isinstance(step.part, written.JumpPart) and step.part.jump.to not in ids:
            to = step.part.jump.to
            message = f"this journey has no step {to!r}{nearest(to, ids - {step.id})}"
            yield document.problem((*step.where, "jump", "to"), message)
        for route in step.routes:
            if route.to and route.to not in ids:
                message = f"this journey has no step {route.to!r}{nearest(route.to, ids)}"
                yield document.problem(route.where, message)


def _unreached(document: Document, laid: Sequence[Laid]) -> Iterator[Problem]:
    """The first step of each path that nobody can get to."""
    by_id = {step.id: step for step in laid}
    if len(by_id) < len(laid):
        return  # two of one id: said already, and nobody knows which of them is meant
    reached: set[str] = set()
    waiting = [laid[0].id]
    while waiting:
        if (id := waiting.pop()) in by_id and id not in reached:
            reached.add(id)
            waiting += by_id[id].after
    lost = [step for step in laid if step.id not in reached]
    beyond = {id for step in lost for id in step.after}
    for step in lost:
        if step.id not in beyond:
            message = f"nobody gets to {step.id!r}: every step before it leads elsewhere; move it, or take it out"
            yield document.problem(step.where, message)


def _endless(document: Document, laid: Sequence[Laid]) -> Iterator[Problem]:
    for step in laid:
        part = step.part
        if isinstance(part, written.WaitForPart) and not part.forever and all(not path.after for path in part.wait_for):
            message = "whoever does none of this waits for good; add `- {after: 5 days, then: […]}`, or `forever: true`"
            yield document.problem((*step.where, "wait_for"), message)


def _circles(document: Document, laid: Sequence[Laid]) -> Iterator[Problem]:
    """Jumps back with no wait on the way: the lead would rush through in one second."""
    by_id = {step.id: step for step in laid}
    for step in laid:
        if isinstance(step.part, written.JumpPart) and step.id in _at_once(step.part.jump.to, by_id):
            message = f"this goes back to {step.part.jump.to!r} with no wait on the way; put a `wait` between them"
            yield document.problem((*step.where, "jump"), message)


def _rounds(folder: Folder) -> Iterator[Problem]:
    """Journeys that enrol into one another with no wait on the way, and each takes again who was in it: a lead would go round
    and round, for ever."""
    onward = {name: _enrolled_at_once(entry.model.steps, folder) for name, entry in folder.journeys.items()}
    for name, entry in folder.journeys.items():
        for to, step in onward[name].items():
            if name in _entered_after(to, onward):
                message = (
                    f"this comes back to {name!r} with no wait on the way; put a `wait` between, or let in less often"
                )
                yield entry.document.problem((*step.where, "enrol"), message)


def _enrolled_at_once(steps: Sequence[written.StepPart], folder: Folder) -> dict[str, Laid]:
    """The journeys that these steps let into before any wait, of those that take a lead however often it comes."""
    laid = laid_out(steps)
    soon = _at_once(laid[0].id, {step.id: step for step in laid})
    return {
        step.part.enrol: step
        for step in laid
        if isinstance(step.part, written.EnrolStepPart)
        and step.id in soon
        and (other := folder.journeys.get(step.part.enrol))
        and other.model.enrol.again.again.how in ("after exit", "by key")
    }


def _entered_after(first: str, onward: Mapping[str, Mapping[str, Laid]]) -> set[str]:
    found, waiting = set[str](), [first]
    while waiting:
        if (name := waiting.pop()) not in found:
            found.add(name)
            waiting += onward.get(name, {})
    return found


def _at_once(start: str, by_id: dict[str, Laid]) -> set[str]:
    """Steps that come after that one before any wait."""
    found: set[str] = set()
    waiting = [start]
    while waiting:
        id = waiting.pop()
        step = by_id.get(id)
        if id == END or step is None or id in found:
            continue
        found.add(id)
        if not isinstance(step.part, written.WaitPart | written.WaitForPart):
            waiting += step.after
    return found
