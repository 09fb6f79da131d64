"""Lists of commands show what people typed as it is."""

import io

from rich.console import Console

from cli.output.row_table import row_table


def test_cells_that_look_like_markup_are_shown_as_they_are() -> None:
    out = io.StringIO()
    Console(file=out, width=80).print(row_table("1 mail", ["Lead", "Mail"], [("[red]a@example.jp[/]", "[/] news")]))
    assert "[red]a@example.jp[/]" in out.getvalue()
    assert "[/] news" in out.getvalue()


def test_long_cells_are_folded_and_not_cut() -> None:
    out = io.StringIO()
    Console(file=out, width=40).print(row_table("", ["Lead", "Mail"], [("x" * 50, "y" * 50)]))
    assert out.getvalue().count("x") == out.getvalue().count("y") == 50
    assert "…" not in out.getvalue()
