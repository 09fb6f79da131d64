"""Only faults of the content are final; every other error of Slack waits and is counted."""

from datetime import timedelta
from typing import Any

import pytest

from ripen.slack.alert import Alert
from ripen.slack.slack_errors import by_code, error_code, is_final
from tests.support.fakes import NOON


def waiting(error: str, minutes: float = 0, **changes: Any) -> Alert:
    since = NOON - timedelta(minutes=minutes)
    return Alert(id="a" * 26, lead="lead1", kind="hot", planned=NOON, error=error, failing_since=since, **changes)


@pytest.mark.parametrize("code", ["invalid_blocks", "msg_too_long", "no_text", "invalid_arguments", "users_not_found"])
def test_fault_of_the_content_and_a_missing_person_are_final(code: str) -> None:
    assert is_final(code)


@pytest.mark.parametrize(
    "code",
    [
        "access_denied",
        "account_inactive",
        "an_error_of_next_year",
        "channel_not_found",
        "ekm_access_denied",
        "enterprise_is_restricted",
        "is_archived",
        "missing_argument",  # an organisation-wide token without team_id
        "missing_scope",
        "not_in_channel",
        "org_login_required",
        "restricted_action",
        "restricted_action_read_only_channel",
        "team_access_not_granted",
        "token_revoked",
        "",
    ],
)
def test_every_other_error_waits(code: str) -> None:
    assert not is_final(code)


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("chat.postMessage: not_in_channel", "not_in_channel"),
        ("users.lookupByEmail: 503", "503"),
        ("conversations.history: TimeoutError", "TimeoutError"),
        ("not a channel id: sales", "not a channel id"),
        ("no channel is set", "no channel is set"),
        ("", ""),
    ],
)
def test_code_is_what_slack_said(reason: str, code: str) -> None:
    assert error_code(reason) == code


def test_waiting_cards_are_counted_by_code_since_the_first() -> None:
    found = by_code(
        [
            waiting("chat.postMessage: not_in_channel", 5),
            waiting("chat.postMessage: is_archived", 9, channel="C0EVENTS"),
            waiting("conversations.history: not_in_channel", 7, channel="C0EVENTS"),
            Alert(id="b" * 26, lead="lead2", kind="hot", planned=NOON, error="stopped"),
        ]
    )

    assert [(each.code, len(each.alerts), each.channels) for each in found] == [
        ("not_in_channel", 2, ("", "C0EVENTS")),
        ("is_archived", 1, ("C0EVENTS",)),
    ]
    assert found[0].since == NOON - timedelta(minutes=7)
