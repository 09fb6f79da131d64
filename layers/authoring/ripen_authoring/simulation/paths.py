"""Every way through a journey: each choice is forced in turn, and the story is lived with it."""

from collections.abc import Callable, Iterator, Mapping
from copy import replace
from dataclasses import dataclass

from ripen.playbook.clause import AllOf
from ripen.playbook.graph import BranchStep, Journey, Path, SplitStep, Step, Until, WaitForStep, WaitPath, WebhookStep
from ripen_authoring.simulation.run import Lived

ELSE, ANSWERED, FAILED = "else", "answered", "failed"
_ALWAYS = AllOf(of=())
_SOON = Until(seconds=3600)
"""When what a wait_for waits for is taken to happen."""

Choices = Mapping[str, str]


@dataclass(frozen=True)
class Walked:
    """One way: what was chosen at each step that had a choice, and what became of the lead."""

    choices: dict[str, str]
    lived: Lived


def options(step: Step) -> tuple[str, ...]:
    """The names of the ways on from a step; none where there is no choice."""
    match step:
        case BranchStep():
            return (*(path.name for path in step.paths), ELSE)
        case SplitStep() | WaitForStep():
            return tuple(path.name for path in step.paths)
        case WebhookStep():
            return (ANSWERED, FAILED)
    return ()


def forced(journey: Journey, choices: Choices) -> Journey:
    """The journey, but that these steps always go the chosen way."""
    steps = tuple(_forced(step, choices[step.id]) if step.id in choices else step for step in journey.steps)
    return replace(journey, steps=steps)


def walk(journey: Journey, live: Callable[[Journey], Lived], most: int) -> Iterator[Walked]:
    """Each way that is met, until `most` are walked; ways on that nobody has taken yet come first."""
    taken: set[tuple[str, str]] = set()
    open_: list[dict[str, str]] = [{}]
    steps = {step.id: step for step in journey.steps}
    walked = 0
    while open_ and walked < most:
        choices = open_.pop(_freshest(open_, taken))
        lived = live(forced(journey, choices))
        here = next((id for id in _met(lived) if id not in choices and options(steps[id])), None)
        if here is not None:
            open_ += [choices | {here: option} for option in options(steps[here])]
            continue
        taken |= set(choices.items())
        walked += 1
        yield Walked(choices, lived)


def missed(journey: Journey, lives: list[Lived]) -> tuple[list[str], list[tuple[str, str]]]:
    """The steps that none of these lives came to, and the ways on, (step, path), that none took."""
    visited = {id for lived in lives for id in _met(lived)}
    took = {pair for lived in lives for run in lived.runs for pair in run.took.items()}
    ways = [(step.id, option) for step in journey.steps for option in options(step)]
    return (
        [step.id for step in journey.steps if step.id not in visited],
        [way for way in ways if way[0] in visited and way not in took],
    )


def _met(lived: Lived) -> list[str]:
    return [id for run in lived.runs for id in run.visits]


def _freshest(open_: list[dict[str, str]], taken: set[tuple[str, str]]) -> int:
    """The place of the one with the most ways that nobody has taken; of equal ones the latest, which is the deepest."""
    return max(range(len(open_)), key=lambda place: (len(set(open_[place].items()) - taken), place))


def _forced(step: Step, option: str) -> Step:
    match step:
        case BranchStep():
            chosen = tuple(path for path in step.paths if path.name == option)
            return replace(step, paths=tuple(Path(name=path.name, when=_ALWAYS, next=path.next) for path in chosen))
        case SplitStep():
            return replace(step, paths=tuple(path for path in step.paths if path.name == option))
        case WaitForStep():
            [path] = [path for path in step.paths if path.name == option]
            return replace(step, paths=(WaitPath(name=path.name, after=path.after or _SOON, next=path.next),))
        case WebhookStep():
            next = step.otherwise if option == FAILED else step.next
            return BranchStep(id=step.id, paths=(Path(name=option, when=_ALWAYS, next=next),))
    return step
