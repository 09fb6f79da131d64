"""Time zones, calendars and strategies for the tests of waits, and the local time at which a wait ends."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from ripen.calendar.wait_end import TimeContext, wait_end
from ripen.playbook.business_calendar import Calendar
from ripen.playbook.graph import Until

TOKYO, NEW_YORK = ZoneInfo("Asia/Tokyo"), ZoneInfo("America/New_York")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
"""Its clocks change by half an hour."""
ZONES = [TOKYO, NEW_YORK, LORD_HOWE, ZoneInfo("Europe/London"), ZoneInfo("UTC"), ZoneInfo("Pacific/Apia")]
JAPAN = Calendar(closures=(("12-29", "01-03"), ("2026-08-12", "2026-08-14")))
EVERY_DAY = Calendar(country="", workdays=(0, 1, 2, 3, 4, 5, 6))

moments = st.integers(0, 15 * 366 * 86400).map(
    lambda seconds: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
zones = st.sampled_from(ZONES)


def local_end(
    until: Until,
    began: str,
    at: ZoneInfo = TOKYO,
    calendar: Calendar = JAPAN,
    office: ZoneInfo = TOKYO,
    **fields: str,
) -> str | None:
    """Return the local time at which the wait ends; `began` is local too."""
    start = datetime.fromisoformat(began).replace(tzinfo=at)
    found = wait_end(until, start, TimeContext(at, office, calendar), fields)
    return found.astimezone(at).strftime("%Y-%m-%d %H:%M:%S").removesuffix(":00") if found else None
