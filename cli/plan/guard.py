"""May this playbook go live: nobody stands on a step that is changed or gone without a word on what becomes of them."""

from contextlib import suppress

from cli.plan.difference import difference
from cli.plan.standing import Place, everyone, places
from cli.stack.stack import Stack
from ripen.adapters.playbook import NotPublished
from ripen.adapters.table import Conflict, Mark, keys
from ripen.agenda import Lane
from ripen.journey.enrollment import Enrollment
from ripen.playbook.bundle import Bundle


def live(stack: Stack) -> Bundle | None:
    """What is live; None where nothing has been published yet."""
    try:
        return stack.playbook.live().bundle
    except NotPublished:
        return None


def affected(stack: Stack, new: Bundle) -> tuple[list[Enrollment], list[Place]]:
    """Everybody in a journey, and where they stand on changed steps; nobody is looked for where no step has changed."""
    moved = any(step.how != "added" for journey in difference(live(stack), new).journeys for step in journey.steps)
    if not moved:
        return [], []
    enrollments = everyone(stack)
    return enrollments, places(stack, enrollments, new)


def wake(stack: Stack, enrollments: list[Enrollment], found: list[Place]) -> int:
    """Let everybody for whom the file says where to go be looked at, now that the new playbook is in force (before, workers
    would find nothing changed, and not look again until the wait is over); how many they are."""
    going = {(place.journey, place.step) for place in found if place.move and place.move.how != "stay"}
    due = [each for each in enrollments if (each.journey, each.step) in going]
    for each in due:
        with suppress(Conflict):  # erased meanwhile
            stack.table.write(Mark(keys.enrollment(each.lead, each.journey, each.key), stack.clock.now(), Lane.BULK))
    return len(due)


def demand(place: Place) -> str:
    """What to write, and where."""
    said = "people stand" if place.people != 1 else "person stands"
    return (
        f"{place.people} {said} on {place.step}, which is {place.how}: write into journeys/{place.journey}.yaml"
        f" changes: {{{place.step}: stay}} – or: move to <step>, exit"
    )
