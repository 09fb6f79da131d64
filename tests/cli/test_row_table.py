"""Lists of commands show what people typed as it is, and numbers whole, however narrow the screen is."""

import io
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console, RenderableType
from rich.text import Text

from cli.output.row_table import grid, row_table

CLI = Path(__file__).parents[2] / "cli"
WORDS = ["株式会社サンプルの資料請求", "https://example.jp/pages/autumn", "finished", "最後まで進んだ"]
NUMBERS = ["12,345", "2026-12-04", "10:00", "12.6%"]


def shown(table: RenderableType, width: int, *, soft_wrap: bool = False) -> str:
    out = io.StringIO()
    Console(file=out, width=width, soft_wrap=soft_wrap).print(table)
    return out.getvalue()


def test_cells_that_look_like_markup_are_shown_as_they_are() -> None:
    text = shown(row_table("1 mail", ["Lead", "[b]"], [("[red]a@example.jp[/]", "[/] news")]), 80)
    assert "[red]a@example.jp[/]" in text
    assert "[/] news" in text
    assert "[b]" in text


@pytest.mark.parametrize("soft_wrap", [False, True])
def test_long_cells_are_folded_and_not_cut(soft_wrap: bool) -> None:
    table = row_table("", ["Lead", "Mail"], [("x" * 50, Text("y" * 50))])
    text = shown(table, 40, soft_wrap=soft_wrap)
    assert text.count("x") == text.count("y") == 50
    assert "…" not in text


@given(
    rows=st.lists(
        st.tuples(*(st.sampled_from(WORDS) if column % 2 else st.sampled_from(NUMBERS) for column in range(7))),
        min_size=1,
        max_size=3,
    )
)
@pytest.mark.parametrize("soft_wrap", [False, True])
def test_numbers_are_never_folded_at_80_columns(rows: list[tuple[str, ...]], soft_wrap: bool) -> None:
    columns = ["Title of all", "名前", "最近の行動", "On the way", "最後まで進んだ", "目標に到達", "Left early"]
    for table in (row_table("Journeys", columns, rows), grid(rows)):
        text = shown(table, 80, soft_wrap=soft_wrap)
        found = re.findall(r"[\d.,:%-]*\d[\d.,:%-]*", text)
        assert sorted(found) == sorted(cell for row in rows for cell in row if cell in NUMBERS)
        assert max(map(len, text.splitlines())) <= 80


def test_addresses_and_names_to_type_are_not_broken_at_80_columns() -> None:
    row = (
        "山田 花子",
        "株式会社サンプルの長い名前",
        "hanako.yamada@sample.example",
        "ホット",
        "60",
        "2026-12-04 10:00",
    )
    text = shown(row_table("", ["氏名", "会社名", "メール", "ランク", "スコア", "最近の行動"], [row]), 80)
    assert "hanako.yamada@sample.example" in text
    names = (
        "チェックリストを申し込んだ人への案内",
        "checklist-webinar-december",
        "予約していません",
        "2026-12-04 10:00",
    )
    assert "checklist-webinar-december" in shown(row_table("", ["タイトル", "名前", "状態", "開始"], [names]), 60)


def test_every_table_is_made_here() -> None:
    makers = [path.name for path in CLI.rglob("*.py") if "rich.table" in path.read_text("utf-8")]
    assert makers == ["row_table.py"]
