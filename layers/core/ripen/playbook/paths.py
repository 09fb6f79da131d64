"""The paths of a step: which step comes next, by the path's name.

The engine, the simulation and the drawings of a journey ask a step for its paths here, and not by its kind.
"""

from collections.abc import Sequence
from typing import ClassVar, Protocol

from msgspec import Struct

END = ""
"""The value of `next` where the journey ends."""
THEN = "then"
"""The path of a wait that ended at its time."""
ELSE = "else"
"""The path of a branch none of whose clauses holds."""
OTHERWISE = "otherwise"
"""The path of a step that could not do its work: no date to wait for, no answer to a call."""
ANSWERED = "answered"
"""The path of a call that was answered."""


class AnyStep(Struct, frozen=True, kw_only=True):
    """What all steps have."""

    waits: ClassVar[bool] = False
    """Whether an enrollment can rest on the step."""
    id: str

    @property
    def next_by_path(self) -> dict[str, str]:
        """The next step of each path, by the path's name."""
        return {}

    @property
    def successors(self) -> tuple[str, ...]:
        """Every step that may come next."""
        return tuple(self.next_by_path.values())


class OneWayStep(AnyStep, frozen=True, kw_only=True):
    """A step that goes on at `next`."""

    next: str = END

    @property
    def next_by_path(self) -> dict[str, str]:
        """The only path, which has no name."""
        return {"": self.next}


class _Named(Protocol):
    @property
    def name(self) -> str:
        """The path's name."""

    @property
    def next(self) -> str:
        """The id of its first step."""


def unique_path_names(paths: Sequence[_Named]) -> list[str]:
    """Return a name for each path; a second path with the same name gets its number."""
    found: list[str] = []
    for number, path in enumerate(paths, 1):
        found.append(f"{path.name} ({number})" if path.name in found else path.name)
    return found


def next_by_name(paths: Sequence[_Named]) -> dict[str, str]:
    """Return the next step of each path, by the name of the path."""
    return {name: path.next for path, name in zip(paths, unique_path_names(paths), strict=True)}
