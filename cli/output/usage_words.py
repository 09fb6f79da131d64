"""Typer's usage errors in Japanese. Typer has no setting for them; an error that is not known here stays English."""

import re
from typing import Any

_PATTERNS = (
    (r"Missing (?:argument|option) (.+?)\.", "{} を指定してください。"),
    (r"Missing command", "コマンドを指定してください。"),
    (r"No such option: (\S+) \(Possible options: (.+)\)", "オプション {} はありません。もしかして: {}"),
    (r"No such option: (\S+)", "オプション {} はありません。"),
    (r"No such command (.+)\. Did you mean (.+)\?", "コマンド {} はありません。もしかして: {}"),
    (r"No such command (.+)\.", "コマンド {} はありません。"),
    (r"Got unexpected extra argument\(s\) \((.+)\)", "余分な引数があります: {}"),
    (r"Option (.+) requires", "オプション {} には値が必要です。"),
    (r"Option (.+) does not take a value", "オプション {} に値は指定できません。"),
    (
        r"Invalid value for (.+?): (?:Value error, )?('.*') is not one of (.+)\.",
        "{} に {} は使えません。次のどれかにしてください: {}",
    ),
    (r"Invalid value for (.+?): Input should be a valid integer", "{} には整数を指定してください。"),
    (r"Invalid value for (.+?): Input should be a valid number", "{} には数を指定してください。"),
    (
        r"Invalid value for (.+?): Input should be greater than or equal to (\S+)",
        "{} には {} 以上の数を指定してください。",
    ),
    (
        r"Invalid value for (.+?): Input should be less than or equal to (\S+)",
        "{} には {} 以下の数を指定してください。",
    ),
    (r"Invalid value for (.+?): (.+)", "{} の値が正しくありません（{}）。"),
)
"""The first pattern with which the message begins decides."""


def usage_error(message: str) -> str:
    """Return the message of a usage error in Japanese."""
    for pattern, text in _PATTERNS:
        if match := re.match(pattern, message, re.DOTALL):
            return text.format(*match.groups())
    return message


def translate_usage(command: Any) -> None:
    """Have the command print its usage line in Japanese."""

    def format_usage(ctx: Any, formatter: Any) -> None:
        formatter.write_usage(ctx.command_path, " ".join(command.collect_usage_pieces(ctx)), prefix="使い方: ")

    command.format_usage = format_usage


def translate_errors(rich_utils: Any) -> None:
    """Have Typer print its usage errors in Japanese."""
    shown = rich_utils.rich_format_error

    def translated(error: Any) -> None:
        message = usage_error(error.format_message())
        error.format_message = lambda: message
        shown(error)

    rich_utils.rich_format_error = translated
