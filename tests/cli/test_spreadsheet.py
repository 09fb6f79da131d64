"""Lists of addresses are opened in spreadsheets, and come back from there."""

from pathlib import Path

import pytest

from cli.enrolment import addresses
from cli.output.spreadsheet import as_meant, as_text


@pytest.mark.parametrize("cell", ["=1+1!a@x.example", "+81@x.example", "-a@x.example", "@x.example"])
def test_what_a_spreadsheet_would_calculate_is_text_to_it_and_comes_back_as_it_was(cell: str, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text(f"email\n{as_text(cell)}\n")
    assert as_text(cell)[0] == "'"
    assert addresses(file) == [cell]


@pytest.mark.parametrize("cell", ["hanako@sample.example", "o'hara@sample.example", "'quoted@sample.example", ""])
def test_all_else_stays_as_it_is(cell: str) -> None:
    assert as_text(cell) == as_meant(cell) == cell
