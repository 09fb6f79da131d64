"""From a journey's graph back to the shape that its file has: steps in a row, and ways that part and meet again."""

from dataclasses import dataclass

from ripen.journey.routing import ELSE, OTHERWISE, steps_of
from ripen.playbook.graph import (
    END,
    BranchStep,
    ExitStep,
    Journey,
    JumpStep,
    SendStep,
    SplitStep,
    Step,
    WaitForStep,
    WaitStep,
    WebhookStep,
)

Row = tuple["Item", ...]


@dataclass(frozen=True)
class Way:
    name: str
    row: Row
    to: str = ""
    """Where it goes on if not where the ways meet: the id of a step drawn elsewhere."""
    ends: bool = False


@dataclass(frozen=True)
class Item:
    step: Step
    ways: tuple[Way, ...] = ()


def outline(journey: Journey) -> Row:
    """Every step that can be reached, each once."""
    return _Drawing(journey).row(journey.first, END)


def title(step: Step) -> str:
    """What the step does, in a few words."""
    match step:
        case SendStep():
            return f"send {step.email}"
        case JumpStep():
            return f"jump to {step.to}"
        case ExitStep():
            return f"exit: {step.reason}"
        case _:
            return step.id


def ways_of(step: Step) -> list[tuple[str, str]]:
    """Name and next step of each way on, where there is more than one."""
    match step:
        case BranchStep():
            return [*((path.name, path.next) for path in step.paths), (ELSE, step.otherwise)]
        case SplitStep():
            total = sum(share.weight for share in step.paths) or 1
            return [(f"{share.name} {share.weight / total:.0%}", share.next) for share in step.paths]
        case WaitForStep():
            return [(path.name, path.next) for path in step.paths]
        case WaitStep() | WebhookStep() if step.otherwise not in (END, step.next):
            return [("then", step.next), (OTHERWISE, step.otherwise)]
    return []


class _Drawing:
    def __init__(self, journey: Journey) -> None:
        self._steps = steps_of(journey)
        self._order = {id: number for number, id in enumerate(self._steps)}
        self._drawn: set[str] = set()

    def row(self, id: str, until: str) -> Row:
        """The steps from this one up to where the ways meet."""
        items = []
        while id not in (END, until) and id not in self._drawn:
            self._drawn.add(id)
            step = self._steps[id]
            ways = ways_of(step)
            meeting = self._meeting([next for _, next in ways], until) if ways else END
            items.append(Item(step, tuple(self._way(name, next, meeting) for name, next in ways)))
            id = meeting if ways else getattr(step, "next", END)
        return tuple(items)

    def _way(self, name: str, next: str, meeting: str) -> Way:
        already = next in self._drawn and next != meeting
        row = self.row(next, meeting)
        last = self._last(next, row)
        return Way(name, row, to=next if already else "", ends=last == END != meeting)

    def _last(self, next: str, row: Row) -> str:
        """Where the row goes on."""
        if not row:
            return next
        step = row[-1].step
        return END if isinstance(step, ExitStep) else getattr(step, "next", next)

    def _meeting(self, starts: list[str], until: str) -> str:
        """The first step, in the order of the file, to which all ways come that do not end; `until` if there is none."""
        reached = [found for start in starts if (found := self._reached(start))]
        common = set.intersection(*reached) - self._drawn if len(reached) > 1 else set[str]()
        return min(common, key=self._order.__getitem__, default=until)

    def _reached(self, start: str) -> set[str]:
        found, open_ = set[str](), [start]
        while open_:
            id = open_.pop()
            if id == END or id in found:
                continue
            found.add(id)
            step = self._steps[id]
            open_ += [next for _, next in ways_of(step)] or [getattr(step, "next", END)]
        return found
