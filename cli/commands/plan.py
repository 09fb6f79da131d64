"""ripen plan: what publishing would change, for which leads, and which mails it would send."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from cli.commands._playbook_folder import DEFAULT_FOLDER, FolderArgument
from cli.output.journey_words import mail_outcome
from cli.output.json_output import AsJson, print_json
from cli.output.language import help_text, language, say
from cli.output.past_starts import say_past_starts
from cli.output.progress import bar
from cli.output.refold import say_walk
from cli.output.removed_parts import say_removed
from cli.output.row_table import row_table
from cli.stack.stack import Stack, connect
from ripen.failure import Failure
from ripen.operations.live_playbook import live_bundle_if_any
from ripen.operations.publication.difference import Difference, difference
from ripen.operations.publication.people import AffectedStep, affected_steps, people_in_journeys
from ripen.operations.publication.recalculation import changes_periods, changes_rules
from ripen.operations.publication.removed_parts import removed_parts
from ripen.operations.sending.campaign_list import past_starts
from ripen.playbook.bundle import Bundle
from ripen.playbook.graph import Move
from ripen.playbook.titles import Folder, title_and_name
from ripen.words import Words

if TYPE_CHECKING:
    from ripen_authoring.comparison.files import FileChange
    from ripen_authoring.simulation.forecast import Forecast

_SIGNS = {"added": "[green]+[/]", "changed": "[yellow]~[/]", "removed": "[red]-[/]"}
_HOW = {
    "added": Words("added", "追加"),
    "changed": Words("changed", "変更"),
    "removed": Words("removed", "削除"),
}
_MOST_LINES = 10
"""The most lines of a changed text. Every changed value of a YAML file is shown."""


@help_text(
    """Compare the playbook with the live one.

    Show each changed line, each changed step with the people on it, and the mails of the next 24 hours. Change nothing.
    Fail if people are on a changed step and the journey does not say what happens to them.
    """,
    """公開中のプレイブックと比べます。

    変更された行、変更された手順とそこにいる人数、今後 24 時間に送られるメールを表示します。何も変更しません。
    変更された手順に人がいて、その扱いがシナリオに書かれていない場合は失敗します。
    """,
)
def plan(
    folder: FolderArgument = DEFAULT_FOLDER,
    most: Annotated[
        int,
        typer.Option(
            help=say("Forecast the mails of at most this many people.", "メールを予測する人数の上限。"), min=0
        ),
    ] = 2000,
    as_json: AsJson = False,
) -> None:
    from ripen_authoring.comparison.consent import check_consents
    from ripen_authoring.compile import compile_or_fail, or_fail
    from ripen_authoring.simulation.forecast import Source, forecast

    new, stack = compile_or_fail(folder), connect()
    live = live_bundle_if_any(stack.playbook)
    or_fail(lambda: check_consents(folder, new, live), folder)
    found, files = difference(live, new), _changed_files(live, folder, stack)
    with bar(say("People in journeys", "シナリオにいる人")) as progress:
        enrollments = people_in_journeys(stack.table, progress)
    affected = affected_steps(enrollments, new, stack.playbook)
    removed = removed_parts(enrollments, live, new, stack.playbook.bundle)
    source = Source(stack.table, stack.playbook, stack.secrets, stack.site)
    with bar(say("The next 24 hours", "今後 24 時間")) as progress:
        ahead = forecast(source, new, enrollments, most, stack.clock.now(), progress)
    past = past_starts(stack.table, new, stack.clock.now())
    if as_json:
        follows: dict[str, Any] = {"new_periods": changes_periods(new, live)}
        follows["recalculates"] = changes_rules(new, live)
        follows["still_needed"] = [part.plain() for part in removed]
        follows["past_starts"] = [campaign.name for campaign in past]
        print_json(_plain(found, files or (), affected, ahead, new.hash) | follows)
    else:
        console = Console(highlight=False, soft_wrap=True)
        _show(found, files, affected, new, console)
        say_removed(removed, console)
        say_past_starts(past, new, console)
        say_walk(console, needs_refold=changes_rules(new, live), has_new_periods=changes_periods(new, live))
        _mails(console, ahead, new)
    _require_decisions(affected, folder)


def _require_decisions(affected: list[AffectedStep], folder: Path) -> None:
    """Raise Failure if a journey does not say what happens to people on a changed step."""
    if undecided := [step.demand for step in affected if step.is_undecided]:
        demands = Words("\n".join(each.en for each in undecided), "\n".join(each.ja for each in undecided))
        raise Failure(demands, Words(f"Then run: ripen plan {folder}", f"そのあと、もう一度実行: ripen plan {folder}"))


def _changed_files(live: Bundle | None, folder: Path, stack: Stack) -> "tuple[FileChange, ...] | None":
    """Return what differs from the files of the live playbook, None if they were not kept or none is live."""
    from ripen_authoring.comparison.files import changed_files
    from ripen_authoring.files.sources import read_sources

    was = stack.playbook.files(live.hash) if live else None
    return None if was is None else changed_files(was, read_sources(folder))


def _others(found: Difference, files: "Sequence[FileChange]") -> list[dict[str, Any]]:
    """Return the changes outside of journeys: of files, or the names of changed parts if no file has changed."""
    changed = [
        {"name": each.file, "how": each.how, "lines": each.lines}
        for each in files
        if not each.file.startswith("journeys/")
    ]
    return changed or [asdict(change) | {"lines": ()} for change in found.others]


def _show(
    found: Difference,
    files: "tuple[FileChange, ...] | None",
    affected: list[AffectedStep],
    new: Bundle,
    console: Console,
) -> None:
    people = {(step.journey, step.step): step for step in affected}
    lines = {each.file: each.lines for each in files or ()}
    if not found:
        console.print(
            say(
                "Nothing would change: this playbook is live already.",
                "変更はありません。このプレイブックは公開中です。",
            )
        )
    elif files is None:
        console.print(
            say(
                "There are no files of a live playbook to compare with: these are the names of what changes.",
                "比べる公開中のファイルがないため、変わるものの名前だけを表示します。",
            )
        )
    for journey in found.journeys:
        name, how = escape(_called(new, "journeys", journey.name)), _HOW[journey.how]
        title = say(f"[bold]journey {name}[/] ({how.en})", f"[bold]シナリオ {name}[/]（{how.ja}）")
        console.print(f"{_SIGNS[journey.how]} {title}")
        _lines(console, f"journeys/{journey.name}.yaml", lines)
        for step in journey.steps if journey.how == "changed" else ():
            console.print(f"  {_SIGNS[step.how]} {escape(step.name)}{_people(people.get((journey.name, step.name)))}")
    for change in _others(found, files or ()) if found else ():
        console.print(f"{_SIGNS[change['how']]} {escape(change['name'])}")
        _lines(console, change["name"], lines)
    for place in affected:
        if place.how == "journey removed":
            console.print(_of_removed_journey(place))


def _of_removed_journey(place: AffectedStep) -> str:
    step, journey = escape(place.step), escape(place.journey)
    people = f"{_count(place.people)} {'continues' if place.people == 1 else 'continue'}"
    return say(
        f"[yellow]{people}[/] from {step} to the end of the old version of {journey}.",
        f"[yellow]{journey} の {step} にいる {place.people} 人[/]は、以前の版で最後まで進みます。",
    )


def _people(step: AffectedStep | None) -> str:
    if step is None:
        return ""
    here = say(f"{step.people} here", f"{step.people} 人")
    return f"  [bold]{here}[/]: {_next(step.move)}"


def _next(move: Move | None) -> str:
    match move:
        case None:
            return say(
                "[red]the journey does not say what happens to them[/]",
                "[red]この人たちの扱いがシナリオに書かれていません[/]",
            )
        case Move(how="stay"):
            return say("stay", "そのまま")
        case Move(how="exit"):
            return say("exit", "途中終了")
    return say(f"move to {escape(move.to)}", f"{escape(move.to)} へ移動")


def _lines(console: Console, file: str, lines: Mapping[str, Sequence[str]]) -> None:
    changed = lines.get(file, ())
    most = len(changed) if file.endswith((".yaml", ".yml")) else _MOST_LINES
    for line in changed[:most]:
        console.print(f"    [dim]{escape(line)}[/]")
    if more := len(changed[most:]):
        console.print(f"    [dim]{say(f'and {more} more', f'ほか {more} 行')}[/]")


def _called(new: Bundle, folder: Folder, name: str) -> str:
    return title_and_name(new, folder, name).in_language(language())


def _mails(console: Console, ahead: "Forecast", new: Bundle) -> None:
    if not ahead.mails:
        console.print(
            say(
                f"Without new activity, no mail would be sent in the next 24 hours ({_count(ahead.leads)} checked).",
                f"新しい行動がなければ、今後 24 時間に送られるメールはありません（{ahead.leads} 人を確認）。",
            )
        )
        return
    columns = (
        say("Journey or campaign", "シナリオ／キャンペーン"),
        say("Mail", "メール"),
        say("Outcome", "結果"),
        say("Mails", "通数"),
    )
    rows = (
        (_origin(new, origin), _called(new, "emails", mail), mail_outcome(outcome), str(count))
        for (origin, mail, outcome), count in sorted(ahead.mails.items())
    )
    console.print(row_table(say("In the next 24 hours", "今後 24 時間"), columns, rows))
    if ahead.more:
        have, all_ = "has" if ahead.more == 1 else "have", ahead.leads + ahead.more
        console.print(
            say(
                f"[yellow]{_count(ahead.more)} more {have} something due.[/] Include them with: --most {all_}",
                f"[yellow]ほかに {ahead.more} 人に予定があります。[/]含めるには: --most {all_}",
            )
        )


def _origin(new: Bundle, name: str) -> str:
    """Return the journey or campaign that plans a mail; a campaign may have a journey's name."""
    return _called(new, "journeys" if name in new.journeys else "campaigns", name)


def _count(people: int) -> str:
    return "1 person" if people == 1 else f"{people} people"


def _plain(
    found: Difference, files: "Sequence[FileChange]", affected: list[AffectedStep], ahead: "Forecast", hash: str
) -> dict[str, Any]:
    lines = {each.file: each.lines for each in files}
    return {
        "playbook": hash,
        "journeys": [
            asdict(journey) | {"lines": lines.get(f"journeys/{journey.name}.yaml", ())} for journey in found.journeys
        ],
        "other_changes": _others(found, files) if found else [],
        "affected_steps": [
            {
                "journey": step.journey,
                "step": step.step,
                "how": step.how,
                "people": step.people,
                "move": f"{step.move.how} {step.move.to}".strip() if step.move else "",
            }
            for step in affected
        ],
        "mails": [
            {"origin": origin, "email": mail, "outcome": outcome, "count": count}
            for (origin, mail, outcome), count in sorted(ahead.mails.items())
        ],
        "people_checked": ahead.leads,
        "people_not_checked": ahead.more,
    }
