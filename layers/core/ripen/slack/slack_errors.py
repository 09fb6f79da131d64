"""Which of Slack's errors are final, and which cards wait because of the others.

Only a fault of the content is final: the same message can never be posted. Every other error, known or unknown, waits
for time or an administrator, so that no alert is lost.

Source: docs.slack.dev, the errors on the pages of chat.postMessage, chat.update, users.info and users.lookupByEmail.
"""

import re
from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from ripen.slack.alert import Alert

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
OUR_CODES = (NO_TOKEN, NO_CHANNEL, NOT_AN_ID)
"""Why Slack is not called at all."""
_CHANNEL_ID = re.compile(r"[CG][A-Z0-9]{5,}")
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


class WaitingCards(Struct, frozen=True):
    """The cards that wait for Slack because of one error."""

    code: str
    alerts: tuple[Alert, ...]

    @property
    def since(self) -> datetime:
        """When the first of them was tried in vain."""
        return min(alert.failing_since for alert in self.alerts if alert.failing_since)

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels that they are meant for; without a name, the sales channel."""
        return tuple(sorted({alert.channel for alert in self.alerts}))


def by_code(alerts: Iterable[Alert]) -> tuple[WaitingCards, ...]:
    """Return the cards that wait for Slack, by code: first the code of the most cards."""
    found: dict[str, list[Alert]] = {}
    for alert in alerts:
        if alert.failing_since:
            found.setdefault(error_code(alert.error), []).append(alert)
    waiting = [WaitingCards(code, tuple(cards)) for code, cards in found.items()]
    return tuple(sorted(waiting, key=lambda each: (-len(each.alerts), each.code)))
