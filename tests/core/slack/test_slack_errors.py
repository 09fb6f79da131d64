"""Only faults of the content are final; every other error of Slack waits."""

import pytest

from ripen.cause import Cause
from ripen.slack.slack_errors import cause, error_code, is_final


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


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("503", Cause.OUTAGE),
        ("TimeoutError", Cause.OUTAGE),
        ("internal_error", Cause.OUTAGE),
        ("ratelimited", Cause.LIMIT),
        ("429", Cause.LIMIT),
        ("invalid_auth", Cause.CREDENTIALS),
        ("slack_bot_token is not set", Cause.CREDENTIALS),
        ("not_in_channel", Cause.RIGHTS),
        ("missing_scope", Cause.RIGHTS),
        ("no channel is set", Cause.RIGHTS),
        ("its card is not posted yet", Cause.BEHIND),
        ("invalid_blocks", Cause.REFUSED),
    ],
)
def test_an_outage_is_told_from_a_refusal(code: str, found: Cause) -> None:
    assert cause(code) is found
