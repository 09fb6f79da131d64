"""Turn a journey's graph back into the shape of its file: steps in a row, and paths that part and meet again."""

from dataclasses import dataclass

from ripen.journey.routing import steps_by_id
from ripen.operations.playbook_words.steps import path_words, step_words
from ripen.playbook.bundle import Bundle
from ripen.playbook.graph import ExitStep, Journey, SplitStep, Step
from ripen.playbook.paths import END, OTHERWISE
from ripen.words import Words

Row = tuple["Item", ...]


@dataclass(frozen=True)
class Path:
    name: str
    words: Words
    row: Row
    to: str = ""
    """The id of the next step, if that is not where the paths meet but a step that is drawn elsewhere."""
    to_words: Words | None = None
    ends: bool = False


@dataclass(frozen=True)
class Item:
    step: Step
    words: Words
    paths: tuple[Path, ...] = ()


def outline(journey: Journey, bundle: Bundle) -> Row:
    """Return every step that can be reached, each once, with the words for steps and paths."""
    return _Outline(journey, bundle).row(journey.first, END)


def paths_of(step: Step) -> list[tuple[str, str]]:
    """Return the name and the next step of each path, where there is more than one."""
    if isinstance(step, SplitStep):
        total = sum(share.weight for share in step.paths) or 1
        return [(f"{share.name} {share.weight / total:.0%}", share.next) for share in step.paths]
    paths = step.next_by_path
    has_one_path = "" in paths or paths.get(OTHERWISE) in (
        END,
        *(to for name, to in paths.items() if name != OTHERWISE),
    )
    return [] if has_one_path else list(paths.items())


class _Outline:
    def __init__(self, journey: Journey, bundle: Bundle) -> None:
        self._bundle = bundle
        self._steps = steps_by_id(journey)
        self._order = {id: number for number, id in enumerate(self._steps)}
        self._drawn: set[str] = set()

    def row(self, id: str, until: str) -> Row:
        """Return the steps from this one up to `until`, where the paths meet."""
        items = []
        while id not in (END, until) and id not in self._drawn:
            self._drawn.add(id)
            step = self._steps[id]
            paths = paths_of(step)
            meeting = self._meeting([next for _, next in paths], until) if paths else END
            found = tuple(self._path(step, name, next, meeting) for name, next in paths)
            items.append(Item(step, step_words(step, self._bundle), found))
            id = meeting if paths else getattr(step, "next", END)
        return tuple(items)

    def _path(self, step: Step, name: str, next: str, meeting: str) -> Path:
        already = next in self._drawn and next != meeting
        row = self.row(next, meeting)
        last = self._last(next, row)
        words, ends = path_words(step, name, self._bundle), last == END != meeting
        if already:
            return Path(name, words, row, next, step_words(self._steps[next], self._bundle), ends)
        return Path(name, words, row, ends=ends)

    def _last(self, next: str, row: Row) -> str:
        """Return the step at which the row goes on."""
        if not row:
            return next
        step = row[-1].step
        return END if isinstance(step, ExitStep) else getattr(step, "next", next)

    def _meeting(self, starts: list[str], until: str) -> str:
        """Return the first step, in file order, that all paths reach which do not end; `until` without one."""
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
            open_ += [next for _, next in paths_of(step)] or [getattr(step, "next", END)]
        return found
