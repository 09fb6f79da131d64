"""notify.act: a colleague's record stays with the colleague, and everybody hears what became of a press, once."""

from datetime import timedelta

import pytest

from ripen.adapters.table import Table
from ripen.errors import Undeliverable, Unsure
from tests.support.card_presses import ALERT, CRM, Salespeople, a_posted_card
from tests.support.fake_chat import ALICE, BOB, DOWN
from tests.support.fakes import FakeClock

LATE = "alice さんが先に「担当する」を押しました。"


@pytest.fixture
def sales(table: Table, clock: FakeClock) -> Salespeople:
    """Alice and Bob have users in Salesforce."""
    sales = a_posted_card(table, clock, CRM)
    sales.chat.addresses["U0BOB"] = BOB.email
    sales.owners.users = (ALICE, BOB)
    return sales


@pytest.fixture
def bobs(sales: Salespeople) -> Salespeople:
    """The record is Bob's."""
    sales.owners.record = BOB
    return sales


def test_a_colleague_keeps_the_record_and_gets_a_task_and_a_message(bobs: Salespeople) -> None:
    key = bobs.press("U0ALICE")

    bobs.act(key)

    [(owner, task)] = bobs.owners.tasks.values()
    assert (bobs.owners.record, owner, task.urgent) == (BOB, BOB.id, True)
    assert "Alice Sato さんが相談したい" in task.subject
    assert [text.partition(":")[0] for _, text in bobs.chat.replies] == ["<@U0BOB> さん"]
    assert "Bob Tanaka さんなので、担当は変わりません" in bobs.chat.responses[0]
    assert (bobs.alert().outcome, bobs.done(key), bobs.waits(ALERT), bobs.activities()) == ("", True, 0, [])
    assert bobs.decisions() == [("crm", "owner asked")]


def test_the_owner_is_asked_once(bobs: Salespeople) -> None:
    bobs.act(bobs.press("U0ALICE"))
    bobs.clock.move(minutes=1)
    bobs.chat.responses.clear()

    bobs.act(bobs.press("U0ALICE"))
    bobs.act(bobs.press("U0CAROL"))

    assert (len(bobs.owners.tasks), len(bobs.chat.replies)) == (1, 1)
    assert [("すでに相談を依頼" in text) for text in bobs.chat.responses] == [True, True]


def test_the_owner_who_was_asked_accepts(bobs: Salespeople) -> None:
    bobs.act(bobs.press("U0ALICE"))
    bobs.clock.move(minutes=1)

    bobs.act(bobs.press("U0BOB"))

    assert (bobs.alert().outcome, bobs.alert().by, bobs.owners.record) == ("accepted", "U0BOB", BOB)


def test_a_customers_contact_is_never_transferred(sales: Salespeople) -> None:
    sales.owners.contact, sales.owners.record = "0031", BOB

    sales.act(sales.press("U0ALICE"))

    assert sales.owners.record == BOB
    assert [owner for owner, _ in sales.owners.tasks.values()] == [BOB.id]


def test_an_owner_without_slack_is_named(bobs: Salespeople) -> None:
    del bobs.chat.addresses["U0BOB"]

    bobs.act(bobs.press("U0ALICE"))

    assert bobs.chat.replies[0][1].startswith("Bob Tanaka さん: ")
    assert "直接お知らせください" in bobs.chat.responses[0]


@pytest.mark.parametrize("after", [timedelta(minutes=29), timedelta(minutes=30)])
def test_after_half_an_hour_the_answer_goes_into_the_thread(sales: Salespeople, after: timedelta) -> None:
    first, second = sales.press("U0ALICE"), sales.press("U0BOB")
    sales.act(first)
    sales.clock.move(seconds=int(after.total_seconds()))

    sales.act(second)

    in_time = after < timedelta(minutes=30)
    assert sales.chat.responses == ([LATE] if in_time else [])
    assert [text for _, text in sales.chat.replies] == ([] if in_time else [f"<@U0BOB> {LATE}"])


def test_an_answer_that_slack_refuses_goes_into_the_thread(sales: Salespeople) -> None:
    sales.chat.response_trouble = Undeliverable("response_url: 404", permanent=True)
    first, second = sales.press("U0ALICE"), sales.press("U0BOB")

    sales.act(first)
    sales.act(second)

    assert [text for _, text in sales.chat.replies] == [f"<@U0BOB> {LATE}"]


@pytest.mark.parametrize("stands", [True, False])
def test_a_reply_whose_answer_was_lost_is_looked_up_before_it_is_posted_again(bobs: Salespeople, stands: bool) -> None:
    bobs.chat.stands = stands
    bobs.chat.trouble = [None, None, None, Unsure("timeout")]  # the person twice, the owner, the reply
    key = bobs.press("U0ALICE")

    bobs.act(key)
    assert (bobs.done(key), len(bobs.chat.replies), bobs.waits(key)) == (False, int(stands), 30)
    bobs.clock.move(seconds=30)
    bobs.act(key)

    assert (bobs.done(key), len(bobs.chat.replies), len(bobs.chat.responses)) == (True, 1, 1)
    assert len(bobs.owners.tasks) == 1


def test_people_are_told_after_an_outage_of_slack_and_not_after_a_day(bobs: Salespeople) -> None:
    bobs.chat.trouble = [None, None, DOWN]
    key = bobs.press("U0ALICE")
    bobs.act(key)
    assert not bobs.done(key)

    bobs.clock.move(days=1, seconds=1)
    bobs.chat.trouble = [DOWN]
    bobs.act(key)

    assert (bobs.done(key), bobs.chat.replies) == (True, [])


def test_a_reply_waits_for_the_card(bobs: Salespeople) -> None:
    ts = bobs.alert().ts
    bobs.set_alert(ts="")
    key = bobs.press("U0ALICE")

    bobs.act(key)
    assert (bobs.done(key), bobs.chat.replies) == (False, [])

    bobs.set_alert(ts=ts)
    bobs.act(key)
    assert (bobs.done(key), len(bobs.chat.replies)) == (True, 1)
