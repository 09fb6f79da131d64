"""notify.act: its worker dies before or after any of its changes, and yet each is made, and made once."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from ripen.adapters.table import Key, Table
from ripen.slack.action import CardAction
from tests.support.card_presses import CRM, Salespeople, a_posted_card
from tests.support.fake_chat import BOB
from tests.support.fakes import FakeClock
from tests.support.quick_dynamodb import QuickDynamoDB

LATEST = 60


class Killed(BaseException):
    """The worker is gone: nothing that it would still have done happens."""


class Death:
    """Kills the worker at one of the moments before and after its changes."""

    def __init__(self, moment: int) -> None:
        self.left = moment

    def around(self, change: Callable[..., Any]) -> Callable[..., Any]:
        def changed(*given: Any, **named: Any) -> Any:
            self._moment()
            result = change(*given, **named)
            self._moment()
            return result

        return changed

    def _moment(self) -> None:
        self.left -= 1
        if self.left == 0:
            raise Killed


def accepted(sales: Salespeople) -> Key[CardAction]:
    return sales.press("U0ALICE")


def owner_asked(sales: Salespeople) -> Key[CardAction]:
    sales.owners.record = BOB
    return sales.press("U0ALICE")


def failed(sales: Salespeople) -> Key[CardAction]:
    sales.chat.addresses.clear()
    return sales.press("U0ALICE")


def too_late(sales: Salespeople) -> Key[CardAction]:
    sales.act(sales.press("U0ALICE"))
    return sales.press("U0BOB")


def released(sales: Salespeople) -> Key[CardAction]:
    sales.act(sales.press("U0ALICE"))
    sales.clock.move(minutes=1)
    return sales.press("U0ALICE", "release")


def not_a_fit(sales: Salespeople) -> Key[CardAction]:
    return sales.press("U0BOB", "not_fit")


STORIES = (accepted, owner_asked, failed, too_late, released, not_a_fit)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_a_killed_worker_loses_nothing_and_repeats_nothing(story: Callable[[Salespeople], Key[CardAction]]) -> None:
    undisturbed, _ = ends(story, 0)
    died = 0
    for moment in range(1, LATEST):
        end, left = ends(story, moment)
        assert end == undisturbed, f"killed at {moment}"
        if left > 0:
            break
        died += 1
    assert died >= 2


def ends(story: Callable[[Salespeople], Key[CardAction]], moment: int) -> tuple[dict[str, Any], int]:
    """Live the story with a death at that moment; return how it ends, and how many moments were left."""
    clock = FakeClock()
    sales = a_posted_card(Table("table", QuickDynamoDB()), clock, CRM)
    key, death = story(sales), Death(moment)
    changing = ((sales.table, "write"), (sales.owners, "change"), (sales.chat, "reply"), (sales.chat, "respond"))
    with pytest.MonkeyPatch.context() as patch:
        for one, name in changing:
            patch.setattr(one, name, death.around(getattr(one, name)))
        for _ in range(3):
            try:
                sales.act(key)
            except Killed:
                clock.move(minutes=5)
    return _end(sales, key), death.left


def _end(sales: Salespeople, key: Key[CardAction]) -> dict[str, Any]:
    alert = sales.alert()
    return {
        "done": sales.done(key),
        "card": (alert.outcome, alert.by, alert.press, bool(alert.asked), bool(alert.handover)),
        "record": sales.owners.record,
        "tasks": (len(sales.owners.tasks), len(sales.owners.closed)),
        "replies": [text for _, text in sales.chat.replies],
        "answers": set(sales.chat.responses),
        "activities": [activity.kind for activity in sales.activities()],
        "decisions": Counter(sales.decisions()),
    }
