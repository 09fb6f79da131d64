"""A worker is killed between any two of its calls: no work is lost, and none is done twice.

A process that dies after a read has changed nothing since its previous write. So each is killed before its first call
that changes something and after each of those, in every path that its invocations take.
"""

import pytest

from tests.support.kill_points import Kill, Ran, points, together
from tests.support.killable_worker import FUNCTIONS
from tests.support.lead_story import World
from tests.support.story_outcome import Outcome, outcome, unlike

pytestmark = pytest.mark.timeout(1800)


@pytest.fixture(scope="module")
def undisturbed(the_world: World) -> tuple[Outcome, list[Ran]]:
    the_world.begin()
    the_world.play()
    return outcome(the_world), the_world.ran


def test_the_story_without_faults_has_the_expected_outcome(undisturbed: tuple[Outcome, list[Ran]]) -> None:
    end, _ = undisturbed
    assert end["mails"] == 2
    assert end["cards"] == [{"linked": True, "accepted": True, "owner": True, "thread": 0}]
    assert [record["Ripen_Rank__c"] for record in end["records"]] == ["hot"]
    assert len(end["tasks"]) == 1
    assert [send[1] for send in end["row send"]] == ["accepted", "accepted"]
    assert end["left on the agenda"] == ["state"]


def test_a_killed_worker_loses_no_work_and_repeats_none(
    the_world: World, undisturbed: tuple[Outcome, list[Ran]]
) -> None:
    end, ran = undisturbed
    wanted = points(ran)
    assert {kill.function for kill in wanted} == set(FUNCTIONS)
    wrong = []
    for number, kills in enumerate(together(wanted)):
        # given workers that die there; in every other story their messages die with them
        the_world.begin()
        the_world.kills, the_world.lossy = kills, number % 2 == 1
        # when the story runs
        the_world.play()
        # then it ends as the undisturbed one
        assert len(the_world.died) == len(kills), f"{kills} did not all happen: {the_world.died}"
        found = outcome(the_world)
        if found != end and not (any(map(in_doubt, kills)) and found == held(end)):
            wrong.append(f"{'; '.join(map(str, kills))}: {unlike(found, end)}")
    assert not wrong, "\n".join(wrong)


def test_no_log_line_of_the_functions_names_a_person(the_world: World, undisturbed: tuple[Outcome, list[Ran]]) -> None:
    log = the_world.outside.worker.log.read_text()
    assert "card posted" in log
    found = [word for word in ("山田", "花子", "見本", "hanako", "example.jp", "1234-5678", "312345678") if word in log]
    assert found == []


def in_doubt(kill: Kill) -> bool:
    """Return whether the worker died when its marketing mail may have been sent, and was not."""
    return (kill.function, kill.chapter, kill.moment) == ("nurture.deliver", 3, "after")


def held(end: Outcome) -> Outcome:
    """Return the outcome with that mail held for a person."""
    sends = sorted(("case-study", "held", None, None) if send[0] == "case-study" else send for send in end["row send"])
    decisions = end["decisions"].copy()
    decisions["('send', 'case-study', 'accepted')"] -= 1
    decisions["('send', 'case-study', 'held')"] += 1
    return end | {"mails": 1, "row send": sends, "decisions": +decisions}
