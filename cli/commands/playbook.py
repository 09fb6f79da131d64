"""ripen check, ripen publish: the playbook in a folder."""

import json as encoding
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from rich.console import Console
from rich.markup import escape

from cli.commands._playbook_folder import DEFAULT_FOLDER, FolderArgument
from cli.output.json_output import AsJson, print_json
from cli.output.language import help_text, language, say
from cli.output.past_starts import say_past_starts
from cli.output.progress import bar
from cli.output.refold import say_walk
from cli.output.removed_parts import say_removed
from cli.stack.stack import Stack, connect
from ripen.failure import Failure
from ripen.operations.live_playbook import live_bundle_if_any
from ripen.operations.sending.campaign_list import past_starts
from ripen.playbook.bundle import Bundle
from ripen.words import Words
from ripen_authoring.problem import InvalidPlaybook, Problem, Severity

if TYPE_CHECKING:
    from ripen.operations.publication.release import Release

_screen = Console(highlight=False, soft_wrap=True)
_SEVERITIES: dict[Severity, Words] = {
    "error": Words("", ""),
    "warning": Words("[yellow]warning:[/] ", "[yellow]警告:[/] "),
    "note": Words("[dim]note:[/] ", "[dim]参考:[/] "),
}


@help_text(
    "Check the playbook: every mistake in one run, each with its place and what to write instead.",
    "プレイブックを確認します。すべての誤りを一度に、場所と直し方とともに表示します。",
)
def check(folder: FolderArgument = DEFAULT_FOLDER, as_json: AsJson = False) -> None:
    from ripen_authoring.compile import check_playbook

    try:
        checked = check_playbook(folder, datetime.now(UTC))
    except InvalidPlaybook as invalid:
        _show_and_fail(invalid, folder, as_json)
    if as_json:
        _print_json(checked.warnings)
        return
    _show(checked.warnings, folder)
    size, warned = _size(checked.bundle), sum(each.severity == "warning" for each in checked.warnings)
    warnings = Words(f", {_count(warned, 'warning')}", f"、警告 {warned} 件") if warned else Words("", "")
    _screen.print(
        say(
            f"[green]The playbook has no errors[/] ({size.en}){warnings.en}.",
            f"[green]プレイブックに誤りはありません[/]（{size.ja}）{warnings.ja}。",
        )
    )
    _screen.print(escape(say(f"Make it live with: ripen publish {folder}", f"公開するには: ripen publish {folder}")))


def _print_json(problems: tuple[Problem, ...]) -> None:
    found = [asdict(problem) | {"message": problem.message.en} for problem in problems]
    print(encoding.dumps(found, ensure_ascii=False))


@help_text(
    "Check the playbook, store it under the hash of its content, and make it live.",
    "プレイブックを確認し、内容のハッシュを名前として保存して、公開します。",
)
def publish(folder: FolderArgument = DEFAULT_FOLDER, as_json: AsJson = False) -> None:
    from ripen_authoring.comparison.consent import check_consents
    from ripen_authoring.compile import compile_playbook
    from ripen_authoring.files.sources import read_sources

    try:
        bundle = compile_playbook(folder)
        stack = connect()
        check_consents(folder, bundle, live_bundle_if_any(stack.playbook))
    except InvalidPlaybook as invalid:
        _show_and_fail(invalid, folder, as_json)
    stack.playbook.put_files(bundle.hash, read_sources(folder))
    found = _publish(bundle, stack, Console(highlight=False, soft_wrap=True, stderr=as_json))
    if as_json:
        print_json(found)


def _publish(bundle: Bundle, stack: Stack, screen: Console) -> dict[str, Any]:
    """Make the bundle live, and return what happened. The server then brings all leads up to date."""
    from cli.stack.in_force import wait_with
    from ripen.operations.publication.release import release

    with bar(say("People in journeys", "シナリオにいる人")) as progress:
        found = release(bundle, stack.table, stack.playbook, stack.site, stack.clock, wait_with(screen), progress)
    _show_release(found, bundle, screen)
    past = past_starts(stack.table, bundle, stack.clock.now())
    say_past_starts(past, bundle, screen)
    late = {"past_starts": [campaign.name for campaign in past]}
    if not found.is_new:
        return {"playbook": bundle.hash, "published": False} | late
    say_removed(found.removed, screen)
    say_walk(screen, rules=found.rules, has_new_periods=found.has_new_periods)
    pages = [f"{stack.site}/pages/{page}" for page in sorted(name for name, page in bundle.pages.items() if page.form)]
    for page in pages:
        screen.print(say(f"Form: {page}", f"フォーム: {page}"))
    return {
        "playbook": bundle.hash,
        "published": True,
        "moved_on": found.moved_on,
        "still_needed": [part.plain() for part in found.removed],
        "recalculates": bool(found.rules),
        "new_periods": found.has_new_periods,
        "pages": pages,
    } | late


def _show_release(found: "Release", bundle: Bundle, screen: Console) -> None:
    if not found.is_new:
        screen.print(
            say(
                f"Nothing has changed: {bundle.hash} is live already.",
                f"変更はありません。{bundle.hash} は公開中です。",
            )
        )
        return
    size = _size(bundle)
    screen.print(
        say(
            f"[green]Published[/] {bundle.hash} ({size.en}).",
            f"{bundle.hash} を[green]公開しました[/]（{size.ja}）。",
        )
    )
    if found.moved_on:
        people = "1 person moves" if found.moved_on == 1 else f"{found.moved_on} people move"
        screen.print(
            say(
                f"{people} to another step or exit, as `changes` of the journeys says.",
                f"シナリオの `changes` に従って {found.moved_on} 人が移動または途中終了します。",
            )
        )


def _size(bundle: Bundle) -> Words:
    parts = (
        (Words("form", "フォーム"), bundle.forms),
        (Words("page", "ページ"), bundle.pages),
        (Words("email", "メール"), bundle.emails),
        (Words("journey", "シナリオ"), bundle.journeys),
        (Words("segment", "セグメント"), bundle.segments),
        (Words("campaign", "キャンペーン"), bundle.campaigns),
    )
    return Words(
        ", ".join(_count(len(part), name.en) for name, part in parts),
        "、".join(f"{name.ja} {len(part)}" for name, part in parts),
    )


def _show_and_fail(invalid: InvalidPlaybook, folder: Path, as_json: bool) -> NoReturn:
    """Show the problems, and end the command with exit code 1."""
    if as_json:
        _print_json(invalid.problems)
        sys.exit(1)
    _show(invalid.problems, folder)
    count = sum(problem.severity == "error" for problem in invalid.problems)
    raise Failure(
        Words(f"{_count(count, 'error')} in the playbook.", f"プレイブックに誤りが {count} 件あります。"),
        Words(f"Correct the files, then run: ripen check {folder}", f"ファイルを直してから実行: ripen check {folder}"),
    ) from None


def _show(problems: tuple[Problem, ...], folder: Path) -> None:
    error = Console(stderr=True, highlight=False, soft_wrap=True)
    for problem in problems:
        place = f"{folder / problem.file}:{problem.line}:{problem.column}"
        severity = _SEVERITIES[problem.severity].in_language(language())
        error.print(f"[cyan]{escape(place)}[/] {severity}{escape(problem.message.in_language(language()))}")


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'s' if number != 1 else ''}"
