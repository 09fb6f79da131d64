"""A journey's steps laid out: each with its id, its place in the file, and the steps that may come after it.

A path that ends goes on after the step that it belongs to.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ripen.playbook.graph import Step
from ripen.playbook.paths import END
from ripen_authoring.models.clauses import ClausePart, DocumentPath
from ripen_authoring.models.simple_steps import ExitPart
from ripen_authoring.models.step import PlacedPath, StepPart


@dataclass(frozen=True, kw_only=True)
class PlacedStep:
    """A step in its place. `where` is its place in the file, `next` the step after it."""

    id: str
    part: StepPart
    where: DocumentPath
    next: str
    paths: tuple[PlacedPath, ...] = ()

    def to(self, name: str) -> str:
        """Return the step to which the path of this name leads."""
        return next(placed.to for placed in self.paths if placed.name == name)

    @property
    def after(self) -> tuple[str, ...]:
        """Every step that may come next."""
        return self.part.successors(self.next, self.paths)

    def compiled(self, locales: tuple[str, ...]) -> Step:
        """Return the step of the graph."""
        return self.part.compiled(self.id, self.next, self.paths, locales)


def placed_steps(steps: Sequence[StepPart]) -> tuple[PlacedStep, ...]:
    """Return all steps of a journey, in the order of the file."""
    return tuple(_laid(steps, ("steps",), END, _Ids()))


class _Ids:
    """The ids of steps. Exits without an id are numbered, since no lead waits on one."""

    def __init__(self) -> None:
        self._exits = 0

    def of(self, part: StepPart) -> str:
        if isinstance(part, ExitPart) and part.id is None:
            self._exits += 1
            return part.default_id() if self._exits == 1 else f"{part.default_id()}-{self._exits}"
        return part.id or part.default_id()


def _laid(steps: Sequence[StepPart], where: DocumentPath, after: str, names: _Ids) -> Iterator[PlacedStep]:
    # A step's id is needed by the one before it, and exits are numbered in the order of the file.
    ids = [names.of(step) for step in steps]
    for number, (step, id) in enumerate(zip(steps, ids, strict=True)):
        following = ids[number + 1] if number + 1 < len(steps) else after
        here = (*where, number)
        paths: list[PlacedPath] = []
        nested: list[PlacedStep] = []
        for path in step.paths():
            place = (*here, *path.where)
            inside = () if isinstance(path.onward, str) else tuple(_laid(path.onward, place, following, names))
            nested += inside
            to = path.onward if isinstance(path.onward, str) else inside[0].id if inside else following
            paths.append(PlacedPath(name=path.name, to=to, where=place))
        yield PlacedStep(id=id, part=step, where=here, next=following, paths=tuple(paths))
        yield from nested


def clauses(steps: Sequence[PlacedStep]) -> Iterator[tuple[DocumentPath, ClausePart]]:
    """Yield every clause that a path of a step asks."""
    for step in steps:
        yield from (((*step.where, *place), clause) for place, clause in step.part.clauses())


def templates(steps: Sequence[PlacedStep]) -> Iterator[tuple[DocumentPath, str]]:
    """Yield every Liquid text of a step."""
    for step in steps:
        yield from (((*step.where, *place), text) for place, text in step.part.templates())
