"""The words a marketer writes for times, and what they mean to the functions. ValueError says what to write instead."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise

from dateutil.rrule import rrulestr

from ripen.playbook.graph import Again, Move, Until

_UNITS = {"minute": 60, "hour": 3600, "day": 86400, "week": 604800}
_LENGTH = re.compile(r"(\d{1,4}) (business )?(minute|hour|day|week)s?")
_AT = re.compile(r"(.*?)(?:^| )at (\d{1,2}:\d{2})")
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_YEARLY_DAY = re.compile(r"\d{2}-\d{2}")
_FIELD = re.compile(r"(next )?((?:entry\.)?[a-z][a-z0-9_]*)(?: ([+-]) (\d{1,4}) (day|week)s?)?")
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_BUSINESS_DAY = " on a business day"
_WAITS = (
    "3 days at 10:00, 2 hours, 3 business days, 4 business hours, until 2026-12-01 at 10:00, until Tuesday at 10:00, "
    "until 10:00 or until renewal - 7 days at 09:00"
)


@dataclass(frozen=True)
class Reentry:
    """`key` is the answer of the form that tells runs apart."""

    again: Again = field(default_factory=Again)
    key: str = ""


def seconds(phrase: str) -> int:
    """How long "3 days" is."""
    found = _LENGTH.fullmatch(str(phrase).strip())
    if not found or found[2] or not int(found[1]):
        raise ValueError(f"{phrase!r} is no length of time; write e.g. 30 minutes, 12 hours, 3 days or 2 weeks")
    return int(found[1]) * _UNITS[found[3]]


def days(phrase: str) -> int:
    """How many days "3 days" or "2 weeks" are."""
    length = seconds(phrase)
    if length % _UNITS["day"]:
        raise ValueError(f"{phrase!r} is no number of days; write e.g. 3 days or 2 weeks")
    return length // _UNITS["day"]


def signed_days(phrase: str) -> int:
    """Days after (3 days) or before (-90 days)."""
    before = str(phrase).startswith("-")
    length = days(str(phrase).lstrip("-+ "))
    return -length if before else length


def share(phrase: str | float) -> float:
    """ "5%" or 0.05."""
    text = str(phrase).strip()
    try:
        part = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        part = -1
    if not 0 <= part <= 1:
        raise ValueError(f"{phrase!r} is no share; write e.g. 10%")
    return part


def time_of_day(phrase: str) -> str:
    """ "9:00" as "09:00"."""
    found = _TIME.fullmatch(str(phrase).strip())
    if not found:
        raise ValueError(f'{phrase!r} is no time of day; write e.g. "09:00"')
    return f"{int(found[1]):02}:{found[2]}"


def moment(phrase: str) -> str:
    """A local date and time, to the minute."""
    try:
        at = datetime.fromisoformat(phrase)
    except ValueError:
        at = None
    if at is None or at.tzinfo is not None or len(phrase) < len("2026-12-01T10:00"):
        raise ValueError(f"{phrase!r} is no local date and time; write e.g. 2026-12-01T10:00")
    return at.isoformat(timespec="minutes")


def again(phrase: str) -> Reentry:
    """ "never", "after exit", "after 90 days", "once per order"."""
    text = str(phrase).strip()
    if text == "never":
        return Reentry()
    if text == "after exit":
        return Reentry(Again(how="after exit"))
    if text.startswith("once per ") and (key := text.removeprefix("once per ").strip()).isidentifier():
        return Reentry(Again(how="by key"), key)
    if text.startswith("after "):
        return Reentry(Again(how="after", seconds=seconds(text.removeprefix("after "))))
    raise ValueError(
        f"{phrase!r} does not say when; write never, or e.g. after 90 days, after exit, or once per <answer of the form>"
    )


def move(phrase: str) -> Move:
    """ "stay", "exit", "move to send-y"."""
    text = str(phrase).strip()
    if text == "stay":
        return Move(how="stay")
    if text == "exit":
        return Move(how="exit")
    if text.startswith("move to "):
        return Move(how="move", to=text.removeprefix("move to ").strip())
    raise ValueError(f"{phrase!r} does not say where to; write stay, exit, or e.g. move to send-reminder")


def rule(every: str, start: str) -> None:
    """ValueError unless it is an RRULE (RFC 5545) that returns, and not more often than each hour."""
    try:
        returns = rrulestr(every.removeprefix("RRULE:"), dtstart=datetime.fromisoformat(start))
        first = list(returns.xafter(datetime.fromisoformat(start), count=2, inc=True))
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        raise ValueError(f"{every!r} is no RRULE ({error}); write e.g. FREQ=MONTHLY;BYDAY=1MO") from None
    if not first:
        raise ValueError(f"{every!r} never returns after {start}")
    if any(after - before < timedelta(hours=1) for before, after in pairwise(first)):
        raise ValueError(f"{every!r} returns more than once an hour; write FREQ=DAILY, WEEKLY, MONTHLY or YEARLY")


def closure(phrase: str) -> tuple[str, str]:
    """The first and last day of "2026-12-29 to 2027-01-03"; "12-29 to 01-03" is each year; one day is both."""
    first, _, last = (part.strip() for part in str(phrase).partition(" to "))
    last = last or first
    for pattern, prefix in ((_DAY, ""), (_YEARLY_DAY, "2024-")):  # 2024 has a 29 February
        if pattern.fullmatch(first) and pattern.fullmatch(last) and _is_day(prefix + first) and _is_day(prefix + last):
            if pattern is _DAY and last < first:
                raise ValueError(f"{phrase!r} ends before it begins")
            return first, last
    raise ValueError(
        f"{phrase!r} is no day; write e.g. 2026-12-29, 2026-12-29 to 2027-01-03, or each year 12-29 to 01-03"
    )


def weekday(name: str) -> int:
    """0 is Monday."""
    text = str(name).strip().casefold()
    found = [number for number, day in enumerate(_WEEKDAYS) if text in (day, day[:3])]
    if not found:
        raise ValueError(f"{name!r} is no day of the week; write e.g. Tuesday or Tue")
    return found[0]


def until(phrase: str) -> Until:
    """What a wait waits for."""
    rest = " ".join(str(phrase).split())
    business = rest.endswith(_BUSINESS_DAY)
    rest = rest.removesuffix(_BUSINESS_DAY)
    at = ""
    if found := _AT.fullmatch(rest):
        rest, at = found[1], time_of_day(found[2])
    if not rest.startswith("until ") and rest != "until":
        return _length(phrase, rest, at, business)
    rest = rest.removeprefix("until").strip()
    if not at and _TIME.fullmatch(rest):
        return Until(at=time_of_day(rest), business=business)
    if not rest and at:
        return Until(at=at, business=business)
    if _DAY.fullmatch(rest):
        if not _is_day(rest):
            raise ValueError(f"there is no day {rest}")
        return Until(date=rest, at=at, business=business)
    if weekdays := _named_days(rest):
        return Until(weekdays=weekdays, at=at, business=business)
    if found := _FIELD.fullmatch(rest):
        away = int(found[4] or 0) * (7 if found[5] == "week" else 1)
        offset = -away if found[3] == "-" else away
        return Until(field=found[2], yearly=bool(found[1]), offset_days=offset, at=at, business=business)
    raise _no_wait(phrase)


def _length(phrase: str, rest: str, at: str, business: bool) -> Until:
    found = _LENGTH.fullmatch(rest)
    if not found or not int(found[1]):
        raise _no_wait(phrase)
    count, unit = int(found[1]), found[3]
    if found[2]:
        if unit == "week":
            raise ValueError(f"{phrase!r}: write business days, 5 for a week")
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


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _no_wait(phrase: str) -> ValueError:
    return ValueError(f"{phrase!r} is no time to wait; write e.g. 30 minutes, 12 hours, {_WAITS}")
