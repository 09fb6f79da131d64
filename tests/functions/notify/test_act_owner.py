"""notify.act: the owner in Salesforce follows the card, in spite of outages and races."""

from dataclasses import dataclass

import pytest

from notify import act as act_module
from ripen.adapters.table import Replace, Table, keys
from ripen.errors import Undeliverable
from ripen.lead.activity import Kind
from ripen.lead.lead import CrmLink
from ripen.slack.access import Person
from tests.support.builders import a_lead
from tests.support.card_presses import ALERT, CRM, Salespeople, a_posted_card
from tests.support.fake_chat import DOWN, FakeChat, FakeOwners
from tests.support.fakes import NOON, FakeClock, LogCapture


@pytest.fixture
def sales(table: Table, clock: FakeClock) -> Salespeople:
    return a_posted_card(table, clock, CRM)


@pytest.fixture
def unsynced(table: Table, clock: FakeClock) -> Salespeople:
    return a_posted_card(table, clock, None)


def test_the_owner_follows_when_the_lead_is_in_salesforce(unsynced: Salespeople) -> None:
    key = unsynced.press("U0ALICE")

    unsynced.act(key)
    assert (unsynced.alert().outcome, unsynced.done(key), unsynced.waits(key)) == ("accepted", False, 30)
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


def test_a_lead_that_is_never_in_salesforce_is_awaited_for_a_day(unsynced: Salespeople) -> None:
    key = unsynced.press("U0ALICE")
    unsynced.act(key)

    unsynced.clock.move(days=1)
    unsynced.act(key)
    assert not unsynced.done(key)
    unsynced.clock.move(seconds=1)
    unsynced.act(key)

    assert unsynced.done(key)
    assert ("crm", "owner not set") in unsynced.decisions()
    assert "Salesforce にまだ登録されていない" in unsynced.chat.responses[0]


def test_a_salesforce_message_about_a_person_is_not_logged(sales: Salespeople) -> None:
    sales.owners.trouble = [Undeliverable("FIELD_CUSTOM_VALIDATION_EXCEPTION: 山田花子 is not new", permanent=True)]
    with LogCapture(act_module.logger) as said:
        sales.act(sales.press("U0ALICE"))
    assert "FIELD_CUSTOM_VALIDATION_EXCEPTION" in "".join(said)
    assert "山田" not in "".join(said)


def test_a_salesforce_outage_delays_the_owner_and_not_the_card(sales: Salespeople) -> None:
    sales.owners.trouble = [DOWN, DOWN]
    key = sales.press("U0ALICE")

    sales.act(key)
    assert (sales.alert().outcome, sales.waits(key)) == ("accepted", 30)
    sales.act(key)
    assert sales.waits(key) == 60
    sales.act(key)

    assert (sales.owners.owner, sales.done(key), len(sales.activities())) == ("alice@ripen.example", True, 1)


def test_a_slack_outage_delays_the_owner(sales: Salespeople) -> None:
    sales.chat.trouble = [None, DOWN]
    key = sales.press("U0ALICE")

    sales.act(key)

    assert (sales.alert().outcome, sales.waits(key)) == ("accepted", 30)


def test_a_form_that_arrives_during_the_call_is_not_overwritten(sales: Salespeople) -> None:
    @dataclass
    class Slow(FakeOwners):
        def accept(self, link: CrmLink, *rest: str) -> CrmLink:
            if not self.tasks:
                row = sales.table.get(keys.profile("lead1"))
                assert row
                sales.table.write(Replace(row.key, a_lead(crm=CRM, phone="+81699999999"), was=row.version))
            return super().accept(link, *rest)

    sales.owners = Slow()

    sales.act(sales.press("U0ALICE"))

    row = sales.table.get(keys.profile("lead1"))
    assert row and row.value.crm
    assert (row.value.phone, row.value.crm.owner_name) == ("+81699999999", "Alice Sato")
    assert len(sales.owners.tasks) == 1


def test_two_people_at_once_make_one_owner(sales: Salespeople) -> None:
    sales.chat.addresses["U0BOB"] = "bob@ripen.example"
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

    assert (sales.alert().by, sales.owners.owner) == ("U0ALICE", "alice@ripen.example")
    assert len(sales.chat.responses) == 1


def test_two_workers_on_one_press_call_salesforce_once(sales: Salespeople) -> None:
    key = sales.press("U0ALICE")

    @dataclass
    class Raced(FakeOwners):
        asked: int = 0

        def accept(self, link: CrmLink, *rest: str) -> CrmLink:
            self.asked += 1
            sales.act(key)  # woken again while the first is on the line
            return super().accept(link, *rest)

    sales.owners = owners = Raced()
    sales.act(key)

    assert owners.asked == 1
    assert sales.done(key)


def test_a_press_is_retried_five_minutes_after_its_worker_died(sales: Salespeople) -> None:
    class Killed(BaseException):
        pass

    @dataclass
    class Deadly(FakeOwners):
        def accept(self, link: CrmLink, *rest: str) -> CrmLink:
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


def test_accepting_a_converted_lead_records_the_conversion(sales: Salespeople) -> None:
    sales.owners.converted = CrmLink(object="Contact", id="0031", url="https://acme.example/0031")
    sales.act(sales.press("U0ALICE"))

    profile = sales.table.get(keys.profile("lead1"))
    assert profile
    assert profile.value.crm
    assert (profile.value.crm.id, profile.value.converted) == ("0031", NOON)
    assert Kind.CONVERTED in {activity.kind for activity in sales.activities()}
