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


PEOPLE = "Name;E-mail (required);Note\nSato;a@x.example;1,200\n\nKato;b@x.example;\n"


@pytest.mark.parametrize(
    "text",
    [
        PEOPLE,
        "sep=;\r\n" + PEOPLE,
        PEOPLE.replace(";", "\t"),
        "sep=|\n" + PEOPLE.replace(";", "|"),
        PEOPLE.replace("1,200", "").replace(";", ","),
    ],
)
def test_cells_are_separated_by_semicolons_tabs_commas_or_as_the_first_line_says(text: str) -> None:
    assert addresses(text.encode(), "list.csv") == ["a@x.example", "b@x.example"]


@pytest.mark.parametrize(
    "head",
    ["メールアドレス（必須）", "ｅメール", "会社のメールアドレス", "E-Mail", "Email Address *", "Work e-mail", "mail"],
)
def test_column_of_addresses_is_found_by_its_words(head: str) -> None:
    assert addresses(f"氏名,{head}\n山田,a@x.example\n".encode(), "list.csv") == ["a@x.example"]


def test_exact_name_wins_and_doubt_is_asked_about() -> None:
    assert addresses(b"email opt-in,email\nyes,a@x.example\n", "list.csv") == ["a@x.example"]
    with pytest.raises(Failure, match="several columns of addresses: work email, home email"):
        addresses(b"work email,home email\na@x.example,\n", "list.csv")


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        ('a@x.example,A\n"b@x.example,B\nc@x.example,C\n', 3),
        ('a@x.example,"A\nb@x.example,B\nc@x.example,"C"\n', 2),
        ('"a@x.example\nb@x.example",B\n', 2),
        ('a@x.example,"A" Inc.\n', 2),
        ('a@x.example,"two\nlines"\nInc.,b@x.example,B\n', 4),
    ],
)
def test_broken_row_is_named_by_the_line_in_which_it_begins(rows: str, line: int) -> None:
    with pytest.raises(Failure, match=f"Line {line} of list.csv cannot be read as CSV"):
        addresses(f"email,name\n{rows}".encode(), "list.csv")
    with pytest.raises(Failure, match=f"Line {line + 1} of list.csv"):
        addresses(f"sep=,\nemail,name\n{rows}".encode(), "list.csv")


def test_note_may_have_line_breaks_and_a_last_cell_may_be_missing() -> None:
    file = 'name,email,note\nA,a@x.example,"two\nlines"\nB,b@x.example\nC\n'
    assert addresses(file.encode(), "list.csv") == ["a@x.example", "b@x.example"]
