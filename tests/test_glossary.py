"""Japanese texts use the words of the glossary, and none that it calls wrong."""

from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
_FOLDERS = ("cli", "layers", "functions", "playbook", "sandbox")
_KINDS = {".py", ".yaml", ".liquid", ".mjml", ".md", ".txt", ".html", ".js", ".json"}
_NOT_OURS = {"node_modules", "__pycache__", ".aws-sam"}


def wrong_words() -> list[str]:
    """Return the words in the first column of the glossary's last table."""
    table = (PROJECT / "docs/glossary.md").read_text().partition("## Japanese words that we do not use")[2]
    rows = [line.split("|")[1].strip() for line in table.splitlines() if line.startswith("|")]
    return [word for row in rows[2:] for word in row.split("、")]


def texts() -> Iterator[Path]:
    yield from (PROJECT / "docs").glob("*.ja.md")
    for folder in _FOLDERS:
        for parent, folders, names in (PROJECT / folder).walk():
            folders[:] = [each for each in sorted(folders) if each not in _NOT_OURS]
            yield from (parent / name for name in sorted(names) if Path(name).suffix in _KINDS)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("ジャーニーを開始した", ["ジャーニー"]),
        ("シナリオを開始した", []),
        ("営業が見送りとした", []),
        ("メールの送信を見送りとした", ["送信を見送り"]),
        ("Salesforce のリードを更新した", []),
        ("リードのスコア", ["リードのスコア"]),
    ],
)
def test_wrong_word_is_found_where_it_is_wrong(line: str, found: list[str]) -> None:
    assert [word for word in wrong_words() if word in line] == found


def test_japanese_texts_have_no_wrong_words() -> None:
    words = wrong_words()
    assert len(words) > 10
    found = [
        f"{file.relative_to(PROJECT)}:{number} {word}"
        for file in texts()
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1)
        if not line.isascii()
        for word in words
        if word in line
    ]
    assert found == []
