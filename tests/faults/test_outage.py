"""SES, Salesforce and Slack fail in every known way, and the story ends as if they had not.

The faults of one story: (mode at SES, count), (mode at Slack, method, count), (mode at Salesforce, count). Slack and
Salesforce fail when the form comes in, and again when sales accepts the lead. SES fails for the requested mail, and
again for the follow-up.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest

from tests.support.lead_story import World
from tests.support.story_outcome import Outcome, outcome, unlike

_IMPATIENT = 2.0


@dataclass(frozen=True)
class Trouble:
    ses: tuple[str, int]
    slack: tuple[str, str, int]
    salesforce: tuple[str, int]
    patience: float = 10.0


TROUBLES = {
    "taken, and then silence": Trouble(
        ("accept_hang", 1), ("hang_after", "chat.postMessage", 1), ("hang_after_write", 1), _IMPATIENT
    ),
    "taken, and the line breaks": Trouble(
        ("truncate", 1), ("drop_after", "chat.postMessage", 1), ("drop_after_write", 1)
    ),
    "taken, and an error": Trouble(
        ("error_after_accept", 1), ("drop_after", "chat.update", 2), ("expire_tokens", 2)
    ),
    "not taken, and the line breaks": Trouble(("drop", 1), ("hang_after", "users", 1), ("hang", 1), _IMPATIENT),
    "too many": Trouble(("throttle", 3), ("ratelimit", "chat.postMessage", 2), ("limit", 1)),
    "used up": Trouble(("quota", 2), ("ratelimit", "", 3), ("lock_row", 1)),
    "errors": Trouble(("pause", 2), ("error_500", "", 3), ("error_500", 3)),
    "down": Trouble(("suspend", 2), ("down", "", 4), ("down", 4)),
}  # fmt: skip


@pytest.fixture(scope="module")
def undisturbed(the_world: World) -> Outcome:
    the_world.begin()
    the_world.play()
    return outcome(the_world)


@pytest.mark.parametrize("name", TROUBLES)
def test_an_outage_delays_the_story_and_changes_no_outcome(world: World, undisturbed: Outcome, name: str) -> None:
    # given faults everywhere
    trouble = TROUBLES[name]
    world.patience = trouble.patience
    # when the story runs
    for step in (world.submit, world.press):
        upset(world, trouble)
        step()
        world.settle()
    world.outside.calm()
    world.outside.mailbox.fault(*trouble.ses)
    world.pass_time(days=3)
    world.settle()
    world.outside.calm()
    # then it ends as the undisturbed one, except that marketing mail is not sent again after an unclear answer
    wanted = held(undisturbed) if name == "not taken, and the line breaks" else undisturbed
    assert unlike(outcome(world), wanted) == {}


def upset(world: World, trouble: Trouble) -> None:
    mode, method, count = trouble.slack
    world.outside.mailbox.fault(*trouble.ses)
    world.outside.workspace.control("faults", mode=mode, method=method, count=count, seconds=4)
    world.outside.org.control("faults", mode=trouble.salesforce[0], count=trouble.salesforce[1], seconds=4)


def held(end: Outcome) -> Outcome:
    """Return the outcome with the follow-up held for a person."""
    sends = sorted(("case-study", "held", None, None) if send[0] == "case-study" else send for send in end["row send"])
    accepted, kept = (f"('send', 'case-study', '{state}')" for state in ("accepted", "held"))
    decisions = end["decisions"] - Counter([accepted]) + Counter([kept])
    return end | {"mails": 1, "row send": sends, "decisions": decisions}


def mail_off(world: World) -> Callable[[], None]:
    world.outside.mailbox.off()
    return world.outside.mailbox.on


def slack_off(world: World) -> Callable[[], None]:
    world.outside.workspace.control("faults", mode="down", count=-1)
    return lambda: world.outside.workspace.control("faults", mode="down", count=0).close()


def salesforce_off(world: World) -> Callable[[], None]:
    world.outside.org.control("faults", mode="down", count=-1)
    return lambda: world.outside.org.control("faults", mode="down", count=0)


@pytest.mark.parametrize(("off", "missing"), [(mail_off, "mails"), (slack_off, "cards"), (salesforce_off, "records")])
def test_an_outage_of_an_hour_delays_only_its_own_part(
    world: World, undisturbed: Outcome, off: Callable[[World], Callable[[], None]], missing: str
) -> None:
    # given one of them away
    back = off(world)
    # when the form comes in, and an hour passes
    world.submit()
    world.settle(timedelta(hours=1))
    # then the other systems have everything
    back()
    world.outside.org.clear()
    found = {"mails": len(world.mails()), "cards": len(world.cards()), "records": len(outcome(world)["records"])}
    assert found == {"mails": 1, "cards": 1, "records": 1} | {missing: 0}
    # and now that it is back, everything goes on
    world.settle()
    world.press()
    world.settle()
    world.pass_time(days=3)
    world.settle()
    assert unlike(outcome(world), undisturbed) == {}
