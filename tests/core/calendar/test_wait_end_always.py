"""Properties of every wait, for any Until and any beginning."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from ripen.calendar.wait_end import TimeContext, wait_end
from ripen.playbook.graph import Until
from tests.support.waits import EVERY_DAY, JAPAN, TOKYO, moments, zones

# --- properties

fields_of_until = st.fixed_dictionaries(
    {},
    optional={
        "seconds": st.integers(0, 10**6),
        "days": st.integers(0, 400),
        "business_days": st.integers(0, 30),
        "business_seconds": st.integers(0, 10**5),
        "date": st.dates(date(2019, 1, 1), date(2036, 1, 1)).map(str),
        "field": st.just("born"),
        "offset_days": st.integers(-400, 400),
        "yearly": st.booleans(),
        "weekdays": st.sets(st.integers(0, 6)).map(lambda days: tuple(sorted(days))),
        "at": st.times().map(lambda at: at.strftime("%H:%M")),
        "business": st.booleans(),
    },
)
untils = fields_of_until.map(lambda set: Until(**set))  # type: ignore[arg-type]
born = st.dates(date(1950, 1, 1), date(2030, 1, 1)).map(str)


@given(untils, moments, zones, born)
def test_no_wait_ends_before_it_began(until: Until, began: datetime, at: ZoneInfo, born: str) -> None:
    found = wait_end(until, began, TimeContext(at, TOKYO, JAPAN), {"born": born})
    assert found is None or (found >= began and found.utcoffset() == timedelta())


@given(untils, moments, zones, born)
def test_wait_ends_at_its_time_and_on_its_weekday(until: Until, began: datetime, at: ZoneInfo, born: str) -> None:
    found = wait_end(until, began, TimeContext(at, TOKYO, EVERY_DAY), {"born": born})
    if found is None:
        return
    local = found.astimezone(at)
    if until.weekdays:
        assert local.weekday() in until.weekdays or not is_on_the_clock(found, at)
    if until.at:
        assert local.strftime("%H:%M") == until.at or not is_on_the_clock(found, at)


def is_on_the_clock(moment: datetime, at: ZoneInfo) -> bool:
    """Return whether clocks were not put forward at that moment."""
    before = (moment - timedelta(seconds=1)).astimezone(at)
    return before.utcoffset() == moment.astimezone(at).utcoffset()


@given(moments, moments, zones, st.integers(0, 60), st.sampled_from(["", "10:00", "02:30"]))
def test_wait_that_begins_later_never_ends_earlier(
    one: datetime, two: datetime, at: ZoneInfo, days: int, time: str
) -> None:
    first, second = sorted((one, two))
    where, until = TimeContext(at, TOKYO, JAPAN), Until(days=days, at=time)
    ended = wait_end(until, first, where, {}), wait_end(until, second, where, {})
    assert ended[0] is not None and ended[1] is not None
    assert ended[0] <= ended[1] or first.astimezone(at).utcoffset() != second.astimezone(at).utcoffset()


@given(moments, st.integers(0, 40), st.integers(0, 40))
def test_business_days_add_up(began: datetime, one: int, two: int) -> None:
    where = TimeContext(TOKYO, TOKYO, JAPAN)
    first = wait_end(Until(business_days=one), began, where, {})
    assert first is not None
    if one and two:
        assert wait_end(Until(business_days=two), first, where, {}) == wait_end(
            Until(business_days=one + two), began, where, {}
        )
