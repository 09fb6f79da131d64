"""ripen held: mails that wait for a person's decision."""

from getpass import getuser
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cli.output.json_output import AsJson, print_json
from cli.output.language import help_text, language, say
from cli.output.progress import bar
from cli.output.time_zone import brand_zone, local_time
from cli.stack.stack import Stack, connect
from ripen.failure import Failure
from ripen.operations.phrases import reason
from ripen.operations.sending.held_mails import HeldMail, drop, held_mails, release, select
from ripen.words import Words

_Release = Annotated[
    str,
    typer.Option(
        "--release",
        help=say(
            "Send this mail after all: its id, the beginning of its id, or all.",
            "このメールを送ります。ID、ID の先頭部分、または all。",
        ),
        metavar="ID",
    ),
]
_Drop = Annotated[
    str,
    typer.Option(
        "--drop",
        help=say(
            "Never send this mail: its id, the beginning of its id, or all.",
            "このメールを送らずに取りやめます。ID、ID の先頭部分、または all。",
        ),
        metavar="ID",
    ),
]


@help_text(
    "List the mails that are held because their outcome is not known. Ripen does not send them again by itself:"
    " release or drop them.",
    "結果が分からず保留中のメールを一覧します。自動では再送されません。送るか、取りやめるかを選べます。",
)
def held(released: _Release = "", dropped: _Drop = "", as_json: AsJson = False) -> None:
    if released and dropped:
        raise Failure(
            Words("--release and --drop cannot be used together.", "--release と --drop は同時に指定できません。"),
            Words("Use one of them.", "どちらか一方を指定してください。"),
        )
    stack = connect()
    with bar(say("Reading leads", "見込み客を確認しています")) as progress:
        found = held_mails(stack.table, progress)
    console = Console(highlight=False, soft_wrap=True, stderr=as_json)
    result: dict[str, int] | list[dict[str, Any]]
    if released:
        result = {"released": _release(select(found, released), stack, console)}
    elif dropped:
        result = {"dropped": _drop(select(found, dropped), stack, console)}
    else:
        result = [each.plain() for each in found]
        _show(found, brand_zone(stack.playbook), console)
    if as_json:
        print_json(result)


def _release(chosen: list[HeldMail], stack: Stack, console: Console) -> int:
    count = release(chosen, getuser(), stack.table, stack.clock.now())
    console.print(
        say(
            f"[bold]Released: {count}.[/] Mails that may still be sent go out within a minute or two.",
            f"[bold]{count} 通の保留を解きました。[/] 現在も送信できるメールは 1、2 分以内に送信されます。",
        )
    )
    return count


def _drop(chosen: list[HeldMail], stack: Stack, console: Console) -> int:
    count = drop(chosen, getuser(), stack.table, stack.clock.now())
    console.print(
        say(
            f"[bold]Dropped: {count}.[/] Dropped mails are never sent.",
            f"[bold]{count} 通を取りやめました。[/] 取りやめたメールは送信されません。",
        )
    )
    return count


def _show(found: list[HeldMail], zone: str, console: Console) -> None:
    if not found:
        console.print(say("No mail is held.", "保留中のメールはありません。"))
        return
    console.print(_table(found, zone))
    console.print(
        say(
            "Each of them may have arrived. To send it again: ripen held --release ID – to never send it:"
            " ripen held --drop ID",
            "すでに届いている可能性があります。送る: ripen held --release ID – 取りやめる: ripen held --drop ID",
        )
    )


def _table(found: list[HeldMail], zone: str) -> Table:
    table = Table(
        "ID",
        say("Lead", "見込み客"),
        say("Mail", "メール"),
        say("Origin", "配信元"),
        say(f"Since ({zone})", f"いつから（{zone}）"),
        say("Reason", "理由"),
        title=say(f"{len(found)} held", f"保留中 {len(found)} 通"),
        title_justify="left",
    )
    for each in found:
        send = each.row.value
        since = local_time(each.since, zone)
        cells = (send.id[:8], each.email, send.email, send.origin, since, reason(send.reason, language()))
        table.add_row(*map(escape, cells))
    return table
