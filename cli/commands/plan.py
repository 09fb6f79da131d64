"""ripen plan: what publishing would change, for which leads, and which mails it would send."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from cli.commands._playbook_folder import DEFAULT_FOLDER, FolderArgument
from cli.output.journey_words import mail_outcome
from cli.output.json_output import AsJson, print_json
from cli.output.language import help_text, language, say
from cli.output.past_starts import say_past_starts
from cli.output.plan_changes import counted, other_changes, show_changes
from cli.output.progress import bar
from cli.output.refold import say_walk
from cli.output.removed_parts import say_removed
from cli.output.row_table import row_table
from cli.output.rule_forecast import say_rule_forecast
from cli.stack.stack import Stack, connect
from ripen.failure import Failure
from ripen.journey.enrollment import Enrollment
from ripen.operations.live_playbook import live_bundle_if_any
from ripen.operations.publication.difference import Difference, difference
from ripen.operations.publication.people import AffectedStep, affected_steps, people_in_journeys
from ripen.operations.publication.recalculation import changed_rules, changes_periods
from ripen.operations.publication.removed_parts import removed_parts
from ripen.operations.sending.campaign_list import past_starts
from ripen.playbook.bundle import Bundle
from ripen.playbook.titles import Folder, title_and_name
from ripen.words import Words

if TYPE_CHECKING:
    from ripen.operations.publication.rule_forecast import RuleForecast
    from ripen_authoring.comparison.files import FileChange
    from ripen_authoring.simulation.forecast import Forecast


_Most = Annotated[
    int,
    typer.Option(help=say("Forecast the mails of at most this many people.", "メールを予測する人数の上限。"), min=0),
]


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
    most: _Most = 2000,
    as_json: AsJson = False,
) -> None:
    from ripen_authoring.comparison.consent import check_consents
    from ripen_authoring.compile import compile_or_fail, or_fail

    new, stack = compile_or_fail(folder), connect()
    live = live_bundle_if_any(stack.playbook)
    or_fail(lambda: check_consents(folder, new, live), folder)
    found, files = difference(live, new), _changed_files(live, folder, stack)
    enrollments = _people(stack)
    affected = affected_steps(enrollments, new, stack.playbook)
    removed = removed_parts(enrollments, live, new, stack.playbook.bundle)
    ahead = _ahead(stack, new, enrollments, most)
    past, rules = past_starts(stack.table, new, stack.clock.now()), changed_rules(new, live)
    judged = _judged(live, new, stack) if live and rules else None
    if as_json:
        follows = {
            "new_periods": changes_periods(new, live),
            "recalculates": bool(rules),
            "leads": judged.plain() if judged else None,
            "still_needed": [part.plain() for part in removed],
            "past_starts": [campaign.name for campaign in past],
        }
        print_json(_plain(found, files or (), affected, ahead, new.hash) | follows)
    else:
        console = Console(highlight=False, soft_wrap=True)
        show_changes(found, files, affected, live, new, console)
        say_removed(removed, console)
        say_past_starts(past, new, console)
        say_walk(console, rules=rules, has_new_periods=changes_periods(new, live))
        if judged and live:
            say_rule_forecast(judged, live, new, console)
        _mails(console, ahead, new)
    _require_decisions(affected, folder)


def _people(stack: Stack) -> list[Enrollment]:
    with bar(say("People in journeys", "シナリオにいる人")) as progress:
        return people_in_journeys(stack.table, progress)


def _ahead(stack: Stack, new: Bundle, enrollments: list[Enrollment], most: int) -> "Forecast":
    from ripen_authoring.simulation.forecast import Source, forecast

    source = Source(stack.table, stack.playbook, stack.secrets, stack.site)
    with bar(say("The next 24 hours", "今後 24 時間")) as progress:
        return forecast(source, new, enrollments, most, stack.clock.now(), progress)


def _judged(live: Bundle, new: Bundle, stack: Stack) -> "RuleForecast":
    from ripen.operations.publication.rule_forecast import forecast_rules

    with bar(say("Leads by the new rules", "新しいルールでの見込み客")) as progress:
        return forecast_rules(live, new, stack.table, stack.clock.now(), progress=progress)


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


def _called(new: Bundle, folder: Folder, name: str) -> str:
    return title_and_name(new, folder, name).in_language(language())


def _mails(console: Console, ahead: "Forecast", new: Bundle) -> None:
    if not ahead.mails:
        console.print(
            say(
                f"Without new activity, no mail would be sent in the next 24 hours ({counted(ahead.leads)} checked).",
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
                f"[yellow]{counted(ahead.more)} more {have} something due.[/] Include them with: --most {all_}",
                f"[yellow]ほかに {ahead.more} 人に予定があります。[/]含めるには: --most {all_}",
            )
        )


def _origin(new: Bundle, name: str) -> str:
    """Return the journey or campaign that plans a mail; a campaign may have a journey's name."""
    return _called(new, "journeys" if name in new.journeys else "campaigns", name)


def _plain(
    found: Difference, files: "Sequence[FileChange]", affected: list[AffectedStep], ahead: "Forecast", hash: str
) -> dict[str, Any]:
    lines = {each.file: each.lines for each in files}
    return {
        "playbook": hash,
        "journeys": [
            asdict(journey) | {"lines": lines.get(f"journeys/{journey.name}.yaml", ())} for journey in found.journeys
        ],
        "other_changes": other_changes(found, files) if found else [],
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
