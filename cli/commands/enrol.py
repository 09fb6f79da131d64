"""ripen enrol: enrol leads in a journey by hand."""

from getpass import getuser
from pathlib import Path
from time import sleep
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from cli.commands._choice import YesOption, is_confirmed, require_yes
from cli.output.enrollment_proposal import show_proposal
from cli.output.json_output import AsJson, print_json
from cli.output.language import help_text, say
from cli.output.progress import bar
from cli.output.time_zone import brand_zone, local_time
from cli.stack.stack import Stack, connect
from ripen.agenda import SHARDS
from ripen.campaign.walk import Entries
from ripen.failure import Failure
from ripen.operations.journeys import enrollment_by_hand
from ripen.operations.journeys.address_file import addresses
from ripen.operations.journeys.enrollment_proposal import propose
from ripen.operations.live_playbook import live_bundle
from ripen.words import Words
from ripen_authoring.files.named_file import read_named_bytes

_SHOWN = 10
_LOOK_SECONDS = 1.0

_screen = Console(highlight=False, soft_wrap=True)


_Journey = Annotated[
    str,
    typer.Argument(
        help=say("The name in journeys/JOURNEY.yaml.", "journeys/JOURNEY.yaml の名前。"), show_default=False
    ),
]
_Emails = Annotated[
    list[str] | None,
    typer.Argument(help=say("Addresses of leads.", "見込み客のアドレス。"), metavar="EMAIL…", show_default=False),
]
_Segment = Annotated[
    str,
    typer.Option(
        help=say("Enrol every lead in this segment.", "このセグメントの見込み客すべてを登録します。"), metavar="NAME"
    ),
]
_Csv = Annotated[
    Path | None,
    typer.Option(
        help=say(
            "Enrol the leads in this CSV file, by its column of addresses.",
            "この CSV ファイルのアドレスの列にある見込み客を登録します。",
        ),
        metavar="FILE",
    ),
]
_PerMinute = Annotated[
    int | None,
    typer.Option(
        min=1, help=say("Enrol at most this many leads a minute.", "1 分間に登録する人数の上限。"), metavar="COUNT"
    ),
]
_Key = Annotated[
    str,
    typer.Option(
        help=say(
            "A name for this enrollment. No lead is enrolled twice under one key. Default: today's date.",
            "この登録の名前。同じ名前で二度登録される人はいません。指定がなければ今日の日付。",
        ),
        metavar="TEXT",
    ),
]


@help_text(
    "Enrol leads in a journey, after showing how many they are."
    "\n\nThe journey's file decides whether the journey takes a lead, and whether it takes the lead again."
    " If this command is interrupted, run it again: it continues.",
    "見込み客をシナリオに登録します。人数を表示して確認してから登録します。"
    "\n\n開始するかどうか、二度目を認めるかどうかは、シナリオのファイルが決めます。"
    "中断したときは、同じコマンドをもう一度実行すると続きから再開します。",
)
def enrol(
    journey: _Journey,
    emails: _Emails = None,
    segment: _Segment = "",
    csv: _Csv = None,
    per_minute: _PerMinute = None,
    key: _Key = "",
    yes: YesOption = False,
    as_json: AsJson = False,
) -> None:
    if bool(emails) + bool(segment) + bool(csv) != 1:
        raise Failure(
            Words("Name the leads to enrol, in one way.", "登録する見込み客を、一つの方法で指定してください。"),
            Words(
                "Give addresses, --segment NAME or --csv FILE.",
                "アドレス、--segment 名前、--csv ファイルのどれか一つを使います。",
            ),
        )
    require_yes(yes=yes, as_json=as_json)
    stack = connect()
    now = stack.clock.now()
    today = local_time(now, brand_zone(stack.playbook), "%Y-%m-%d")
    entries = Entries(journey=journey, segment=segment, key=key or today, by=getuser(), at=now, per_minute=per_minute)
    enrollment_by_hand.check_names(entries, live_bundle(stack.playbook))
    listed = addresses(read_named_bytes(csv), str(csv)) if csv else emails or []
    if not yes and not _is_wanted(stack, entries, listed):
        _screen.print(say("Nobody was enrolled.", "登録しませんでした。"))
    elif segment:
        _enrol_segment(stack, entries, as_json)
    else:
        _enrol_addresses(stack, entries, listed, as_json)


def _is_wanted(stack: Stack, entries: Entries, emails: list[str]) -> bool:
    """Show who would be enrolled, and return whether the person wants it."""
    bundle = live_bundle(stack.playbook)
    with bar(say("Leads", "見込み客")) as progress:
        proposal = propose(entries, emails, stack.table, stack.secrets, bundle, entries.at, progress)
    show_proposal(proposal, bundle, entries.segment, _screen)
    return is_confirmed(Words("Enrol them?", "登録しますか？"))


def _enrol_segment(stack: Stack, entries: Entries, as_json: bool) -> None:
    """Start the walk, and wait until it is done."""
    is_new = enrollment_by_hand.enrol_segment(entries, stack.table, stack.clock)
    if not is_new and not as_json:
        key = escape(entries.key)
        _screen.print(
            say(
                f"This segment was already enrolled with the key {key}. Waiting until that is done.",
                f"このセグメントはキー {key} で登録済みです。完了を待っています。",
            )
        )
    with bar(say("Enrolling the segment", "セグメントを登録しています")) as progress:
        while True:
            walks = enrollment_by_hand.segment_walks(entries, stack.table)
            progress(sum(walk.done for walk in walks), SHARDS)
            if all(walk.done for walk in walks):
                break
            sleep(_LOOK_SECONDS)
    count = sum(walk.taken for walk in walks)
    if as_json:
        print_json(
            {"journey": entries.journey, "key": entries.key, "requested": count, "already_requested": not is_new}
        )
        return
    if is_new:
        _show_count(count, 0, entries)
    else:
        _show_count(0, count, entries)


def _enrol_addresses(stack: Stack, entries: Entries, emails: list[str], as_json: bool) -> None:
    with bar(say("Enrolling leads", "見込み客を登録しています")) as progress:
        count, unknown = enrollment_by_hand.enrol_addresses(
            entries, emails, stack.table, stack.secrets, stack.clock, progress
        )
    before = len(set(emails)) - count - len(unknown)
    if as_json:
        found = {"journey": entries.journey, "key": entries.key, "requested": count}
        print_json(found | {"already_requested": before, "unknown": unknown})
        return
    _show_count(count, before, entries)
    if unknown:
        listed = escape(", ".join(unknown[:_SHOWN]))
        _screen.print(
            say(
                f"[yellow]Addresses that belong to no lead ({len(unknown)}):[/] {listed}",
                f"[yellow]該当する見込み客がいないアドレス（{len(unknown)} 件）:[/] {listed}",
            )
        )


def _show_count(new: int, before: int, entries: Entries) -> None:
    journey, key = escape(entries.journey), escape(entries.key)
    _screen.print(
        say(
            f"[green]Enrollment requested[/] in {journey} with the key {key}: {new} new, {before} requested before.",
            f"シナリオ {journey} への登録を[green]受け付けました[/]（キー {key}）:"
            f" 新規 {new} 人、受付済み {before} 人。",
        )
    )
