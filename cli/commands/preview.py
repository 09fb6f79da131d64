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

from cli.output.json_output import AsJson, print_json
from cli.stack.stack import Stack, connect
from ripen.adapters.table import keys
from ripen.errors import Undeliverable, Unsure
from ripen.failure import Failure
from ripen.lead.lead import Profile
from ripen.mail.message import OutgoingMail

_SITE = "https://ripen.example"
"""The site of the links where no stack is asked."""


def preview(
    email: Annotated[str, typer.Argument(help="The mail's name in emails/.", show_default=False)],
    lead: Annotated[str, typer.Option(help="A lead's address, or a persona: a file, or a name in personas/.")],
    out: Annotated[Path | None, typer.Option(help="Write the html and the text into this folder.")] = None,
    send_to: Annotated[str, typer.Option(help="Send it as a [TEST] to a member of `team` in ripen.yaml.")] = "",
    entry: Annotated[list[str] | None, typer.Option(help="A fact of the enrolment: webinar_date=2026-12-10")] = None,
    as_json: AsJson = False,
    folder: Annotated[Path, typer.Option(help="The playbook's folder.")] = Path("playbook"),
) -> None:
    """Show a mail as this person would get it.

    Html and text open in the browser. Links lead directly to their targets and count nothing.
    """
    from ripen.operations.sending.preview import preview as compose
    from ripen_authoring.compile import compile_or_fail

    bundle = compile_or_fail(folder)
    stack = connect() if "@" in lead or send_to else None
    profile, now = _profile(lead, folder, stack), stack.clock.now() if stack else datetime.now(UTC)
    mail = compose(email, profile, bundle, stack.site if stack else _SITE, now, _facts(entry or []))
    console = Console(highlight=False, soft_wrap=True)
    if send_to:
        subject = _send(mail, send_to, folder)
        if as_json:
            print_json({"sent_to": send_to, "subject": subject})
        else:
            console.print(f"Sent to {escape(send_to)}: {escape(subject)}")
    elif as_json:
        print_json(asdict(mail))
    else:
        for name, value in (("From", _readable(mail.sender)), ("To", mail.to), ("Subject", mail.subject)):
            console.print(f"[bold]{name}[/] {escape(value)}")
        for path in _write(mail, email, out or Path(mkdtemp(prefix="ripen-preview-"))):
            console.print(str(path))
            if out is None:
                webbrowser.open(path.as_uri())


def _send(mail: OutgoingMail, to: str, folder: Path) -> str:
    """Send the mail as a test, and return its subject. Raise Failure if SES does not take it."""
    from ripen.adapters.ses.mailer import Ses
    from ripen.operations.sending.preview import as_test
    from ripen_authoring.files.folder import load

    ripen = load(folder).ripen
    team = ripen.model.team if ripen else ()
    if to not in team:
        known = f"Known: {', '.join(team)}" if team else f"Write into {folder}/ripen.yaml: team: [{to}]"
        raise Failure(f"{to} is not a member of the team.", known)
    test = as_test(mail, to)
    try:
        Ses("").send(test)
    except Undeliverable as error:
        raise Failure(f"SES does not take it: {error.reason}", "Is the address verified in SES? ripen doctor") from None
    except Unsure as error:
        raise Failure(
            f"It is not known whether SES took it: {error}", "Look into the mailbox before sending it again."
        ) from None
    return test.subject


def _profile(lead: str, folder: Path, stack: Stack | None) -> Profile:
    from ripen.operations.leads.find import find_lead
    from ripen_authoring.simulation.persona import load_persona

    if stack is None or "@" not in lead:
        return load_persona(lead, folder).profile(datetime.now(UTC))
    row = stack.table.get(keys.profile(find_lead(lead, stack.table, stack.secrets)))
    if row is None:
        raise Failure(f"The lead {lead} has no profile.", "Look at its rows: ripen lead")
    return row.value


def _readable(sender: str) -> str:
    """Return the sender as a mail program shows it."""
    return str(make_header(decode_header(sender)))


def _facts(entry: list[str]) -> dict[str, str]:
    for pair in entry:
        if "=" not in pair:
            raise Failure(f"{pair!r} is not of the form name=value.", "For example: --entry webinar_date=2026-12-10")
    return {name: value for name, _, value in (pair.partition("=") for pair in entry)}


def _write(mail: OutgoingMail, name: str, folder: Path) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    parts = {f"{name}.{mail.locale}.html": mail.html, f"{name}.{mail.locale}.txt": mail.text}
    for file, part in parts.items():
        if part:
            (folder / file).write_text(part, "utf-8")
    return [(folder / file).absolute() for file, part in parts.items() if part]
