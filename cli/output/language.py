"""The language of the command line: Japanese or English.

It is that of `--lang`, else of the environment, else the brand's default locale, else English. Both languages of a text
stand beside each other: `say("Sending is stopped.", "配信は停止しています。")`. The page docs/internals/command-line.md
shows how a command gets both.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ripen.words import Lang, Words

_VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
"""In the order of GNU gettext: the first that is set decides."""
_NO_LANGUAGE = ("C", "POSIX")


class _Choice:
    lang: Lang | None = None
    """None: neither an option nor the environment names a language."""
    brand: Callable[[], str] | None = None
    """Reads the brand's default locale."""


_choice = _Choice()


def choose(arguments: Sequence[str], environment: Mapping[str, str]) -> None:
    """Choose the language by the command's arguments, else by the environment.

    Call this before a command is imported: its help is written then.
    """
    wanted = _option(arguments) or _variable(environment)
    use(("ja" if wanted.startswith("ja") else "en") if wanted else None)


def use(lang: Lang | None) -> None:
    """Use that language from now on. None: the brand's."""
    _choice.lang = lang


def ask_brand(locale: Callable[[], str] | None) -> None:
    """Remember how to read the brand's default locale, for when nothing else names a language."""
    _choice.brand = locale


def language() -> Lang:
    """Return the language in which the command speaks."""
    if _choice.lang is None and _choice.brand is not None:
        _choice.lang = "ja" if _choice.brand() == "ja" else "en"
    return _choice.lang or "en"


def say(en: str, ja: str) -> str:
    """Return the text in the language of the command line."""
    return Words(en, ja).in_language(language())


def help_text[F: Callable[..., Any]](en: str, ja: str) -> Callable[[F], F]:
    """Give a command its help, in the language of the command line. It stands in place of the docstring."""

    def explained(command: F) -> F:
        command.__doc__ = say(en, ja)
        return command

    return explained


def _option(arguments: Sequence[str]) -> str:
    for number, argument in enumerate(arguments):
        if argument == "--lang":
            return arguments[number + 1] if number + 1 < len(arguments) else ""
        if argument.startswith("--lang="):
            return argument.partition("=")[2]
    return ""


def _variable(environment: Mapping[str, str]) -> str:
    first = next((environment[name] for name in _VARIABLES if environment.get(name)), "")
    name = first.partition(":")[0].partition(".")[0]
    return "" if name in _NO_LANGUAGE else name
