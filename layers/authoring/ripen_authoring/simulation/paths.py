"""Simulate every path through a journey: force each choice in turn, and run the simulation with it."""

from collections.abc import Callable, Iterator, Mapping
from copy import replace
from dataclasses import dataclass

from ripen.playbook.clause import AllOf
from ripen.playbook.graph import BranchStep, Journey, Path, SplitStep, Step, Until, WaitForStep, WaitPath, WaitStep
from ripen_authoring.simulation.run import SimulationResult

_ALWAYS = AllOf(of=())
_SOON = Until(seconds=3600)
"""When the event that a `wait_for` waits for is assumed to happen."""

Choices = Mapping[str, str]
"""The path taken at each step, by the step's id."""


@dataclass(frozen=True)
class SimulatedPath:
    """One path through the journey: the choice at each step that has one, and the result of the simulation."""

    choices: dict[str, str]
    result: SimulationResult


def options(step: Step) -> tuple[str, ...]:
    """Return the names of the paths that leave the step, or nothing where it has no choice."""
    has_choice = "" not in step.next_by_path and not isinstance(step, WaitStep)
    return tuple(step.next_by_path) if has_choice else ()


def with_choices(journey: Journey, choices: Choices) -> Journey:
    """Return the journey with these steps changed so that they always take the chosen path."""
    steps = tuple(_with_choice(step, choices[step.id]) if step.id in choices else step for step in journey.steps)
    return replace(journey, steps=steps)


def simulate_paths(
    journey: Journey, simulate: Callable[[Journey], SimulationResult], most: int
) -> Iterator[SimulatedPath]:
    """Yield the simulated paths, at most `most`, those with the most untried choices first.

    1. Simulate the journey with the choices so far.
    2. If a step on the way has an open choice, continue with each of its options.
    3. Otherwise the path is complete.
    """
    tried: set[tuple[str, str]] = set()
    candidates: list[dict[str, str]] = [{}]
    steps = {step.id: step for step in journey.steps}
    complete = 0
    while candidates and complete < most:
        choices = candidates.pop(_most_untried(candidates, tried))
        result = simulate(with_choices(journey, choices))
        open_choice = next((id for id in _visited(result) if id not in choices and options(steps[id])), None)
        if open_choice is not None:
            candidates += [choices | {open_choice: option} for option in options(steps[open_choice])]
            continue
        tried |= set(choices.items())
        complete += 1
        yield SimulatedPath(choices, result)


def uncovered(journey: Journey, results: list[SimulationResult]) -> tuple[list[str], list[tuple[str, str]]]:
    """Return the steps that none of the simulations reached, and the paths (step, name) that none took."""
    visited = {id for result in results for id in _visited(result)}
    enrollments = [enrollment for result in results for enrollment in result.enrollments]
    paths_taken = {pair for enrollment in enrollments for pair in enrollment.paths_taken.items()}
    paths = [(step.id, option) for step in journey.steps for option in options(step)]
    return (
        [step.id for step in journey.steps if step.id not in visited],
        [path for path in paths if path[0] in visited and path not in paths_taken],
    )


def _visited(result: SimulationResult) -> list[str]:
    return [id for enrollment in result.enrollments for id in enrollment.visits]


def _most_untried(candidates: list[dict[str, str]], tried: set[tuple[str, str]]) -> int:
    """Return the index of the candidate with the most untried choices; of equal ones the last, which is the deepest."""
    return max(range(len(candidates)), key=lambda index: (len(set(candidates[index].items()) - tried), index))


def _with_choice(step: Step, option: str) -> Step:
    match step:
        case BranchStep():
            chosen = tuple(path for path in step.paths if path.name == option)
            return replace(step, paths=tuple(Path(name=path.name, when=_ALWAYS, next=path.next) for path in chosen))
        case SplitStep():
            return replace(step, paths=tuple(path for path in step.paths if path.name == option))
        case WaitForStep():
            [path] = [path for path in step.paths if path.name == option]
            return replace(step, paths=(WaitPath(name=path.name, after=path.after or _SOON, next=path.next),))
        case _:
            return BranchStep(id=step.id, paths=(Path(name=option, when=_ALWAYS, next=step.next_by_path[option]),))
