"""Leads whose values do not reach the CRM: by which error, since when, and whether a person must act."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec import Struct

from ripen.marks import CrmMark

_ALIKE = 3
_LONG = timedelta(hours=1)


def error_code(mark: CrmMark) -> str:
    """Return the code of the CRM's error, or our own words without their details; "" without an error."""
    return (mark.error or mark.waits_for).partition(":")[0] if mark.failing_since else ""


def is_ignored(mark: CrmMark) -> bool:
    """Return whether a person chose to ignore the error of this lead. Another error counts again."""
    return mark.ignored != "" and mark.ignored == error_code(mark)


class CrmErrors(Struct, frozen=True):
    """The leads that fail by one error."""

    code: str
    leads: tuple[CrmMark, ...]

    @property
    def since(self) -> datetime | None:
        """When the first of these leads failed."""
        return min((mark.failing_since for mark in self.leads if mark.failing_since), default=None)


def by_code(marks: Iterable[CrmMark]) -> tuple[CrmErrors, ...]:
    """Return the leads that fail and are not ignored, by code: first the code of the most leads."""
    found: dict[str, list[CrmMark]] = {}
    for mark in marks:
        if (code := error_code(mark)) and not is_ignored(mark):
            found.setdefault(code, []).append(mark)
    errors = [CrmErrors(code, tuple(leads)) for code, leads in found.items()]
    return tuple(sorted(errors, key=lambda each: (-len(each.leads), each.code)))


def needs_a_person(marks: Iterable[CrmMark], now: datetime) -> bool:
    """Return whether three leads are refused with one code, or a lead has failed for an hour.

    Reads no more marks than it needs. A failure that may pass by itself counts only when it lasts, and an ignored
    refusal never.
    """
    refused = Counter[str]()
    for mark in marks:
        if is_ignored(mark):
            continue
        if mark.failing_since and now - mark.failing_since >= _LONG:
            return True
        refused[error_code(mark)] += mark.refused
        if refused[error_code(mark)] >= _ALIKE:
            return True
    return False
