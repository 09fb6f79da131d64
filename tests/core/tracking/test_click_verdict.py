"""Who clicked: each signal weighs what it weighs, and a machine is one from sixty points on."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from ripen.lead.activity import Activity, Kind, Verdict
from ripen.tracking.click_signals import HIDDEN_LINK
from ripen.tracking.click_verdict import (
    FORM_WINDOW,
    RULES_VERSION,
    Evidence,
    classify,
    is_ready,
    reclassify,
    starts_burst,
)
from tests.support.builders import an_activity
from tests.support.fakes import NOON

PERSON = {"method": "GET", "agent": "browser", "asked": "like a browser", "network": "home", "of": "9"}


def a_click(link: int = 0, seconds: float = 0, **signals: str) -> Activity:
    return an_activity(
        id=f"click{link}",
        kind=Kind.LINK_CLICKED,
        at=NOON + timedelta(seconds=seconds),
        received=NOON + timedelta(seconds=seconds),
        verdict=Verdict.UNJUDGED,
        facts=PERSON | {"send": "send1", "link": str(link)} | signals,
    )


def a_sign(seconds: float, **changes: Any) -> Activity:
    at = NOON + timedelta(seconds=seconds)
    return an_activity(**({"id": "sign", "at": at, "received": at} | changes))


def judged(click: Activity, *others: Activity, delivered: datetime | None = None) -> Activity:
    return classify(click, Evidence([click, *others], {"send1": delivered} if delivered else None))


def why(activity: Activity) -> tuple[str, ...]:
    assert activity.judgement is not None
    return activity.judgement.why


def points(activity: Activity) -> int:
    assert activity.judgement is not None
    return activity.judgement.points


def test_one_click_is_human() -> None:
    got = judged(a_click())
    assert got.verdict is Verdict.HUMAN
    assert (points(got), why(got), got.judgement and got.judgement.rules_version) == (0, (), RULES_VERSION)


def test_three_links_of_one_mail_within_two_seconds_is_a_machine() -> None:
    clicks = [a_click(0), a_click(1, seconds=1), a_click(2, seconds=2)]
    assert [judged(click, *clicks).verdict for click in clicks] == [Verdict.MACHINE] * 3
    assert why(judged(clicks[0], *clicks)) == ("3 links in 2 s",)


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
    assert judged(a_click(0), *others).verdict is Verdict.HUMAN


def test_all_links_of_a_small_mail_at_once_is_a_machine() -> None:
    both = [a_click(0, of="2"), a_click(1, seconds=2, of="2")]
    assert why(judged(both[0], *both)) == ("2 links in 2 s",)
    assert judged(both[0], a_click(1, seconds=2.1, of="2")).verdict is Verdict.HUMAN
    assert judged(a_click(0, of="1")).verdict is Verdict.HUMAN


@pytest.mark.parametrize(("seconds", "verdict"), [(30, Verdict.MACHINE), (30.1, Verdict.HUMAN)])
def test_all_links_within_half_a_minute_is_a_machine(seconds: float, verdict: Verdict) -> None:
    clicks = [a_click(0, of="3"), a_click(1, seconds=15, of="3"), a_click(2, seconds=seconds, of="3")]
    assert judged(clicks[0], *clicks).verdict is verdict


def test_who_fetched_the_hidden_link_is_a_machine_for_five_minutes_around() -> None:
    trap = a_click(HIDDEN_LINK, network="farm")
    assert why(judged(trap)) == ("fetched the hidden link",)
    assert judged(a_click(seconds=300, network="farm"), trap).verdict is Verdict.MACHINE
    assert judged(a_click(seconds=-300, network="farm"), trap).verdict is Verdict.MACHINE
    assert judged(a_click(seconds=301, network="farm"), trap).verdict is Verdict.HUMAN


def test_another_network_is_the_same_machine_only_in_the_same_burst() -> None:
    trap = a_click(HIDDEN_LINK, network="farm")
    assert judged(a_click(seconds=2), trap).verdict is Verdict.MACHINE
    assert judged(a_click(seconds=3), trap).verdict is Verdict.HUMAN
    assert judged(a_click(seconds=3, network=""), a_click(HIDDEN_LINK, network="")).verdict is Verdict.HUMAN


@pytest.mark.parametrize(
    ("signals", "expected"),
    [
        ({"method": "HEAD"}, 60),
        ({"agent": "scanner"}, 60),
        ({"agent": "library"}, 60),
        ({"agent": "none"}, 60),
        ({"asked": "barely"}, 40),
    ],
)
def test_each_signal_weighs_its_points(signals: dict[str, Any], expected: int) -> None:
    got = judged(a_click(**signals))
    assert points(got) == expected
    assert got.verdict is (Verdict.MACHINE if expected >= 60 else Verdict.HUMAN)


@pytest.mark.parametrize(("seconds", "expected"), [(-5, 30), (0, 30), (9.9, 30), (10, 0)])
def test_at_once_after_delivery_is_a_hint(seconds: float, expected: int) -> None:
    assert points(judged(a_click(seconds=seconds), delivered=NOON)) == expected


def test_hints_add_up() -> None:
    got = judged(a_click(seconds=3, asked="barely"), delivered=NOON)
    assert (got.verdict, points(got)) == (Verdict.MACHINE, 70)


def test_a_person_who_follows_speaks_for_the_click() -> None:
    sign = a_sign(60)
    assert judged(a_click(agent="library", asked="barely"), sign).verdict is Verdict.HUMAN
    late = a_sign(FORM_WINDOW.total_seconds() + 1)
    assert judged(a_click(agent="library"), late).verdict is Verdict.MACHINE
    assert judged(a_click(agent="library"), a_sign(-1)).verdict is Verdict.MACHINE
    assert judged(a_click(agent="library"), a_sign(60, verdict=Verdict.MACHINE)).verdict is Verdict.MACHINE
    assert judged(a_click(agent="library"), a_sign(60, kind=Kind.BOUNCED)).verdict is Verdict.MACHINE


def test_a_page_view_speaks_for_the_click_that_brought_it_and_for_no_other() -> None:
    click = a_click(agent="library")
    assert judged(click, a_sign(60, kind=Kind.PAGE_VIEWED)).verdict is Verdict.MACHINE
    assert judged(click, a_sign(60, kind=Kind.PAGE_VIEWED, facts={"click": "click7"})).verdict is Verdict.MACHINE
    assert judged(click, a_sign(60, kind=Kind.PAGE_VIEWED, facts={"click": "click0"})).verdict is Verdict.HUMAN


def test_what_a_machines_click_brought_is_the_machines() -> None:
    visit = a_sign(3, kind=Kind.PAGE_VIEWED, facts={"click": "click0"})
    caught = Evidence([a_click(), a_click(HIDDEN_LINK, seconds=1), visit])
    assert classify(visit, caught).verdict is Verdict.MACHINE
    assert why(classify(visit, caught)) == ("brought by a machine's click",)
    assert classify(classify(visit, caught), Evidence([a_click(), visit])).verdict is Verdict.HUMAN
    assert classify(visit, Evidence([visit])) == visit


def test_a_person_speaks_for_the_latest_click_only_or_the_one_it_names() -> None:
    scanned, clicked = a_click(0, agent="library"), a_click(1, seconds=60, agent="library")
    evidence = Evidence([scanned, clicked, a_sign(90)])
    assert (classify(scanned, evidence).verdict, classify(clicked, evidence).verdict) == (
        Verdict.MACHINE,
        Verdict.HUMAN,
    )
    evidence = Evidence([scanned, clicked, a_sign(90, facts={"click": "click0"})])
    assert (classify(scanned, evidence).verdict, classify(clicked, evidence).verdict) == (
        Verdict.HUMAN,
        Verdict.MACHINE,
    )


def test_no_sign_of_a_person_outweighs_the_hidden_link() -> None:
    trap = a_click(HIDDEN_LINK)
    assert judged(a_click(seconds=1), trap, a_sign(60)).verdict is Verdict.MACHINE
    head = a_click(0, method="HEAD")
    assert judged(head, a_sign(60)).verdict is Verdict.MACHINE


def test_a_verdict_that_stands_is_not_touched_but_by_judging_anew() -> None:
    seen = a_click(agent="library")
    stands = an_activity(kind=Kind.LINK_CLICKED, verdict=Verdict.HUMAN, facts=seen.facts)
    assert classify(stands, Evidence([stands])) == stands
    assert reclassify(stands, Evidence([stands])).verdict is Verdict.MACHINE


def test_a_hit_of_older_times_without_signals_is_judged_by_its_links_alone() -> None:
    clicks = [an_activity(id=str(n), kind=Kind.LINK_CLICKED, facts={"send": "s", "link": str(n)}) for n in range(3)]
    assert reclassify(clicks[0], Evidence(clicks)).verdict is Verdict.MACHINE
    assert reclassify(clicks[0], Evidence(clicks[:2])).verdict is Verdict.HUMAN


def test_a_burst_begins_with_its_first_machine() -> None:
    person = a_click(0)
    clicks = [a_click(n, seconds=60 + n / 10, network="farm") for n in range(1, 5)]
    evidence = Evidence([person, *clicks])
    assert [starts_burst(click, evidence) for click in clicks] == [True, False, False, False]


def test_a_click_waits_two_minutes_or_for_a_person_and_a_form_does_not() -> None:
    form, click = an_activity(), a_click(0)
    alone, followed = Evidence([click]), Evidence([click, a_sign(5)])
    assert is_ready(form, alone, NOON)
    assert not is_ready(click, alone, NOON + timedelta(seconds=119))
    assert is_ready(click, alone, NOON + timedelta(seconds=120))
    assert is_ready(click, followed, NOON + timedelta(seconds=5))
