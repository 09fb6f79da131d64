"""`make test-long` finds each of its parts, and `make test` does not."""

import tomllib
from pathlib import Path

import pytest

from tests.long.test_mutants import FILES, TESTS
from tests.support.long_parts import PARTS, Part

PROJECT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_each_part_exists_and_is_in_the_docs(part: Part) -> None:
    assert all((PROJECT / path).exists() for path in part.tests)
    assert f"\n| `{part.name}` | {part.shows} |" in (PROJECT / "docs/testing.md").read_text()


def test_no_part_is_collected_by_make_test() -> None:
    assert (
        "tests/long"
        in tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["pytest"]["ini_options"]["norecursedirs"]
    )


def test_the_files_whose_rules_are_broken_exist() -> None:
    assert [str(path) for path in (*map(str, FILES), *TESTS) if not (PROJECT / path).exists()] == []
