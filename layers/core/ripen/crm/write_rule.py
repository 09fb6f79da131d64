"""Which value stands in a field of an existing record: the lead's, the record's own, or both."""

import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from itertools import takewhile
from typing import assert_never

from msgspec import Struct

from ripen.crm.crm_fields import Fields
from ripen.playbook.bundle import CrmField, CrmWrite

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)$")
_LONGEST_TEXT = 32_000
"""The length of the longest text fields, such as Description."""


class WriteRule(Struct, frozen=True):
    """When a mapped field of an existing Lead gets our value, if not only where it is blank."""

    write: CrmWrite
    given: datetime | None = None
    """When the lead gave the value, if that is known."""
    order: tuple[str, ...] = ()
    """The values of the field's map, for FORWARD."""


def write_rules(
    fields: Mapping[str, CrmField], values: Collection[str], given_at: Mapping[str, datetime]
) -> dict[str, WriteRule]:
    """Return the rules of the fields that have a value and are not only filled where they are blank."""
    return {
        name: WriteRule(field.write, given_at.get(field.source), tuple(dict.fromkeys(field.values.values())))
        for name, field in fields.items()
        if name in values and field.write is not CrmWrite.ONLY_IF_BLANK
    }


_DEFAULT = WriteRule(CrmWrite.ONLY_IF_BLANK)


def written(
    values: Fields, rules: Mapping[str, WriteRule], theirs: Mapping[str, str], modified: datetime | None
) -> Iterator[tuple[str, str | int]]:
    """Yield the fields that get a value. `theirs` is what the record has, last `modified` by anybody."""
    for name, value in values.items():
        found = _written(rules.get(name, _DEFAULT), value, theirs.get(name, "").strip(), modified)
        if found is not None:
            yield name, found


def _written(rule: WriteRule, value: str | int, theirs: str, modified: datetime | None) -> str | int | None:
    """Return what is written; None if the field stays as it is."""
    match rule.write:
        case CrmWrite.ONLY_IF_BLANK:
            return None if theirs else value
        case CrmWrite.OURS:
            return None if is_same(value, theirs) else value
        case CrmWrite.THEIRS:
            return None
        case CrmWrite.NEWEST:
            is_newer = rule.given is not None and modified is not None and rule.given > modified
            return None if theirs and (is_same(value, theirs) or not is_newer) else value
        case CrmWrite.APPEND:
            return _appended(theirs, str(value)) if theirs else value
        case CrmWrite.FORWARD:
            return value if not theirs or theirs in takewhile(lambda each: each != value, rule.order) else None
    assert_never(rule.write)


def _appended(theirs: str, value: str) -> str | None:
    """Return the text with our value below; None if it is there already, or would not fit."""
    text = f"{theirs}\n{value}"
    is_there = f"\n{value}\n" in f"\n{theirs}\n".replace("\r\n", "\n")
    return None if is_there or len(text.encode("utf-16-le")) > 2 * _LONGEST_TEXT else text


def is_blank(theirs: Mapping[str, str], name: str) -> bool:
    """Return whether the record has no value in the field."""
    return not theirs.get(name, "").strip()


def is_same(ours: str | int, theirs: str) -> bool:
    """Return whether the CRM shows our value so: it has numbers with a decimal place, and moments with milliseconds."""
    with suppress(ValueError):
        if isinstance(ours, int):
            return str(ours) == theirs if isinstance(ours, bool) else float(theirs) == ours
        if _MOMENT.match(ours) and _MOMENT.match(theirs):
            return datetime.fromisoformat(ours) == datetime.fromisoformat(theirs)
    return str(ours) == theirs
