"""A value of any stored type with every field set, to something else than its default."""

import inspect
from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Literal, TypeAliasType, Union, get_args, get_origin, get_type_hints

from msgspec import NODEFAULT, Struct
from msgspec.structs import fields

AT = datetime(2026, 11, 21, 3, 4, 5, 678000, tzinfo=UTC)
_DEEPEST = 6
"""Conditions of playbooks hold conditions."""


def full[T: Struct](type: type[T], depth: int = 0) -> T:
    """Return a value of the type with every field set."""
    hints = get_type_hints(type)
    values = {each.name: _other(hints[each.name], default_of(each), depth + 1) for each in fields(type)}
    return type(**values)


def default_of(field: Any) -> Any:
    """Return the field's default, NODEFAULT without one."""
    return field.default_factory() if field.default_factory is not NODEFAULT else field.default


def _other(hint: Any, default: Any, depth: int) -> Any:
    return next((value for value in _values(hint, depth) if value != default), default)


def _values(hint: Any, depth: int) -> list[Any]:
    """Return values of the type, the most telling first."""
    if isinstance(hint, TypeAliasType):
        hint = hint.__value__
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return [value for each in arguments if each is not NoneType for value in _values(each, depth)]
    if origin is Literal:
        return list(reversed(arguments))
    if origin in (tuple, list, frozenset, set):
        return [_collection(origin, arguments, depth)]
    if origin in (dict, Mapping) or (inspect.isclass(origin) and issubclass(origin, Mapping)):
        return [dict(zip(_values(arguments[0], depth)[:1], _values(arguments[1], depth)[:1], strict=True))]
    return _plain(hint, depth)


def _collection(origin: Any, arguments: tuple[Any, ...], depth: int) -> Any:
    if depth > _DEEPEST:
        return origin()
    each = [argument for argument in arguments if argument is not Ellipsis]
    return origin(_values(argument, depth)[0] for argument in each)


def _plain(hint: Any, depth: int) -> list[Any]:
    if inspect.isclass(hint) and issubclass(hint, Enum):
        return list(reversed(list(hint)))
    if inspect.isclass(hint) and issubclass(hint, Struct):
        return [full(hint, depth)]
    examples: dict[Any, list[Any]] = {
        bool: [True, False],
        int: [7, 8],
        float: [2.5, 3.5],
        datetime: [AT],
        date: [AT.date()],
        Any: ["value"],
    }
    return examples.get(hint, ["text", "other"])
