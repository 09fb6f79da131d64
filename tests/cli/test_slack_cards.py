"""Cards that wait for Slack are seen in status, doctor and why, with the reason in words."""

from datetime import timedelta

import pytest
from rich.console import Console

from cli.doctor.finding import Finding, State
from cli.doctor.waiting import CARDS, waiting
from cli.output.status import show_status
from ripen.adapters.table import Create, Table, keys
from ripen.operations.phrases import say
from ripen.operations.slack_error_words import in_words, next_step
from ripen.operations.status import status
from ripen.slack.alert import Alert
from tests.support.fakes import NOON

ZONE = "Asia/Tokyo"


def a_waiting_card(table: Table, lead: str, minutes: float, error: str = "chat.postMessage: ekm_access_denied") -> None:
    since = NOON - timedelta(minutes=minutes)
    alert = Alert(id="a" * 26, lead=lead, kind="hot", planned=since, error=error, failing_since=since)
    table.write(Create(keys.alert(lead, alert.id), alert, due=NOON + timedelta(minutes=9)))


def cards(table: Table) -> Finding:
    return next(finding for finding in waiting(table, NOON, ZONE) if finding.check is CARDS)


def test_status_says_why_cards_wait_and_since_when(table: Table) -> None:
    a_waiting_card(table, "lead1", 5)
    a_waiting_card(table, "lead2", 60)
    found = status(table, NOON)

    with (console := Console(width=300)).capture() as capture:
        show_status(found, "Asia/Tokyo", console)

    assert found.plain()["slack_errors"] == {
        "ekm_access_denied": {"cards": 2, "since": "2026-11-21T02:00:00+00:00"},
    }
    assert "2 cards wait for Slack since 2026-11-21 11:00: the company's key management" in capture.get()
    assert "Nothing else is due." in capture.get()


def test_card_that_is_not_tried_yet_does_not_wait_for_slack(table: Table) -> None:
    table.write(Create(keys.alert("lead1", "a"), Alert(id="a", lead="lead1", kind="hot", planned=NOON), due=NOON))

    assert status(table, NOON).waiting == ()
    assert cards(table).state is State.OK


@pytest.mark.parametrize(("minutes", "state"), [(9, State.WARN), (10, State.FAIL)])
def test_doctor_fails_when_a_card_has_waited_for_long(table: Table, minutes: float, state: State) -> None:
    a_waiting_card(table, "lead1", minutes, "chat.postMessage: not_in_channel")

    found = cards(table)

    assert found.state is state
    assert next_step("not_in_channel").en in found.next_step.en
    assert "not_in_channel" in found.found.en
    assert f"since 2026-11-21 11:{60 - minutes} Asia/Tokyo" in found.found.en


@pytest.mark.parametrize(
    ("code", "en"),
    [
        ("not_in_channel", "the app is not in the channel (not_in_channel)"),
        ("no channel is set", "no sales channel is set"),
        ("503", "Slack does not answer (503)"),
        ("TimeoutError", "Slack does not answer (TimeoutError)"),
        ("an_error_of_next_year", "Slack refuses (an_error_of_next_year)"),
    ],
)
def test_each_code_has_words(code: str, en: str) -> None:
    assert in_words(code).en == en


def test_reason_of_a_card_is_in_words() -> None:
    facts = {"subject": "hot", "reason": "chat.postMessage: not_in_channel", "from": "12:00", "again": "12:05"}

    assert say("alert.waits", facts, "ja") == (
        "カード（ホット）が Slack を待っている（12:00 から）: アプリがチャンネルに参加していない（not_in_channel）。"
        "次の試行: 12:05"
    )
