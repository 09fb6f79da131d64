"""Leads as rows of a table."""

from collections.abc import Sequence

from cli.output.language import language, say
from cli.output.row_table import RowTable, row_table
from cli.output.time_zone import local_time
from ripen.operations.leads.listing import LeadLine
from ripen.operations.state_words import in_a_word


def lead_table(heading: str, lines: Sequence[LeadLine], zone: str) -> RowTable:
    """Return the table of these leads, with all times in that time zone."""
    columns = (
        say("Name", "氏名"),
        say("Company", "会社名"),
        say("Mail", "メール"),
        say("Rank", "ランク"),
        say("Score", "スコア"),
        say("Last activity", "最近の行動"),
    )
    rows = (
        (
            line.name,
            line.company,
            line.email,
            in_a_word(line.rank, language()),
            str(line.score),
            local_time(line.last_activity, zone) if line.last_activity else "–",
        )
        for line in lines
    )
    return row_table(heading, columns, rows)
