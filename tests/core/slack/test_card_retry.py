"""A card that Slack did not take waits longer each time, and needs a person after ten minutes."""

from copy import replace
from datetime import timedelta

import pytest

from ripen.errors import Undeliverable, Unsure
from ripen.slack.alert import Alert, AlertState
from ripen.slack.card_retry import failing, needs_a_person, retry_wait, without_errors
from tests.support.fakes import NOON

ALERT = Alert(id="a" * 26, lead="lead1", kind="hot", planned=NOON)
REFUSED = Undeliverable("chat.postMessage: not_in_channel", permanent=False)


@pytest.mark.parametrize(("attempts", "seconds"), [(0, 30), (1, 60), (4, 480), (5, 900), (5000, 900)])
def test_refused_card_is_retried_after_half_a_minute_to_a_quarter_of_an_hour(attempts: int, seconds: int) -> None:
    assert retry_wait(replace(ALERT, attempts=attempts), REFUSED) == timedelta(seconds=seconds)


def test_card_waits_as_long_as_slack_asks_for() -> None:
    limited = Undeliverable("chat.postMessage: ratelimited", permanent=False, after=7)

    assert retry_wait(replace(ALERT, attempts=9), limited) == timedelta(seconds=7)


@pytest.mark.parametrize(("attempts", "seconds"), [(0, 15), (1, 30), (90, 900)])
def test_lost_answer_is_looked_up_soon_and_then_less_often(attempts: int, seconds: int) -> None:
    assert retry_wait(replace(ALERT, attempts=attempts), Unsure("chat.postMessage: 500")) == timedelta(seconds=seconds)


@pytest.mark.parametrize(("seconds", "needed"), [(599, False), (600, True)])
def test_card_that_waits_for_ten_minutes_needs_a_person(seconds: int, needed: bool) -> None:
    first = failing(ALERT, REFUSED.reason, NOON)
    now = NOON + timedelta(seconds=seconds)

    assert needs_a_person(failing(first, "chat.postMessage: 503", now), now) is needed


def test_refused_content_needs_a_person_at_once_and_an_erased_lead_does_not() -> None:
    refused = replace(ALERT, state=AlertState.FAILED, error="chat.postMessage: invalid_blocks")

    assert needs_a_person(refused, NOON)
    assert not needs_a_person(replace(refused, error="no such lead"), NOON)


def test_success_forgets_the_errors() -> None:
    assert without_errors(failing(failing(ALERT, "chat.postMessage: 503", NOON), REFUSED.reason, NOON)) == ALERT
