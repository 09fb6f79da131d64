"""notify.alert with several workers, or one that dies: still one card, and no change is lost."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from json import dumps
from typing import Any

import pytest

from ripen.slack.alert import AlertState
from tests.support.fake_chat import FakeChat
from tests.support.fakes import NOON
from tests.support.hot_lead_alert import CRM, ID, Sales, synced


def test_an_alert_of_another_worker_is_left_alone(sales: Sales) -> None:
    sales.change(state=AlertState.CLAIMED, claimed=NOON)

    sales.wake()

    assert (sales.chat.posts, sales.chat.looks) == (0, 0)


@pytest.mark.parametrize(("minutes", "looks"), [(4.9, 0), (5, 1)])
def test_a_dead_worker_is_replaced_after_its_lease(sales: Sales, minutes: float, looks: int) -> None:
    sales.change(state=AlertState.CLAIMED, claimed=NOON)

    sales.clock.move(minutes=minutes)
    sales.wake()

    assert sales.chat.looks == looks


def test_a_worker_that_died_after_the_post_causes_no_second_card(sales: Sales) -> None:
    sales.change(state=AlertState.CLAIMED, claimed=NOON)
    sales.chat.post("sales", {"text": "of the dead worker"}, ID)
    sales.clock.move(minutes=6)

    sales.wake()

    assert (sales.chat.posts, sales.alert().ts) == (1, "1")
    assert sales.chat.cards["1"][1]["text"] != "of the dead worker"


class Killed(Exception):
    """A worker's end."""


def killed() -> None:
    raise Killed


@dataclass
class Interrupted(FakeChat):
    """Something else happens while the post, or the update, is under way."""

    meanwhile: Callable[[], None] = lambda: None
    on_update: Callable[[], None] = lambda: None

    def post(self, channel: str, card: dict[str, Any], alert: str) -> tuple[str, str]:
        self.meanwhile()
        return super().post(channel, card, alert)

    def update(self, channel: str, ts: str, card: dict[str, Any], alert: str) -> None:
        self.on_update()
        super().update(channel, ts, card, alert)


def test_a_link_that_arrives_during_the_post_is_shown_on_the_one_card(sales: Sales) -> None:
    sales.chat = Interrupted(meanwhile=lambda: synced(sales))

    sales.wake()

    assert (sales.chat.posts, sales.chat.updates) == (1, 1)
    assert CRM.url in dumps(sales.chat.cards["1"][1])
    assert (sales.alert().state, sales.waits()) == (AlertState.POSTED, None)


def test_two_workers_at_once_make_one_card(sales: Sales) -> None:
    sales.chat = Interrupted(meanwhile=sales.wake)

    sales.wake()

    assert list(sales.chat.cards) == ["1"]


def test_a_lost_wake_after_the_claim_returns_at_its_due_time(sales: Sales) -> None:
    sales.chat = Interrupted(meanwhile=killed)
    with pytest.raises(Killed):
        sales.wake()

    assert (sales.alert().state, sales.waits()) == (AlertState.CLAIMED, timedelta(minutes=5).total_seconds())


def test_a_link_that_arrives_during_the_post_survives_the_worker(sales: Sales) -> None:
    sales.chat = Interrupted(meanwhile=lambda: synced(sales), on_update=killed)

    with pytest.raises(Killed):
        sales.wake()

    assert (sales.alert().state, sales.waits()) == (AlertState.POSTED, 0)


def test_an_accept_during_an_update_is_kept_and_shown(sales: Sales) -> None:
    def accepted() -> None:
        if not sales.alert().outcome:
            sales.change(outcome="accepted", by="U0ALICE", by_name="alice", acted=NOON)

    sales.chat = Interrupted(on_update=accepted)
    sales.wake()
    synced(sales)

    sales.wake()

    assert (sales.alert().outcome, sales.alert().by) == ("accepted", "U0ALICE")
    assert "<@U0ALICE>" in dumps(sales.chat.cards["1"][1])
    assert sales.waits() is None
