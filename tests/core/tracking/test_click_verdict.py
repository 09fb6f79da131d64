"""The verdict on a click: each signal has its points, and from 60 points on it is a machine's."""

from copy import replace
from cProfile import Profile
from datetime import datetime, timedelta
from typing import Any

import pytest

from ripen.lead.activity import Activity, Kind, Verdict
from ripen.lead.proof import is_proof
from ripen.tracking.click_evidence import FORM_WINDOW, Evidence
from ripen.tracking.click_signals import HIDDEN_LINK
from ripen.tracking.click_verdict import RULES_VERSION, classify, is_ready, reclassify, starts_burst
from tests.support.builders import an_activity
from tests.support.fakes import NOON

PERSON = {"method": "GET", "agent": "browser", "request": "navigation", "network": "home", "of": "9"}


def a_click(link: int = 0, seconds: float = 0, **signals: str) -> Activity:
    return an_activity(
        id=f"click{link}",
        kind=Kind.LINK_CLICKED,
        at=NOON + timedelta(seconds=seconds),
        received=NOON + timedelta(seconds=seconds),
        verdict=Verdict.UNJUDGED,
        facts=PERSON | {"send": "send1", "link": str(link)} | signals,
    )


def a_human_signal(seconds: float, **changes: Any) -> Activity:
    at = NOON + timedelta(seconds=seconds)
    return an_activity(**({"id": "sign", "at": at, "received": at} | changes))


def classified(click: Activity, *others: Activity, delivered: datetime | None = None) -> Activity:
    return classify(click, Evidence([click, *others], {"send1": delivered} if delivered else None))


def why(activity: Activity) -> tuple[str, ...]:
    assert activity.classification is not None
    return activity.classification.why


def points(activity: Activity) -> int:
    assert activity.classification is not None
    return activity.classification.points


def test_one_click_is_human() -> None:
    got = classified(a_click())
    assert got.verdict is Verdict.HUMAN
    assert (points(got), why(got), got.classification and got.classification.rules_version) == (0, (), RULES_VERSION)


def test_three_links_of_one_mail_within_two_seconds_are_a_machine() -> None:
    clicks = [a_click(0), a_click(1, seconds=1), a_click(2, seconds=2)]
    assert [classified(click, *clicks).verdict for click in clicks] == [Verdict.MACHINE] * 3
    assert why(classified(clicks[0], *clicks)) == ("3 links in 2 s",)


@pytest.mark.parametrize(
    "others",
    [
        [a_click(1)],
        [a_click(1), a_click(2, seconds=2.1)],
        [a_click(1), a_click(2, send="send2")],
        [a_click(1), a_click(1)],
    ],
)
def test_fewer_or_later_links_or_another_mail_are_human(others: list[Activity]) -> None:
    assert classified(a_click(0), *others).verdict is Verdict.HUMAN


def test_all_links_of_a_small_mail_at_once_are_a_machine() -> None:
    both = [a_click(0, of="2"), a_click(1, seconds=2, of="2")]
    assert why(classified(both[0], *both)) == ("2 links in 2 s",)
    assert classified(both[0], a_click(1, seconds=2.1, of="2")).verdict is Verdict.HUMAN
    assert classified(a_click(0, of="1")).verdict is Verdict.HUMAN


@pytest.mark.parametrize(("seconds", "verdict"), [(30, Verdict.MACHINE), (30.1, Verdict.HUMAN)])
def test_all_links_within_half_a_minute_are_a_machine(seconds: float, verdict: Verdict) -> None:
    clicks = [a_click(0, of="3"), a_click(1, seconds=15, of="3"), a_click(2, seconds=seconds, of="3")]
    assert classified(clicks[0], *clicks).verdict is verdict


def test_network_that_fetched_the_hidden_link_is_a_machine_for_five_minutes() -> None:
    hidden = a_click(HIDDEN_LINK, network="farm")
    assert why(classified(hidden)) == ("fetched the hidden link",)
    assert classified(a_click(seconds=300, network="farm"), hidden).verdict is Verdict.MACHINE
    assert classified(a_click(seconds=-300, network="farm"), hidden).verdict is Verdict.MACHINE
    assert classified(a_click(seconds=301, network="farm"), hidden).verdict is Verdict.HUMAN


def a_scan() -> Activity:
    return a_click(HIDDEN_LINK, network="office", browser="scanner")


def test_a_scanner_of_the_office_condemns_no_other_browser_there() -> None:
    colleague = a_click(seconds=60, network="office", browser="own")
    got = classified(colleague, a_scan())
    assert (got.verdict, points(got)) == (Verdict.HUMAN, 0)
    assert why(got) == ("another browser of this network fetched the hidden link",)
    assert is_proof(got)


def test_the_browser_that_fetched_the_hidden_link_is_a_machine_whatever_follows() -> None:
    visit = a_human_signal(90, kind=Kind.PAGE_VIEWED, facts={"click": "click0"})
    for seconds in (-300, 60, 300):
        own = a_click(seconds=seconds, network="office", browser="scanner")
        assert (classified(own, a_scan(), visit).verdict, why(classified(own, a_scan()))) == (
            Verdict.MACHINE,
            ("fetched the hidden link",),
        )
    assert classified(a_click(seconds=301, network="office", browser="scanner"), a_scan()).verdict is Verdict.HUMAN
    assert points(classified(a_click(seconds=60, browser=""), a_click(HIDDEN_LINK, browser="", network=""))) == 0


def test_a_person_who_follows_outweighs_a_network_where_the_browser_is_unknown() -> None:
    visit = a_human_signal(90, kind=Kind.PAGE_VIEWED, facts={"click": "click0"})
    old = a_click(HIDDEN_LINK, network="office")
    assert classified(a_click(seconds=60, network="office"), old).verdict is Verdict.MACHINE
    assert classified(a_click(seconds=60, network="office"), old, visit).verdict is Verdict.HUMAN


def test_hidden_link_counts_for_other_networks_only_in_the_same_burst() -> None:
    hidden = a_click(HIDDEN_LINK, network="farm")
    assert classified(a_click(seconds=2), hidden).verdict is Verdict.MACHINE
    assert classified(a_click(seconds=3), hidden).verdict is Verdict.HUMAN
    assert classified(a_click(seconds=3, network=""), a_click(HIDDEN_LINK, network="")).verdict is Verdict.HUMAN


@pytest.mark.parametrize(
    ("signals", "expected"),
    [
        ({"method": "HEAD"}, 60),
        ({"agent": "scanner"}, 60),
        ({"agent": "library"}, 60),
        ({"agent": "none"}, 60),
        ({"request": "bare"}, 40),
    ],
)
def test_each_signal_has_its_points(signals: dict[str, Any], expected: int) -> None:
    got = classified(a_click(**signals))
    assert points(got) == expected
    assert got.verdict is (Verdict.MACHINE if expected >= 60 else Verdict.HUMAN)


@pytest.mark.parametrize(("seconds", "expected"), [(-5, 30), (0, 30), (9.9, 30), (10, 0)])
def test_click_soon_after_delivery_has_points(seconds: float, expected: int) -> None:
    assert points(classified(a_click(seconds=seconds), delivered=NOON)) == expected


def test_points_add_up() -> None:
    got = classified(a_click(seconds=3, request="bare"), delivered=NOON)
    assert (got.verdict, points(got)) == (Verdict.MACHINE, 70)


def test_form_after_a_click_makes_it_human() -> None:
    sign = a_human_signal(60)
    assert classified(a_click(agent="library", request="bare"), sign).verdict is Verdict.HUMAN
    late = a_human_signal(FORM_WINDOW.total_seconds() + 1)
    assert classified(a_click(agent="library"), late).verdict is Verdict.MACHINE
    assert classified(a_click(agent="library"), a_human_signal(-1)).verdict is Verdict.MACHINE
    assert classified(a_click(agent="library"), a_human_signal(60, verdict=Verdict.MACHINE)).verdict is Verdict.MACHINE
    assert classified(a_click(agent="library"), a_human_signal(60, kind=Kind.BOUNCED)).verdict is Verdict.MACHINE


def test_page_view_counts_only_for_the_click_that_opened_the_page() -> None:
    click = a_click(agent="library")
    assert classified(click, a_human_signal(60, kind=Kind.PAGE_VIEWED)).verdict is Verdict.MACHINE
    assert (
        classified(click, a_human_signal(60, kind=Kind.PAGE_VIEWED, facts={"click": "click7"})).verdict
        is Verdict.MACHINE
    )
    assert (
        classified(click, a_human_signal(60, kind=Kind.PAGE_VIEWED, facts={"click": "click0"})).verdict is Verdict.HUMAN
    )


def test_visit_has_the_verdict_of_the_click_that_began_it() -> None:
    visit = a_human_signal(3, kind=Kind.PAGE_VIEWED, facts={"click": "click0"})
    caught = Evidence([a_click(), a_click(HIDDEN_LINK, seconds=1), visit])
    assert classify(visit, caught).verdict is Verdict.MACHINE
    assert why(classify(visit, caught)) == ("follows a machine's click",)
    assert classify(classify(visit, caught), Evidence([a_click(), visit])).verdict is Verdict.HUMAN
    assert classify(visit, Evidence([visit])) == visit


def test_form_counts_only_for_the_latest_click_or_the_click_it_names() -> None:
    scanned, clicked = a_click(0, agent="library"), a_click(1, seconds=60, agent="library")
    evidence = Evidence([scanned, clicked, a_human_signal(90)])
    assert (classify(scanned, evidence).verdict, classify(clicked, evidence).verdict) == (
        Verdict.MACHINE,
        Verdict.HUMAN,
    )
    evidence = Evidence([scanned, clicked, a_human_signal(90, facts={"click": "click0"})])
    assert (classify(scanned, evidence).verdict, classify(clicked, evidence).verdict) == (
        Verdict.HUMAN,
        Verdict.MACHINE,
    )


def test_hidden_link_outweighs_all_signals_of_a_person() -> None:
    hidden = a_click(HIDDEN_LINK)
    assert classified(a_click(seconds=1), hidden, a_human_signal(60)).verdict is Verdict.MACHINE
    head = a_click(0, method="HEAD")
    assert classified(head, a_human_signal(60)).verdict is Verdict.MACHINE


def test_existing_verdict_changes_only_by_reclassifying() -> None:
    seen = a_click(agent="library")
    stands = an_activity(kind=Kind.LINK_CLICKED, verdict=Verdict.HUMAN, facts=seen.facts)
    assert classify(stands, Evidence([stands])) == stands
    assert reclassify(stands, Evidence([stands])).verdict is Verdict.MACHINE


def test_old_click_without_signals_is_classified_by_its_links() -> None:
    clicks = [an_activity(id=str(n), kind=Kind.LINK_CLICKED, facts={"send": "s", "link": str(n)}) for n in range(3)]
    assert reclassify(clicks[0], Evidence(clicks)).verdict is Verdict.MACHINE
    assert reclassify(clicks[0], Evidence(clicks[:2])).verdict is Verdict.HUMAN


def test_burst_starts_with_its_first_click_of_a_machine() -> None:
    person = a_click(0)
    clicks = [a_click(n, seconds=60 + n / 10, network="farm") for n in range(1, 5)]
    evidence = Evidence([person, *clicks])
    assert [starts_burst(click, evidence) for click in clicks] == [True, False, False, False]


def calls_to_judge(number: int) -> int:
    """Return how many functions run while so many clicks of a scanner are judged."""
    clicks = [replace(a_click(n % 20, seconds=n / 20, agent="library"), id=f"click{n:05}") for n in range(number)]
    profile = Profile()
    profile.enable()
    evidence = Evidence(clicks)
    ready = [click for click in clicks if not is_ready(click, evidence, NOON)]
    starts = [starts_burst(classify(click, evidence), evidence) for click in ready]
    profile.disable()
    assert starts == [True] + [False] * (number - 1)
    return sum(entry.callcount for entry in profile.getstats())


def test_twice_as_many_clicks_take_little_more_than_twice_the_work() -> None:
    assert calls_to_judge(800) < 2.5 * calls_to_judge(400)


def test_click_is_ready_after_two_minutes_or_a_human_signal() -> None:
    form, click = an_activity(), a_click(0)
    alone, followed = Evidence([click]), Evidence([click, a_human_signal(5)])
    assert is_ready(form, alone, NOON)
    assert not is_ready(click, alone, NOON + timedelta(seconds=119))
    assert is_ready(click, alone, NOON + timedelta(seconds=120))
    assert is_ready(click, followed, NOON + timedelta(seconds=5))
