"""Simulate every path through a journey, and name the steps that none reaches."""

from copy import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from ripen.playbook.clause import Belongs, Did
from ripen.playbook.graph import (
    BranchStep,
    ExitStep,
    Journey,
    JumpStep,
    Path,
    SendStep,
    Share,
    SplitStep,
    Until,
    WaitForStep,
    WaitPath,
    WaitStep,
)
from ripen.playbook.trigger import OnActivity
from ripen_authoring.simulation.paths import SimulatedPath, options, simulate_paths, uncovered, with_choices
from ripen_authoring.simulation.persona import Persona
from ripen_authoring.simulation.run import SimulationResult, simulate
from tests.support.builders import a_bundle

START = datetime(2026, 11, 24, 10, 0, tzinfo=ZoneInfo("Asia/Tokyo"))
HANAKO = Persona(email="hanako@example.co.jp", last_name="山田")
CLICKED = Did(kind="link_clicked", subject="whitepaper-delivery")
JOURNEY = Journey(
    name="whitepaper",
    enrol=(OnActivity(kind="form_submitted", subject="whitepaper"),),
    first="send",
    steps=(
        SendStep(id="send", email="whitepaper-delivery", next="listen"),
        WaitForStep(
            id="listen",
            paths=(
                WaitPath(name="clicked", when=CLICKED, next="who"),
                WaitPath(name="after-5-days", after=Until(days=5), next="offer"),
            ),
        ),
        BranchStep(id="who", paths=(Path(name="big", when=Belongs(segment="nobody"), next="out"),), otherwise="study"),
        SplitStep(
            id="offer",
            by="offer",
            paths=(Share(name="demo", next="study"), Share(name="none", weight=9, next="out")),
        ),
        SendStep(id="study", email="case-study"),
        ExitStep(id="out"),
        WaitStep(id="island", until=Until(days=1)),
    ),
)


def simulated(journey: Journey) -> SimulationResult:
    bundle = a_bundle(journeys={"whitepaper": journey})
    return simulate(journey, bundle, HANAKO, [], START)


def simulated_paths(journey: Journey = JOURNEY, most: int = 50) -> list[SimulatedPath]:
    return list(simulate_paths(journey, simulated, most))


def test_every_path_is_simulated_once() -> None:
    assert {tuple(path.choices.items()) for path in simulated_paths()} == {
        (("listen", "clicked"), ("who", "big")),
        (("listen", "clicked"), ("who", "else")),
        (("listen", "after-5-days"), ("offer", "demo")),
        (("listen", "after-5-days"), ("offer", "none")),
    }


def test_each_path_ends_as_its_choices_say() -> None:
    mails = {tuple(path.choices.values()): len(path.result.simulator.mails) for path in simulated_paths()}
    assert mails[("clicked", "else")] == mails[("after-5-days", "demo")] == 2
    assert mails[("clicked", "big")] == mails[("after-5-days", "none")] == 1
    assert {path.result.enrollments[0].reason for path in simulated_paths() if path.choices.get("who") == "big"} == {
        "exit step"
    }


def test_unreached_step_is_named() -> None:
    steps, untaken = uncovered(JOURNEY, [path.result for path in simulated_paths()])
    assert (steps, untaken) == (["island"], [])


def test_one_simulation_leaves_paths_untaken() -> None:
    steps, untaken = uncovered(JOURNEY, [simulated(with_choices(JOURNEY, {"listen": "clicked"}))])
    assert "offer" in steps
    assert ("listen", "after-5-days") in untaken


def test_with_a_limit_each_path_still_makes_an_untried_choice() -> None:
    first, second = simulated_paths(most=2)
    assert set(second.choices.items()) - set(first.choices.items())


def test_loop_ends_by_itself() -> None:
    listen = JOURNEY.steps[1]
    assert isinstance(listen, WaitForStep)
    loop = replace(
        JOURNEY,
        steps=(
            SendStep(id="send", email="whitepaper-delivery", next="listen"),
            replace(
                listen,
                paths=(
                    WaitPath(name="clicked", when=CLICKED),
                    WaitPath(name="after-5-days", after=Until(days=5), next="again"),
                ),
            ),
            JumpStep(id="again", to="listen", most=2),
        ),
    )
    assert len(simulated_paths(loop)) == 2


def test_step_without_a_choice_has_no_options() -> None:
    assert options(JOURNEY.steps[0]) == ()
