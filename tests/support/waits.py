"""What the tests of waits share: places, calendars, and when a wait ends."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from ripen.calendar.wait_end import TimeContext, wait_end
from ripen.playbook.bundle import Calendar
from ripen.playbook.graph import Until

TOKYO, NEW_YORK = ZoneInfo("Asia/Tokyo"), ZoneInfo("America/New_York")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
"""Puts its clocks forward by half an hour."""
ZONES = [TOKYO, NEW_YORK, LORD_HOWE, ZoneInfo("Europe/London"), ZoneInfo("UTC"), ZoneInfo("Pacific/Apia")]
JAPAN = Calendar(closures=(("12-29", "01-03"), ("2026-08-12", "2026-08-14")))
EVERY_DAY = Calendar(country="", workdays=(0, 1, 2, 3, 4, 5, 6))

moments = st.integers(0, 15 * 366 * 86400).map(
    lambda seconds: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
zones = st.sampled_from(ZONES)


def ends(
    until: Until,
    began: str,
    at: ZoneInfo = TOKYO,
    calendar: Calendar = JAPAN,
    office: ZoneInfo = TOKYO,
    **fields: str,
) -> str | None:
    """As clocks there show it; `began` likewise."""
    start = datetime.fromisoformat(began).replace(tzinfo=at)
    found = wait_end(until, start, TimeContext(at, office, calendar), fields)
    return found.astimezone(at).strftime("%Y-%m-%d %H:%M:%S").removesuffix(":00") if found else None
