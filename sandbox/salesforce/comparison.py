"""Compare values as SOQL does: case is ignored, null is neither more nor less, a date literal may be a span of days."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.salesforce import soql
from sandbox.salesforce.journal import Record

ZONE = ZoneInfo("Asia/Tokyo")
"""The time zone of the org's users, in which their days begin and end."""


def plain(type: str, value: Any) -> Any:
    """Return a stored value in the form that is compared: case is ignored, except in ids."""
    if value is None:
        return None
    match type:
        case "datetime":
            return datetime.fromisoformat(value)
        case "date":
            return date.fromisoformat(value)
        case "id" | "reference":
            return value
        case _:
            return value.casefold() if isinstance(value, str) else value


def holds(operator: str, left: Any, right: Any) -> bool:
    if operator == "=":
        return bool(left == right)
    if operator == "!=":
        return bool(left != right)
    if left is None or right is None:
        return False
    return bool({"<": left < right, ">": left > right, "<=": left <= right, ">=": left >= right}[operator])


def within(operator: str, left: Any, start: date, end: date) -> bool:
    """Compare with a span of days; `start` and `end` are its first and last day."""
    if left is None:
        return operator == "!="
    day = left.astimezone(ZONE).date() if isinstance(left, datetime) else left
    match operator:
        case "=":
            return bool(start <= day <= end)
        case "!=":
            return not start <= day <= end
        case "<":
            return bool(day < start)
        case "<=":
            return bool(day <= end)
        case ">":
            return bool(day > end)
        case _:
            return bool(day >= start)


def span(literal: soql.DayLiteral, today: date) -> tuple[date, date]:
    day = timedelta(days=1)
    match literal.name:
        case "YESTERDAY":
            return today - day, today - day
        case "TOMORROW":
            return today + day, today + day
        case "LAST_N_DAYS":
            return today - literal.days * day, today
        case "NEXT_N_DAYS":
            return today + day, today + literal.days * day
        case _:
            return today, today


def like(text: str) -> re.Pattern[str]:
    pieces = re.findall(r"\\.|.", text, flags=re.DOTALL)
    wild = {"%": ".*", "_": "."}
    return re.compile(
        "".join(wild.get(piece) or re.escape(piece.removeprefix("\\") or piece) for piece in pieces),
        re.IGNORECASE | re.DOTALL,
    )


def comparator(read: Callable[[Record], Any], order: soql.Order) -> Callable[[Record, Record], int]:
    def compare(one: Record, other: Record) -> int:
        left, right = (v.casefold() if isinstance(v, str) else v for v in (read(one), read(other)))
        if left is None or right is None:
            return ((left is None) - (right is None)) * (1 if order.nulls_last else -1)
        return ((left > right) - (left < right)) * (-1 if order.descending else 1)

    return compare
