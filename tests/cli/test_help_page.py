"""A help page in Japanese: the words that Typer writes by itself are Japanese, and no line is cut off.

Typer has no setting for either, so cli/output/help_page.py replaces some of its private names.
"""

import os
import re
import subprocess
import sys

import pytest

from cli.local.home import PROJECT


def in_japanese(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command on a narrow terminal."""
    environment = dict(os.environ) | {"LANGUAGE": "ja", "COLUMNS": "60", "TERMINAL_WIDTH": "60"}
    command = [sys.executable, "-m", "cli", *arguments]
    return subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def page() -> str:
    """The help of a command with arguments, options and long texts."""
    return in_japanese("simulate", "--help").stdout


def test_long_lines_of_japanese_are_folded_and_not_cut_off(page: str) -> None:
    text = re.sub(r"[\s│]", "", page)
    assert "どのメールがいつ送られるか、送られないメールはなぜかを表示します。" in text
    assert "このコンピューターの外には何も送りません。" in text
    assert "…" not in text


def test_words_of_typer_are_japanese(page: str) -> None:
    assert re.search("─ 引数 ─", page)
    assert re.search("─ オプション ─", page)
    assert "[既定値: 100]" in page
    assert "使い方: " in page
    for english in ("Usage", "Arguments", "Options", "default:", "required"):
        assert english not in page


def test_interrupted_command_ends_in_japanese() -> None:
    script = """
import typer
from cli.main import app, choose
from cli.lazy_command import LazyCommand
choose(["--lang", "ja"], {})
command = LazyCommand("clock", "cli.commands.time:clock", "").load()
def interrupted(**_): raise typer.Abort
command.callback = interrupted
command([], standalone_mode=True)
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert "中断しました。" in done.stderr
    assert "Aborted" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("check", "--foo"), "オプション --foo はありません。"),
        (("check", "--jso"), "オプション --jso はありません。もしかして: --json"),
        (("lead",), "'email' を指定してください。"),
        (("nope",), "コマンド 'nope' はありません。"),
        (("lead", "a", "b", "c"), "余分な引数があります: b c"),
        (("simulate", "--most"), "オプション '--most' には値が必要です。"),
        (("check", "--json=1"), "オプション '--json' に値は指定できません。"),
        (("simulate", "--most", "0"), "'--most' には 1 以上の数を指定してください。"),
        (("leads", "--limit", "1001"), "'--limit' には 1000 以下の数を指定してください。"),
        (("leads", "--limit", "x"), "'--limit' には整数を指定してください。"),
        (("leads", "--rank", "x"), "'--rank' に 'x' は使えません。次のどれかにしてください: 'hot', 'warm', 'cold'"),
    ],
)
def test_usage_error_is_japanese(arguments: tuple[str, ...], said: str) -> None:
    done = in_japanese(*arguments)
    assert done.returncode == 2
    assert said.replace(" ", "") in re.sub(r"[\s│]", "", done.stderr)
    assert "Usage" not in done.stderr
