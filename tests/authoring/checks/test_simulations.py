"""One error at a time in a scenario of the smallest playbook, with its position and its message."""

import pytest

from tests.support.smallest_playbook import KEN, CheckPlaybook, H, P, scenario


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (scenario(evnts="x"), "4:1: unknown key 'evnts'; did you mean 'events'?"),
        (scenario(journey="jj"), "1:1: there is no 'jj' in journeys/; did you mean 'j'?"),
        (scenario(lead="kenn"), "2:1: there is no 'kenn' in personas/; did you mean 'ken'?"),
        (scenario(lead="nope.yaml"), "2:1: there is no file 'nope.yaml' in the playbook; write"),
        (scenario("+1d click m x"), "5:5: 'x' is not the number of a link; write click EMAIL"),
        (scenario("+1d click m -1"), "5:5: '-1' is not the number of a link"),
        (scenario("+1d click any"), "5:5: there is no 'any' in emails/"),
        (scenario(**{"from": "tomorrow"}), "3:1: 'tomorrow' is not a date and time; write e.g. 2026-11-24 10:00"),
        (scenario(**{"from": "0999-01-01 10:00"}), "3:1: the year 999 is out of range; write a year from 2000 to 2199"),
        (scenario("+" + "9" * 4400 + "d click m"), "5:5: +9999"),
        (scenario(answers="{hook: {ok: true}}"), "4:11: no journey has a webhook step 'hook'"),
        (scenario("+2d click m", "2d click m"), "6:5: '2d click m' does not say when. Begin with +2d"),
        (scenario("2026-11-31 10:00 click m"), "5:5: There is no date and time '2026-11-31 10:00'. Write e.g."),
        (scenario("2026-11-23 10:00 click m"), "5:5: this is before the simulation begins (2026-11-24 10:00)"),
        (scenario("+1d clack m"), "5:5: There is no event 'clack'; did you mean 'click'?"),
        (scenario("+1d click mm"), "5:5: there is no 'mm' in emails/; did you mean 'm'?"),
        (scenario("+1d reply mm Hello"), "5:5: there is no 'mm' in emails/"),
        (scenario("+1d click"), "5:5: '+1d click' needs a name; write click EMAIL"),
        (scenario("+1d view prices"), "5:5: there is no 'prices' in pages/"),
        (scenario("+1d enter k"), "5:5: there is no 'k' in journeys/; write one of: j"),
        (scenario("+1d enter j order"), "5:5: 'order' is not field=value; write e.g."),
        (scenario("+1d enter j order=1"), "5:5: entry requests for j have no 'order'"),
        (scenario("+1d form g"), "5:5: there is no 'g' in forms/; write one of: f"),
        (scenario("+1d form f plam=pro"), "5:5: the form f has no field 'plam'; did you mean 'plan'?"),
        (scenario("+1d form f pro"), "5:5: 'pro' is not field=value"),
        (scenario("+1d set plam=pro"), "5:5: there is no field 'plam'; did you mean 'plan'?"),
        (scenario("+1d set company='Acme"), "5:5: A quotation mark in \"set company='Acme\" is never closed"),
    ],
)  # fmt: skip
def test_scenario_that_cannot_happen_is_reported_at_its_position(
    smallest: CheckPlaybook, text: str, message: str
) -> None:
    problems = smallest({P: KEN, H: text})

    assert [problem for problem in problems if problem.startswith(f"{H}:{message}")], problems
    assert len(problems) == 1, problems


def test_missing_persona_names_the_file_to_add(smallest: CheckPlaybook) -> None:
    assert smallest({H: scenario()}) == [f"{H}:2:1: there is no 'ken' in personas/; add personas/ken.yaml"]


def test_valid_scenario_has_no_problems(smallest: CheckPlaybook) -> None:
    said = scenario(
        "+1d click m 1",
        "+1d convert",
        "+1d view pricing",
        "+2d set plan=pro",
        "+2d tag vip",
        "+3d form f renewal=2027-01-01",
    )

    assert smallest({P: KEN, H: said, "simulations/h.txt": "as approved"}) == []


def test_transcript_without_a_scenario_is_reported(smallest: CheckPlaybook) -> None:
    assert [problem.partition(": ")[0] for problem in smallest({"simulations/g.txt": "x"})] == ["simulations/g.txt:1:1"]
