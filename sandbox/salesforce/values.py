"""Convert one value for one field as Salesforce does, or refuse it."""

import re
from datetime import UTC, date, datetime
from typing import Any

from sandbox.salesforce import ids
from sandbox.salesforce.refused import Refused
from sandbox.salesforce.schema import Field

_EMAIL = re.compile(r"[^\s@\"(),:;<>\[\\\]]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")
_TEXT = {"string", "textarea", "phone", "url", "email", "picklist", "combobox"}
_NUMBER = {"double", "currency", "percent"}


def accept(field: Field, value: Any) -> Any:
    """Return the value as it is stored. Raises Refused."""
    if value is None or value == "":
        return _nothing(field)
    if field.type in _TEXT:
        return _text(field, value)
    if field.type in ("reference", "id"):
        return _reference(field, value)
    if field.type in _NUMBER:
        return _number(field, value)
    if field.type == "int" and isinstance(value, int) and not isinstance(value, bool):
        return value
    if field.type == "boolean" and isinstance(value, bool):
        return value
    if field.type == "datetime" and (moment := _moment(value)):
        return written(moment)
    if field.type == "date" and (day := _day(value)):
        return day.isoformat()
    raise _unreadable(field.type, value)


def written(moment: datetime) -> str:
    """Return a time as Salesforce formats it: UTC, milliseconds, +0000."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "+0000")


def _nothing(field: Field) -> Any:
    if field.type == "boolean":
        raise _unreadable(field.type, None)
    if not field.nillable and not field.defaultedOnCreate:
        raise required(field.name)
    return None


def required(*names: str) -> Refused:
    return Refused("REQUIRED_FIELD_MISSING", f"Required fields are missing: [{', '.join(names)}]", *names)


def _text(field: Field, value: Any) -> str | None:
    if not isinstance(value, str) or _broken(value):
        raise _unreadable("string", value)
    text = value.strip()
    if field.length and len(text) > field.length:
        raise Refused(
            "STRING_TOO_LONG",
            f"{field.label}: data value too large: {text} (max length={field.length})",
            field.name,
        )
    if field.type == "email" and text and not _EMAIL.fullmatch(text):
        raise Refused("INVALID_EMAIL_ADDRESS", f"{field.label}: invalid email address: {text}", field.name)
    if field.restrictedPicklist and text not in field.picklistValues:
        raise Refused(
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
            f"{field.label}: bad value for restricted picklist field: {text}",
            field.name,
        )
    return text or _nothing(field)


def _broken(text: str) -> bool:
    """Return whether the text holds an unpaired surrogate."""
    return any("\ud800" <= letter <= "\udfff" for letter in text)


def _reference(field: Field, value: Any) -> str:
    if not ids.looks_right(value):
        raise Refused("MALFORMED_ID", f"{field.label}: id value of incorrect type: {value}", field.name)
    return ids.full(value)


def _number(field: Field, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _unreadable("double", value)
    if field.precision and abs(value) >= 10 ** (field.precision - field.scale):
        raise Refused(
            "NUMBER_OUTSIDE_VALID_RANGE",
            f"{field.label}: value outside of valid range on numeric field: {value}",
            field.name,
        )
    return round(float(value), field.scale) if field.precision else float(value)


def _moment(value: Any) -> datetime | None:
    """Return the time of a value; the API demands a zone."""
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else None


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value[:10])
    except (TypeError, ValueError):
        return None


def _unreadable(type: str, value: Any) -> Refused:
    kind = {str: "VALUE_STRING", bool: "VALUE_TRUE", int: "VALUE_NUMBER_INT", float: "VALUE_NUMBER_FLOAT"}.get(
        value.__class__, "START_OBJECT" if isinstance(value, dict) else "VALUE_NULL"
    )
    return Refused("JSON_PARSER_ERROR", f"Cannot deserialize instance of {type} from {kind} value {value!a}")
