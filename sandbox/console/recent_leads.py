"""The addresses of the latest leads, which the page asks for every two seconds."""

from collections.abc import Sequence
from datetime import datetime

from cli.local.web import web
from ripen.adapters.table import Row, Table, keys
from ripen.lead.lead import Profile
from ripen.operations.leads.scan import scan_batches

_MOST_LEADS = 12


class RecentLeads:
    """Leads and people who got mail, the latest first.

    A profile is read once: its address and the time of its creation never change.
    """

    def __init__(self) -> None:
        self._known: dict[str, tuple[datetime, str]] = {}

    def addresses(self, table: Table, mailbox: str) -> list[str]:
        """Return the addresses of those that were created, or got a mail, last."""
        sent = web.get(f"{mailbox}/list.json").json()
        mails = [(datetime.fromisoformat(mail["at"]), str(mail["to"])) for mail in sent]
        latest = sorted([*mails, *self._created(table)], reverse=True)
        return list(dict.fromkeys(address for _, address in latest))[:_MOST_LEADS]

    def _created(self, table: Table) -> list[tuple[datetime, str]]:
        def look(leads: Sequence[str]) -> list[tuple[datetime, str]]:
            rows: list[Row[Profile] | None] = table.get_many(
                [keys.profile(lead) for lead in leads if lead not in self._known]
            )
            self._known |= {row.value.id: (row.value.created, row.value.email) for row in rows if row}
            return [self._known[lead] for lead in leads if lead in self._known]

        return list(scan_batches(table, look))
