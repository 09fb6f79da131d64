"""ripen lead: one person's whole story."""

import json
from typing import Any

import typer
from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from cli.lead_report import dossier
from cli.stack.stack import connect

_COLOURS = {"hot": "red", "warm": "yellow", "cold": "blue"}


def lead(email: str, as_json: bool = typer.Option(False, "--json", help="For scripts.")) -> None:
    """Who it is, what it is worth and why, what was sent, and every decision with its reason."""
    found = dossier(connect(), email)
    if as_json:
        print(json.dumps(found, ensure_ascii=False, indent=2))
        return
    Console(highlight=False).print(Group(*_parts(found)))


def _parts(found: dict[str, Any]) -> list[RenderableType]:
    profile, score, rank = found["profile"], found["score"], found["rank"]
    who = " ".join(part for part in (profile["last_name"], profile["first_name"]) if part) or profile["email"]
    about = [profile["email"], profile["company"], profile["department"], profile["job_title"], profile["phone"]]
    lines = [escape(" · ".join(part for part in about if part))]
    lines.append(
        f"[bold {_COLOURS[rank]}]{rank}[/]  {score['total']:.0f} points: fit {score['fit']:.0f},"
        f" engagement {score['engagement']:.0f}"
    )
    lines += [f"  {reason['points']:+.0f}  {escape(reason['words'])}" for reason in found["reasons"]]
    if profile["crm"]:
        lines.append(escape(f"Salesforce: {profile['crm']['url']} (owner {profile['crm']['owner_name'] or '?'})"))
    parts: list[RenderableType] = [Panel("\n".join(lines), title=escape(who), title_align="left", expand=False)]
    parts.append(_rows("Journeys", found["enrollments"], "journey", "state", "step", "until", "reason"))
    parts.append(_rows("Mails", found["sends"], "email", "state", "reason", "planned", "delivered", "clicked"))
    parts.append(_rows("Alerts", found["alerts"], "kind", "state", "outcome", "by_name", "posted"))
    parts.append(_rows("Decisions", found["decisions"], "at", "what", "subject", "outcome", "reason"))
    return parts


def _rows(title: str, rows: list[dict[str, Any]], *names: str) -> RenderableType:
    if not rows:
        return f"{title}: none"
    table = Table(*names, title=title, title_justify="left", title_style="bold")
    for row in rows:
        table.add_row(*(escape(_short(row.get(name))) for name in names))
    return table


def _short(value: Any) -> str:
    text = "" if value is None else str(value)
    return text[:16].replace("T", " ") if len(text) >= 20 and text[4:5] == "-" and text[10:11] == "T" else text
