"""Freeze what this version stores, before it is released: `python -m tests.support.freeze v1`.

rows.json       a row of each type with every field set, and the rows that the example's simulations write
bundle.json     the example playbook
structs.json    the format of bundles, and for each stored struct its fields with their defaults, and enum members
"""

import inspect
import sys
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any, Literal, TypeAliasType, get_args, get_origin, get_type_hints

import msgspec
from msgspec import NODEFAULT, Struct
from msgspec.structs import fields

from ripen.playbook.bundle import FORMAT, Bundle
from ripen_authoring.compile import compile_playbook
from ripen_authoring.simulation.scenario import load_scenarios
from tests.support.full_values import default_of, full
from tests.support.stored_types import row_types, with_nested

HERE = Path(__file__).parents[1] / "frozen"
PLAYBOOK = HERE.parents[1] / "playbook"
_MOST_OF_A_TYPE, _SCENARIOS = 4, 3


def freeze(folder: Path) -> None:
    """Write the three files of a version."""
    folder.mkdir(parents=True, exist_ok=True)
    bundle = compile_playbook(PLAYBOOK)
    rows = [*_full_rows(), *_lived_rows(bundle)]
    structs = {"format": FORMAT, "structs": described()}
    for name, content in (("rows", rows), ("bundle", bundle), ("structs", structs)):
        encoded = msgspec.json.encode(content, order="deterministic")
        readable = encoded if content is bundle else msgspec.json.format(encoded, indent=1)
        (folder / f"{name}.json").write_bytes(readable + b"\n")


def described() -> dict[str, Any]:
    """Return for each stored struct its fields: the default, or that there is none; and the values that it may have."""
    types = with_nested({*row_types(), Bundle})
    return {name_of(each): _fields(each) for each in sorted(types, key=name_of)}


def name_of(type: type[Any]) -> str:
    return f"{type.__module__}.{type.__qualname__}"


def _fields(type: type[Struct]) -> dict[str, Any]:
    hints = get_type_hints(type)
    tag = {"tag": type.__struct_config__.tag} if type.__struct_config__.tag else {}
    return tag | {each.name: _field(each, hints[each.name]) for each in fields(type)}


def _field(field: Any, hint: Any) -> dict[str, Any]:
    default = default_of(field)
    found = {} if default is NODEFAULT else {"default": msgspec.json.decode(msgspec.json.encode(default))}
    members = sorted(set(_members(hint)), key=str)
    return found | ({"values": members} if members else {})


def _members(hint: Any) -> Iterator[Any]:
    """Yield the values of each enum and literal in the type."""
    if isinstance(hint, TypeAliasType):
        hint = hint.__value__
    if get_origin(hint) is Literal:
        yield from get_args(hint)
        return
    if inspect.isclass(hint) and issubclass(hint, Enum):
        yield from (member.value for member in hint)
    for argument in get_args(hint):
        yield from _members(argument)


def _full_rows() -> Iterator[dict[str, Any]]:
    for each in sorted(row_types(), key=name_of):
        yield {"type": name_of(each), "body": msgspec.to_builtins(full(each))}


def _lived_rows(bundle: Bundle) -> Iterator[dict[str, Any]]:
    """Yield rows as the workers write them."""
    count: dict[str, int] = {}
    for scenario in load_scenarios(PLAYBOOK, bundle)[:_SCENARIOS]:
        lead = scenario.persona.id
        for row in scenario.run(bundle).simulator.table.under(lead, ""):
            name = name_of(row.key.type)
            count[name] = count.get(name, 0) + 1
            if count[name] <= _MOST_OF_A_TYPE:
                yield {"type": name, "ref": row.key.ref, "body": msgspec.to_builtins(row.value)}


if __name__ == "__main__":
    freeze(HERE / sys.argv[1])
    print(f"Frozen in {HERE / sys.argv[1]}: {len(row_types())} types of rows.")
