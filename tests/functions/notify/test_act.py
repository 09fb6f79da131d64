"""notify.act: who is first is settled once, Salesforce follows, repeats are harmless."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from notify import act as act_module
from notify.act import Desk, act
from ripen.action import Action
from ripen.activity import Activity, Kind
from ripen.adapters.table import Create, Key, Replace, Table, keys
from ripen.alert import Alert, AlertState
from ripen.errors import Undeliverable
from ripen.lead import CrmLink
from tests.builders import a_lead
from tests.fakes import NOON, FakeClock, FakeQueue, Listening
from tests.functions.notify.fakes import FakeChat, FakeOwners

ID = "a" * 26
ALERT = keys.alert("lead1", ID)
CRM = CrmLink(object="Lead", id="00Q1", url="https://acme.example/00Q1")
DOWN = Undeliverable("503", permanent=False)


@dataclass
class Sales:
    table: Table
    clock: FakeClock
    chat: FakeChat = field(default_factory=FakeChat)
    owners: FakeOwners = field(default_factory=FakeOwners)
    alerts: FakeQueue = field(default_factory=FakeQueue)

    def press(self, user: str, verb: str = "claim") -> Key[Action]:
        """Somebody presses; notify.slack has written it down."""
        name = user.removeprefix("U0").lower()
        action = Action(
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

    def act(self, key: Key[Action]) -> None:
        act(key.ref, Desk(self.table, self.clock, "ja", self.chat, self.owners, self.alerts))

    def alert(self) -> Alert:
        row = self.table.get(ALERT)
        assert row
        return row.value

    def waits(self, key: Key[Any]) -> float | None:
        row = self.table.get(key)
        return (row.due - self.clock.now()).total_seconds() if row and row.due else None

    def done(self, key: Key[Action]) -> bool:
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


def a_sales(table: Table, clock: FakeClock, crm: CrmLink | None) -> Sales:
    posted = Alert(id=ID, lead="lead1", kind="hot", planned=NOON, state=AlertState.POSTED, ts="1")
    table.write(Create(keys.profile("lead1"), a_lead(crm=crm)), Create(ALERT, posted))
    return Sales(table, clock)


@pytest.fixture
def sales(table: Table, clock: FakeClock) -> Sales:
    return a_sales(table, clock, CRM)


@pytest.fixture
def unsynced(table: Table, clock: FakeClock) -> Sales:
    return a_sales(table, clock, None)


def test_a_claim_sets_owner_and_task_and_is_shown_on_the_card(sales: Sales) -> None:
    key = sales.press("U0ALICE")

    sales.act(key)

    assert (sales.alert().outcome, sales.alert().by, sales.alert().acted) == ("claimed", "U0ALICE", NOON)
    assert (sales.owners.owner, len(sales.owners.tasks)) == ("alice@ripen.example", 1)
    crm = sales.crm()
    assert crm and crm.owner_name == "Alice Sato"
    assert sales.done(key)
    assert sales.waits(ALERT) == 0
    assert set(sales.alerts.woken) == {ALERT.ref}
    assert sorted(sales.decisions()) == [("alert", "claimed"), ("crm", "owner set")]


def test_a_claim_is_an_activity_of_the_lead_that_waits_to_be_folded(sales: Sales) -> None:
    sales.act(sales.press("U0ALICE"))

    [activity] = sales.activities()
    assert (activity.kind, activity.facts) == (Kind.CLAIMED_BY_SALES, {"alert": ID, "user": "U0ALICE"})
    assert sales.waits(keys.activity("lead1", activity.at, activity.id)) == 0


def test_doing_it_again_changes_nothing(sales: Sales) -> None:
    key = sales.press("U0ALICE")

    sales.act(key)
    sales.act(key)

    assert (len(sales.activities()), len(sales.decisions()), len(sales.owners.tasks)) == (1, 2, 1)


def test_the_second_to_claim_is_told_who_was_first_and_takes_nothing(sales: Sales) -> None:
    sales.chat.addresses["U0BOB"] = "bob@ripen.example"
    first, second = sales.press("U0ALICE"), sales.press("U0BOB")

    sales.act(first)
    sales.act(second)

    assert (sales.alert().by, sales.owners.owner) == ("U0ALICE", "alice@ripen.example")
    assert sales.chat.told == ["alice さんが先に対応を始めています。"]
    assert sales.done(second)
    assert len(sales.activities()) == 1


def test_pressing_twice_is_not_a_second_claim(sales: Sales) -> None:
    first = sales.press("U0ALICE")
    sales.clock.move(seconds=1)
    second = sales.press("U0ALICE")

    sales.act(first)
    sales.act(second)

    assert (sales.chat.told, len(sales.activities()), sales.done(second)) == ([], 1, True)


def test_not_a_fit_closes_the_card_without_salesforce(sales: Sales) -> None:
    key = sales.press("U0BOB", "not_fit")

    sales.act(key)

    assert (sales.alert().outcome, sales.alert().by) == ("not a fit", "U0BOB")
    assert [activity.kind for activity in sales.activities()] == [Kind.REJECTED_BY_SALES]
    assert sales.decisions() == [("alert", "not a fit")]
    assert (sales.owners.owner, sales.done(key), sales.waits(ALERT)) == ("", True, 0)


def test_a_claim_after_not_a_fit_is_told_so(sales: Sales) -> None:
    sales.act(sales.press("U0BOB", "not_fit"))

    sales.act(sales.press("U0ALICE"))

    assert (sales.alert().outcome, sales.owners.owner) == ("not a fit", "")
    assert sales.chat.told == ["bob さんがすでに見送りにしています。"]


def test_a_claim_before_the_lead_is_in_salesforce_stands_at_once_and_the_owner_follows(unsynced: Sales) -> None:
    key = unsynced.press("U0ALICE")

    unsynced.act(key)
    assert (unsynced.alert().outcome, unsynced.done(key), unsynced.waits(key)) == ("claimed", False, 30)
    profile = unsynced.table.get(keys.profile("lead1"))
    assert profile
    alert = unsynced.table.get(ALERT)
    assert alert
    unsynced.table.write(
        Replace(profile.key, a_lead(crm=CRM), was=profile.version), Replace(ALERT, alert.value, was=alert.version)
    )
    unsynced.clock.move(seconds=30)
    unsynced.act(key)

    assert unsynced.waits(ALERT) == 0
    assert (unsynced.owners.owner, unsynced.done(key)) == ("alice@ripen.example", True)
    assert len(unsynced.activities()) == 1


def test_a_lead_that_never_comes_to_salesforce_is_waited_for_one_day(unsynced: Sales) -> None:
    key = unsynced.press("U0ALICE")
    unsynced.act(key)

    unsynced.clock.move(days=1)
    unsynced.act(key)
    assert not unsynced.done(key)
    unsynced.clock.move(seconds=1)
    unsynced.act(key)

    assert unsynced.done(key)
    assert ("crm", "owner not set") in unsynced.decisions()
    assert "Salesforce にまだ登録されていない" in unsynced.chat.told[0]


@pytest.mark.parametrize("address", ["bob@ripen.example", ""])
def test_whoever_has_no_salesforce_user_keeps_the_card_and_is_told(sales: Sales, address: str) -> None:
    sales.chat.addresses["U0BOB"] = address
    key = sales.press("U0BOB")

    sales.act(key)

    assert (sales.alert().outcome, sales.alert().by, sales.done(key)) == ("claimed", "U0BOB", True)
    assert "所有者は変更できませんでした" in sales.chat.told[0]
    assert sorted(sales.decisions()) == [("alert", "claimed"), ("crm", "owner not set")]


def test_what_salesforce_says_of_a_person_is_not_logged(sales: Sales) -> None:
    sales.owners.trouble = [Undeliverable("FIELD_CUSTOM_VALIDATION_EXCEPTION: 山田花子 is not new", permanent=True)]
    with Listening(act_module.logger) as said:
        sales.act(sales.press("U0ALICE"))
    assert "FIELD_CUSTOM_VALIDATION_EXCEPTION" in "".join(said)
    assert "山田" not in "".join(said)


def test_salesforce_being_down_delays_the_owner_and_not_the_card(sales: Sales) -> None:
    sales.owners.trouble = [DOWN, DOWN]
    key = sales.press("U0ALICE")

    sales.act(key)
    assert (sales.alert().outcome, sales.waits(key)) == ("claimed", 30)
    sales.act(key)
    assert sales.waits(key) == 60
    sales.act(key)

    assert (sales.owners.owner, sales.done(key), len(sales.activities())) == ("alice@ripen.example", True, 1)


def test_slack_being_down_delays_the_owner(sales: Sales) -> None:
    sales.chat.trouble = [DOWN]
    key = sales.press("U0ALICE")

    sales.act(key)

    assert (sales.alert().outcome, sales.waits(key)) == ("claimed", 30)


def test_a_form_that_comes_while_salesforce_is_asked_is_not_overwritten(sales: Sales) -> None:
    @dataclass
    class Slow(FakeOwners):
        def claim(self, link: CrmLink, *rest: str) -> CrmLink:
            if not self.tasks:
                row = sales.table.get(keys.profile("lead1"))
                assert row
                sales.table.write(Replace(row.key, a_lead(crm=CRM, phone="+81699999999"), was=row.version))
            return super().claim(link, *rest)

    sales.owners = Slow()

    sales.act(sales.press("U0ALICE"))

    row = sales.table.get(keys.profile("lead1"))
    assert row and row.value.crm
    assert (row.value.phone, row.value.crm.owner_name) == ("+81699999999", "Alice Sato")
    assert len(sales.owners.tasks) == 1


def test_two_people_at_once_make_one_owner(sales: Sales) -> None:
    sales.chat.addresses["U0BOB"] = "bob@ripen.example"
    second = sales.press("U0BOB")

    @dataclass
    class Raced(FakeChat):
        def email_of(self, user: str) -> str:
            if not self.told:
                sales.act(second)
            return super().email_of(user)

    sales.chat = Raced()
    sales.act(sales.press("U0ALICE"))

    assert (sales.alert().by, sales.owners.owner) == ("U0ALICE", "alice@ripen.example")
    assert len(sales.chat.told) == 1


def test_two_workers_on_one_press_ask_salesforce_once(sales: Sales) -> None:
    key = sales.press("U0ALICE")

    @dataclass
    class Raced(FakeOwners):
        asked: int = 0

        def claim(self, link: CrmLink, *rest: str) -> CrmLink:
            self.asked += 1
            sales.act(key)  # woken again while the first is on the line
            return super().claim(link, *rest)

    sales.owners = owners = Raced()
    sales.act(key)

    assert owners.asked == 1
    assert sales.done(key)


def test_a_press_whose_worker_died_is_taken_up_after_five_minutes(sales: Sales) -> None:
    class Killed(BaseException):
        pass

    @dataclass
    class Deadly(FakeOwners):
        def claim(self, link: CrmLink, *rest: str) -> CrmLink:
            raise Killed

    key, sales.owners = sales.press("U0ALICE"), Deadly()
    with pytest.raises(Killed):
        sales.act(key)

    sales.owners = FakeOwners()
    sales.act(key)
    assert (sales.done(key), sales.waits(key)) == (False, 300)
    sales.clock.move(minutes=5)
    sales.act(key)

    assert (sales.done(key), sales.owners.owner) == (True, "alice@ripen.example")


def test_an_action_on_no_alert_is_done(table: Table, clock: FakeClock) -> None:
    sales = Sales(table, clock)
    key = sales.press("U0ALICE")

    sales.act(key)

    assert sales.done(key)
