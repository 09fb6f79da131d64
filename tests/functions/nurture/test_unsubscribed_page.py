"""The page after an unsubscription: an undo, a reason, and what holds when it is opened again."""

from copy import replace
from typing import Any

import pytest

from ripen.adapters.rows.campaign_counts import campaign_totals
from ripen.adapters.table import Replace, Table
from ripen.lead.contact import Permission
from ripen.tracking import link_token
from tests.support.fakes import FakeClock, FakeQueue
from tests.support.mail_pages import ask, contact
from tests.support.planned_mails import LINK_KEYS, a_send, known, sent


@pytest.fixture
def mailed(table: Table) -> Table:
    """Hanako, who gave her consent and got a mail in Japanese."""
    known(table)
    sent(table, id=a_send().id, email="case-study")
    return table


FORM = {"accept": "text/html", "content-type": "application/x-www-form-urlencoded"}


def press(table: Table, clock: FakeClock, queue: FakeQueue, body: str) -> Any:
    clock.move(minutes=1)
    return ask(table, clock, queue, "POST", body=body, headers=FORM)


def kinds(table: Table) -> list[str]:
    return [str(row.value.kind) for row in table.under("lead1", "activity#")]


def test_the_undo_brings_the_consent_back_once_with_its_proof(
    mailed: Table, clock: FakeClock, queue: FakeQueue
) -> None:
    press(mailed, clock, queue, "List-Unsubscribe=One-Click")
    for _ in range(2):
        answer = press(mailed, clock, queue, "action=undo")
        assert answer["statusCode"] == 200
        assert "配信を再開しました" in answer["body"]
    after = contact(mailed)
    assert after.unsubscribed is None
    assert kinds(mailed) == ["unsubscribed", "resubscribed"]
    undone = list(mailed.under("lead1", "activity#"))[-1].value
    assert after.consent["marketing"] == Permission(granted=True, at=undone.at, record=undone.id)
    assert [record.value.granted for record in mailed.under("lead1", "consent#")] == [False, True]
    assert len(queue.woken) == 2


def test_the_undo_is_a_quiet_link_and_says_what_it_is_for(mailed: Table, clock: FakeClock, queue: FakeQueue) -> None:
    page = press(mailed, clock, queue, "List-Unsubscribe=One-Click")["body"]
    assert '誤って停止した場合 <button type="submit" name="action" value="undo">配信を再開する' in page
    assert page.count('class="quiet"') == 1


def test_an_undo_of_nothing_changes_nothing(mailed: Table, clock: FakeClock, queue: FakeQueue) -> None:
    before = contact(mailed)
    assert press(mailed, clock, queue, "action=undo")["statusCode"] == 200
    assert (contact(mailed), kinds(mailed), queue.woken) == (before, [], [])


def test_a_refusal_that_we_do_not_know_the_past_of_stays(table: Table, clock: FakeClock, queue: FakeQueue) -> None:
    known(table, unsubscribed=clock.now(), consent={})
    sent(table, id=a_send().id, email="case-study")
    assert "配信は停止しています" in press(table, clock, queue, "action=undo")["body"]
    assert contact(table).unsubscribed


def test_the_page_opened_again_says_what_holds(mailed: Table, clock: FakeClock, queue: FakeQueue) -> None:
    assert "配信を停止しますか" in ask(mailed, clock, queue, "GET")["body"]
    press(mailed, clock, queue, "List-Unsubscribe=One-Click")
    again = ask(mailed, clock, queue, "GET")["body"]
    assert "配信は停止しています" in again
    assert 'value="undo"' in again
    press(mailed, clock, queue, "action=undo")
    assert "配信を停止しますか" in ask(mailed, clock, queue, "GET")["body"]


def test_the_buttons_pressed_in_turn_count_one_unsubscription(
    mailed: Table, clock: FakeClock, queue: FakeQueue
) -> None:
    sent(mailed, id="a" * 26, campaign=True, origin="autumn")
    token = link_token.sign_token(LINK_KEYS, link_token.Purpose.UNSUBSCRIBE, link_token.Link("lead1", "a" * 26))
    for body in ("x=1", "action=undo") * 3:
        clock.move(minutes=1)
        ask(mailed, clock, queue, "POST", token, body=body, headers=FORM)
    assert campaign_totals(mailed, "autumn") == {"unsubscribed": 1}
    assert kinds(mailed) == ["unsubscribed", "resubscribed", "unsubscribed"]


@pytest.mark.parametrize("folded", [False, True])
def test_a_reason_is_kept_with_the_unsubscription(
    mailed: Table, clock: FakeClock, queue: FakeQueue, folded: bool
) -> None:
    press(mailed, clock, queue, "List-Unsubscribe=One-Click")
    (row,) = mailed.under("lead1", "activity#")
    if folded:
        mailed.write(Replace(row.key, replace(row.value, folded=clock.now()), row.version))
    answer = press(mailed, clock, queue, "reason=too_many")
    assert (answer["statusCode"], "ご回答ありがとうございました" in answer["body"]) == (200, True)
    (told,) = mailed.under("lead1", "activity#")
    assert told.value.facts == {"send": a_send().id, "why": "too_many"}
    assert told.due == (None if folded else row.due)


@pytest.mark.parametrize("body", ["reason=", "reason=%F0%28", "action=undone", "reason=" + "x" * 9999, "a;b", "&&&==="])
def test_any_other_form_unsubscribes(mailed: Table, clock: FakeClock, queue: FakeQueue, body: str) -> None:
    assert press(mailed, clock, queue, body)["statusCode"] == 200
    assert contact(mailed).unsubscribed == clock.now()


def test_a_reason_without_an_unsubscription_is_thanked_and_dropped(
    mailed: Table, clock: FakeClock, queue: FakeQueue
) -> None:
    assert press(mailed, clock, queue, "reason=other")["statusCode"] == 200
    assert kinds(mailed) == []
