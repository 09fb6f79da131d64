"""A worker is killed between any two of its calls: nothing is lost, and nothing is done twice.

A process that dies after it has read something leaves what it left before; so each is killed before its first call that
changes something, and after each of them, in every way that its invocations go.
"""

import pytest

from tests.faults.kills import Kill, Ran, points
from tests.faults.outcome import Outcome, outcome, unlike
from tests.faults.worker import FUNCTIONS
from tests.faults.world import World


@pytest.fixture(scope="module")
def undisturbed(the_world: World) -> tuple[Outcome, list[Ran]]:
    the_world.begin()
    the_world.tell()
    return outcome(the_world), the_world.ran


def test_the_story_ends_well_where_nothing_goes_wrong(undisturbed: tuple[Outcome, list[Ran]]) -> None:
    end, _ = undisturbed
    assert end["mails"] == 2
    assert end["cards"] == [{"linked": True, "claimed": True, "owner": True, "thread": 0}]
    assert [record["Ripen_Rank__c"] for record in end["records"]] == ["hot"]
    assert len(end["tasks"]) == 1
    assert [send[1] for send in end["row send"]] == ["accepted", "accepted"]
    assert end["left on the agenda"] == ["due#decay"]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_whoever_is_killed_nothing_is_lost_and_nothing_is_done_twice(
    the_world: World, undisturbed: tuple[Outcome, list[Ran]], function: str
) -> None:
    end, ran = undisturbed
    kills = [kill for kill in points(ran) if kill.function == function]
    assert kills
    wrong = []
    for number, kill in enumerate(kills):
        # given a worker that dies there; every other message dies with its worker
        the_world.begin()
        the_world.kills, the_world.lossy = (kill,), number % 2 == 1
        # when the story is told
        the_world.tell()
        # then it ends as the undisturbed one
        assert the_world.died, f"{kill} did not happen"
        found = outcome(the_world)
        if found != end and found != held(end, kill):
            wrong.append(f"{kill}: {unlike(found, end)}")
    assert not wrong, "\n".join(wrong)


def test_what_the_functions_log_names_nobody(the_world: World, undisturbed: tuple[Outcome, list[Ran]]) -> None:
    log = the_world.outside.worker.log.read_text()
    assert "card posted" in log
    found = [word for word in ("山田", "花子", "見本", "hanako", "example.jp", "1234-5678", "312345678") if word in log]
    assert found == []


def held(end: Outcome, kill: Kill) -> Outcome | None:
    """A marketing mail whose worker died when it may have been handed over, and was not: it waits for a person."""
    if (kill.function, kill.invocation, kill.moment) != ("nurture.deliver", 2, "after"):
        return None
    sends = sorted(("case-study", "held", None, None) if send[0] == "case-study" else send for send in end["row send"])
    decisions = end["decisions"].copy()
    decisions["('send', 'case-study', 'accepted')"] -= 1
    decisions["('send', 'case-study', 'held')"] += 1
    return end | {"mails": 1, "row send": sends, "decisions": +decisions}
