"""The words a marketer writes for things that the functions want as numbers."""

import re

_UNITS = {"minute": 60, "hour": 3600, "day": 86400, "week": 604800}
_DURATION = re.compile(r"(\d{1,4}) (minute|hour|day|week)s?")


def seconds(phrase: str) -> int:
    """How long "3 days" is. ValueError with what to write instead."""
    found = _DURATION.fullmatch(phrase.strip())
    if not found or not int(found[1]):
        raise ValueError(f"{phrase!r} is no length of time; write e.g. 30 minutes, 12 hours, 3 days or 2 weeks")
    return int(found[1]) * _UNITS[found[2]]


def again(phrase: str) -> int | None:
    """ "never" is None, "after 90 days" the seconds. ValueError with what to write instead."""
    if phrase.strip() == "never":
        return None
    if not phrase.startswith("after "):
        raise ValueError(f"{phrase!r} does not say when; write never, or e.g. after 90 days")
    return seconds(phrase.removeprefix("after "))
