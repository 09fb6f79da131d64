"""The score over time: it rises at each activity and decays in between."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from ripen.lead.activity import Kind, Verdict
from ripen.lead.state import State
from ripen.scoring.score import score
from sandbox.console.chart import HEIGHT, WIDTH, chart
from sandbox.console.curve import Point, curve, span
from tests.support.builders import a_bundle, a_lead, an_activity
from tests.support.fakes import NOON

SCORING = a_bundle().scoring
HALF_LIFE = timedelta(days=14)
DAY = timedelta(days=1)


def test_the_score_is_zero_before_the_first_activity() -> None:
    points = curve(a_lead(), [an_activity()], SCORING, NOON - DAY, NOON, NOON + DAY)
    assert {point.total for point in points if point.at < NOON} == {0}


def test_an_activity_raises_the_score_by_fit_and_its_points() -> None:
    points = curve(a_lead(), [an_activity()], SCORING, NOON - DAY, NOON, NOON + DAY)
    at_noon = [(point.fit, point.engagement) for point in points if point.at == NOON]
    assert at_noon[0] == (0, 0)
    assert at_noon[-1] == (40, 30)


def test_engagement_decays_by_its_half_life_and_fit_stays() -> None:
    points = curve(a_lead(), [an_activity()], SCORING, NOON, NOON, NOON + HALF_LIFE)
    assert (points[-1].fit, round(points[-1].engagement, 6)) == (40, 15)


def test_an_activity_of_a_machine_does_not_count() -> None:
    click = an_activity(id="click", kind=Kind.LINK_CLICKED, verdict=Verdict.MACHINE, at=NOON + DAY, received=NOON + DAY)
    alone = curve(a_lead(), [an_activity()], SCORING, NOON, NOON, NOON + 2 * DAY)
    both = curve(a_lead(), [an_activity(), click], SCORING, NOON, NOON, NOON + 2 * DAY)
    assert both[-1] == alone[-1]


@given(st.permutations(range(4)))
def test_the_order_of_the_activities_does_not_matter(order: list[int]) -> None:
    done = [an_activity(id=str(n), at=NOON + n * DAY, received=NOON + n * DAY) for n in range(4)]
    wanted = curve(a_lead(), done, SCORING, NOON, NOON, NOON + 5 * DAY)
    assert curve(a_lead(), [done[n] for n in order], SCORING, NOON, NOON, NOON + 5 * DAY) == wanted


def test_a_lead_without_activities_has_a_flat_line() -> None:
    start, end = span([], NOON)
    points = curve(a_lead(), [], SCORING, start, NOON, end)
    assert {point.total for point in points} == {0}
    assert chart(points, SCORING, NOON)["jumps"] == []


def test_the_chart_has_every_score_and_marks_the_activities() -> None:
    # given a lead whose score leaves the usual range
    start, end = span([an_activity()], NOON + DAY)
    points = [
        Point(point.at, point.fit * 5, point.engagement)
        for point in curve(a_lead(), [an_activity()], SCORING, start, NOON + DAY, end)
    ]

    # when it is drawn
    drawn = chart(points, SCORING, NOON + DAY)

    # then nothing is outside, the jump is marked, and past and future meet at the present
    corners = [tuple(map(float, pair.split(","))) for pair in f"{drawn['past']} {drawn['future']}".split()]
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in corners)
    assert len(drawn["jumps"]) == 1
    assert drawn["past"].split()[-1] == drawn["future"].split()[0]


def test_the_last_point_equals_the_score() -> None:
    points = curve(a_lead(), [], SCORING, NOON, NOON, NOON + DAY)
    assert points[-1].total == score(State(lead="lead1"), SCORING, NOON).total
