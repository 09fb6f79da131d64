"""What to do now that the local cloud runs: its addresses, one line each."""

from rich.console import Group
from rich.table import Table

from sandbox.home import Status


def welcome(status: Status, detached: bool) -> Group:
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    table.add_column(style="bold")
    table.add_column(style="cyan", no_wrap=True)
    table.add_column()
    for name, address, hint in (
        (
            "Landing page",
            f"{status.api}/pages/whitepaper?lang=en",
            "Fill in the form: a lead is born (lang=ja for Japanese).",
        ),
        ("Mailbox", status.mailbox, "Every mail Ripen sends arrives here; click the link in it."),
        ("Slack", status.slack, "Hot leads arrive in #sales; press Claim. Or type /ripen lead ADDRESS."),
        ("Salesforce", status.salesforce, "Leads, contacts and tasks as sales sees them (its certificate is our own)."),
        ("AWS", status.aws, "The emulator, for the aws command line (--endpoint-url)."),
    ):
        table.add_row(name, address, hint)
    end = "ripen down stops it." if detached else "Ctrl-C stops it."
    return Group(
        table,
        "",
        f".venv/bin/ripen shows what happens: ripen lead ADDRESS, ripen clock +3d, ripen --help. {end}",
    )
