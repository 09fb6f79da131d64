"""The types of everything that is stored: rows, the bundle, and the structs inside them."""

import inspect
from collections.abc import Iterable, Iterator
from typing import Any, TypeAliasType, get_args, get_type_hints

from msgspec import Struct

from ripen.adapters.table import Key, keys


def row_types() -> set[type[Struct]]:
    """Return the type of each kind of row."""
    made = (get_type_hints(function).get("return") for _, function in inspect.getmembers(keys, inspect.isfunction))
    keyed = {argument for hint in made for each in (hint, *get_args(hint)) for argument in _of_key(each)}
    return keyed | {value.type for value in vars(keys).values() if isinstance(value, Key)}


def _of_key(hint: Any) -> Iterator[type[Struct]]:
    if getattr(hint, "__origin__", None) is Key:
        yield from (each for each in get_args(hint) if inspect.isclass(each) and issubclass(each, Struct))


def with_nested(types: Iterable[type[Struct]]) -> set[type[Struct]]:
    """Return these types and all structs that their fields can hold."""
    found: set[type[Struct]] = set()
    for each in types:
        _add(each, found)
    return found


def _add(hint: Any, found: set[type[Struct]]) -> None:
    if isinstance(hint, TypeAliasType):
        hint = hint.__value__
    for argument in get_args(hint):
        _add(argument, found)
    if inspect.isclass(hint) and issubclass(hint, Struct) and hint not in found:
        found.add(hint)
        for field in get_type_hints(hint).values():
            _add(field, found)
