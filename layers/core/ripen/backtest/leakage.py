"""Leakage: a rule that asks for what sales did knows the answer, and foretells nothing.

Such a rule looks excellent in a back-test, and does nothing for a lead that sales has not met yet.
"""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from functools import lru_cache
from typing import Any

from msgspec import Struct

from ripen.identity import IdentityKey
from ripen.lead.activity import RECORD_KINDS, Activity, Kind
from ripen.playbook.clause import Condition
from ripen.playbook.scoring import Scoring

_BY_SALES = frozenset({Kind.ACCEPTED_BY_SALES, Kind.REJECTED_BY_SALES, *RECORD_KINDS})
"""Activities that record what sales did with a lead, or what Salesforce reported about it."""
_OPPORTUNITY = "opportunity"
"""How the kind of an activity begins that is about an opportunity."""
ALWAYS_KNOWN = frozenset({"email", "domain", "email_kind"})
"""Fields that come with the lead's address."""


class Why(StrEnum):
    """Why a rule is refused."""

    STAGE = "stage"
    ACTIVITY = "activity of sales"
    WRITTEN = "written by Salesforce"


class Leak(Struct, frozen=True):
    """A rule that asks for what sales did: its code, and the field or the kind of activity."""

    code: str
    asked: str
    why: Why


class Question(Struct, frozen=True):
    """A field or a kind of activity that one rule asks for. `code` is "" outside of rules."""

    code: str
    field: str = ""
    kind: str = ""


def leaks(scoring: Scoring) -> tuple[Leak, ...]:
    """Return the rules that ask for the stage, or for what sales did."""
    return tuple(dict.fromkeys(_leaks(questions(scoring))))


def fields_asked(scoring: Scoring) -> frozenset[str]:
    """Return the fields that rules ask for and that activities must have given."""
    return _fields_asked(IdentityKey(scoring))


def written_by_sales(activities: Iterable[Activity]) -> frozenset[str]:
    """Return the fields whose values came with what sales did."""
    return frozenset(name for each in activities if is_by_sales(each.kind) for name in each.values)


def leaks_of_fields(scoring: Scoring, fields: frozenset[str]) -> tuple[Leak, ...]:
    """Return the rules that ask for these fields, which Salesforce wrote."""
    found = (Leak(each.code, each.field, Why.WRITTEN) for each in questions(scoring) if each.field in fields)
    return tuple(dict.fromkeys(found))


def is_by_sales(kind: str) -> bool:
    """Return whether an activity of this kind says what sales did with a lead."""
    return kind in _BY_SALES or kind.startswith(_OPPORTUNITY)


def questions(part: Any, code: str = "") -> Iterator[Question]:
    """Yield what the rules ask for, however deep they are nested: every condition on the lead, and every kind.

    A rule about a kind of activity asks only that activity, also with its own conditions.
    """
    if isinstance(part, Condition):
        yield Question(code, field=part.field)
    elif isinstance(part, Struct):
        code = getattr(part, "code", code)
        if "kind" in part.__struct_fields__:
            yield Question(code, kind=str(getattr(part, "kind", "")))
            return
        for name in part.__struct_fields__:
            yield from questions(getattr(part, name), code)
    elif isinstance(part, tuple | list):
        for each in part:
            yield from questions(each, code)
    elif isinstance(part, dict):
        for each in part.values():
            yield from questions(each, code)


@lru_cache(maxsize=4)
def _fields_asked(scoring: IdentityKey[Scoring]) -> frozenset[str]:
    return frozenset(each.field for each in questions(scoring.value) if each.field) - ALWAYS_KNOWN


def _leaks(asked: Iterable[Question]) -> Iterator[Leak]:
    for each in asked:
        if each.field == "stage":
            yield Leak(each.code, each.field, Why.STAGE)
        elif is_by_sales(each.kind):
            yield Leak(each.code, each.kind, Why.ACTIVITY)
