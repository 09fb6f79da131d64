"""A later card of a lead waits for the earlier ones in its channel, and for nothing else."""

from datetime import timedelta
from typing import Any

import pytest

from ripen.slack.alert import Alert, AlertState
from ripen.slack.card_order import earlier_card
from tests.support.fakes import NOON

SALES = "C0SALES"


def a_card(id: str, minutes: int, **changes: Any) -> Alert:
    known: dict[str, Any] = {"lead": "lead1", "kind": "hot", "planned": NOON + timedelta(minutes=minutes)}
    return Alert(id=id, **(known | changes))


@pytest.mark.parametrize(
    ("earlier", "waits"),
    [
        (a_card("a", 0), True),
        (a_card("a", 0, state=AlertState.CLAIMED), True),
        (a_card("a", 0, channel=SALES), True),
        (a_card("a", 0, kind="note"), True),
        (a_card("a", 0, state=AlertState.POSTED), False),
        (a_card("a", 0, state=AlertState.FAILED), False),
        (a_card("a", 0, state=AlertState.SHADOW), False),
        (a_card("a", 0, channel="C0EVENTS"), False),
        (a_card("a", 5), False),
        (a_card("a", 6), False),
    ],
)
def test_card_waits_for_an_earlier_one_in_its_channel(earlier: Alert, waits: bool) -> None:
    second = a_card("b", 5)

    assert earlier_card(second, [second, earlier], SALES) == (earlier if waits else None)


def test_it_waits_for_the_latest_of_the_earlier_ones() -> None:
    cards = [a_card("a", 0), a_card("b", 1), a_card("c", 2)]

    assert earlier_card(cards[2], cards, SALES) == cards[1]
