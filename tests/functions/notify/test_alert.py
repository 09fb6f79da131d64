"""notify.alert: one card per alert, updated when something changes, and retried when Slack fails."""

from json import dumps

import pytest

from notify.alert import Dependencies, update_card
from ripen.adapters.table import Create, Replace, Table, keys
from ripen.errors import Undeliverable, Unsure
from ripen.settings import Stop
from ripen.slack.alert import Alert, AlertState
from tests.support.builders import a_bundle
from tests.support.fake_chat import FakeChat
from tests.support.fakes import NOON, FakeClock
from tests.support.hot_lead_alert import CRM, DOWN, ID, KEY, Sales, synced


def test_a_planned_alert_becomes_one_card(sales: Sales) -> None:
    sales.wake()

    assert list(sales.chat.cards) == ["1"]
    assert (sales.alert().state, sales.alert().channel, sales.alert().ts) == (AlertState.POSTED, "C0SALES", "1")
    assert sales.waits() is None
    assert sales.decisions() == ["posted"]


def test_a_second_wake_changes_nothing(sales: Sales) -> None:
    sales.wake()
    sales.wake()

    assert (sales.chat.posts, sales.chat.updates) == (1, 0)
    assert sales.decisions() == ["posted"]


def test_a_new_link_to_salesforce_updates_the_card(sales: Sales) -> None:
    sales.wake()
    synced(sales)

    sales.wake()

    assert (sales.chat.posts, sales.chat.updates) == (1, 1)
    assert CRM.url in dumps(sales.chat.cards["1"][1])
    assert sales.waits() is None


def test_the_person_who_acted_is_shown_on_the_same_card(sales: Sales) -> None:
    sales.wake()
    sales.change(outcome="accepted", by="U0ALICE", by_name="alice", acted=NOON)

    sales.wake()

    assert "対応: <@U0ALICE>" in dumps(sales.chat.cards["1"][1], ensure_ascii=False)
    assert sales.alert().outcome == "accepted"


def test_a_slack_outage_delays_the_card_longer_each_time(sales: Sales) -> None:
    sales.chat.trouble = [DOWN, DOWN]

    sales.wake()
    first = sales.waits()
    sales.clock.move(seconds=first or 0)
    sales.wake()
    second = sales.waits()

    assert sales.alert().state is AlertState.PLANNED
    assert first and second and first < second
    sales.wake()
    assert list(sales.chat.cards) == ["3"]


def test_the_card_waits_as_long_as_slack_asks_for(sales: Sales) -> None:
    sales.chat.trouble = [Undeliverable("ratelimited", permanent=False, after=7)]

    sales.wake()

    assert sales.waits() == 7


@pytest.mark.parametrize(("stands", "posts"), [(True, 1), (False, 2)])
def test_an_ambiguous_post_is_looked_up_before_it_is_repeated(sales: Sales, stands: bool, posts: int) -> None:
    sales.chat.trouble, sales.chat.stands = [Unsure("timeout")], stands

    sales.wake()
    assert sales.alert().state is AlertState.CLAIMED
    sales.clock.move(seconds=sales.waits() or 0)
    sales.wake()

    assert (sales.chat.posts, len(sales.chat.cards), sales.chat.looks) == (posts, 1, 1)
    assert sales.alert().state is AlertState.POSTED
    assert sales.decisions() == ["posted"]


def test_a_failed_lookup_is_retried_before_any_post(sales: Sales) -> None:
    sales.chat.trouble = [Unsure("timeout"), DOWN]

    sales.wake()
    sales.wake()
    assert (sales.chat.posts, sales.alert().state) == (1, AlertState.CLAIMED)
    assert sales.waits()
    sales.wake()

    assert (sales.chat.posts, sales.alert().state) == (1, AlertState.POSTED)


def test_a_failed_update_is_retried(sales: Sales) -> None:
    sales.wake()
    synced(sales)
    sales.chat.trouble = [DOWN]

    sales.wake()
    assert sales.waits() == 30
    sales.wake()

    assert CRM.url in dumps(sales.chat.cards["1"][1])
    assert sales.waits() is None


def test_a_deleted_card_stays_deleted(sales: Sales) -> None:
    sales.wake()
    synced(sales)
    sales.chat.trouble = [Undeliverable("chat.update: message_not_found", permanent=True)]

    sales.wake()
    sales.wake()

    assert (sales.chat.posts, sales.chat.updates, sales.waits()) == (1, 1, None)
    assert "message_not_found" in sales.alert().error


def test_a_permanent_refusal_fails_visibly(sales: Sales) -> None:
    sales.chat.trouble = [Undeliverable("chat.postMessage: invalid_blocks", permanent=True)]

    sales.wake()
    sales.wake()

    assert (sales.alert().state, sales.waits(), sales.chat.posts) == (AlertState.FAILED, None, 1)
    assert sales.decisions() == ["failed"]


def test_a_stop_holds_cards_and_loses_none(sales: Sales) -> None:
    sales.table.write(Create(keys.STOP, Stop(on=True, at=NOON)))

    sales.wake()
    assert (sales.chat.posts, sales.waits(), sales.alert().error) == (0, 60, "stopped")
    sales.table.write(Replace(keys.STOP, Stop(on=False, at=NOON), was=1))
    sales.wake()

    assert sales.chat.posts == 1


def test_without_a_channel_the_card_waits(sales: Sales) -> None:
    sales.channel = ""

    sales.wake()

    assert (sales.chat.posts, sales.waits()) == (0, 60)


def test_a_missing_alert_is_skipped(sales: Sales) -> None:
    sales.channel = "sales"

    update_card(keys.alert("lead2", ID).ref, Dependencies(sales.table, sales.clock, a_bundle(), sales.chat, "sales"))

    assert sales.chat.posts == 0


def test_a_lead_without_a_profile_fails_visibly(table: Table, clock: FakeClock) -> None:
    table.write(Create(KEY, Alert(id=ID, lead="lead1", kind="hot", planned=NOON), due=NOON))
    sales = Sales(table, clock, FakeChat())

    sales.wake()

    assert (sales.alert().state, sales.alert().error) == (AlertState.FAILED, "no such lead")


def test_a_note_is_posted_to_its_own_channel(sales: Sales) -> None:
    sales.change(kind="note", text="お電話を", channel="events")
    sales.wake()
    assert sales.chat.places == ["events"]
    assert "お電話を" in dumps(sales.chat.cards["1"][1], ensure_ascii=False)
    assert sales.decisions() == ["posted"]


def test_an_ambiguous_note_is_looked_up_in_its_channel(sales: Sales) -> None:
    sales.change(kind="note", text="お電話を", channel="events")
    sales.chat.trouble = [Unsure("chat.postMessage: lost")]
    sales.wake()
    sales.clock.move(seconds=sales.waits() or 0)
    sales.wake()
    assert (sales.chat.posts, sales.chat.places) == (1, ["events", "events"])
    assert sales.alert().state is AlertState.POSTED


def test_a_note_needs_no_sales_channel(sales: Sales) -> None:
    sales.channel = ""
    sales.change(kind="note", text="お電話を", channel="events")
    sales.wake()
    assert sales.alert().state is AlertState.POSTED
