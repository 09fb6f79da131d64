"""Lists of addresses are opened in spreadsheets, and read back from them."""

import pytest

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
