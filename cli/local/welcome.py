"""What to do now that the local cloud runs: its addresses, one line each."""

from cli.local.home import Status


def welcome(status: Status, detached: bool) -> str:
    """Rich markup, at most 80 columns wide."""
    parts = (
        (
            "Landing page",
            f"{status.api}/pages/whitepaper?lang=en",
            "fill in the form: a lead is born (lang=ja: Japanese)",
        ),
        ("Console", status.console, "one lead's life as it happens, with buttons to try it"),
        ("Mailbox", status.mailbox, "every mail that Ripen sends arrives here"),
        ("Slack", status.slack, "hot leads arrive in #sales: press Accept"),
        ("Salesforce", status.salesforce, "what sales sees (the certificate is our own)"),
        (
            "Webhook",
            f"{status.webhook}/any?grade=A",
            'plays a system of yours that journeys call, answers {"grade": "A"}',
        ),
        ("AWS", status.aws, "the emulator, for aws --endpoint-url"),
    )
    lines = [f"[bold]{name:<13}[/][cyan]{address}[/]\n{'':13}[dim]{hint}[/]" for name, address, hint in parts]
    end = "ripen down stops it." if detached else "Ctrl-C stops it."
    return "\n".join([*lines, "", f"Next: .venv/bin/ripen lead ADDRESS, ripen clock +3d, ripen --help. {end}"])
