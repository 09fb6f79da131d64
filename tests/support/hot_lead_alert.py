"""The alert about a hot lead, notify.alert that posts its card, and a Slack in memory."""

from copy import replace
from dataclasses import dataclass, field
from typing import Any

from notify.alert import Dependencies, update_card
from ripen.adapters.table import Key, Mark, Replace, Table, keys
from ripen.errors import Undeliverable
from ripen.lead.lead import CrmLink
from ripen.playbook.bundle import Bundle
from ripen.slack.alert import Alert
from tests.support.builders import a_bundle
from tests.support.fake_chat import FakeChat
from tests.support.fakes import FakeClock

ID = "a" * 26
KEY = keys.alert("lead1", ID)
DOWN = Undeliverable("chat.postMessage: down", permanent=False)
CRM = CrmLink(object="Lead", id="00Q1", url="https://acme.example/00Q1")


@dataclass
class HotLeadAlert:
    table: Table
    clock: FakeClock
    chat: FakeChat
    channel: str = "sales"
    bundle: Bundle = field(default_factory=a_bundle)

    def wake(self, key: Key[Alert] = KEY) -> None:
        update_card(key.ref, Dependencies(self.table, self.clock, self.bundle, self.chat, self.channel))

    def alert(self) -> Alert:
        row = self.table.get(KEY)
        assert row
        return row.value

    def waits(self) -> float | None:
        """Return the seconds until the row is due; None if it is not on the agenda."""
        row = self.table.get(KEY)
        return (row.due - self.clock.now()).total_seconds() if row and row.due else None

    def change(self, **changes: Any) -> None:
        """Change the alert as another worker does, so that it is due."""
        row = self.table.get(KEY)
        assert row
        self.table.write(Replace(KEY, replace(row.value, **changes), was=row.version, due=self.clock.now()))

    def decisions(self) -> list[str]:
        return [row.value.outcome for row in self.table.under("lead1", "decision#")]


def synced(hot_lead: HotLeadAlert) -> None:
    row = hot_lead.table.get(keys.profile("lead1"))
    assert row
    hot_lead.table.write(
        Replace(row.key, replace(row.value, crm=CRM), was=row.version), Mark(KEY, hot_lead.clock.now())
    )
