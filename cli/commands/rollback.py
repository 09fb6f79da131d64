"""ripen rollback: restore an earlier playbook."""

from typing import Annotated

import typer
from rich.console import Console

from cli.commands._choice import at_most_one
from cli.output.json_output import AsJson, print_json
from cli.output.language import help_text, say
from cli.output.refold import say_walk
from cli.output.removed_parts import say_removed
from cli.output.row_table import row_table
from cli.output.time_zone import brand_zone, local_time
from cli.stack.in_force import wait_with
from cli.stack.stack import Stack, connect

_MOST = 20


@help_text(
    """Restore the previous playbook.

    With --to, restore the one with that hash. People in journeys stay where they are.
    """,
    """前のプレイブックにもどします。

    --to を付けると、そのハッシュのプレイブックにもどします。シナリオにいる人は、そのままの手順に残ります。
    """,
)
def rollback(
    to: Annotated[
        str,
        typer.Option(
            help=say("The hash of the playbook, or its beginning.", "プレイブックのハッシュ、またはその先頭。"),
            metavar="HASH",
        ),
    ] = "",
    show: Annotated[
        bool,
        typer.Option(
            "--list", help=say("Only list the published playbooks.", "公開したプレイブックの一覧だけを表示します。")
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    from ripen.operations.publication.release import roll_back

    at_most_one(to=to, list=show)
    stack = connect()
    console = Console(highlight=False, stderr=as_json)
    if show:
        _show_published(stack, console, as_json=as_json)
        return
    found = roll_back(to, stack.table, stack.playbook, stack.site, stack.clock, wait_with(console))
    console.print(
        say(
            f"[green]Restored[/] {found.bundle}. Undo it with: ripen rollback",
            f"{found.bundle} に[green]もどしました[/]。取り消すには: ripen rollback",
        )
    )
    say_removed(found.removed, console)
    say_walk(console, rules=found.rules, has_new_periods=found.has_new_periods)
    if as_json:
        follows = {"recalculates": bool(found.rules), "new_periods": found.has_new_periods}
        print_json({"playbook": found.bundle, "still_needed": [part.plain() for part in found.removed]} | follows)


def _show_published(stack: Stack, console: Console, *, as_json: bool) -> None:
    """List the published playbooks, latest first."""
    from ripen.operations.publication.release import history

    published = history(stack.table)
    if as_json:
        print_json([{"at": past.at.isoformat(), "playbook": past.bundle} for past in reversed(published)])
        return
    zone = brand_zone(stack.playbook)
    columns = (say(f"Published ({zone})", f"公開日時（{zone}）"), say("Playbook", "プレイブック"))
    rows = ((local_time(past.at, zone), past.bundle) for past in reversed(published[-_MOST:]))
    console.print(row_table("", columns, rows))
