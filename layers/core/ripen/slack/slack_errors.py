"""Which of Slack's errors are final, and why work waits because of the others.

Only a fault of the content is final: the same message can never be posted. Every other error, known or unknown, waits
for time or an administrator, so that no alert is lost.

Source: docs.slack.dev, the errors on the pages of chat.postMessage, chat.update, users.info and users.lookupByEmail.
"""

import re

from ripen.cause import Cause

_CONTENT = {
    "attachment_payload_limit_exceeded",
    "invalid_arg_name",
    "invalid_arguments",
    "invalid_array_arg",
    "invalid_attachments",
    "invalid_blocks",
    "invalid_blocks_format",
    "invalid_metadata_format",
    "invalid_metadata_schema",
    "markdown_text_conflict",
    "metadata_too_large",
    "msg_blocks_too_long",
    "msg_too_long",
    "no_text",
    "too_many_attachments",
}
_GONE = {
    "cant_update_message",
    "edit_window_closed",
    "message_not_found",
    "thread_not_found",
    "user_not_found",
    "user_not_visible",
    "users_not_found",
}
"""Errors about a posted message or a person that does not exist (any more). chat.postMessage has none of them for a
new message."""

NO_TOKEN = "slack_bot_token is not set"  # noqa: S105 (no secret)
NO_CHANNEL = "no channel is set"
NOT_AN_ID = "not a channel id"
NO_CARD = "its card is not posted yet"
EARLIER_CARD = "an earlier card of the lead is not posted yet"
OUR_CODES = (NO_TOKEN, NO_CHANNEL, NOT_AN_ID, NO_CARD, EARLIER_CARD)
"""Why Slack is not called at all."""
_RATE = {"ratelimited", "rate_limited", "message_limit_exceeded"}
_LOGIN = {NO_TOKEN, "not_authed", "invalid_auth", "account_inactive", "token_revoked", "token_expired"}
_OWN_FAULTS = {"fatal_error", "internal_error", "request_timeout", "service_unavailable"}
_CHANNEL_ID = re.compile(r"[CDG][A-Z0-9]{5,}")
_OF_A_METHOD = re.compile(r"[a-z]+(?:\.[A-Za-z]+)+: ")


def is_final(code: str) -> bool:
    """Return whether a call that Slack refused with this code is pointless to repeat."""
    return code in _CONTENT or code in _GONE


def is_channel_id(channel: str) -> bool:
    """Return whether a channel is given by its id and not by its name."""
    return _CHANNEL_ID.fullmatch(channel) is not None


def is_of_slack(reason: str) -> bool:
    """Return whether the reason is an error of a method of Slack's, or why none was called."""
    return bool(_OF_A_METHOD.match(reason)) or error_code(reason) in OUR_CODES


def error_code(reason: str) -> str:
    """Return the code in "chat.postMessage: not_in_channel", or our own words without their details."""
    return _OF_A_METHOD.sub("", reason, count=1).partition(":")[0]


def cause(code: str) -> Cause:
    """Return why Slack does not take our work, by the code of its last answer.

    An HTTP status of 5xx or the name of a network error means that Slack does not answer: Slack's own codes are in
    small letters, what Python raises is not.
    """
    if code in _RATE or code == "429":
        return Cause.LIMIT
    if code in (NO_CARD, EARLIER_CARD):
        return Cause.BEHIND
    if code in _LOGIN:
        return Cause.CREDENTIALS
    if code in _OWN_FAULTS or code.isdecimal() or code != code.lower():
        return Cause.OUTAGE
    return Cause.REFUSED if is_final(code) else Cause.RIGHTS
