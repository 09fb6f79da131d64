"""ripen backtest: scoring rules on recorded activities, against what sales made of the leads."""

from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

from cli.commands._playbook_folder import DEFAULT_FOLDER, FolderOption, require_playbook
from cli.output.json_output import AsJson, print_json
from cli.output.language import help_text, say
from cli.output.progress import bar
from cli.stack.stack import Stack, connect
from ripen.calendar.local_time import instant, office_zone
from ripen.failure import Failure
from ripen.operations.live_playbook import live_bundle
from ripen.words import Words

if TYPE_CHECKING:
    from ripen.backtest.outcome import LeadOutcome
    from ripen.backtest.trial import Period
    from ripen.operations.leads.backtest import Backtest
    from ripen.playbook.bundle import Bundle
    from ripen_authoring.scoring_draft import ScoringDraft

_CRM = "crm"
_File = Annotated[
    Path | None,
    typer.Argument(
        help=say(
            "The scoring file. Default: scoring.yaml in the playbook's folder.",
            "スコアのファイル。指定がなければ、プレイブックのフォルダーの scoring.yaml。",
        ),
        show_default=False,
    ),
]
_Against = Annotated[
    str,
    typer.Option(
        help=say(
            "crm: what Ripen knows from Salesforce and Slack. Or a CSV file with the columns email, outcome and date.",
            "crm: Ripen が Salesforce と Slack から知っている結果。または email、outcome、date の列がある CSV。",
        ),
        metavar="crm|FILE",
    ),
]
_Since = Annotated[
    str,
    typer.Option(
        help=say(
            "Look only at leads that did something from this day on: 2026-09-01.",
            "この日以降に行動した見込み客だけを対象にします: 2026-09-01",
        ),
        metavar="DAY",
    ),
]
_Picture = Annotated[
    Path | None,
    typer.Option(
        help=say("Also draw the figures into this SVG file.", "この SVG ファイルに図も書き出します。"), metavar="FILE"
    ),
]


@help_text(
    "Back-test a scoring file: replay what was recorded, and compare with what sales made of the leads."
    "\n\nEach lead is judged by what was known of it at each moment, before its outcome. The live rules and those of"
    " the file stand side by side. Nothing is written, and no lead changes.",
    "スコアのファイルのバックテスト: 記録された行動を当時のとおりに再現し、営業の結果と比べます。"
    "\n\n見込み客は、結果が出る前の各時点で分かっていたことだけで評価します。公開中のルールとファイルのルールを並べて"
    "表示します。何も書き込まず、見込み客は変わりません。",
)
def backtest(
    file: _File = None,
    against: _Against = _CRM,
    since: _Since = "",
    picture: _Picture = None,
    folder: FolderOption = DEFAULT_FOLDER,
    as_json: AsJson = False,
) -> None:
    from cli.output.backtest import show_backtest
    from cli.output.backtest_json import plain_backtest
    from cli.output.backtest_svg import backtest_svg

    require_playbook(folder)
    draft = _draft(folder, file or folder / "scoring.yaml")
    stack = connect()
    live = live_bundle(stack.playbook)
    period = _period(since, live, stack.clock.now())
    outcomes = None if against == _CRM else _outcomes(Path(against), period)
    given = None if outcomes is None else len(outcomes)
    if picture:
        picture.touch()  # a file that cannot be written is named before the leads are read
    found = _walk(stack, live, draft, period, outcomes)
    if picture:
        picture.write_text(backtest_svg(found, period), "utf-8")
    if as_json:
        print_json(plain_backtest(found, period, given=given))
        return
    console = Console(highlight=False, soft_wrap=True)
    show_backtest(console, found, period, given=given)
    if picture:
        console.print(say(f"Wrote {escape(str(picture))}", f"{escape(str(picture))} に書き出しました"))


def _draft(folder: Path, file: Path) -> "ScoringDraft":
    """Return the rules of the file. Raise Failure with every mistake in it."""
    from ripen_authoring.problem import InvalidPlaybook
    from ripen_authoring.scoring_draft import read_scoring

    try:
        return read_scoring(folder, file)
    except InvalidPlaybook as invalid:
        raise _refused(invalid.listing(Path())) from None


def _refused(problems: Words) -> Failure:
    return Failure(
        Words(f"The scoring file is refused:\n{problems.en}", f"スコアのファイルを使えません:\n{problems.ja}"),
        Words("Correct the file and run the back-test again.", "ファイルを直してから、もう一度実行してください。"),
    )


def _period(since: str, live: "Bundle", now: datetime) -> "Period":
    from ripen.backtest.trial import Period

    zone = office_zone(live.brand)
    try:
        start = instant(date.fromisoformat(since), time(), zone) if since else None
    except ValueError:
        raise Failure(
            Words(f"{since!r} is no day.", f"「{since}」は日付ではありません。"),
            Words("Write a day such as 2026-09-01.", "2026-09-01 のように書いてください。"),
        ) from None
    if start and start > now:
        raise Failure(
            Words(f"{since} is in the future.", f"{since} は未来の日付です。"),
            Words("Name a day in the past.", "過去の日付を指定してください。"),
        )
    return Period(since=start, until=now, zone=zone)


def _outcomes(file: Path, period: "Period") -> "dict[str, LeadOutcome]":
    from ripen.operations.leads.outcome_file import outcomes_in
    from ripen_authoring.files.named_file import read_named_bytes

    return outcomes_in(read_named_bytes(file), str(file), period.zone, period.until)


def _walk(
    stack: Stack,
    live: "Bundle",
    draft: "ScoringDraft",
    period: "Period",
    outcomes: "dict[str, LeadOutcome] | None",
) -> "Backtest":
    from copy import replace

    from ripen.operations.leads.backtest import LeakFound, Question
    from ripen.operations.leads.backtest import backtest as over_all_leads
    from ripen_authoring.problem import InvalidPlaybook
    from ripen_authoring.scoring_draft import leak_problems

    after = replace(live, scoring=draft.scoring)
    question = Question(before=live, after=after, period=period, outcomes=outcomes)
    try:
        with bar(say("Replaying leads", "見込み客を再現しています")) as progress:
            return over_all_leads(question, stack.table, progress)
    except LeakFound as found:
        raise _refused(InvalidPlaybook(leak_problems(draft, found.leaks)).listing(Path())) from None
