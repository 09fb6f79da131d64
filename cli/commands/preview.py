"""ripen preview: a mail as one person would get it."""

import webbrowser
from datetime import UTC, datetime
from email.header import decode_header, make_header
from pathlib import Path
from tempfile import mkdtemp
from typing import Annotated

import typer
from msgspec.structs import asdict
from rich.console import Console
from rich.markup import escape

from cli.commands._choice import at_most_one
from cli.commands._playbook_folder import DEFAULT_FOLDER, FolderOption
from cli.output.json_output import AsJson, print_json
from cli.output.language import help_text, say
from cli.stack.stack import Stack, connect
from ripen.adapters.table import keys
from ripen.errors import Undeliverable, Unsure
from ripen.failure import Failure
from ripen.lead.lead import Profile
from ripen.mail.content.message import OutgoingMail
from ripen.words import Words

_SITE = "https://ripen.example"
"""The site of the links where no stack is asked."""
_screen = Console(highlight=False, soft_wrap=True)
_Email = Annotated[
    str, typer.Argument(help=say("The mail's name in emails/.", "emails/ にあるメールの名前。"), show_default=False)
]
_Lead = Annotated[
    str,
    typer.Option(
        help=say(
            "A lead's address, or a persona: a file, or a name in personas/.",
            "見込み客のアドレス、またはペルソナ（ファイル、または personas/ にある名前）。",
        )
    ),
]
_Out = Annotated[
    Path | None,
    typer.Option(
        help=say("Write the HTML and the text into this folder.", "HTML とテキストをこのフォルダーに書き出します。")
    ),
]
_SendTo = Annotated[
    str,
    typer.Option(
        help=say(
            "Send it as a [TEST] to a member of `team` in ripen.yaml.",
            "ripen.yaml の `team` にいる人へ [TEST] として送信します。",
        )
    ),
]
_Entry = Annotated[
    list[str] | None,
    typer.Option(
        help=say(
            "A value of the enrollment: webinar_date=2026-12-10",
            "シナリオへの登録にともなう値: webinar_date=2026-12-10",
        )
    ),
]


@help_text(
    """Show a mail as this person would get it.

    The HTML part and the text part open in the browser. Links lead directly to their targets, and no click is counted.
    """,
    """この人に届くとおりにメールを表示します。

    HTML とテキストがブラウザーで開きます。リンクは直接リンク先につながり、クリックは数えません。
    """,
)
def preview(
    email: _Email,
    lead: _Lead,
    out: _Out = None,
    send_to: _SendTo = "",
    entry: _Entry = None,
    as_json: AsJson = False,
    folder: FolderOption = DEFAULT_FOLDER,
) -> None:
    from ripen.operations.sending.preview import preview as compose
    from ripen_authoring.compile import compile_or_fail

    at_most_one(out=out, send_to=send_to)
    at_most_one(out=out, json=as_json)
    bundle = compile_or_fail(folder)
    stack = connect() if "@" in lead or send_to else None
    profile, now = _profile(lead, folder, stack), stack.clock.now() if stack else datetime.now(UTC)
    mail = compose(email, profile, bundle, stack.site if stack else _SITE, now, _facts(entry or []))
    if send_to:
        _send_and_show(mail, send_to, folder, as_json)
    elif as_json:
        print_json(asdict(mail))
    else:
        _show_head(mail)
        _write_and_show(mail, email, out)


def _send_and_show(mail: OutgoingMail, to: str, folder: Path, as_json: bool) -> None:
    subject = _send(mail, to, folder)
    if as_json:
        print_json({"sent_to": to, "subject": subject})
        return
    shown, title = escape(to), escape(subject)
    _screen.print(say(f"Sent to {shown}: {title}", f"{shown} へ送信しました: {title}"))


def _write_and_show(mail: OutgoingMail, name: str, out: Path | None) -> None:
    """Write the parts and print their places. Open them in the browser if no folder is named."""
    for path in _write(mail, name, out or Path(mkdtemp(prefix="ripen-preview-"))):
        _screen.print(escape(str(path)))
        if out is None:
            webbrowser.open(path.as_uri())


def _show_head(mail: OutgoingMail) -> None:
    for name, value in (
        (say("From", "差出人"), _readable(mail.sender)),
        (say("To", "宛先"), mail.to),
        (say("Subject", "件名"), mail.subject),
    ):
        _screen.print(f"[bold]{name}[/] {escape(value)}")


def _send(mail: OutgoingMail, to: str, folder: Path) -> str:
    """Send the mail as a test, and return its subject. Raise Failure if SES does not take it."""
    from ripen.adapters.ses.mailer import Ses
    from ripen.operations.sending.preview import as_test
    from ripen_authoring.files.folder import load

    ripen = load(folder).ripen
    team = ripen.model.team if ripen else ()
    if to not in team:
        members = ", ".join(team)
        known = Words(f"The team is: {members}", f"チームのメンバー: {members}")
        add = Words(
            f"Add to {folder}/ripen.yaml: team: [{to}]", f"{folder}/ripen.yaml に追加してください: team: [{to}]"
        )
        raise Failure(
            Words(f"{to} is not a member of the team.", f"{to} はチームのメンバーではありません。"),
            known if team else add,
        )
    test = as_test(mail, to)
    try:
        Ses("").send(test)
    except Undeliverable as error:
        raise Failure(
            Words(
                f"SES did not accept the mail: {error.reason}", f"SES がメールを受け付けませんでした: {error.reason}"
            ),
            Words(
                "Check that the address is verified in SES: ripen doctor",
                "アドレスが SES で検証済みか確かめてください: ripen doctor",
            ),
        ) from None
    except Unsure as error:
        raise Failure(
            Words(f"SES may or may not have sent the mail: {error}", f"SES が送信したかどうか分かりません: {error}"),
            Words(
                "Look into the mailbox before you send it again.",
                "もう一度送る前に、受信箱を確かめてください。",
            ),
        ) from None
    return test.subject


def _profile(lead: str, folder: Path, stack: Stack | None) -> Profile:
    from ripen.operations.leads.find import find_lead
    from ripen_authoring.simulation.persona import load_persona

    if stack is None or "@" not in lead:
        return load_persona(lead, folder).profile(datetime.now(UTC))
    row = stack.table.get(keys.profile(find_lead(lead, stack.table, stack.secrets)))
    if row is None:
        raise Failure(
            Words(f"The lead {lead} has no profile.", f"見込み客 {lead} にはプロフィールがありません。"),
            Words(f"See its other rows: ripen lead {lead}", f"ほかの情報を見るには: ripen lead {lead}"),
        )
    return row.value


def _readable(sender: str) -> str:
    """Return the sender as a mail program shows it."""
    return str(make_header(decode_header(sender)))


def _facts(entry: list[str]) -> dict[str, str]:
    for pair in entry:
        if "=" not in pair:
            raise Failure(
                Words(f"{pair!r} is not of the form name=value.", f"{pair!r} は「名前=値」の形ではありません。"),
                Words("For example: --entry webinar_date=2026-12-10", "例: --entry webinar_date=2026-12-10"),
            )
    return {name: value for name, _, value in (pair.partition("=") for pair in entry)}


def _write(mail: OutgoingMail, name: str, folder: Path) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    parts = {f"{name}.{mail.locale}.html": mail.html, f"{name}.{mail.locale}.txt": mail.text}
    for file, part in parts.items():
        if part:
            (folder / file).write_text(part, "utf-8")
    return [(folder / file).absolute() for file, part in parts.items() if part]
