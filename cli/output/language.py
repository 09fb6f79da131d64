"""The language of the command line: Japanese or English.

It is that of `--lang`, else of the environment, else the first language of the playbook in this folder, else English:
one rule for `ripen`, its help, its errors and `make up`. Both languages of a text stand beside each other:
`say("Sending is stopped.", "配信は停止しています。")`. The page docs/internals/command-line.md shows how a command gets
both.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ripen.words import Lang, Words

_VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
"""In the order of GNU gettext: the first that is set decides."""
_NO_LANGUAGE = ("C", "POSIX")
_FIRST_LOCALE = re.compile(r"""^locales:[\s\["'-]*(\w+)""", re.MULTILINE)
"""A regular expression, because YAML takes too long to import for a help text, and the file may be half edited."""


class _Choice:
    lang: Lang = "en"


_choice = _Choice()


def choose(arguments: Sequence[str], environment: Mapping[str, str], playbook: Path = Path("playbook")) -> None:
    """Choose the language by the command's arguments, else by the environment, else by the playbook in this folder.

    Call this before a command is imported: its help is written then.
    """
    use(_option(arguments) or _variable(environment) or _first_locale(playbook) or "en")


def use(lang: Lang) -> None:
    """Use that language from now on."""
    _choice.lang = lang


def language() -> Lang:
    """Return the language in which the command speaks."""
    return _choice.lang


def say(en: str, ja: str) -> str:
    """Return the text in the language of the command line."""
    return Words(en, ja).in_language(language())


def help_text[F: Callable[..., Any]](en: str, ja: str) -> Callable[[F], F]:
    """Give a command its help, in the language of the command line. It stands in place of the docstring."""

    def explained(command: F) -> F:
        command.__doc__ = say(en, ja)
        return command

    return explained


def _option(arguments: Sequence[str]) -> Lang | None:
    """Return the language of the last --lang, as Typer does. Typer refuses other languages later."""
    found: Lang | None = None
    for number, argument in enumerate(arguments):
        if argument == "--lang":
            found = _supported(arguments[number + 1] if number + 1 < len(arguments) else "") or found
        elif argument.startswith("--lang="):
            found = _supported(argument.partition("=")[2]) or found
    return found


def _variable(environment: Mapping[str, str]) -> Lang | None:
    """Return the first language of the list that Ripen speaks, English if it speaks none, or None without a list."""
    first = next((environment[name] for name in _VARIABLES if environment.get(name)), "")
    names = [name for each in first.split(":") if (name := each.partition(".")[0])]
    if not names or names[0] in _NO_LANGUAGE:
        return None
    return next((lang for name in names if (lang := _supported(name[:2]))), "en")


def _first_locale(playbook: Path) -> Lang | None:
    """Return the first language of the brand, English if Ripen does not speak it, or None without a playbook."""
    try:
        found = _FIRST_LOCALE.search((playbook / "ripen.yaml").read_text("utf-8", errors="replace"))
    except OSError:
        return None
    return (_supported(found[1]) or "en") if found else None


def _supported(name: str) -> Lang | None:
    return "ja" if name == "ja" else "en" if name == "en" else None
