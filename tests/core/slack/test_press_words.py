"""What people are told after a press, and why a failure is final."""

from typing import Any

import pytest

from ripen.slack.access import Refusal
from ripen.slack.action import SILENT, PressOutcome
from ripen.slack.alert import Asked
from ripen.slack.press_failure import Failure, failure_words, is_lasting
from ripen.slack.press_words import Messages, press_messages
from tests.core.slack.test_press_course import a_press, an_alert
from tests.support.fakes import NOON

ASKED = Asked(by="U0ALICE", by_name="alice", owner="005B", owner_name="Bob <!here>", at=NOON)


def said(outcome: PressOutcome, owner: str = "", locale: str = "en", **changes: Any) -> Messages:
    return press_messages(
        a_press(outcome=outcome, **changes), an_alert(by="U0CAROL", by_name="carol", asked=ASKED), locale, owner
    )


@pytest.mark.parametrize("outcome", sorted(set(PressOutcome) - {PressOutcome.OPEN}))
@pytest.mark.parametrize("locale", ["ja", "en"])
def test_every_outcome_but_the_silent_ones_has_words(outcome: PressOutcome, locale: str) -> None:
    reason = Refusal.GUEST if outcome is PressOutcome.NOT_ALLOWED else Failure.NO_USER
    messages = said(outcome, locale=locale, reason=reason)

    assert (messages == Messages()) == (outcome in SILENT)


def test_the_owner_is_mentioned_and_the_presser_knows_it() -> None:
    found = said(PressOutcome.ASKED, owner="U0BOB")

    assert found.thread.startswith("<@U0BOB>: <@U0ALICE> would like to speak with you")
    assert "a message in the card's thread" in found.answer


def test_an_owner_without_slack_is_named_and_the_presser_is_asked_to_tell_them() -> None:
    found = said(PressOutcome.ASKED)

    assert found.thread.startswith("Bob &lt;!here&gt;: <@U0ALICE>")
    assert "please also tell Bob" in found.answer


def test_a_failure_is_explained_in_the_thread() -> None:
    found = said(PressOutcome.FAILED, reason=Failure.NO_USER)

    assert found.answer == ""
    assert found.thread == (
        "<@U0ALICE> could not take over this lead. No active Salesforce user, or more than one, has the e-mail address "
        "of this Slack account. The card is open again."
    )


def test_a_release_names_the_owner_in_salesforce() -> None:
    assert said(PressOutcome.RELEASED, owner_name="Inbound <!here>").thread == (
        "<@U0ALICE> released this lead. The card is open again. Its owner in Salesforce is Inbound &lt;!here&gt;."
    )
    assert said(PressOutcome.RELEASED).thread == "<@U0ALICE> released this lead. The card is open again."


def test_a_release_that_failed_says_that_the_lead_stays_accepted() -> None:
    found = said(PressOutcome.FAILED, verb="release", reason=Failure.NO_ANSWER)

    assert found.thread.endswith("<@U0ALICE> is still the one who accepted it.")


def test_nobody_hears_that_a_card_is_taken_which_is_open_again() -> None:
    late = a_press(outcome=PressOutcome.TOO_LATE)

    assert press_messages(late, an_alert(), "en", "") == Messages()


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("FIELD_CUSTOM_VALIDATION_EXCEPTION: Budget <first>", "refused it: Budget &lt;first&gt;"),
        ("INSUFFICIENT_ACCESS_OR_READONLY: x", "permission set"),
        ("SOME_NEW_CODE: details", "Salesforce refused it (SOME_NEW_CODE)."),
        (Failure.DELETED, "deleted in Salesforce"),
        ("kept out of Salesforce: last_name, company", "not in Salesforce yet: last name, company missing."),
        ("kept out of Salesforce: not admitted by sync.when: fit", "the rules of ripen.yaml keep it out"),
    ],
)
def test_a_refusal_of_salesforce_is_said_in_plain_words(reason: str, words: str) -> None:
    assert words in failure_words(reason, "en")


@pytest.mark.parametrize(
    ("reason", "permanent", "lasting"),
    [
        ("FIELD_CUSTOM_VALIDATION_EXCEPTION: x", True, True),
        ("INSUFFICIENT_ACCESS_OR_READONLY: x", False, True),
        ("UNABLE_TO_LOCK_ROW: x", False, False),
        ("no answer from Salesforce: Timeout", False, False),
    ],
)
def test_a_missing_right_is_final_for_a_person_who_waits(reason: str, permanent: bool, lasting: bool) -> None:
    assert is_lasting(reason, permanent) is lasting
