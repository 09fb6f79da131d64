"""This version reads what each released version stored, and loses nothing of it when it writes."""

import importlib
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ripen.adapters.table import keys
from ripen.playbook.bundle import FORMAT, Bundle
from tests.support.freeze import HERE, described, freeze
from tests.support.stored_types import row_types

VERSIONS = sorted(path.parent for path in HERE.glob("*/structs.json"))


def read(version: Path, name: str) -> Any:
    return json.loads((version / f"{name}.json").read_text())


def type_of(name: str) -> Any:
    module, _, type = name.rpartition(".")
    return getattr(importlib.import_module(module), type)


@pytest.fixture(scope="module")
def today(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("frozen") / "today"
    freeze(folder)
    return folder


def check_rows(version: Path) -> int:
    """Check that each row is read and written without a loss. Return the number of types."""
    types = set()
    for row in read(version, "rows"):
        type = type_of(row["type"])
        value = msgspec.json.decode(json.dumps(row["body"]), type=type)
        assert json.loads(msgspec.json.encode(value)) == row["body"], row["type"]
        assert "ref" not in row or keys.parse(row["ref"]).type is type
        types.add(type)
    return len(types)


@pytest.mark.parametrize("version", VERSIONS, ids=lambda path: path.name)
def test_rows_of_a_released_version_are_read_and_nothing_is_lost(version: Path) -> None:
    check_rows(version)


@pytest.mark.parametrize("version", VERSIONS, ids=lambda path: path.name)
def test_bundle_of_a_released_version_is_read_and_nothing_is_lost(version: Path) -> None:
    bundle = msgspec.json.decode((version / "bundle.json").read_bytes(), type=Bundle)
    stored, again = read(version, "bundle"), json.loads(msgspec.json.encode(bundle))
    assert [name for name, value in stored.items() if again.get(name, value) != value] == []


@pytest.mark.parametrize("version", VERSIONS, ids=lambda path: path.name)
def test_defaults_and_values_of_a_released_version_stay(version: Path) -> None:
    assert list(broken_promises(read(version, "structs")["structs"], described())) == []


@pytest.mark.skipif(not VERSIONS, reason="nothing has been released yet")
def test_new_part_of_a_bundle_raises_the_format() -> None:
    """Old code would ignore it, or fail on it. Before a release, freeze that version again instead."""
    last = read(VERSIONS[-1], "structs")
    released = {name: fields for name, fields in last["structs"].items() if name.startswith("ripen.playbook.")}
    today = {name: fields for name, fields in described().items() if name.startswith("ripen.playbook.")}
    assert today == released or last["format"] < FORMAT


def test_each_type_of_row_is_frozen_with_every_field_set(today: Path) -> None:
    assert check_rows(today) == len(row_types()) > 30
    structs = described()
    for row in read(today, "rows")[: len(row_types())]:
        assert row["body"].keys() == structs[row["type"]].keys(), row["type"]
    lived = {row["type"] for row in read(today, "rows") if "ref" in row}
    assert {"ripen.lead.state.State", "ripen.mail.ledger.Send", "ripen.journey.enrollment.Enrollment"} <= lived
    assert read(today, "structs")["structs"] == structs


BROKEN = {
    "a default was changed": {"a.B": {"x": {"default": 2}}},
    "a field was removed": {"a.B": {}},
    "a default was removed": {"a.B": {"x": {}}},
    "a new field has no default": {"a.B": {"x": {"default": 1}, "y": {}}},
    "a value was removed": {"a.B": {"x": {"default": 1, "values": ["b"]}}},
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_broken_promise_is_found(broken: dict[str, Any]) -> None:
    released = {"a.B": {"x": {"default": 1, "values": ["a", "b"]}}}
    assert list(broken_promises(released, released)) == []
    assert list(broken_promises(released, broken)) != []


def broken_promises(released: dict[str, Any], today: dict[str, Any]) -> Any:
    """Yield each field of a released struct that is gone or has another default, and each new one without a default."""
    for name, fields in released.items():
        now = today.get(name)
        if now is None:
            yield f"{name} is gone"
            continue
        yield from _changed(name, fields, now)
        yield from (f"{name}.{new} has no default" for new in now.keys() - fields.keys() if "default" not in now[new])


def _changed(name: str, fields: dict[str, Any], now: dict[str, Any]) -> Any:
    for field, was in fields.items():
        found = now.get(field)
        if found is None or isinstance(was, str):
            if found != was:
                yield f"{name}.{field} is gone"
            continue
        if "default" in was and was["default"] != found.get("default", was):
            yield f"{name}.{field} has another default"
        if gone := set(was.get("values", [])) - set(found.get("values", [])):
            yield f"{name}.{field} has lost {gone}"
