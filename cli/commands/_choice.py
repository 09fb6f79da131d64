"""The options by which a person chooses what happens to rows that wait for a decision."""

from typing import Any

import typer

from cli.output.language import say
from ripen.failure import Failure
from ripen.words import Words


def id_option(flag: str, verb: Words, *, takes_all: bool = True) -> Any:
    """Return the option that names a row by its id, or all rows. `verb` says what happens to the row."""
    en, ja = (", or all", "、または all") if takes_all else ("", "")
    help_words = say(f"{verb.en}: its id or the beginning of its id{en}.", f"{verb.ja}。ID または ID の先頭部分{ja}。")
    return typer.Option(flag, help=help_words, metavar="ID")


def at_most_one(**given: object) -> None:
    """Raise Failure if more than one of these options is used. Their names are those of the flags."""
    if sum(map(bool, given.values())) > 1:
        flags = [f"--{name.replace('_', '-')}" for name in given]
        raise Failure(
            Words(
                f"{', '.join(flags[:-1])} and {flags[-1]} cannot be used together.",
                f"{'、'.join(flags)} は同時に指定できません。",
            ),
            Words("Use one of them.", "どれか一つを指定してください。"),
        )
