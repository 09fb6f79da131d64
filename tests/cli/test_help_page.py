"""A help page in Japanese: the words that Typer writes by itself are Japanese, and no line is cut off.

Typer has no setting for either, so cli/output/help_page.py replaces some of its private names.
"""

import os
import re
import subprocess
import sys

import pytest

from cli.local.home import PROJECT


@pytest.fixture(scope="module")
def page() -> str:
    """The help of a command with arguments, options and long texts, on a narrow terminal."""
    environment = dict(os.environ) | {"LANGUAGE": "ja", "COLUMNS": "60", "TERMINAL_WIDTH": "60"}
    command = [sys.executable, "-m", "cli", "simulate", "--help"]
    return subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=True).stdout


def test_long_lines_of_japanese_are_folded_and_not_cut_off(page: str) -> None:
    text = re.sub(r"[\s│]", "", page)
    assert "どのメールがいつ送られるか、送られないメールはなぜかを表示します。" in text
    assert "このコンピューターの外には何も送りません。" in text
    assert "…" not in text


def test_words_of_typer_are_japanese(page: str) -> None:
    assert re.search("─ 引数 ─", page)
    assert re.search("─ オプション ─", page)
    assert "[既定値: 100]" in page
    for english in ("Arguments", "Options", "default:", "required"):
        assert english not in page
