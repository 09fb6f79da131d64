"""The base of all steps: each kind gives its default id, its paths and the names that it uses, and compiles itself."""

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from pydantic import Field

from ripen.playbook import graph
from ripen_authoring.models.clauses import ClausePart, DocumentPath
from ripen_authoring.models.part import Name, Part


@dataclass(frozen=True, kw_only=True)
class PlacedPath:
    """A path with the step that it leads to."""

    name: str
    to: str
    where: DocumentPath


@dataclass(frozen=True, kw_only=True)
class WrittenPath:
    """A path as it is written: its steps, or the id of a step. `where` is its place within the step."""

    name: str
    onward: "Sequence[StepPart] | str"
    where: DocumentPath


@dataclass(frozen=True, kw_only=True)
class Mention:
    """A name that a step or a trigger uses; a check reports it if nothing has that name."""

    kind: Literal["emails", "forms", "pages", "segments", "journeys", "stages", "dates"]
    name: str
    where: DocumentPath


class StepPart(Part):
    answers: ClassVar[bool] = False
    """True if clauses can ask `answers.<step>.…` after the step."""
    id: Name | None = Field(None, description="By default <verb>-<name>; never reuse it for something else")

    @abstractmethod
    def default_id(self) -> str:
        """Return the id of a step that has none: `<verb>-<name>`."""

    @abstractmethod
    def compiled(self, id: str, next: str, paths: Sequence[PlacedPath], locales: tuple[str, ...]) -> graph.Step:
        """Return the step of the graph. `paths` are those of paths(), in the same order, with their first steps."""

    def paths(self) -> Iterator[WrittenPath]:
        """Yield the paths that leave the step, apart from `next`."""
        yield from ()

    def successors(self, next: str, paths: Sequence[PlacedPath]) -> tuple[str, ...]:
        """Return every step that may come next."""
        return (next, *(placed.to for placed in paths))

    def mentions(self) -> Iterator[Mention]:
        """Yield what the step names."""
        yield from ()

    def clauses(self) -> Iterator[tuple[DocumentPath, ClausePart]]:
        """Yield the clauses of the step's paths, each with its place within the step."""
        yield from ()

    def templates(self) -> Iterator[tuple[DocumentPath, str]]:
        """Yield the Liquid texts, each with its place within the step."""
        yield from ()
