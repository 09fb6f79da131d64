"""A function that takes clicks, beacons or unsubscriptions is killed between any two calls; the story ends the same."""

from collections import Counter
from itertools import zip_longest

import pytest

from tests.support.kill_points import Kill, Ran, points
from tests.support.killable_worker import OF_A_VISIT
from tests.support.lead_story import World
from tests.support.story_outcome import Outcome, unlike
from tests.support.visitor_story import Visit, published

pytestmark = pytest.mark.timeout(1800)


@pytest.fixture(scope="module")
def visit(the_world: World) -> Visit:
    return published(the_world)


@pytest.fixture(scope="module")
def undisturbed(visit: Visit) -> tuple[Outcome, list[Ran]]:
    visit.begin()
    visit.play()
    return visit.end(), visit.world.ran


def test_the_visit_without_faults_has_the_expected_outcome(undisturbed: tuple[Outcome, list[Ran]]) -> None:
    end, _ = undisturbed
    kinds = [kind for kind, *_ in end["row activity"]]
    assert kinds == ["form_submitted", "link_clicked", "page_viewed", "page_viewed", "unsubscribed"]
    assert (end["seen on the desk"], end["seen on the phone"]) == (["/pricing"], ["/"])
    assert (end["mails"], end["left on the agenda"]) == (1, ["state"])


def test_a_killed_worker_neither_loses_nor_repeats_a_visit(
    visit: Visit, undisturbed: tuple[Outcome, list[Ran]]
) -> None:
    end, ran = undisturbed
    wanted = [[kill for kill in points(ran) if kill.function == function] for function in OF_A_VISIT]
    assert all(wanted)
    wrong = []
    for number, struck in enumerate(zip_longest(*wanted)):
        # given that one worker of each function dies, each at its next point; every other wake-up dies with its worker
        kills = tuple(kill for kill in struck if kill)
        visit.begin()
        visit.world.kills, visit.world.lossy = kills, number % 2 == 1
        # when the visit is made
        visit.play()
        # then it ends as the undisturbed one
        assert len(visit.world.died) == len(kills), f"{kills} did not all happen: {visit.world.died}"
        if differs := unlike(visit.end(), clicked_again(end) if any(map(hit_noted, kills)) else end):
            wrong.append(f"{'; '.join(map(str, kills))}: {differs}")
    assert not wrong, "\n".join(wrong)


def hit_noted(kill: Kill) -> bool:
    return kill.function == "capture.link" and kill.moment == "after"


def clicked_again(end: Outcome) -> Outcome:
    """Return the outcome of a second click: a person who got no answer clicks again, and the click is repeated."""
    [(rank, episode, folded, *more)] = end["row state"]
    hits = [activity for activity in end["row activity"] if activity[0] == "link_clicked"]
    return end | {
        "decisions": end["decisions"] + Counter([str(("verdict", "whitepaper-delivery", "repeated"))]),
        "row activity": sorted([*end["row activity"], *hits], key=str),
        "row state": [(rank, episode, folded + len(hits), *more)],
    }
