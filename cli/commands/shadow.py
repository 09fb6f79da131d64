"""ripen shadow: how a company starts. Everything is decided, and nothing is sent or written outside."""

from datetime import datetime
from getpass import getuser
from time import sleep
from typing import Any

import typer
from rich.console import Console

from cli.output.json_output import AsJson, print_json
from cli.output.language import help_text, language, say
from cli.output.row_table import RowTable, row_table
from cli.output.time_zone import brand_zone, local_time, zoned_time
from cli.stack.stack import Stack, connect
from ripen.adapters.table import keys
from ripen.operations import phrases
from ripen.operations.leads.subjects import subject_in_a_sentence
from ripen.operations.live_playbook import live_bundle
from ripen.operations.sending.shadow import kept_back, release_crm_writes
from ripen.operations.sending.switches import UNTIL_SEEN_SECONDS, switch_shadow
from ripen.playbook.bundle import Bundle

_MOST_CHARACTERS = 80

app = typer.Typer(
    help=say(
        "Shadow mode: decide everything, send and write nothing. Alone, it lists what would have been done.",
        "シャドーモード: 判断だけを行い、送信も書き込みもしません。単独では、行うはずだったことを一覧します。",
    )
)


@app.callback(invoke_without_command=True)
def shadow(context: typer.Context, as_json: AsJson = False) -> None:
    """List what shadow mode kept back, unless there is a subcommand."""
    if context.invoked_subcommand:
        return
    stack = connect()
    found = kept_back(stack.table)
    if as_json:
        print_json(found)
        return
    console = Console(highlight=False)
    console.print(_switch(stack))
    if found:
        console.print(_table(found, brand_zone(stack.playbook), live_bundle(stack.playbook)))
    else:
        console.print(say("Shadow mode has kept nothing back.", "シャドーモードで見合わせたものはありません。"))


@app.command()
@help_text(
    "Send and write nothing from now on, but keep deciding.",
    "これ以降、判断だけを続け、送信も書き込みもしません。",
)
def on(as_json: AsJson = False) -> None:
    stack, console = connect(), Console(highlight=False, soft_wrap=True)
    changed = switch_shadow(True, getuser(), stack.table, stack.clock.now())
    if changed:
        sleep(UNTIL_SEEN_SECONDS)
    if as_json:
        print_json({"shadow": True, "changed": changed})
    elif not changed:
        console.print(
            say(
                "Shadow mode was already on. To list what it keeps back: ripen shadow",
                "すでにシャドーモードです。見合わせたものの一覧: ripen shadow",
            )
        )
    else:
        console.print(
            say(
                "[bold]Shadow mode is on.[/] Mails and cards are listed instead of sent: ripen shadow",
                "[bold]シャドーモードにしました。[/] メールやカードは送らずに一覧に残します: ripen shadow",
            )
        )


@app.command()
@help_text(
    "Send and write again. Salesforce gets the writes that waited. Mails and cards that were kept back stay unsent.",
    "送信と書き込みを再開します。待っていた Salesforce への書き込みは行われ、見合わせたメールやカードは送られません。",
)
def off(as_json: AsJson = False) -> None:
    stack, console = connect(), Console(highlight=False, soft_wrap=True)
    changed = switch_shadow(False, getuser(), stack.table, stack.clock.now())
    if changed:
        sleep(UNTIL_SEEN_SECONDS)
    count = release_crm_writes(stack.table, stack.clock.now())
    if as_json:
        print_json({"shadow": False, "changed": changed, "released_crm_writes": count})
        return
    console.print(
        say(
            f"[bold]Shadow mode is off.[/] Leads to be written to Salesforce within a minute or two: {count}.",
            f"[bold]シャドーモードを解除しました。[/] 1、2 分以内に {count} 人を Salesforce に書き込みます。",
        )
    )
    console.print(
        say(
            "Mails and cards that were kept back stay unsent. Journeys go on from where they are.",
            "見合わせたメールやカードは送られません。シナリオは現在の位置から続きます。",
        )
    )


def _switch(stack: Stack) -> str:
    """Return whether shadow mode is on, and the command for the opposite."""
    row = stack.table.get(keys.SHADOW)
    if row is None or not row.value.on:
        return say("Shadow mode is off: ripen shadow on", "シャドーモードではありません: ripen shadow on")
    since = zoned_time(row.value.at, brand_zone(stack.playbook))
    return say(
        f"[bold yellow]Shadow mode is on[/] since {since}: ripen shadow off",
        f"[bold yellow]シャドーモードです[/]（{since} から）: ripen shadow off",
    )


def _table(found: list[dict[str, Any]], zone: str, bundle: Bundle) -> RowTable:
    columns = (
        say(f"At ({zone})", f"日時（{zone}）"),
        say("Lead", "見込み客"),
        say("What would have happened", "行うはずだったこと"),
        say("Text", "本文"),
    )
    rows = list[tuple[str, ...]]()
    for entry in found:
        facts = entry["facts"]
        subject = subject_in_a_sentence(entry["what"], entry["subject"], bundle, facts.get("journey", ""))
        shown = facts | {"subject": subject.in_language(language())}
        sentence = phrases.say(f"{entry['what']}.{entry['outcome']}", shown, language())
        text = facts.get("text") or facts.get("subject") or ""
        at = local_time(datetime.fromisoformat(entry["at"]), zone)
        rows.append((at, entry["email"], sentence, text[:_MOST_CHARACTERS]))
    return row_table(say(f"{len(found)} kept back", f"見合わせたもの {len(found)} 件"), columns, rows)
