"""Simulate a journey by schedule: `again` and the segment decide which leads enter at an occurrence."""

from copy import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from ripen.playbook.bundle import Segment
from ripen.playbook.clause import Tagged
from ripen.playbook.graph import Again, Journey
from ripen.playbook.trigger import OnSchedule
from ripen_authoring.simulation.events import parse_events
from ripen_authoring.simulation.persona import Persona
from ripen_authoring.simulation.run import SimulationResult, simulate
from tests.support.builders import a_bundle

BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2026, 10, 20, 10, 0, tzinfo=BERLIN)
READER = Persona(email="ken@shop.example", tags=("reader",))
READERS = Segment(name="readers", also=(Tagged(tag="reader"),))
WEEKLY = OnSchedule(rrule="FREQ=WEEKLY;BYDAY=MO", start="2026-10-05T09:00", segment="readers")

AFTER_EXIT, BY_KEY = Again(how="after exit"), Again(how="by key")


def a_digest(on: OnSchedule = WEEKLY, again: Again = AFTER_EXIT) -> Journey:
    """A mail at each return, and three days in the journey."""
    journey = a_bundle().journeys["whitepaper"]
    return replace(journey, name="digest", enrol=(on,), again=again)


def simulated(
    journey: Journey, events: str = "", persona: Persona = READER, start: datetime = START, by_hand: bool = False
) -> SimulationResult:
    bundle = a_bundle()
    brand = replace(bundle.brand, time_zone="Europe/Berlin")
    bundle = replace(bundle, brand=brand, journeys={"digest": journey}, segments={"readers": READERS})
    due = parse_events(events, start, "Europe/Berlin")
    return simulate(journey, bundle, persona, due, start, by_hand=by_hand)


def times(story: SimulationResult, *codes: str) -> list[str]:
    return [f"{line.at.astimezone(BERLIN):%m-%d %H:%M}" for line in story.lines if line.code in codes]


def test_lead_in_the_segment_enters_at_each_occurrence_in_the_zone_of_the_brand() -> None:
    # the clocks go back between the two
    assert times(simulated(a_digest()), "enrollment.entered") == ["10-26 09:00", "11-02 09:00"]
    before = simulated(a_digest(), start=datetime(2026, 10, 14, 10, 0, tzinfo=BERLIN))
    assert times(before, "enrollment.entered") == ["10-19 09:00", "10-26 09:00"]


def test_second_occurrence_shows_the_effect_of_again() -> None:
    story = simulated(a_digest(again=Again()))
    assert times(story, "schedule.returned") == ["10-26 09:00", "11-02 09:00"]
    assert times(story, "enrollment.refused") == ["11-02 09:00"]
    assert [line.facts["reason"] for line in story.lines if line.code == "enrollment.refused"] == [
        "entered once already"
    ]


def test_schedule_occurs_as_long_as_events_happen() -> None:
    story = simulated(a_digest(), "+26d view pricing")
    assert times(story, "schedule.returned") == ["10-26 09:00", "11-02 09:00", "11-09 09:00"]


def test_lead_outside_the_segment_does_not_enter() -> None:
    story = simulated(a_digest(), "+7d tag reader", READER.model_copy(update={"tags": ()}))
    assert times(story, "schedule.passed") == ["10-26 09:00"]
    assert times(story, "enrollment.entered") == ["11-02 09:00"]


def test_schedule_ends_as_its_rule_says() -> None:
    once = replace(WEEKLY, rrule="FREQ=WEEKLY;BYDAY=MO;COUNT=4")
    assert times(simulated(a_digest(once)), "schedule.returned") == ["10-26 09:00"]
    assert times(simulated(a_digest(replace(WEEKLY, rrule="FREQ=WEEKLY;COUNT=1"))), "never") == ["10-20 10:05"]


def test_occurrence_at_the_start_is_simulated() -> None:
    story = simulated(a_digest(), start=datetime(2026, 10, 26, 9, 0, tzinfo=BERLIN))
    assert times(story, "enrollment.entered") == ["10-26 09:00", "11-02 09:00"]


def test_entry_by_hand_leaves_out_the_schedule() -> None:
    story = simulated(a_digest(), by_hand=True)
    assert times(story, "enrollment.entered") == ["10-20 10:00"]
    assert times(story, "schedule.returned") == []


@pytest.mark.parametrize("again", [AFTER_EXIT, BY_KEY])
def test_each_run_sends_its_own_mail(again: Again) -> None:
    story = simulated(a_digest(again=again))
    assert len([line for line in story.lines if line.code == "send.accepted"]) == 4
    assert len(story.enrollments) == 2
