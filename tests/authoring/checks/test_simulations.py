"""The golden list: one mistake each, in the smallest playbook, with the line and what is said: scenarios to be simulated."""

import pytest

from tests.support.smallest_playbook import KEN, H, P, Plan, scenario


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (scenario(evnts="x"), "4:1: unknown key 'evnts'; did you mean 'events'?"),
        (scenario(journey="jj"), "1:1: there is no 'jj' in journeys/; did you mean 'j'?"),
        (scenario(lead="kenn"), "2:1: there is no 'kenn' in personas/; did you mean 'ken'?"),
        (scenario(**{"from": "tomorrow"}), "3:1: 'tomorrow' is no time to begin; write e.g. 2026-11-24 10:00"),
        (scenario(answers="{hook: {ok: true}}"), "4:11: no journey calls a webhook at 'hook'"),
        (scenario("+2d click m", "2d click m"), "6:5: '2d click m' does not say when. Begin with +2d"),
        (scenario("2026-11-31 10:00 click m"), "5:5: There is no date and time '2026-11-31 10:00'. Write e.g."),
        (scenario("2026-11-23 10:00 click m"), "5:5: this is before the story begins (2026-11-24 10:00)"),
        (scenario("+1d clack m"), "5:5: There is no event 'clack'; did you mean 'click'?"),
        (scenario("+1d click mm"), "5:5: there is no 'mm' in emails/; did you mean 'm'?"),
        (scenario("+1d reply mm Hello"), "5:5: there is no 'mm' in emails/"),
        (scenario("+1d click"), "5:5: '+1d click' does not say which; write click EMAIL"),
        (scenario("+1d view prices"), "5:5: there is no 'prices' in pages/"),
        (scenario("+1d enter k"), "5:5: there is no 'k' in journeys/; write one of: j"),
        (scenario("+1d enter j order"), "5:5: 'order' is no field=value; write for example"),
        (scenario("+1d enter j order=1"), "5:5: no request to j says 'order'"),
        (scenario("+1d form g"), "5:5: there is no 'g' in forms/; write one of: f"),
        (scenario("+1d form f plam=pro"), "5:5: the form f does not ask for 'plam'; did you mean 'plan'?"),
        (scenario("+1d form f pro"), "5:5: 'pro' is no field=value"),
        (scenario("+1d set plam=pro"), "5:5: nothing asks for 'plam'; did you mean 'plan'?"),
        (scenario("+1d set company='Acme"), "5:5: A quotation mark in \"set company='Acme\" is never closed"),
    ],
)  # fmt: skip
def test_a_story_that_cannot_be_lived_is_told_at_its_place(smallest: Plan, text: str, told: str) -> None:
    problems = smallest({P: KEN, H: text})

    assert [problem for problem in problems if problem.startswith(f"{H}:{told}")], problems
    assert len(problems) == 1, problems


def test_a_story_that_can_be_lived_is_in_order(smallest: Plan) -> None:
    said = scenario(
        "+1d click m 1", "+1d view pricing", "+2d set plan=pro", "+2d tag vip", "+3d form f renewal=2027-01-01"
    )

    assert smallest({P: KEN, H: said, "simulations/h.txt": "as approved"}) == []


def test_a_transcript_without_its_scenario_is_told(smallest: Plan) -> None:
    assert [problem.partition(": ")[0] for problem in smallest({"simulations/g.txt": "x"})] == ["simulations/g.txt:1:1"]
