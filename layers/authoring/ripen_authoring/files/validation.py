"""Validate a document against its model, and describe each error in words at its position."""

from collections.abc import Iterator, Sequence
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from ripen.nearest import nearest
from ripen_authoring.files.document import Document
from ripen_authoring.models.part import LocalizedText
from ripen_authoring.models.steps import STEP_KINDS, VERBS
from ripen_authoring.models.triggers import EXACTLY_ONE, TRIGGER_KEYS, TRIGGER_KINDS
from ripen_authoring.problem import InvalidPlaybook, InvalidValue, Problem

_KINDS: dict[str, type[BaseModel]] = {**STEP_KINDS, **TRIGGER_KINDS}
_DESCRIPTIONS = {
    "string_type": "write a text here (in quotes if it looks like a number)",
    "bool_type": "write true or false",
    "dict_type": "write keys and values here",
    "model_type": "write keys and values here",
    "tuple_type": "write a list here",
    "too_short": "this must not be empty",
    "int_type": "write a whole number here",
    "int_parsing": "write a whole number here",
    "int_from_float": "write a whole number here",
    "float_type": "write a number here",
    "float_parsing": "write a number here",
    "finite_number": "write a number here",
    "invalid_key": "put this key in quotes",
}
PATTERNS = {
    r"^[a-z0-9][a-z0-9_-]{0,63}$": "small letters, digits, - and _, such as case-study",
    r"^[a-z][a-z0-9_]{0,39}$": "small letters, digits and _, such as job_title",
    r"^#[0-9a-fA-F]{6}$": 'a colour such as "#0f766e", in quotes',
    r"^https?://[a-z0-9.-]+(:\d+)?$": "a site such as https://www.example.com, with nothing after it",
    r"^(https?://\S+)?$": "an address that begins with https://",
    r"^/": "a path, which begins with /",
    r"^[a-z]{2}$": "a language in two small letters, such as ja",
    r"^[^@\s]+@[^@\s]+$": "an e-mail address",
    r"^https://[^\s/@{}]+(/[^\s{}]*)?$": "an address that begins with https:// and has no variable in it",
}
"""The patterns of the models in words."""


def validate[M: BaseModel](model: type[M], document: Document) -> M:
    """Return the document as that model. Raise InvalidPlaybook with all errors in it."""
    try:
        return model.model_validate(document.value)
    except ValidationError as error:
        raise InvalidPlaybook(
            _problem(model, document, found) for found in _without_consequences(error.errors())
        ) from None


def localized_texts(
    part: object, where: tuple[int | str, ...] = ()
) -> Iterator[tuple[tuple[int | str, ...], LocalizedText]]:
    """Yield every localized text in a model, with its path."""
    match part:
        case LocalizedText():
            yield where, part
        case BaseModel():
            for name, field in type(part).model_fields.items():
                yield from localized_texts(getattr(part, name), (*where, field.alias or name))
        case dict():
            for name, value in part.items():
                yield from localized_texts(value, (*where, name))
        case tuple():
            for number, value in enumerate(part):
                yield from localized_texts(value, (*where, number))


def _without_consequences(errors: Sequence[Any]) -> Iterator[Any]:
    """Skip "must not be empty" for a list whose items all have errors."""
    places = [tuple(error["loc"]) for error in errors]
    for error in errors:
        here = tuple(error["loc"])
        inside = any(len(place) > len(here) and place[: len(here)] == here for place in places)
        if error["type"] != "too_short" or not inside:
            yield error


def _problem(model: type[BaseModel], document: Document, found: Any) -> Problem:
    where = tuple(found["loc"])
    match found["type"]:
        case "extra_forbidden":
            known = _keys(*_innermost_kind(model, where[:-1]))
            return document.problem(where, f"unknown key {where[-1]!r}{nearest(str(where[-1]), known).en}")
        case "unknown_step":
            keys = list(found["input"]) if isinstance(found["input"], dict) else []
            unknown = next((key for key in keys if key != "id"), None)
            message = f"unknown key {unknown!r}{nearest(unknown, VERBS).en}" if unknown else ""
            return document.problem((*where, *keys[:1]), message or f"write one of these steps: {', '.join(VERBS)}")
        case "unknown_trigger":
            keys = list(found["input"]) if isinstance(found["input"], dict) else []
            unknown = next((key for key in keys if key not in TRIGGER_KEYS), None)
            message = f"unknown key {unknown!r}{nearest(unknown, TRIGGER_KEYS).en}" if unknown else ""
            return document.problem((*where, *([unknown] if unknown else [])), message or EXACTLY_ONE)
        case "string_type" if where[-1] in ("wait", "after"):
            return document.problem(where, f"{found['input']!r} has no unit; write e.g. 3 days")
        case "missing":
            return document.problem(where, f"{where[-1]!r} is missing")
        case "value_error":
            error = found["ctx"]["error"]
            return document.problem(where, error.message if isinstance(error, InvalidValue) else str(error))
        case "string_pattern_mismatch":
            return document.problem(
                where, f"{found['input']!r} is not allowed; write {PATTERNS[found['ctx']['pattern']]}"
            )
        case "greater_than_equal" | "less_than_equal":
            limits = found["ctx"]
            too = f"small; write at least {limits['ge']}" if "ge" in limits else f"large; write at most {limits['le']}"
            return document.problem(where, f"{found['input']} is too {too}")
        case "literal_error":
            return document.problem(where, f"{found['input']!r} is not allowed; write {found['ctx']['expected']}")
    return document.problem(where, _DESCRIPTIONS.get(found["type"], str(found["msg"])))


def _innermost_kind(
    model: type[BaseModel], where: tuple[int | str, ...]
) -> tuple[type[BaseModel], tuple[int | str, ...]]:
    """Return the model of the innermost step or trigger on that path, and the rest of the path."""
    for at in range(len(where) - 1, 0, -1):
        if kind := _KINDS.get(str(where[at])):
            return kind, where[at + 1 :]
    return model, where


def _keys(kind: Any, where: Sequence[int | str]) -> set[str]:
    """Return the keys that are allowed at that path of a model."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        fields = {field.alias or name: field.annotation for name, field in kind.model_fields.items()}
        if not where:
            return set(fields)
        return _keys(fields.get(str(where[0])), where[1:])
    arguments = get_args(kind)
    inside = isinstance(where[0], int) if where else False
    deeper = where[1:] if where and (inside or dict in (kind, getattr(kind, "__origin__", None))) else where
    return {key for argument in arguments for key in _keys(argument, deeper)}
