"""ripen doctor: what a real deployment still needs."""

import sys
from collections import Counter

from rich.console import Console
from rich.markup import escape
from rich.text import Text

from cli.commands._playbook_folder import DEFAULT_FOLDER, FolderArgument
from cli.doctor.finding import OWNERS, Finding, State
from cli.output.json_output import AsJson, print_json
from cli.output.language import help_text, language, say
from cli.output.row_table import row_table
from cli.stack.stack import connect
from ripen.words import Words

_MARKS = {
    State.OK: Words("[green]✓ ok[/]", "[green]✓ 正常[/]"),
    State.WARN: Words("[yellow]! warn[/]", "[yellow]! 注意[/]"),
    State.FAIL: Words("[bold red]✗ fail[/]", "[bold red]✗ 不備[/]"),
}


@help_text(
    "Check every prerequisite: its state, its owner, and the next step. The exit code is 1 if one of them fails.",
    "前提条件をすべて確認します: 状態、担当、次にすること。一つでも不備があれば終了コードは 1 です。",
)
def doctor(
    folder: FolderArgument = DEFAULT_FOLDER,
    as_json: AsJson = False,
) -> None:
    from cli.doctor.examination import examine

    found = list(examine(connect(), folder))
    if as_json:
        print_json([finding.plain() for finding in found])
    else:
        _show(found)
    sys.exit(1 if any(finding.state is State.FAIL for finding in found) else 0)


def _show(found: list[Finding]) -> None:
    lang, console = language(), Console(highlight=False)
    columns = ("", say("Prerequisite", "前提条件"), say("Owner", "担当"), say("Found", "結果"))
    rows = (
        (Text.from_markup(mark), title, owner, each.found.in_language(lang))
        for each in found
        for mark, title, owner in [_head(each)]
    )
    console.print(row_table("", columns, rows))
    for finding in found:
        if next_step := finding.next_step.in_language(lang):
            mark, title, owner = _head(finding)
            heading = escape(finding.check.title.en)
            about = say(
                f"{mark} [bold]{title}[/] ({owner}): ", f"{mark} [bold]{title}[/]（{owner}、deploy.md: {heading}）: "
            )
            console.print(about + escape(next_step))
    count = Counter(finding.state for finding in found)
    well, doubtful, failed = count[State.OK], count[State.WARN], count[State.FAIL]
    console.print(
        say(
            f"{well} ok, {doubtful} to look at, {failed} failed. docs/deploy.md explains each.",
            f"正常 {well}、注意 {doubtful}、不備 {failed}。各項目の説明（英語）: docs/deploy.md",
        )
    )


def _head(finding: Finding) -> tuple[str, str, str]:
    """Return the finding's mark, title and owner in the language of the command line."""
    lang, check = language(), finding.check
    return (
        _MARKS[finding.state].in_language(lang),
        check.title.in_language(lang),
        OWNERS[check.owner].in_language(lang),
    )
