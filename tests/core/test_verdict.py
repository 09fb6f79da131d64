"""Who clicked."""

from datetime import timedelta

import pytest

from ripen.activity import Activity, Kind, Verdict
from ripen.verdict import is_ripe, judge
from tests.builders import an_activity
from tests.fakes import NOON


def a_click(link: int, seconds: float = 0, send: str = "send1") -> Activity:
    return an_activity(
        id=f"click{link}",
        kind=Kind.LINK_CLICKED,
        at=NOON + timedelta(seconds=seconds),
        verdict=Verdict.UNJUDGED,
        facts={"send": send, "link": str(link)},
    )


def test_one_click_is_human() -> None:
    assert judge(a_click(0), [a_click(0)]).verdict is Verdict.HUMAN


def test_three_links_of_one_mail_within_two_seconds_is_a_machine() -> None:
    clicks = [a_click(0), a_click(1, seconds=1), a_click(2, seconds=2)]
    assert judge(clicks[0], clicks).verdict is Verdict.MACHINE


@pytest.mark.parametrize(
    "others",
    [
        [a_click(1)],
        [a_click(1), a_click(2, seconds=2.1)],
        [a_click(1), a_click(2, send="send2")],
        [a_click(1), a_click(1)],
    ],
)
def test_two_links_or_another_mail_or_later_is_human(others: list[Activity]) -> None:
    assert judge(a_click(0), [a_click(0), *others]).verdict is Verdict.HUMAN


def test_a_verdict_that_stands_is_not_touched() -> None:
    seen = an_activity(kind=Kind.LINK_CLICKED, verdict=Verdict.MACHINE)
    assert judge(seen, []) == seen


def test_a_click_waits_two_minutes_and_a_form_does_not() -> None:
    assert is_ripe(an_activity(), NOON)
    assert not is_ripe(a_click(0), NOON + timedelta(seconds=119))
    assert is_ripe(a_click(0), NOON + timedelta(seconds=120))
