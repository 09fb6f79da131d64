"""Slack's Web API: posts, finds and updates cards, and looks up users.

Slack answers most refusals with status 200 and ok:false, and too many calls with 429 and Retry-After. It has no
idempotency key, so a post whose answer was lost may be in the channel.

Source: docs.slack.dev, "Using the Slack Web API", "Rate limits", "Message metadata".
"""

import re
from http.client import HTTPException
from socket import gaierror
from ssl import SSLError
from typing import TYPE_CHECKING, Any
from urllib.error import URLError
from urllib.parse import urlsplit

from ripen.adapters.secrets import Secrets
from ripen.backoff import retry_after
from ripen.errors import Undeliverable, Unsure
from ripen.slack.access import Installation, Person

if TYPE_CHECKING:
    from slack_sdk import WebClient
    from slack_sdk.web import SlackResponse

EVENT_TYPE = "ripen_alert"
_PRESS = "ripen_press"
_PAYLOAD = {EVENT_TYPE: "alert", _PRESS: "press"}
_TIMEOUT_SECONDS = 5
_CHANNEL_ID = re.compile(r"[CG][A-Z0-9]{5,}")
_CHANNEL_TYPES = "public_channel,private_channel"
_PAGE_SIZE = 200
_MAX_PAGES = 5
_CONFIGURATION_PAUSE_SECONDS = 600
_DEFAULT_RATE_PAUSE_SECONDS = 30
_CONFIGURATION_ERRORS = {
    "account_inactive",
    "channel_not_found",
    "invalid_auth",
    "is_archived",
    "missing_scope",
    "not_authed",
    "not_in_channel",
    "restricted_action",
    "token_expired",
    "token_revoked",
}
"""Errors that an administrator of the workspace corrects, so the call is retried in ten minutes."""
_TRANSIENT_ERRORS = {"fatal_error", "internal_error", "request_timeout", "service_unavailable"}
_RATE_ERRORS = {"ratelimited", "rate_limited", "message_limit_exceeded"}


class Slack:
    """Implements ports.Chat with slack_sdk. Each call is one attempt; the agenda retries."""

    def __init__(self, api: str, secrets: Secrets) -> None:
        self._api = api
        self._secrets = secrets
        self._channels: dict[str, str] = {}
        self._installed: tuple[str, Installation] | None = None

    def post(self, channel: str, card: dict[str, Any], alert: str) -> tuple[str, str]:
        """Post a card whose metadata names the alert; return (channel id, ts). Raises Undeliverable or Unsure."""
        answer = self._call(
            "chat.postMessage",
            {"channel": channel, "unfurl_links": False, "unfurl_media": False} | _content(card, alert),
            is_repeatable=False,
        )
        return str(answer["channel"]), str(answer["ts"])

    def find(self, channel: str, alert: str) -> tuple[str, str] | None:
        """Return (channel id, ts) of the alert's card among the newest 1,000 messages. Raises Undeliverable.

        The caller searches a few minutes after a post whose answer was lost.
        """
        channel = self._channel_id(channel)
        cursor = ""
        for _ in range(_MAX_PAGES):
            arguments = {"channel": channel, "limit": _PAGE_SIZE, "include_all_metadata": True} | _page(cursor)
            answer = self._call("conversations.history", arguments)
            for message in answer["messages"]:
                if _is_card_of(alert, message.get("metadata") or {}):
                    return channel, str(message["ts"])
            cursor = _next_cursor(answer)
            if not cursor:
                break
        return None

    def update(self, channel: str, ts: str, card: dict[str, Any], alert: str) -> None:
        """Replace the card. Raises Undeliverable."""
        self._call("chat.update", {"channel": channel, "ts": ts} | _content(card, alert))

    def reply(self, channel: str, ts: str, text: str, press: str) -> None:
        """Post a text in the thread of a card; its metadata names the press. Raises Undeliverable or Unsure."""
        content = {"channel": channel, "thread_ts": ts, "text": text, "metadata": _metadata(_PRESS, press)}
        self._call("chat.postMessage", content | {"unfurl_links": False, "unfurl_media": False}, is_repeatable=False)

    def has_reply(self, channel: str, ts: str, press: str) -> bool:
        """Return whether the first 1,000 messages of a card's thread have the reply about this press.

        Raises Undeliverable.
        """
        arguments = {"channel": channel, "ts": ts, "limit": _PAGE_SIZE, "include_all_metadata": True}
        cursor = ""
        for _ in range(_MAX_PAGES):
            answer = self._call("conversations.replies", arguments | _page(cursor))
            if any(message.get("metadata") == _metadata(_PRESS, press) for message in answer["messages"]):
                return True
            cursor = _next_cursor(answer)
            if not cursor:
                break
        return False

    def installation(self) -> Installation:
        """Return where the app of our token is installed: asked once for each token. Raises Undeliverable."""
        token = self._token()
        if self._installed is None or self._installed[0] != token:
            answer = self._call("auth.test", {})
            installation = Installation(
                team=str(answer["team_id"]),
                enterprise=str(answer.get("enterprise_id") or ""),
                organisation_wide=bool(answer.get("is_enterprise_install")),
            )
            self._installed = token, installation
        return self._installed[1]

    def person(self, user: str) -> Person:
        """Return a user by id. Raises Undeliverable, permanent if there is no such user."""
        found = self._call("users.info", {"user": user})["user"]
        return Person(
            id=str(found["id"]),
            team=str(found.get("team_id") or ""),
            enterprise=str((found.get("enterprise_user") or {}).get("enterprise_id") or ""),
            email=str((found.get("profile") or {}).get("email") or ""),
            guest=bool(found.get("is_restricted") or found.get("is_ultra_restricted")),
            stranger=bool(found.get("is_stranger")),
        )

    def user_with_email(self, email: str) -> str:
        """Return the id of the active user with this address, "" if there is none. Raises Undeliverable."""
        try:
            return str(self._call("users.lookupByEmail", {"email": email})["user"]["id"])
        except Undeliverable as error:
            if error.permanent:
                return ""
            raise

    def is_member(self, channel: str, user: str) -> bool:
        """Return whether the user is in the channel, given by name or id. Raises Undeliverable.

        The user's channels are listed, and not the channel's members: one call also finds the channel by its name.
        """
        name = channel.removeprefix("#")
        cursor = ""
        while True:
            arguments = {"user": user, "limit": _PAGE_SIZE, "types": _CHANNEL_TYPES} | _page(cursor)
            answer = self._call("users.conversations", arguments)
            if any(name in (found["id"], found["name"]) for found in answer["channels"]):
                return True
            cursor = _next_cursor(answer)
            if not cursor:
                return False

    def owns(self, response_url: str) -> bool:
        """Return whether the address is one at which Slack takes answers: https://hooks.slack.com/ for slack.com.

        The local cloud's Slack has no TLS and takes answers on its own host.
        """
        api = urlsplit(self._api)
        if api.scheme == "https":
            return response_url.startswith(f"https://hooks.{api.hostname}/")
        return re.match(rf"http://{re.escape(api.hostname or '')}(:[0-9]+)?/", response_url) is not None

    def respond(self, response_url: str, text: str) -> None:
        """Show a text only to the person who pressed the button.

        Raises Undeliverable, permanent for an address that is not Slack's: our servers would be made to call it.
        """
        from slack_sdk.webhook import WebhookClient

        if not self.owns(response_url):
            raise Undeliverable("response_url: not an address of Slack", permanent=True)

        try:
            answer = WebhookClient(response_url, timeout=_TIMEOUT_SECONDS, retry_handlers=[]).send(
                text=text, response_type="ephemeral", replace_original=False
            )
        except (OSError, HTTPException) as error:
            raise Undeliverable(f"response_url: {type(error).__name__}", permanent=False) from error
        if answer.status_code != 200:
            raise Undeliverable(f"response_url: {answer.status_code}", permanent=answer.status_code < 500)

    def _channel_id(self, channel: str) -> str:
        """Return the id of a channel given by name or id: conversations.history accepts only ids."""
        name = channel.removeprefix("#")
        if _CHANNEL_ID.fullmatch(name):
            return name
        cursor = ""
        while name not in self._channels:
            arguments = {"limit": _PAGE_SIZE, "types": _CHANNEL_TYPES} | _page(cursor)
            answer = self._call("conversations.list", arguments)
            self._channels |= {found["name"]: found["id"] for found in answer["channels"]}
            cursor = _next_cursor(answer)
            if not cursor and name not in self._channels:
                raise Undeliverable(
                    "conversations.list: channel_not_found", permanent=False, after=_CONFIGURATION_PAUSE_SECONDS
                )
        return self._channels[name]

    def _call(self, method: str, arguments: dict[str, Any], is_repeatable: bool = True) -> "SlackResponse":
        """Make one call. A lost answer raises Unsure if the call is not repeatable, otherwise Undeliverable."""
        from slack_sdk.errors import SlackApiError

        try:
            if method.startswith("chat."):
                return self._client().api_call(method, json=arguments)
            return self._client().api_call(method, params=arguments)  # methods that read accept no JSON
        except SlackApiError as error:
            raise _refusal(method, error.response, is_repeatable) from error
        except URLError as error:
            was_not_sent = isinstance(error.reason, ConnectionRefusedError | gaierror | SSLError)
            raise _lost_answer(method, type(error.reason).__name__, is_repeatable or was_not_sent) from error
        except (OSError, HTTPException, ValueError) as error:
            raise _lost_answer(method, type(error).__name__, is_repeatable) from error

    def _client(self) -> "WebClient":
        from slack_sdk import WebClient

        return WebClient(self._token(), base_url=self._api, timeout=_TIMEOUT_SECONDS, retry_handlers=[])

    def _token(self) -> str:
        token = str(self._secrets.all().get("slack_bot_token") or "")
        if not token:
            raise Undeliverable("slack_bot_token is not set", permanent=False, after=_CONFIGURATION_PAUSE_SECONDS)
        return token


def _page(cursor: str) -> dict[str, Any]:
    return {"cursor": cursor} if cursor else {}


def _next_cursor(answer: "SlackResponse") -> str:
    return str((answer.get("response_metadata") or {}).get("next_cursor") or "")


def _content(card: dict[str, Any], alert: str) -> dict[str, Any]:
    return card | {"metadata": _metadata(EVENT_TYPE, alert)}


def _metadata(event_type: str, id: str) -> dict[str, Any]:
    return {"event_type": event_type, "event_payload": {_PAYLOAD[event_type]: id}}


def _is_card_of(alert: str, metadata: dict[str, Any]) -> bool:
    return metadata.get("event_type") == EVENT_TYPE and metadata.get("event_payload", {}).get("alert") == alert


def _refusal(method: str, answer: Any, is_repeatable: bool) -> Undeliverable | Unsure:
    """Return Slack's error as ours: permanent unless time or an administrator can remove the cause."""
    if answer.status_code >= 500:
        return _lost_answer(method, str(answer.status_code), is_repeatable)
    code = str(answer.get("error") or answer.status_code)
    reason = f"{method}: {code}"
    if answer.status_code == 429 or code in _RATE_ERRORS:
        return Undeliverable(reason, permanent=False, after=_retry_after(answer))
    if code in _CONFIGURATION_ERRORS:
        return Undeliverable(reason, permanent=False, after=_CONFIGURATION_PAUSE_SECONDS)
    if code in _TRANSIENT_ERRORS or not code.isidentifier():
        return _lost_answer(method, code[:60], is_repeatable)
    return Undeliverable(reason, permanent=True)


def _retry_after(answer: Any) -> int:
    """Return the seconds of the Retry-After header, or the default pause."""
    seconds = retry_after(str((answer.headers or {}).get("Retry-After") or ""))
    return _DEFAULT_RATE_PAUSE_SECONDS if seconds is None else seconds


def _lost_answer(method: str, what: str, is_repeatable: bool) -> Undeliverable | Unsure:
    reason = f"{method}: {what}"
    return Undeliverable(reason, permanent=False) if is_repeatable else Unsure(reason)
