"""The occurrences of a schedule in words: every Monday at 10:00."""

from datetime import datetime

from ripen.operations.playbook_words.waits import DAYS
from ripen.words import Words

_CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_PLACES = {
    "1": Words("first", "第 1 "),
    "2": Words("second", "第 2 "),
    "3": Words("third", "第 3 "),
    "4": Words("fourth", "第 4 "),
    "5": Words("fifth", "第 5 "),
    "-1": Words("last", "最後の"),
}
_KNOWN = {"FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "BYMONTH", "WKST"}
_EVERY = {
    "DAILY": (Words("every day", "毎日"), Words("every {} days", "{} 日ごと")),
    "WEEKLY": (Words("every week", "毎週"), Words("every {} weeks", "{} 週間ごと")),
    "MONTHLY": (Words("every month", "毎月"), Words("every {} months", "{} か月ごと")),
    "YEARLY": (Words("every year", "毎年"), Words("every {} years", "{} 年ごと")),
}


def schedule_words(rrule: str, start: str) -> Words:
    """Return when an RRULE that begins at that local time occurs; the rule itself if it is rarer than these words."""
    first = datetime.fromisoformat(start)
    rule = {key: value for key, _, value in (part.partition("=") for part in rrule.split(";"))}
    days = None if rule.keys() - _KNOWN else _days(rule, first)
    if days is None or rule["FREQ"] not in _EVERY:
        return Words(rrule, rrule)
    interval = rule.get("INTERVAL", "1")
    every, several = _EVERY[rule["FREQ"]]
    if interval != "1":
        every = Words(several.en.format(interval), f"{several.ja.format(interval)}、")
    elif rule["FREQ"] == "WEEKLY":
        every, days = Words(f"every {days.en.removeprefix('on ')}", every.ja), Words("", days.ja)
    time = f"{first:%H:%M}"
    ja = f"{every.ja}{days.ja}".removesuffix("、")
    return Words(" ".join(filter(None, (every.en, days.en, "at", time))), f"{ja} {time}")


def _days(rule: dict[str, str], first: datetime) -> Words | None:
    """Return the days within the period; None for a combination without words."""
    by = {key for key in ("BYDAY", "BYMONTHDAY", "BYMONTH") if key in rule}
    match rule.get("FREQ"):
        case "DAILY" if not by:
            return Words("", "")
        case "WEEKLY" if by <= {"BYDAY"}:
            return _weekdays(rule.get("BYDAY", _CODES[first.weekday()]))
        case "MONTHLY" if by == {"BYDAY"}:
            return _weekday_of_month(rule["BYDAY"])
        case "MONTHLY" if by <= {"BYMONTHDAY"}:
            return _day_of_month(rule.get("BYMONTHDAY", str(first.day)))
        case "YEARLY" if not by:
            return Words(f"on {first:%B} {first.day}", f" {first.month} 月 {first.day} 日")
    return None


def _weekdays(codes: str) -> Words | None:
    days = [DAYS[_CODES.index(code)] for code in codes.split(",") if code in _CODES]
    if len(days) != len(codes.split(",")):
        return None
    *others, last = [day.en for day in days]
    en = f"{', '.join(others)} and {last}" if others else last
    return Words(f"on {en}", "・".join(day.ja.removesuffix("日") for day in days))


def _weekday_of_month(code: str) -> Words | None:
    place, day = _PLACES.get(code[:-2]), code[-2:]
    if place is None or day not in _CODES:
        return None
    weekday = DAYS[_CODES.index(day)]
    return Words(f"on the {place.en} {weekday.en}", f"{place.ja}{weekday.ja.removesuffix('日')}")


def _day_of_month(day: str) -> Words | None:
    if day == "-1":
        return Words("on the last day", "末日")
    return Words(f"on day {day}", f" {day} 日") if day.isdecimal() else None
