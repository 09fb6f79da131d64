"""How a person chooses what happens to rows that wait for a decision, and confirms what a command will do."""

from typing import Annotated, Any

import typer

from cli.output.language import say
from cli.output.question import confirm
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


YesOption = Annotated[bool, typer.Option("--yes", help=say("Do not ask.", "確認しません。"))]


def require_yes(*, yes: bool, as_json: bool) -> None:
    """Raise Failure for --json without --yes, because a script cannot be asked."""
    if as_json and not yes:
        raise Failure(
            Words("--json does not ask.", "--json では確認できません。"),
            Words(
                "Say --yes, once you have seen without --json what would happen.",
                "--json なしで何が起きるかを確かめてから、--yes を付けてください。",
            ),
        )


def is_confirmed(question: Words) -> bool:
    """Return whether the answer is yes. Raise Failure if there is no answer."""
    try:
        return confirm(say(question.en, question.ja))
    except typer.Abort:
        raise Failure(
            Words("Nothing was done, because the question got no answer.", "回答がなかったため、何もしませんでした。"),
            Words("Answer y, or run the command with --yes.", "y と答えるか、--yes を付けて実行してください。"),
        ) from None
