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
from tests.support.hot_lead_alert import CRM, ID, HotLeadAlert, synced


def test_an_alert_of_another_worker_is_left_alone(hot_lead: HotLeadAlert) -> None:
    hot_lead.change(state=AlertState.CLAIMED, claimed=NOON)

    hot_lead.wake()

    assert (hot_lead.chat.posts, hot_lead.chat.looks) == (0, 0)


@pytest.mark.parametrize(("minutes", "looks"), [(4.9, 0), (5, 1)])
def test_a_dead_worker_is_replaced_after_its_lease(hot_lead: HotLeadAlert, minutes: float, looks: int) -> None:
    hot_lead.change(state=AlertState.CLAIMED, claimed=NOON)

    hot_lead.clock.move(minutes=minutes)
    hot_lead.wake()

    assert hot_lead.chat.looks == looks


def test_a_worker_that_died_after_the_post_causes_no_second_card(hot_lead: HotLeadAlert) -> None:
    hot_lead.change(state=AlertState.CLAIMED, claimed=NOON)
    hot_lead.chat.post("sales", {"text": "of the dead worker"}, ID)
    hot_lead.clock.move(minutes=6)

    hot_lead.wake()

    assert (hot_lead.chat.posts, hot_lead.alert().ts) == (1, "1")
    assert hot_lead.chat.cards["1"][1]["text"] != "of the dead worker"


class Killed(Exception):
    """A worker's end."""


def killed() -> None:
    raise Killed


@dataclass
class Interrupted(FakeChat):
    """Something else happens while the post, or the update, is under way."""

    meanwhile: Callable[[], None] = lambda: None
    on_update: Callable[[], None] = lambda: None

    def post(self, channel: str, card: dict[str, Any], alert: str, thread: str = "") -> tuple[str, str]:
        self.meanwhile()
        return super().post(channel, card, alert)

    def update(self, channel: str, ts: str, card: dict[str, Any], alert: str) -> None:
        self.on_update()
        super().update(channel, ts, card, alert)


def test_a_link_that_arrives_during_the_post_is_shown_on_the_one_card(hot_lead: HotLeadAlert) -> None:
    hot_lead.chat = Interrupted(meanwhile=lambda: synced(hot_lead))

    hot_lead.wake()

    assert (hot_lead.chat.posts, hot_lead.chat.updates) == (1, 1)
    assert CRM.url in dumps(hot_lead.chat.cards["1"][1])
    assert (hot_lead.alert().state, hot_lead.waits()) == (AlertState.POSTED, None)


def test_two_workers_at_once_make_one_card(hot_lead: HotLeadAlert) -> None:
    hot_lead.chat = Interrupted(meanwhile=hot_lead.wake)

    hot_lead.wake()

    assert list(hot_lead.chat.cards) == ["1"]


def test_a_lost_wake_after_the_claim_returns_at_its_due_time(hot_lead: HotLeadAlert) -> None:
    hot_lead.chat = Interrupted(meanwhile=killed)
    with pytest.raises(Killed):
        hot_lead.wake()

    assert (hot_lead.alert().state, hot_lead.waits()) == (AlertState.CLAIMED, timedelta(minutes=5).total_seconds())


def test_a_link_that_arrives_during_the_post_survives_the_worker(hot_lead: HotLeadAlert) -> None:
    hot_lead.chat = Interrupted(meanwhile=lambda: synced(hot_lead), on_update=killed)

    with pytest.raises(Killed):
        hot_lead.wake()

    assert (hot_lead.alert().state, hot_lead.waits()) == (AlertState.POSTED, 0)


def test_an_accept_during_an_update_is_kept_and_shown(hot_lead: HotLeadAlert) -> None:
    def accepted() -> None:
        if not hot_lead.alert().outcome:
            hot_lead.change(outcome="accepted", by="U0ALICE", by_name="alice", acted=NOON)

    hot_lead.chat = Interrupted(on_update=accepted)
    hot_lead.wake()
    synced(hot_lead)

    hot_lead.wake()

    assert (hot_lead.alert().outcome, hot_lead.alert().by) == ("accepted", "U0ALICE")
    assert "<@U0ALICE>" in dumps(hot_lead.chat.cards["1"][1])
    assert hot_lead.waits() is None
