"""Dates as people type them into forms, and their anniversaries."""

import re
from datetime import date
from typing import Literal
from unicodedata import normalize

from ripen.lead.text import OLDEST_YEAR

Leap = Literal["28 February", "1 March"]

_TYPED = re.compile(r"(\d{4})\s*(?:[-/.]|年)\s*(\d{1,2})\s*(?:[-/.]|月)\s*(\d{1,2})\s*日?(?:[T\s].*)?", re.ASCII)


def read_date(text: str) -> date | None:
    """Return the day in "2026-12-01", "2026/12/1", "2026.12.1" or "2026年12月1日"; None if the text is no date.

    Nor is a day before 1900. Full-width characters are accepted, and a time after the date is ignored. The order is
    always year, month, day, because other orders are ambiguous.
    """
    found = _TYPED.fullmatch(normalize("NFKC", text).strip())
    try:
        day = date(*map(int, found.groups())) if found else None
    except ValueError:
        return None
    return day if day and day.year >= OLDEST_YEAR else None


def anniversary(of: date, year: int, leap: Leap = "28 February") -> date:
    """Return the same day in another year; `leap` replaces 29 February in common years.

    Raises OverflowError for a year that `date` does not support.
    """
    if not date.min.year <= year <= date.max.year:
        raise OverflowError(f"year {year}")
    try:
        return of.replace(year=year)
    except ValueError:
        return date(year, 3, 1) if leap == "1 March" else date(year, 2, 28)
