"""notify.alert: one card per alert, updated when something changes, and retried when Slack fails."""

from json import dumps

import pytest

from notify.alert import Dependencies, update_card
from ripen.adapters.table import Create, Replace, Table, keys
from ripen.errors import Undeliverable, Unsure
from ripen.marks import CrmMark
from ripen.settings import Stop
from ripen.slack.alert import Alert, AlertState
from tests.support.builders import a_bundle
from tests.support.fake_chat import FakeChat
from tests.support.fakes import NOON, FakeClock
from tests.support.hot_lead_alert import CRM, DOWN, ID, KEY, HotLeadAlert, synced


def test_a_planned_alert_becomes_one_card(hot_lead: HotLeadAlert) -> None:
    hot_lead.wake()

    assert list(hot_lead.chat.cards) == ["1"]
    assert (hot_lead.alert().state, hot_lead.alert().channel, hot_lead.alert().ts) == (
        AlertState.POSTED,
        "C0SALES",
        "1",
    )
    assert hot_lead.waits() is None
    assert hot_lead.decisions() == ["posted"]


def test_a_second_wake_changes_nothing(hot_lead: HotLeadAlert) -> None:
    hot_lead.wake()
    hot_lead.wake()

    assert (hot_lead.chat.posts, hot_lead.chat.updates) == (1, 0)
    assert hot_lead.decisions() == ["posted"]


def test_a_new_link_to_salesforce_updates_the_card(hot_lead: HotLeadAlert) -> None:
    hot_lead.wake()
    synced(hot_lead)

    hot_lead.wake()

    assert (hot_lead.chat.posts, hot_lead.chat.updates) == (1, 1)
    assert CRM.url in dumps(hot_lead.chat.cards["1"][1])
    assert hot_lead.waits() is None


def test_card_says_what_its_record_waits_for(hot_lead: HotLeadAlert) -> None:
    hot_lead.table.write(Create(keys.crm_mark("lead1"), CrmMark(lead="lead1", waits_for="last_name")))

    hot_lead.wake()

    card = dumps(hot_lead.chat.cards["1"][1], ensure_ascii=False)
    assert "Salesforce に未登録: 姓が未入力です" in card
    assert "登録中" not in card


def test_the_person_who_acted_is_shown_on_the_same_card(hot_lead: HotLeadAlert) -> None:
    hot_lead.wake()
    hot_lead.change(outcome="accepted", by="U0ALICE", by_name="alice", acted=NOON)

    hot_lead.wake()

    assert "担当者: <@U0ALICE>" in dumps(hot_lead.chat.cards["1"][1], ensure_ascii=False)
    assert hot_lead.alert().outcome == "accepted"


def test_a_slack_outage_delays_the_card_longer_each_time(hot_lead: HotLeadAlert) -> None:
    hot_lead.chat.trouble = [DOWN, DOWN]

    hot_lead.wake()
    first = hot_lead.waits()
    hot_lead.clock.move(seconds=first or 0)
    hot_lead.wake()
    second = hot_lead.waits()

    assert hot_lead.alert().state is AlertState.PLANNED
    assert first and second and first < second
    hot_lead.wake()
    assert list(hot_lead.chat.cards) == ["3"]


def test_the_card_waits_as_long_as_slack_asks_for(hot_lead: HotLeadAlert) -> None:
    hot_lead.chat.trouble = [Undeliverable("ratelimited", permanent=False, after=7)]

    hot_lead.wake()

    assert hot_lead.waits() == 7


@pytest.mark.parametrize(("stands", "posts"), [(True, 1), (False, 2)])
def test_an_ambiguous_post_is_looked_up_before_it_is_repeated(hot_lead: HotLeadAlert, stands: bool, posts: int) -> None:
    hot_lead.chat.trouble, hot_lead.chat.stands = [Unsure("timeout")], stands

    hot_lead.wake()
    assert hot_lead.alert().state is AlertState.CLAIMED
    hot_lead.clock.move(seconds=hot_lead.waits() or 0)
    hot_lead.wake()

    assert (hot_lead.chat.posts, len(hot_lead.chat.cards), hot_lead.chat.looks) == (posts, 1, 1)
    assert hot_lead.alert().state is AlertState.POSTED
    assert hot_lead.decisions() == ["posted"]


def test_a_failed_lookup_is_retried_before_any_post(hot_lead: HotLeadAlert) -> None:
    hot_lead.chat.trouble = [Unsure("timeout"), DOWN]

    hot_lead.wake()
    hot_lead.wake()
    assert (hot_lead.chat.posts, hot_lead.alert().state) == (1, AlertState.CLAIMED)
    assert hot_lead.waits()
    hot_lead.wake()

    assert (hot_lead.chat.posts, hot_lead.alert().state) == (1, AlertState.POSTED)


def test_a_failed_update_is_retried(hot_lead: HotLeadAlert) -> None:
    hot_lead.wake()
    synced(hot_lead)
    hot_lead.chat.trouble = [DOWN]

    hot_lead.wake()
    assert hot_lead.waits() == 30
    hot_lead.wake()

    assert CRM.url in dumps(hot_lead.chat.cards["1"][1])
    assert hot_lead.waits() is None


def test_a_deleted_card_stays_deleted(hot_lead: HotLeadAlert) -> None:
    hot_lead.wake()
    synced(hot_lead)
    hot_lead.chat.trouble = [Undeliverable("chat.update: message_not_found", permanent=True)]

    hot_lead.wake()
    hot_lead.wake()

    assert (hot_lead.chat.posts, hot_lead.chat.updates, hot_lead.waits()) == (1, 1, None)
    assert "message_not_found" in hot_lead.alert().error


@pytest.mark.parametrize("code", ["ekm_access_denied", "not_in_channel", "an_error_of_next_year"])
def test_a_card_that_slack_refuses_for_a_day_is_posted_once_when_it_works(hot_lead: HotLeadAlert, code: str) -> None:
    refused = Undeliverable(f"chat.postMessage: {code}", permanent=False)
    hot_lead.chat.trouble = [refused] * 100

    waits = []
    for _ in range(100):
        hot_lead.wake()
        waits.append(hot_lead.waits() or 0)
        hot_lead.clock.move(seconds=waits[-1])
    assert (waits[:3], waits[-1]) == ([30, 60, 120], 900)
    assert (hot_lead.alert().error, hot_lead.alert().failing_since) == (refused.reason, NOON)
    hot_lead.wake()

    assert (list(hot_lead.chat.cards), hot_lead.alert().failing_since, hot_lead.waits()) == (["101"], None, None)


def test_a_permanent_refusal_fails_visibly(hot_lead: HotLeadAlert) -> None:
    hot_lead.chat.trouble = [Undeliverable("chat.postMessage: invalid_blocks", permanent=True)]

    hot_lead.wake()
    hot_lead.wake()

    assert (hot_lead.alert().state, hot_lead.waits(), hot_lead.chat.posts) == (AlertState.FAILED, None, 1)
    assert hot_lead.decisions() == ["failed"]


def test_a_stop_holds_cards_and_loses_none(hot_lead: HotLeadAlert) -> None:
    hot_lead.table.write(Create(keys.STOP, Stop(on=True, at=NOON)))

    hot_lead.wake()
    assert (hot_lead.chat.posts, hot_lead.waits(), hot_lead.alert().error) == (0, 60, "stopped")
    hot_lead.table.write(Replace(keys.STOP, Stop(on=False, at=NOON), was=1))
    hot_lead.wake()

    assert hot_lead.chat.posts == 1


def test_without_a_channel_the_card_waits(hot_lead: HotLeadAlert) -> None:
    hot_lead.channel = ""

    hot_lead.wake()

    assert (hot_lead.chat.posts, hot_lead.waits(), hot_lead.alert().error) == (0, 30, "no channel is set")


def test_a_missing_alert_is_skipped(hot_lead: HotLeadAlert) -> None:
    hot_lead.channel = "sales"

    update_card(
        keys.alert("lead2", ID).ref, Dependencies(hot_lead.table, hot_lead.clock, a_bundle(), hot_lead.chat, "sales")
    )

    assert hot_lead.chat.posts == 0


def test_a_lead_without_a_profile_fails_visibly(table: Table, clock: FakeClock) -> None:
    table.write(Create(KEY, Alert(id=ID, lead="lead1", kind="hot", planned=NOON), due=NOON))
    hot_lead = HotLeadAlert(table, clock, FakeChat())

    hot_lead.wake()

    assert (hot_lead.alert().state, hot_lead.alert().error) == (AlertState.FAILED, "no such lead")


def test_a_note_is_posted_to_its_own_channel(hot_lead: HotLeadAlert) -> None:
    hot_lead.change(kind="note", text="お電話を", channel="events")
    hot_lead.wake()
    assert hot_lead.chat.places == ["events"]
    assert "お電話を" in dumps(hot_lead.chat.cards["1"][1], ensure_ascii=False)
    assert hot_lead.decisions() == ["posted"]


def test_an_ambiguous_note_is_looked_up_in_its_channel(hot_lead: HotLeadAlert) -> None:
    hot_lead.change(kind="note", text="お電話を", channel="events")
    hot_lead.chat.trouble = [Unsure("chat.postMessage: lost")]
    hot_lead.wake()
    hot_lead.clock.move(seconds=hot_lead.waits() or 0)
    hot_lead.wake()
    assert (hot_lead.chat.posts, hot_lead.chat.places) == (1, ["events", "events"])
    assert hot_lead.alert().state is AlertState.POSTED


def test_a_note_needs_no_sales_channel(hot_lead: HotLeadAlert) -> None:
    hot_lead.channel = ""
    hot_lead.change(kind="note", text="お電話を", channel="events")
    hot_lead.wake()
    assert hot_lead.alert().state is AlertState.POSTED
