"""A queue loses, doubles or reorders messages or cannot be reached: a message is only a wake-up, the table is the
truth."""

from random import Random

import pytest

from tests.support.lead_story import World
from tests.support.story_outcome import Outcome, outcome, unlike

Message = tuple[str, str]
QUEUES = ("react", "advance", "deliver", "deliver_bulk", "sync", "alert", "act")


@pytest.fixture(scope="module")
def undisturbed(the_world: World) -> Outcome:
    the_world.begin()
    the_world.play()
    return outcome(the_world)


@pytest.mark.parametrize("queues", [*((queue,) for queue in QUEUES), QUEUES], ids="+".join)
def test_the_work_of_a_purged_queue_is_done_by_the_tick(
    world: World, undisturbed: Outcome, queues: tuple[str, ...]
) -> None:
    world.lost = set(queues)
    world.play()
    assert world.lost == set(), "there was nothing to lose"
    assert unlike(outcome(world), undisturbed) == {}


def test_work_that_could_not_be_queued_is_done_by_the_tick(world: World, undisturbed: Outcome) -> None:
    world.queues.silent = 12
    world.play()
    assert world.queues.silent == 0
    assert unlike(outcome(world), undisturbed) == {}


def test_a_message_delivered_to_two_workers_at_once_is_done_once(world: World, undisturbed: Outcome) -> None:
    world.order = lambda waiting: [[waiting[0], waiting[0]]]
    world.play()
    assert unlike(outcome(world), undisturbed) == {}


@pytest.mark.parametrize("seed", range(3))
def test_messages_in_any_order_and_grouping_have_the_same_outcome(
    world: World, undisturbed: Outcome, seed: int
) -> None:
    random = Random(seed)  # noqa: S311

    def order(waiting: list[Message]) -> list[list[Message]]:
        chosen = random.choices(waiting, k=random.randint(1, 4))
        return [chosen]

    world.order = order
    world.play()
    assert unlike(outcome(world), undisturbed) == {}


def test_messages_delivered_again_afterwards_change_nothing(world: World, undisturbed: Outcome) -> None:
    world.play()
    again = world.handed[:]
    Random(7).shuffle(again)  # noqa: S311
    world.queues.waiting += again
    world.settle()
    assert unlike(outcome(world), undisturbed) == {}


def test_a_form_and_a_button_sent_twice_at_once_count_once(world: World, undisturbed: Outcome) -> None:
    world.at_once = 2
    world.play()
    assert unlike(outcome(world), undisturbed) == {}
