"""notify.act: the person who accepted a lead gives it back, once, whatever is lost or pressed twice."""

import pytest

from ripen.adapters.table import Table
from ripen.errors import Undeliverable
from tests.support.card_presses import ALERT, CRM, Salespeople, a_posted_card
from tests.support.fake_chat import ALICE, BOB, DOWN, QUEUE
from tests.support.fakes import FakeClock


@pytest.fixture
def sales(table: Table, clock: FakeClock) -> Salespeople:
    """Alice has accepted the lead, which was in a queue."""
    sales = a_posted_card(table, clock, CRM)
    sales.act(sales.press("U0ALICE"))
    sales.clock.move(minutes=1)
    return sales


def test_a_release_gives_the_record_back_closes_the_task_and_opens_the_card(sales: Salespeople) -> None:
    key = sales.press("U0ALICE", "release")

    sales.act(key)

    assert (sales.owners.record, sales.owners.closed) == (QUEUE, list(sales.owners.tasks))
    assert (sales.alert().outcome, sales.alert().handover, sales.waits(ALERT), sales.done(key)) == ("", None, 0, True)
    crm = sales.crm()
    assert crm and crm.owner_name == "Inbound"
    [(_, text)] = sales.chat.replies
    assert "<@U0ALICE> さんが担当を外れました。" in text
    assert "Inbound" in text
    assert ("alert", "released") in sales.decisions()


def test_pressing_twice_releases_once(sales: Salespeople) -> None:
    first = sales.press("U0ALICE", "release")
    sales.clock.move(seconds=1)
    second = sales.press("U0ALICE", "release")

    sales.act(first)
    sales.act(first)
    sales.act(second)

    assert (len(sales.owners.closed), len(sales.chat.replies), sales.chat.responses) == (1, 1, [])


def test_only_the_person_who_accepted_can_release(sales: Salespeople) -> None:
    sales.act(sales.press("U0BOB", "release"))

    assert (sales.alert().outcome, sales.owners.record) == ("accepted", ALICE)
    assert sales.chat.responses == ["担当を外れられるのは、担当の alice さんだけです。"]


def test_a_released_lead_can_be_accepted_again_with_a_new_task(sales: Salespeople) -> None:
    sales.act(sales.press("U0ALICE", "release"))
    sales.clock.move(minutes=1)

    sales.act(sales.press("U0ALICE"))

    assert (sales.alert().outcome, sales.owners.record) == ("accepted", ALICE)
    assert (len(sales.owners.tasks), len(sales.owners.closed)) == (2, 1)


def test_a_lost_answer_of_the_acceptance_keeps_the_former_owner(table: Table, clock: FakeClock) -> None:
    sales = a_posted_card(table, clock, CRM)
    sales.owners.trouble, sales.owners.answer_is_lost = [DOWN], True
    key = sales.press("U0ALICE")
    sales.act(key)
    sales.act(key)
    sales.clock.move(minutes=1)

    sales.act(sales.press("U0ALICE", "release"))

    assert (sales.owners.record, len(sales.owners.tasks)) == (QUEUE, 1)


def test_a_lost_answer_of_the_release_changes_nothing_twice(sales: Salespeople) -> None:
    sales.owners.trouble, sales.owners.answer_is_lost = [DOWN], True
    key = sales.press("U0ALICE", "release")

    sales.act(key)
    assert (sales.alert().outcome, sales.waits(key), sales.owners.record) == ("releasing", 30, QUEUE)
    sales.act(key)

    assert (sales.alert().outcome, sales.owners.record, len(sales.owners.closed)) == ("", QUEUE, 1)


def test_a_record_that_has_another_owner_by_now_stays_there(sales: Salespeople) -> None:
    sales.owners.record = BOB

    sales.act(sales.press("U0ALICE", "release"))

    assert (sales.owners.record, len(sales.owners.closed), sales.alert().outcome) == (BOB, 1, "")


@pytest.mark.parametrize("reason", ["FIELD_CUSTOM_VALIDATION_EXCEPTION: no", "INSUFFICIENT_ACCESS_OR_READONLY: no"])
def test_a_release_that_salesforce_refuses_leaves_the_lead_accepted(sales: Salespeople, reason: str) -> None:
    sales.owners.trouble = [Undeliverable(reason, permanent=reason.startswith("FIELD"))]
    key = sales.press("U0ALICE", "release")

    sales.act(key)

    assert (sales.alert().outcome, sales.alert().by, sales.done(key)) == ("accepted", "U0ALICE", True)
    assert "担当を外れられませんでした" in sales.chat.replies[0][1]


def test_an_outage_of_a_day_leaves_the_lead_accepted(sales: Salespeople) -> None:
    sales.owners.trouble = [DOWN, DOWN]
    key = sales.press("U0ALICE", "release")
    sales.act(key)
    sales.clock.move(days=1, seconds=1)

    sales.act(key)

    assert (sales.alert().outcome, sales.owners.record) == ("accepted", ALICE)
