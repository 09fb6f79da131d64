"""A moment as people read it, to the minute and in a local time zone."""

from datetime import datetime
from zoneinfo import ZoneInfo

_DAYS = ("月火水木金土日", ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"))


def format_minute(at: datetime, zone: str, lang: str) -> str:
    """Return the local time such as "2026-11-24 Tue 10:00"."""
    local = at.astimezone(ZoneInfo(zone))
    day = _DAYS[0 if lang == "ja" else 1][local.weekday()]
    return f"{local:%Y-%m-%d} {day} {local:%H:%M}"
