"""A card in Slack, salespeople who press its buttons, and notify.act that does what they ask."""

from copy import replace
from dataclasses import dataclass, field
from typing import Any

from notify._press import Dependencies
from notify.act import act
from ripen.adapters.table import Create, Key, Replace, Table, keys
from ripen.lead.activity import Activity
from ripen.lead.lead import CrmLink
from ripen.playbook.bundle import Bundle
from ripen.slack.action import CardAction
from ripen.slack.alert import Alert, AlertState
from tests.support.builders import a_bundle, a_lead
from tests.support.fake_chat import FakeChat, FakeOwners
from tests.support.fakes import NOON, FakeClock, FakeQueue

ID = "a" * 26
ALERT = keys.alert("lead1", ID)
CRM = CrmLink(object="Lead", id="00Q1", url="https://acme.example/00Q1")


@dataclass
class Salespeople:
    table: Table
    clock: FakeClock
    chat: FakeChat = field(default_factory=FakeChat)
    owners: FakeOwners = field(default_factory=FakeOwners)
    alerts: FakeQueue = field(default_factory=FakeQueue)
    bundle: Bundle = field(default_factory=a_bundle)

    def press(self, user: str, verb: str = "accept") -> Key[CardAction]:
        """Press a button, as notify.slack records it."""
        name = user.removeprefix("U0").lower()
        action = CardAction(
            id=f"{name}-{verb}-{self.clock.now().timestamp()}",
            lead="lead1",
            alert=ID,
            verb=verb,
            user=user,
            user_name=name,
            at=self.clock.now(),
            response_url="https://hooks.slack.com/1",
        )
        key = keys.action("lead1", action.id)
        self.table.write(Create(key, action, due=self.clock.now()))
        return key

    def act(self, key: Key[CardAction]) -> None:
        act(key.ref, Dependencies(self.table, self.clock, self.bundle, self.chat, self.owners, self.alerts))

    def alert(self) -> Alert:
        row = self.table.get(ALERT)
        assert row
        return row.value

    def set_alert(self, **changes: Any) -> None:
        row = self.table.get(ALERT)
        assert row
        self.table.write(Replace(ALERT, replace(row.value, **changes), was=row.version))

    def waits(self, key: Key[Any]) -> float | None:
        row = self.table.get(key)
        return (row.due - self.clock.now()).total_seconds() if row and row.due else None

    def done(self, key: Key[CardAction]) -> bool:
        row = self.table.get(key)
        return bool(row and row.value.done and row.due is None)

    def crm(self) -> CrmLink | None:
        row = self.table.get(keys.profile("lead1"))
        assert row
        return row.value.crm

    def activities(self) -> list[Activity]:
        return [row.value for row in self.table.under("lead1", "activity#")]

    def decisions(self) -> list[tuple[str, str]]:
        return [(row.value.what, row.value.outcome) for row in self.table.under("lead1", "decision#")]


def a_posted_card(table: Table, clock: FakeClock, crm: CrmLink | None) -> Salespeople:
    posted = Alert(id=ID, lead="lead1", kind="hot", planned=NOON, state=AlertState.POSTED, channel="C0SALES", ts="1")
    table.write(Create(keys.profile("lead1"), a_lead(crm=crm)), Create(ALERT, posted))
    return Salespeople(table, clock)
