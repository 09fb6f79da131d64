"""ripen new: files for the playbook, complete and in all of the brand's languages."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

from cli.commands._playbook_folder import DEFAULT_FOLDER, FolderOption, require_playbook
from cli.output.json_output import AsJson, print_json
from cli.output.language import help_text, language, say

if TYPE_CHECKING:
    from ripen_authoring.files.folder import Folder

app = typer.Typer(
    help=say(
        "Make new files for the playbook: complete, in each language, ready for your words.",
        "プレイブックに新しいファイルを作ります。各言語の文面まで入った、書き換えればよい状態のものです。",
    ),
    no_args_is_help=True,
)

_Name = Annotated[
    str,
    typer.Argument(
        help=say("The name of the new file, such as autumn-guide.", "新しいファイルの名前。例: autumn-guide"),
        show_default=False,
    ),
]
_Form = Annotated[str, typer.Option(help=say("A form in forms/.", "forms/ にあるフォーム。"))]
_Mail = Annotated[
    str,
    typer.Option(
        help=say("A mail in emails/; without it a new one is made.", "emails/ にあるメール。省略すると新しく作ります。")
    ),
]
_Segment = Annotated[str, typer.Option(help=say("A segment in segments/.", "segments/ にあるセグメント。"))]
_Transactional = Annotated[
    bool,
    typer.Option(
        "--transactional",
        help=say("For people who asked for this mail.", "相手が求めたメール（取引・手続き）にします。"),
    ),
]


@app.command()
@help_text(
    "A form with its page, its thank-you page, the mail that it promises, and the journey that sends it.",
    "フォームと、そのページ、お礼のページ、届けるメール、送るシナリオ。",
)
def form(name: _Name, folder: FolderOption = DEFAULT_FOLDER, as_json: AsJson = False) -> None:
    from ripen_authoring.scaffold import new_form

    opened = _opened(folder, name)
    _make(opened, new_form(opened, name, _today(opened)), as_json)


@app.command()
@help_text("A page, with or without a form.", "ページ（フォームの有無は --form で選べます）。")
def page(name: _Name, form: _Form = "", folder: FolderOption = DEFAULT_FOLDER, as_json: AsJson = False) -> None:
    from ripen_authoring.scaffold import new_page

    opened = _opened(folder, name)
    _make(opened, new_page(opened, name, form), as_json)


@app.command()
@help_text("A mail, written in Markdown.", "メール（Markdown）。")
def mail(
    name: _Name, transactional: _Transactional = False, folder: FolderOption = DEFAULT_FOLDER, as_json: AsJson = False
) -> None:
    from ripen_authoring.scaffold import new_mail

    opened = _opened(folder, name)
    _make(opened, new_mail(opened, name, transactional), as_json)


@app.command()
@help_text("A journey that a form starts, with its first mail.", "フォームで始まるシナリオと、その最初のメール。")
def journey(
    name: _Name,
    form: _Form = "",
    mail: _Mail = "",
    folder: FolderOption = DEFAULT_FOLDER,
    as_json: AsJson = False,
) -> None:
    from ripen_authoring.scaffold import new_journey

    opened = _opened(folder, name)
    _make(opened, new_journey(opened, name, form, mail), as_json)


@app.command()
@help_text(
    "A campaign to one segment, in two weeks, with its mail.",
    "2 週間後に一つのセグメントへ送るキャンペーンと、そのメール。",
)
def campaign(
    name: _Name,
    segment: _Segment = "",
    mail: _Mail = "",
    folder: FolderOption = DEFAULT_FOLDER,
    as_json: AsJson = False,
) -> None:
    from ripen_authoring.scaffold import new_campaign

    opened = _opened(folder, name)
    _make(opened, new_campaign(opened, name, _today(opened), segment, mail), as_json)


@app.command()
@help_text("A segment of everybody who agreed to marketing mail.", "マーケティングメールに同意した人のセグメント。")
def segment(name: _Name, folder: FolderOption = DEFAULT_FOLDER, as_json: AsJson = False) -> None:
    from ripen_authoring.scaffold import new_segment

    opened = _opened(folder, name)
    _make(opened, new_segment(opened, name), as_json)


def _opened(path: Path, name: str) -> "Folder":
    from ripen_authoring.scaffold import open_folder

    require_playbook(path)
    return open_folder(path, name)


def _today(opened: "Folder") -> date:
    """Return the day in the playbook's time zone."""
    from ripen.calendar.local_time import office_zone
    from ripen_authoring.building.settings import brand

    return datetime.now(office_zone(brand(opened.ripen.model)) if opened.ripen else UTC).date()


def _make(folder: "Folder", files: dict[str, str], as_json: bool) -> None:
    from ripen_authoring.scaffold import write

    write(folder, files, language())
    if as_json:
        print_json({"created": sorted(files)})
        return
    screen = Console(highlight=False, soft_wrap=True)
    for path in files:
        screen.print(f"[green]+[/] {escape(str(folder.path / path))}")
    screen.print(
        escape(
            say(
                f"Replace the placeholders with your words. What is left to replace says: ripen check {folder.path}",
                f"仮の文を自分の言葉に書き換えてください。残りの確認: ripen check {folder.path}",
            )
        )
    )
