"""Values of the core as JSON types, complete."""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct


def plain(value: Any) -> Any:
    """Return the value as JSON types, with the fields that have their defaults: rows leave those out."""
    match value:
        case Struct():
            return {name: plain(getattr(value, name)) for name in value.__struct_fields__}
        case Mapping():
            return {name: plain(each) for name, each in value.items()}
        case list() | tuple():
            return [plain(each) for each in value]
        case _:
            return msgspec.to_builtins(value)
