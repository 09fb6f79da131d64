"""The cards of a lead come in the order of what happened, however long Slack was down."""

from collections.abc import Iterator
from json import dumps
from typing import Any

from notify._order import wait_behind
from notify.alert import Dependencies, update_card
from ripen.adapters.table import Create, Row, Table, keys
from ripen.slack.alert import Alert, AlertState
from ripen.slack.slack_errors import EARLIER_CARD
from tests.support.builders import a_bundle
from tests.support.fakes import NOON
from tests.support.hot_lead_alert import DOWN, HotLeadAlert

SECOND = keys.alert("lead1", "b" * 26)


class CountingTable(Table):
    """Counts the rows that are read under an owner."""

    rows = 0

    def under(self, *args: Any, **options: Any) -> Iterator[Row[Any]]:
        for row in super().under(*args, **options):
            self.rows += 1
            yield row


def a_second_card(hot_lead: HotLeadAlert, channel: str = "") -> None:
    hot_lead.clock.move(minutes=1)
    now = hot_lead.clock.now()
    alert = Alert(
        id=SECOND.sk.partition("#")[2], lead="lead1", kind="note", text="よろしく", planned=now, channel=channel
    )
    hot_lead.table.write(Create(SECOND, alert, due=now))


def wake_the_second(hot_lead: HotLeadAlert) -> Alert:
    update_card(SECOND.ref, Dependencies(hot_lead.table, hot_lead.clock, a_bundle(), hot_lead.chat, hot_lead.channel))
    row = hot_lead.table.get(SECOND)
    assert row
    return row.value


def test_second_card_waits_until_the_first_is_posted(hot_lead: HotLeadAlert) -> None:
    hot_lead.chat.trouble = [DOWN]
    hot_lead.wake()
    a_second_card(hot_lead)

    waiting = wake_the_second(hot_lead)

    assert (waiting.state, waiting.error, waiting.attempts) == (AlertState.PLANNED, EARLIER_CARD, 0)
    assert waiting.failing_since == hot_lead.clock.now() > NOON
    assert hot_lead.chat.posts == 1
    hot_lead.wake()
    posted = wake_the_second(hot_lead)
    assert (posted.state, posted.error) == (AlertState.POSTED, "")
    assert "よろしく" in dumps(hot_lead.chat.cards["3"][1], ensure_ascii=False)


def test_second_card_is_due_just_after_the_first(hot_lead: HotLeadAlert) -> None:
    hot_lead.chat.trouble = [DOWN, DOWN]
    hot_lead.wake()
    a_second_card(hot_lead)
    hot_lead.wake()

    wake_the_second(hot_lead)

    row = hot_lead.table.get(SECOND)
    assert row
    assert row.due
    assert 0 < (row.due - hot_lead.clock.now()).total_seconds() - (hot_lead.waits() or 0) <= 5


def test_card_for_another_channel_does_not_wait(hot_lead: HotLeadAlert) -> None:
    hot_lead.chat.trouble = [DOWN]
    hot_lead.wake()
    a_second_card(hot_lead, "C0EVENTS")

    assert wake_the_second(hot_lead).state is AlertState.POSTED


def test_card_reads_a_bounded_number_of_the_leads_alerts(hot_lead: HotLeadAlert) -> None:
    """Each card read all earlier ones: many cards of one lead took time that grew with the square of their number."""
    for number in range(120):
        id = f"{number:026}"
        alert = Alert(id=id, lead="lead1", kind="note", planned=NOON, state=AlertState.POSTED)
        hot_lead.table.write(Create(keys.alert("lead1", id), alert))
    read = CountingTable(hot_lead.table.name)

    wait_behind(Alert(id="b" * 26, lead="lead1", kind="note", planned=NOON), read, "C0SALES", NOON)

    assert read.rows == 100
