"""Lists of addresses are opened in spreadsheets, and read back from them."""

import pytest

from ripen.failure import Failure
from ripen.operations.journeys.address_file import addresses
from ripen.operations.spreadsheet import escape_formula, unescape_formula


@pytest.mark.parametrize("cell", ["=1+1!a@x.example", "+81@x.example", "-a@x.example", "@x.example"])
def test_formula_is_escaped_and_read_back_unchanged(cell: str) -> None:
    file = f"email\n{escape_formula(cell)}\n".encode()
    assert escape_formula(cell)[0] == "'"
    assert addresses(file, "list.csv") == [cell]


@pytest.mark.parametrize("cell", ["hanako@sample.example", "o'hara@sample.example", "'quoted@sample.example", ""])
def test_other_text_stays_unchanged(cell: str) -> None:
    assert escape_formula(cell) == unescape_formula(cell) == cell


@pytest.mark.parametrize(
    "rows", ['"' + "x" * 131_073, 'a@x.example\n"' + "b@x.example\n" * 20_000, "x" * 131_073 + ",y"]
)
def test_field_that_is_too_long_is_named_by_its_line(rows: str) -> None:
    with pytest.raises(Failure, match=r"Line \d+ of list.csv cannot be read as CSV") as failed:
        addresses(f"email,name\n{rows}".encode(), "list.csv")
    what, next_step = failed.value.in_language("ja")
    assert "list.csv の" in what
    assert "引用符" in next_step
