"""notify.act: Salesforce is asked first, and the card follows, in spite of outages and races."""

from copy import replace
from dataclasses import dataclass
from datetime import datetime

import pytest

from notify import _press
from ripen.adapters.table import Create, Replace, Table, keys
from ripen.crm.ownership import OwnerChange
from ripen.errors import Undeliverable
from ripen.lead.activity import Kind
from ripen.lead.lead import CrmLink
from ripen.marks import CrmMark
from ripen.playbook.bundle import SyncRule
from ripen.slack.access import Person
from tests.support.builders import a_bundle, a_lead
from tests.support.card_presses import ALERT, CRM, Salespeople, a_posted_card
from tests.support.fake_chat import ALICE, BOB, DOWN, QUEUE, FakeChat, FakeOwners
from tests.support.fakes import NOON, FakeClock, LogCapture


@pytest.fixture
def sales(table: Table, clock: FakeClock) -> Salespeople:
    return a_posted_card(table, clock, CRM)


@pytest.fixture
def unsynced(table: Table, clock: FakeClock) -> Salespeople:
    return a_posted_card(table, clock, None)


def test_the_card_says_that_the_lead_is_being_accepted_until_it_is_in_salesforce(unsynced: Salespeople) -> None:
    key = unsynced.press("U0ALICE")

    unsynced.act(key)
    assert (unsynced.alert().outcome, unsynced.done(key), unsynced.waits(key)) == ("accepting", False, 30)
    assert (unsynced.waits(ALERT), unsynced.activities()) == (0, [])

    profile = unsynced.table.get(keys.profile("lead1"))
    assert profile
    unsynced.table.write(Replace(profile.key, a_lead(crm=CRM), was=profile.version))
    unsynced.clock.move(seconds=30)
    unsynced.act(key)

    assert (unsynced.alert().outcome, unsynced.waits(ALERT)) == ("accepted", 0)
    assert (unsynced.owners.record, unsynced.done(key), len(unsynced.activities())) == (ALICE, True, 1)


def test_a_lead_that_is_never_in_salesforce_is_open_again_after_a_day(unsynced: Salespeople) -> None:
    key = unsynced.press("U0ALICE")
    unsynced.act(key)

    unsynced.clock.move(days=1)
    unsynced.act(key)
    assert unsynced.alert().outcome == "accepting"
    unsynced.clock.move(seconds=1)
    unsynced.act(key)

    assert (unsynced.alert().outcome, unsynced.done(key), unsynced.activities()) == ("", True, [])
    assert unsynced.decisions() == [("crm", "owner not set")]
    assert "Salesforce に登録されませんでした" in unsynced.chat.replies[0][1]


@pytest.mark.parametrize(("due", "outcome"), [(None, ""), (NOON, "accepting")])
def test_a_lead_that_lacks_a_field_for_salesforce_is_not_waited_for(
    unsynced: Salespeople, due: datetime | None, outcome: str
) -> None:
    mark = CrmMark(lead="lead1", waits_for="last_name")
    unsynced.table.write(Create(keys.crm_mark("lead1"), mark, due=due))

    unsynced.act(unsynced.press("U0ALICE"))

    assert unsynced.alert().outcome == outcome
    assert [("姓が未入力" in text) for _, text in unsynced.chat.replies] == ([] if due else [True])


@pytest.mark.parametrize(("address", "why"), [("bob@ripen.example", "有効なユーザー"), ("", "見えない")])
def test_a_person_without_a_salesforce_user_gets_the_reason_in_the_thread_and_the_card_opens(
    sales: Salespeople, address: str, why: str
) -> None:
    sales.chat.addresses["U0BOB"] = address
    key = sales.press("U0BOB")

    sales.act(key)

    assert (sales.alert().outcome, sales.alert().by, sales.done(key), sales.waits(ALERT)) == ("", "", True, 0)
    [(press, text)] = sales.chat.replies
    assert key.sk.endswith(press)
    assert text.startswith("<@U0BOB> さんは担当になれませんでした。")
    assert why in text
    assert sales.owners.tasks == {}


def test_after_a_failure_a_colleague_can_accept(sales: Salespeople) -> None:
    sales.act(sales.press("U0BOB"))
    sales.clock.move(minutes=1)

    sales.act(sales.press("U0ALICE"))

    assert (sales.alert().outcome, sales.alert().by, sales.owners.record) == ("accepted", "U0ALICE", ALICE)


def test_a_salesforce_message_about_a_person_is_not_logged(sales: Salespeople) -> None:
    sales.owners.trouble = [Undeliverable("FIELD_CUSTOM_VALIDATION_EXCEPTION: 山田花子 is not new", permanent=True)]
    with LogCapture(_press.logger) as said:
        sales.act(sales.press("U0ALICE"))
    assert "FIELD_CUSTOM_VALIDATION_EXCEPTION" in "".join(said)
    assert "山田" not in "".join(said)


def test_a_salesforce_outage_delays_the_acceptance(sales: Salespeople) -> None:
    sales.owners.trouble = [DOWN, DOWN]
    key = sales.press("U0ALICE")

    sales.act(key)
    assert (sales.alert().outcome, sales.waits(key)) == ("accepting", 30)
    sales.act(key)
    assert sales.waits(key) == 60
    sales.act(key)

    assert (sales.owners.record, sales.done(key), len(sales.activities())) == (ALICE, True, 1)


def test_an_outage_of_a_day_opens_the_card(sales: Salespeople) -> None:
    sales.owners.trouble = [DOWN, DOWN]
    key = sales.press("U0ALICE")
    sales.act(key)
    sales.clock.move(days=1, seconds=1)

    sales.act(key)

    assert (sales.alert().outcome, sales.owners.record) == ("", QUEUE)
    assert "接続できませんでした" in sales.chat.replies[0][1]


def test_a_missing_right_opens_the_card_at_once(sales: Salespeople) -> None:
    sales.owners.trouble = [Undeliverable("INSUFFICIENT_ACCESS_OR_READONLY: no", permanent=False, after=3600)]

    sales.act(sales.press("U0ALICE"))

    assert sales.alert().outcome == ""
    assert "権限セット" in sales.chat.replies[0][1]


def test_a_slack_outage_delays_the_owner(sales: Salespeople) -> None:
    sales.chat.trouble = [None, DOWN]
    key = sales.press("U0ALICE")

    sales.act(key)

    assert (sales.alert().outcome, sales.waits(key)) == ("accepting", 30)


def test_a_form_that_arrives_during_the_call_is_not_overwritten(sales: Salespeople) -> None:
    @dataclass
    class Slow(FakeOwners):
        def change(self, change: OwnerChange) -> CrmLink:
            if not self.tasks:
                row = sales.table.get(keys.profile("lead1"))
                assert row
                sales.table.write(Replace(row.key, a_lead(crm=CRM, phone="+81699999999"), was=row.version))
            return super().change(change)

    sales.owners = Slow()

    sales.act(sales.press("U0ALICE"))

    row = sales.table.get(keys.profile("lead1"))
    assert row and row.value.crm
    assert (row.value.phone, row.value.crm.owner_name) == ("+81699999999", "Alice Sato")
    assert len(sales.owners.tasks) == 1


def test_two_people_at_once_make_one_owner(sales: Salespeople) -> None:
    second = sales.press("U0BOB")

    @dataclass
    class Raced(FakeChat):
        asked: int = 0

        def person(self, user: str) -> Person:
            self.asked += 1
            if self.asked == 2:  # the first call checks the person, the second asks for the address
                sales.act(second)
            return super().person(user)

    sales.chat = Raced()
    sales.act(sales.press("U0ALICE"))

    assert (sales.alert().by, sales.owners.record) == ("U0ALICE", ALICE)
    assert len(sales.chat.responses) == 1


def test_two_workers_on_one_press_call_salesforce_once(sales: Salespeople) -> None:
    key = sales.press("U0ALICE")

    @dataclass
    class Raced(FakeOwners):
        asked: int = 0

        def change(self, change: OwnerChange) -> CrmLink:
            self.asked += 1
            sales.act(key)  # woken again while the first is on the line
            return super().change(change)

    sales.owners = owners = Raced()
    sales.act(key)

    assert owners.asked == 1
    assert sales.done(key)


def test_a_press_is_retried_five_minutes_after_its_worker_died(sales: Salespeople) -> None:
    class Killed(BaseException):
        pass

    @dataclass
    class Deadly(FakeOwners):
        def change(self, change: OwnerChange) -> CrmLink:
            raise Killed

    key, sales.owners = sales.press("U0ALICE"), Deadly()
    with pytest.raises(Killed):
        sales.act(key)

    sales.owners = FakeOwners()
    sales.act(key)
    assert (sales.done(key), sales.waits(key)) == (False, 300)
    sales.clock.move(minutes=5)
    sales.act(key)

    assert (sales.done(key), sales.owners.record) == (True, ALICE)


def test_accepting_a_converted_lead_records_the_conversion(sales: Salespeople) -> None:
    sales.owners.contact = "0031"
    sales.act(sales.press("U0ALICE"))

    profile = sales.table.get(keys.profile("lead1"))
    assert profile
    assert profile.value.crm
    assert (profile.value.crm.id, profile.value.converted) == ("0031", NOON)
    assert Kind.CONVERTED in {activity.kind for activity in sales.activities()}


def test_person_with_another_address_in_salesforce_is_the_user_whom_the_playbook_names(sales: Salespeople) -> None:
    sales.chat.addresses["U0ALICE"] = "Sato@slack.example"
    alice = replace(ALICE, id="005000000000001AAA")
    sales.owners.users = (alice,)
    sales.bundle = a_bundle(sync=SyncRule(users={"sato@slack.example": alice.id}))

    sales.act(sales.press("U0ALICE"))

    assert (sales.alert().outcome, sales.owners.record) == ("accepted", alice)


def test_owner_with_another_address_in_slack_is_mentioned_when_asked(sales: Salespeople) -> None:
    sales.chat.addresses["U0BOB"] = "tanaka@slack.example"
    sales.bundle = a_bundle(sync=SyncRule(users={"tanaka@slack.example": BOB.id}))
    sales.owners.record = BOB

    sales.act(sales.press("U0ALICE"))

    assert "<@U0BOB>" in sales.chat.replies[0][1]
