"""Validate a document against its model, and describe each error in words at its position."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from ripen.nearest import nearest
from ripen.words import Words
from ripen_authoring.files.document import Document
from ripen_authoring.files.validation_words import DESCRIPTIONS, PATTERNS
from ripen_authoring.models.part import LocalizedText
from ripen_authoring.models.steps import STEP_KINDS, VERBS
from ripen_authoring.models.triggers import EXACTLY_ONE, TRIGGER_KEYS, TRIGGER_KINDS
from ripen_authoring.problem import InvalidPlaybook, InvalidValue, Problem, quoted

_KINDS: dict[str, type[BaseModel]] = {**STEP_KINDS, **TRIGGER_KINDS}
_ONE_STEP = Words(
    f"write one of these steps: {', '.join(VERBS)}", f"次の手順のどれかを書いてください: {', '.join(VERBS)}"
)


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
        if error["type"] == "too_short" and any(
            len(place) > len(here) and place[: len(here)] == here for place in places
        ):
            continue
        yield error


def _problem(model: type[BaseModel], document: Document, found: Any) -> Problem:
    where = tuple(found["loc"])
    match found["type"]:
        case "extra_forbidden":
            kind, rest = _innermost_kind(model, where[:-1])
            if where[-1] in VERBS and kind in STEP_KINDS.values() and not rest:
                return document.problem(where, _second_step(str(where[-1])))
            return document.problem(where, _unknown_key(where[-1], _keys(kind, rest)))
        case "unknown_step":
            keys = list(found["input"]) if isinstance(found["input"], dict) else []
            unknown = next((key for key in keys if key != "id"), None)
            return document.problem((*where, *keys[:1]), _unknown_key(unknown, VERBS) if unknown else _ONE_STEP)
        case "unknown_trigger":
            keys = list(found["input"]) if isinstance(found["input"], dict) else []
            unknown = next((key for key in keys if key not in TRIGGER_KEYS), None)
            message = _unknown_key(unknown, TRIGGER_KEYS) if unknown else EXACTLY_ONE
            return document.problem((*where, *([unknown] if unknown else [])), message)
    return document.problem(where, _description(where, found))


def _second_step(verb: str) -> Words:
    return Words(
        f"write one step per `-`: {verb!r} needs a `-` of its own",
        f"`-` ごとに手順を 1 つ書いてください。{verb!r} の前にも `-` が必要です",
    )


def _unknown_key(key: object, known: Iterable[str]) -> Words:
    hint = nearest(str(key), known)
    return Words(f"unknown key {key!r}{hint.en}", f"キー {key!r} はありません{hint.ja}")


def _description(where: tuple[int | str, ...], found: Any) -> Words:
    """Return what is wrong with a value, and what to write instead."""
    written = found["input"]
    match found["type"]:
        case "string_type" if where[-1] in ("wait", "after"):
            return Words(
                f"{quoted(written)} has no unit; write e.g. 3 days",
                f"{quoted(written)} には単位がありません。例: 3 days",
            )
        case "missing":
            return Words(f"{where[-1]!r} is missing", f"{where[-1]!r} がありません")
        case "value_error":
            error: InvalidValue = found["ctx"]["error"]
            return error.message
        case "string_pattern_mismatch":
            instead = PATTERNS[found["ctx"]["pattern"]]
            return Words(
                f"{quoted(written)} is not allowed; write {instead.en}",
                f"{quoted(written)} は使えません。{instead.ja}書いてください",
            )
        case "greater_than_equal":
            least = found["ctx"]["ge"]
            return Words(
                f"{quoted(written)} is too small; write at least {least}",
                f"{quoted(written)} は小さすぎます。{least} 以上にしてください",
            )
        case "less_than_equal":
            most = found["ctx"]["le"]
            return Words(
                f"{quoted(written)} is too large; write at most {most}",
                f"{quoted(written)} は大きすぎます。{most} 以下にしてください",
            )
        case "literal_error":
            expected = found["ctx"]["expected"]
            return Words(
                f"{quoted(written)} is not allowed; write {expected}",
                f"{quoted(written)} は使えません。使える値: {expected.replace(' or ', '、')}",
            )
    other = Words(f"{quoted(written)} is not allowed here", f"ここでは {quoted(written)} は使えません")
    return DESCRIPTIONS.get(found["type"], other)


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
