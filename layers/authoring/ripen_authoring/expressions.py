"""Parse the short expressions of the playbook: "3 days at 10:00", "10%", "after 90 days".

Each function raises InvalidValue with what to write instead.
"""

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise

from dateutil.rrule import rrulestr

from ripen.playbook.graph import Again, Move, Until
from ripen_authoring.problem import InvalidValue, quoted
from ripen_authoring.rrule_words import rrule_error

FIRST_YEAR, LAST_YEAR = 2000, 2199
"""The years in which a playbook may be used or simulated."""
_UNITS = {"minute": 60, "hour": 3600, "day": 86400, "week": 604800}
_LENGTH = re.compile(r"(\d{1,4}) (business )?(minute|hour|day|week)s?", re.ASCII)
_AT = re.compile(r"(.*?)(?:^| )at (\d{1,2}:\d{2})", re.ASCII)
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_YEARLY_DAY = re.compile(r"\d{2}-\d{2}", re.ASCII)
_FIELD = re.compile(r"(next )?((?:entry\.)?[a-z][a-z0-9_]*)(?: ([+-]) (\d{1,4}) (day|week)s?)?", re.ASCII)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_BUSINESS_DAY = " on a business day"
_DAYS_OF_YEAR = {"BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYEASTER", "BYSETPOS"}
"""Parts of an RRULE that choose days: with FREQ=HOURLY, dateutil tries every hour up to the year 9999."""
_WAITS = (
    "30 minutes",
    "12 hours",
    "3 days at 10:00",
    "3 business days",
    "4 business hours",
    "until 2026-12-01 at 10:00",
    "until Tuesday at 10:00",
    "until 10:00",
    "until renewal - 7 days at 09:00",
)


@dataclass(frozen=True)
class Reentry:
    """When a lead may enter a journey again. `key` is the answer that keeps two runs apart."""

    again: Again = field(default_factory=Again)
    key: str = ""


def seconds(written: str) -> int:
    """Return the length of "3 days" in seconds."""
    found = _LENGTH.fullmatch(str(written).strip())
    if not found or found[2] or not int(found[1]):
        raise InvalidValue(
            f"{quoted(written)} is not a length of time; write e.g. 30 minutes, 12 hours, 3 days or 2 weeks",
            f"{quoted(written)} は時間の長さではありません。例: 30 minutes、12 hours、3 days、2 weeks",
        )
    return int(found[1]) * _UNITS[found[3]]


def days(written: str) -> int:
    """Return the length of "3 days" or "2 weeks" in days."""
    length = seconds(written)
    if length % _UNITS["day"]:
        raise InvalidValue(
            f"{quoted(written)} is not a number of days; write e.g. 3 days or 2 weeks",
            f"{quoted(written)} は日数ではありません。例: 3 days、2 weeks",
        )
    return length // _UNITS["day"]


def signed_days(written: str) -> int:
    """Return the days of "3 days" (after a date) or "-90 days" (before it)."""
    before = str(written).startswith("-")
    length = days(str(written).lstrip("-+ "))
    return -length if before else length


def share(written: str | float) -> float:
    """Return the share, 0 to 1, of "5%" or 0.05."""
    text = str(written).strip()
    try:
        part = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        part = -1
    if not 0 <= part <= 1:
        raise InvalidValue(
            f"{quoted(written)} is not a percentage; write e.g. 10%",
            f"{quoted(written)} は割合ではありません。例: 10%",
        )
    return part


def time_of_day(written: str) -> str:
    """Return the time of day as "09:00"; "9:00" is accepted too."""
    found = _TIME.fullmatch(str(written).strip())
    if not found:
        raise InvalidValue(
            f'{quoted(written)} is not a time of day; write e.g. "09:00"',
            f'{quoted(written)} は時刻ではありません。例: "09:00"',
        )
    return f"{int(found[1]):02}:{found[2]}"


def local_date_time(written: str) -> str:
    """Return a local date and time, to the minute."""
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        at = None
    if at is None or at.tzinfo is not None or len(written) < len("2026-12-01T10:00"):
        raise InvalidValue(
            f"{quoted(written)} is not a local date and time; write e.g. 2026-12-01T10:00",
            f"{quoted(written)} は現地の日時ではありません。例: 2026-12-01T10:00",
        )
    check_year(at)
    return at.isoformat(timespec="minutes")


def check_year(at: datetime) -> None:
    """Raise InvalidValue for a year in which no playbook is used."""
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise InvalidValue(
            f"the year {at.year} is out of range; write a year from {FIRST_YEAR} to {LAST_YEAR}",
            f"{at.year} 年は使えません。{FIRST_YEAR} 年から {LAST_YEAR} 年までで書いてください",
        )


def reentry(written: str) -> Reentry:
    """Parse "never", "after exit", "after 90 days" and "once per order"."""
    text = str(written).strip()
    if text == "never":
        return Reentry()
    if text == "after exit":
        return Reentry(Again(how="after exit"))
    if text.startswith("once per ") and (key := text.removeprefix("once per ").strip()).isidentifier():
        return Reentry(Again(how="by key"), key)
    if text.startswith("after "):
        return Reentry(Again(how="after", seconds=seconds(text.removeprefix("after "))))
    raise InvalidValue(
        f"{quoted(written)} is not allowed; write never, after exit, after 90 days, or once per <answer of the form>",
        f"{quoted(written)} は使えません。例: never、after exit、after 90 days、once per <フォームの回答>",
    )


def move(written: str) -> Move:
    """Parse "stay", "exit" and "move to send-y"."""
    text = str(written).strip()
    if text == "stay":
        return Move(how="stay")
    if text == "exit":
        return Move(how="exit")
    if text.startswith("move to "):
        return Move(how="move", to=text.removeprefix("move to ").strip())
    raise InvalidValue(
        f"{quoted(written)} is not allowed; write stay, exit, or e.g. move to send-reminder",
        f"{quoted(written)} は使えません。stay、exit、move to send-reminder のように書いてください",
    )


def check_rrule(every: str, start: str) -> None:
    """Raise InvalidValue unless `every` is an RRULE (RFC 5545) that occurs, and at most once an hour."""
    begins = datetime.fromisoformat(start)
    _check_rrule_parts(every)
    try:
        rule = rrulestr(every.removeprefix("RRULE:"), dtstart=begins, ignoretz=True)
        first = list(rule.xafter(begins, count=2, inc=True))
    except (ValueError, TypeError, AttributeError, LookupError) as error:
        reason = rrule_error(error)
        raise InvalidValue(
            f"{every!r} is not an RRULE ({reason.en}); write e.g. FREQ=MONTHLY;BYDAY=1MO",
            f"{every!r} は RRULE ではありません（{reason.ja}）。例: FREQ=MONTHLY;BYDAY=1MO",
        ) from None
    if not first:
        raise InvalidValue(f"{every!r} never occurs after {start}", f"{every!r} は {start} よりあとにありません")
    if any(after - before < timedelta(hours=1) for before, after in pairwise(first)):
        raise InvalidValue(
            f"{every!r} occurs more than once an hour; write FREQ=DAILY, WEEKLY, MONTHLY or YEARLY",
            f"{every!r} は 1 時間に 2 回以上あります。FREQ=DAILY、WEEKLY、MONTHLY、YEARLY を使ってください",
        )


def _check_rrule_parts(every: str) -> None:
    """Raise InvalidValue for an interval below 1, and for an hourly rule whose next occurrence is slow to find."""
    parts = dict(re.findall(r"([A-Z]+)=([^;\s]*)", every.upper()))
    if re.fullmatch(r"-\d+|0+", parts.get("INTERVAL", "")):
        raise InvalidValue(f"{every!r}: INTERVAL must be at least 1", f"{every!r}: INTERVAL は 1 以上にしてください")
    slow = sorted(_DAYS_OF_YEAR & parts.keys())
    if parts.get("FREQ") in ("HOURLY", "MINUTELY", "SECONDLY") and slow:
        raise InvalidValue(
            f"{every!r}: {slow[0]} goes with FREQ=DAILY, WEEKLY, MONTHLY or YEARLY",
            f"{every!r}: {slow[0]} は FREQ=DAILY、WEEKLY、MONTHLY、YEARLY とともに使います",
        )


def closure(written: str) -> tuple[str, str]:
    """Return the first and last day of "2026-12-29 to 2027-01-03", "12-29 to 01-03" (each year) or one day."""
    first, _, last = (part.strip() for part in str(written).partition(" to "))
    last = last or first
    for pattern, prefix in ((_DAY, ""), (_YEARLY_DAY, "2024-")):  # 2024 has a 29 February
        if all(pattern.fullmatch(day) and _is_date(prefix + day) for day in (first, last)):
            if pattern is _DAY and last < first:
                raise InvalidValue(
                    f"{quoted(written)} ends before it begins", f"{quoted(written)} は終わりが始まりより前です"
                )
            return first, last
    raise InvalidValue(
        f"{quoted(written)} is not a day; write e.g. 2026-12-29, 2026-12-29 to 2027-01-03, or each year 12-29 to 01-03",
        f"{quoted(written)} は日付ではありません。例: 2026-12-29、2026-12-29 to 2027-01-03、毎年なら 12-29 to 01-03",
    )


def weekday(written: str) -> int:
    """Return the number of the weekday; Monday is 0."""
    text = str(written).strip().casefold()
    found = [number for number, day in enumerate(_WEEKDAYS) if text in (day, day[:3])]
    if not found:
        raise InvalidValue(
            f"{quoted(written)} is not a day of the week; write e.g. Tuesday or Tue",
            f"{quoted(written)} は曜日ではありません。例: Tuesday、Tue",
        )
    return found[0]


def wait_end(written: str) -> Until:
    """Parse when a wait ends.

    1. Take "on a business day" and "at 10:00" off the end.
    2. What is left is a length of time, or "until" and a time, a date, weekdays or a field.
    """
    rest = " ".join(str(written).split())
    business = rest.endswith(_BUSINESS_DAY)
    rest = rest.removesuffix(_BUSINESS_DAY)
    at = ""
    if found := _AT.fullmatch(rest):
        rest, at = found[1], time_of_day(found[2])
    if rest == "until" or rest.startswith("until "):
        return _until(written, rest.removeprefix("until").strip(), at, business)
    return _after_length(written, rest, at, business)


def _until(written: str, rest: str, at: str, business: bool) -> Until:
    if not at and _TIME.fullmatch(rest):
        return Until(at=time_of_day(rest), business=business)
    if not rest and at:
        return Until(at=at, business=business)
    if _DAY.fullmatch(rest):
        if not _is_date(rest):
            raise InvalidValue(f"there is no date {rest}", f"{rest} という日付はありません")
        return Until(date=rest, at=at, business=business)
    if weekdays := _named_days(rest):
        return Until(weekdays=weekdays, at=at, business=business)
    if found := _FIELD.fullmatch(rest):
        length = int(found[4] or 0) * (7 if found[5] == "week" else 1)
        offset = -length if found[3] == "-" else length
        return Until(field=found[2], yearly=bool(found[1]), offset_days=offset, at=at, business=business)
    raise _not_a_wait(written)


def _after_length(written: str, rest: str, at: str, business: bool) -> Until:
    found = _LENGTH.fullmatch(rest)
    if not found or not int(found[1]):
        raise _not_a_wait(written)
    count, unit = int(found[1]), found[3]
    if found[2]:
        if unit == "week":
            raise InvalidValue(
                f"{quoted(written)}: write business days instead of weeks, e.g. 5 business days",
                f"{quoted(written)}: 週ではなく営業日で書いてください。例: 5 business days",
            )
        if unit == "day":
            return Until(business_days=count, at=at, business=business)
        return Until(business_seconds=count * _UNITS[unit], at=at, business=business)
    if unit in ("day", "week"):
        return Until(days=count * (7 if unit == "week" else 1), at=at, business=business)
    return Until(seconds=count * _UNITS[unit], at=at, business=business)


def _named_days(rest: str) -> tuple[int, ...]:
    names = re.split(r", (?:or )?| or ", rest)
    try:
        return tuple(sorted({weekday(name) for name in names}))
    except ValueError:
        return ()


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _not_a_wait(written: str) -> InvalidValue:
    return InvalidValue(
        f"{quoted(written)} is not a time to wait; write e.g. {', '.join(_WAITS[:-1])} or {_WAITS[-1]}",
        f"{quoted(written)} は待ち時間ではありません。例: {'、'.join(_WAITS)}",
    )
