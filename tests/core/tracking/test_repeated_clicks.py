"""A person who clicks a link twice within seconds clicked once; two links are two clicks."""

from datetime import timedelta

import pytest

from ripen.lead.activity import Activity, Kind, Verdict
from ripen.lead.proof import is_proof
from ripen.tracking.click_evidence import Evidence
from ripen.tracking.click_verdict import VERDICT_DELAY, is_ready, reclassify
from tests.support.builders import an_activity
from tests.support.fakes import NOON


def a_click(id: str, seconds: float = 0, **facts: str) -> Activity:
    at = NOON + timedelta(seconds=seconds)
    signals = {"method": "GET", "agent": "browser", "request": "navigation", "of": "9", "send": "send1", "link": "0"}
    return an_activity(
        id=id, kind=Kind.LINK_CLICKED, at=at, received=at, verdict=Verdict.UNJUDGED, facts=signals | facts
    )


def verdicts(*clicks: Activity) -> list[str]:
    return [reclassify(click, Evidence(clicks)).verdict.value for click in clicks]


@pytest.mark.parametrize("seconds", [0, 0.2, 10])
def test_second_click_within_ten_seconds_is_repeated(seconds: float) -> None:
    assert verdicts(a_click("a"), a_click("b", seconds)) == ["human", "repeated"]
    assert verdicts(a_click("b", seconds), a_click("a")) == ["repeated", "human"]


def test_later_click_counts_again() -> None:
    assert verdicts(a_click("a"), a_click("b", 10.001)) == ["human", "human"]


def test_click_after_click_counts_once() -> None:
    assert verdicts(*(a_click(str(n), 8 * n) for n in range(4))) == ["human", "repeated", "repeated", "repeated"]


@pytest.mark.parametrize("other", [{"link": "1"}, {"send": "send2"}])
def test_another_link_or_mail_counts_too(other: dict[str, str]) -> None:
    assert verdicts(a_click("a"), a_click("b", 1, **other)) == ["human", "human"]


def test_browser_and_network_do_not_matter() -> None:
    assert verdicts(a_click("a", network="home"), a_click("b", 3, network="phone")) == ["human", "repeated"]


def test_click_after_a_machine_s_is_the_person_s_first() -> None:
    assert verdicts(a_click("a", agent="scanner"), a_click("b", 1), a_click("c", 2)) == ["machine", "human", "repeated"]


def test_person_who_followed_the_second_click_makes_the_first_ready() -> None:
    first, second = a_click("a"), a_click("b", 1)
    visit = an_activity(id="visit", kind=Kind.PAGE_VIEWED, at=NOON, received=NOON, facts={"click": "b"})
    soon = NOON + timedelta(seconds=5)
    assert not is_ready(first, Evidence([first, second]), soon)
    assert is_ready(first, Evidence([first, second, visit]), soon)
    assert is_ready(first, Evidence([first, second]), NOON + VERDICT_DELAY)


def test_visit_after_a_repeated_click_is_the_person_s() -> None:
    first, second = a_click("a"), a_click("b", 1)
    visit = an_activity(id="visit", kind=Kind.PAGE_VIEWED, at=NOON, received=NOON, facts={"click": "b"})
    assert reclassify(visit, Evidence([first, second, visit])).verdict is Verdict.HUMAN


def test_repeated_click_is_still_a_proof() -> None:
    clicks = a_click("a"), a_click("b", 1)
    assert is_proof(reclassify(clicks[1], Evidence(clicks)))
