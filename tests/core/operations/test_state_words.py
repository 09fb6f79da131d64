"""Every state, outcome and kind that the commands show has words in both languages."""

from enum import StrEnum

import pytest

from ripen.campaign.campaign_run import RunChange, RunState
from ripen.decision import DecisionKind, Outcome
from ripen.journey.enrollment import EnrollmentState
from ripen.lead.activity import Kind
from ripen.lead.state import Rank
from ripen.mail.ledger import SendState
from ripen.operations.phrases import knows
from ripen.operations.sending.run_words import CHANGES, COUNTED, STATES, halt_words
from ripen.operations.state_words import WORDS
from ripen.slack import alert
from ripen.slack.alert import AlertOutcome, AlertState
from ripen.words import Words

SHOWN: list[type[StrEnum]] = [Rank, SendState, EnrollmentState, AlertState, AlertOutcome, DecisionKind, Outcome]
ALERTS = [*alert.HAND_OFFS, *alert.HAND_OFF_MESSAGES, alert.REPLY, alert.UNPROVEN_REPLY, alert.DOUBTFUL_REPLY]
NAMES = {"Salesforce", "ToDo"}
"""What is the same in Japanese."""


@pytest.mark.parametrize("shown", SHOWN, ids=lambda shown: shown.__name__)
def test_every_value_has_words(shown: type[StrEnum]) -> None:
    assert [value for value in shown if value and value not in WORDS] == []


@pytest.mark.parametrize("kind", ALERTS)
def test_every_kind_of_alert_has_words(kind: str) -> None:
    assert kind in WORDS


def test_every_activity_has_a_sentence() -> None:
    assert [kind for kind in Kind if not knows(kind)] == []


def test_every_state_and_change_of_a_campaign_has_words() -> None:
    assert (set(STATES), set(CHANGES)) == (set(RunState), set(RunChange))
    assert {str(state) for state in SendState if state is not SendState.CLAIMED} <= set(COUNTED)


@pytest.mark.parametrize("words", [*WORDS.values(), *STATES.values(), *CHANGES.values(), *COUNTED.values()])
def test_japanese_words_are_japanese(words: Words) -> None:
    assert not words.ja.isascii() or words.ja in NAMES


def test_reason_of_a_halt_is_said_in_both_languages() -> None:
    assert halt_words("3 of 50 mails bounced: more than 5.0%") == (
        "3 of 50 mails bounced: more than 5.0%",
        "50 通中 3 通が不達（上限 5.0%）",
    )
    assert halt_words("something else") == ("something else", "something else")
