"""The form of rows: what a stored value leaves out, and what a report must show all the same."""

import inspect
from collections.abc import Iterator
from typing import Any, get_args, get_type_hints

import pytest
from msgspec import Struct

from ripen.adapters.table import Key, keys
from ripen.lead.lead import Touch
from ripen.operations.plain import plain
from tests.support.fakes import NOON


def _stored() -> set[type[Struct]]:
    """Return the types of all rows, and the types inside them."""
    made = (get_type_hints(function).get("return") for _, function in inspect.getmembers(keys, inspect.isfunction))
    constant = (value.type for value in vars(keys).values() if isinstance(value, Key))
    found: set[type[Struct]] = set()
    for each in (*made, *constant):
        found.update(_structs(each, found))
    return found - {Key}


def _structs(hint: Any, known: set[type[Struct]]) -> Iterator[type[Struct]]:
    for argument in get_args(hint):
        yield from _structs(argument, known)
    if inspect.isclass(hint) and issubclass(hint, Struct) and hint not in known:
        known.add(hint)
        yield hint
        for field in get_type_hints(hint).values():
            yield from _structs(field, known)


@pytest.mark.parametrize("type", sorted(_stored(), key=str))
def test_row_is_stored_without_its_defaults(type: Any) -> None:
    """A write unit holds one KB, and most fields of most rows are empty."""
    assert type.__struct_config__.omit_defaults


def test_all_kinds_of_rows_are_examined() -> None:
    assert len(_stored()) > 40


def test_plain_value_has_the_fields_that_its_row_leaves_out() -> None:
    assert plain({"touches": [Touch(at=NOON, utm_source="google")]})["touches"][0] == {
        "at": "2026-11-21T03:00:00Z",
        **dict.fromkeys(("url", "referrer", "utm_medium", "utm_campaign", "utm_term", "utm_content"), ""),
        **dict.fromkeys(("gclid", "yclid", "fbclid"), ""),
        "utm_source": "google",
    }
