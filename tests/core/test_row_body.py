"""A value is stored as JSON, or compressed where the row would take a second kilobyte."""

import os
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ripen import row_body

_MOST = 880


@given(st.dictionaries(st.text(), st.text(max_size=3_000)))
def test_value_is_read_as_it_was_written(value: dict[str, str]) -> None:
    assert row_body.decode(row_body.encode(value), dict[str, str]) == value


def test_only_what_does_not_fit_into_the_first_kilobyte_is_compressed() -> None:
    fits, exceeds = "a" * (_MOST - 2), "a" * (_MOST - 1)
    assert row_body.encode(fits) == f'"{fits}"'
    body = row_body.encode(exceeds)
    assert isinstance(body, bytes)
    assert zlib.decompress(body).decode() == f'"{exceeds}"'


@pytest.mark.parametrize(
    ("bytes", "kilobytes"), [(_MOST, 1), (_MOST + 1, 2), (_MOST + 1024, 2), (_MOST + 1025, 3), (0, 1)]
)
def test_size_counts_started_kilobytes(bytes: int, kilobytes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_body, "encode", os.urandom)
    assert row_body.kilobytes(bytes) == kilobytes


def test_size_counts_utf8() -> None:
    assert row_body.kilobytes("あ" * 200) == 1
    text = "".join(chr(0x4E00 + at * 7919 % 20_000) for at in range(1_000))  # hardly compressible
    assert row_body.kilobytes(text) == 1 + (len(zlib.compress(f'"{text}"'.encode())) + 143) // 1024
