"""ripen restore: prepare a table that was restored from a backup, before the stack uses it."""

from getpass import getuser
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from cli.output.json_output import AsJson, print_json
from cli.output.language import help_text, say
from cli.output.progress import bar
from cli.stack.stack import connect
from ripen.failure import Failure
from ripen.words import Words

if TYPE_CHECKING:
    from ripen.operations.restore import Replayed


@help_text(
    """Prepare a table that was restored from a backup: stop sending, and copy refusals and sent mails to it.

    They come from the table that the stack uses, or from the one that --from-table names. Repeat the command after the
    deployment, with --from-table, before you run: ripen resume
    """,
    """バックアップから復元したテーブルを準備します: 配信を止め、配信の拒否と送信済みのメールを書き写します。

    書き写す元は、スタックが使っているテーブル、または --from-table のテーブルです。配備のあと ripen resume の前に、
    --from-table を付けてもう一度実行してください。
    """,
)
def restore(
    table: Annotated[
        str, typer.Argument(metavar="TABLE", help=say("The name of the restored table.", "復元したテーブルの名前。"))
    ],
    from_table: Annotated[
        str,
        typer.Option(
            metavar="TABLE",
            help=say("The table that was in use until the restore.", "復元するまで使っていたテーブル。"),
        ),
    ] = "",
    as_json: AsJson = False,
) -> None:
    from ripen.adapters.table import Table
    from ripen.operations.restore import replay_refusals

    stack = connect()
    used = Table(from_table) if from_table else stack.table
    if used.name == table:
        raise Failure(
            Words(f"The stack uses {table} already.", f"スタックはすでに {table} を使っています。"),
            Words(
                f"Name the table of before: ripen restore {table} --from-table OLD",
                f"以前のテーブルを指定してください: ripen restore {table} --from-table 以前のテーブル",
            ),
        )
    with bar(say("Refusals and sent mails", "配信の拒否と送信済みのメール")) as progress:
        found = replay_refusals(used, Table(table), getuser(), stack.clock.now(), progress)
    if as_json:
        counts = {"suppressed_addresses": found.suppressions, "refusals": found.contacts, "sent_mails": found.sends}
        print_json({"table": table, "from": used.name, "stopped": True} | counts)
        return
    _show(found, table)


def _show(found: "Replayed", table: str) -> None:
    Console(highlight=False, soft_wrap=True).print(
        say(
            f"[bold]Sending is stopped in {table}.[/] Copied to it: {found.suppressions} suppressed addresses, refusals"
            f" of {found.contacts} leads, {found.sends} sent mails.",
            f"[bold]{table} の配信を停止しました。[/] 書き写したもの: 配信禁止のアドレス {found.suppressions} 件、"
            f"拒否した見込み客 {found.contacts} 人、送信済みのメール {found.sends} 通。",
        )
    )
