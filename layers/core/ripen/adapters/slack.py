"""Slack's Web API: post a card, find it again, update it, look up a person.

Slack answers 200 with ok:false for most refusals, 429 with Retry-After for too many, and has no idempotency key: a post
whose answer was lost may stand in the channel. Source: docs.slack.dev, "Web API", "Rate limits", "Message metadata".
"""

import re
from http.client import HTTPException
from socket import gaierror
from ssl import SSLError
from typing import TYPE_CHECKING, Any
from urllib.error import URLError

from ripen.adapters.secrets import Secrets
from ripen.errors import Undeliverable, Unsure

if TYPE_CHECKING:
    from slack_sdk import WebClient
    from slack_sdk.web import SlackResponse

EVENT_TYPE = "ripen_alert"
_SECONDS = 5
_CHANNEL_ID = re.compile(r"[CG][A-Z0-9]{5,}")
_PAGE = 200
_PAGES = 5
_LATER = 600
_SETTINGS = {
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
"""Somebody will put these right: worth another try in ten minutes."""
_OWN_TROUBLE = {"fatal_error", "internal_error", "request_timeout", "service_unavailable"}
_TOO_MANY = {"ratelimited", "rate_limited", "message_limit_exceeded"}


class Slack:
    """ports.Chat over slack_sdk, in one attempt each: the agenda is our retry."""

    def __init__(self, api: str, secrets: Secrets) -> None:
        self._api = api
        self._secrets = secrets
        self._channels: dict[str, str] = {}

    def post(self, channel: str, card: dict[str, Any], alert: str) -> tuple[str, str]:
        answer = self._call(
            "chat.postMessage",
            {"channel": channel, "unfurl_links": False, "unfurl_media": False} | _content(card, alert),
            once=True,
        )
        return str(answer["channel"]), str(answer["ts"])

    def find(self, channel: str, alert: str) -> tuple[str, str] | None:
        """Looks through the newest 1,000 messages: an unclear post is minutes old."""
        channel = self._channel_id(channel)
        cursor = ""
        for _ in range(_PAGES):
            asked = {"channel": channel, "limit": _PAGE, "include_all_metadata": True} | _after(cursor)
            answer = self._call("conversations.history", asked)
            for message in answer["messages"]:
                if _names(message.get("metadata") or {}, alert):
                    return channel, str(message["ts"])
            cursor = _next(answer)
            if not cursor:
                break
        return None

    def update(self, channel: str, ts: str, card: dict[str, Any], alert: str) -> None:
        self._call("chat.update", {"channel": channel, "ts": ts} | _content(card, alert))

    def email_of(self, user: str) -> str:
        answer = self._call("users.info", {"user": user})
        return str((answer["user"].get("profile") or {}).get("email") or "")

    def respond(self, response_url: str, text: str) -> None:
        from slack_sdk.webhook import WebhookClient

        try:
            answer = WebhookClient(response_url, timeout=_SECONDS, retry_handlers=[]).send(
                text=text, response_type="ephemeral", replace_original=False
            )
        except (OSError, HTTPException) as error:
            raise Undeliverable(f"response_url: {type(error).__name__}", permanent=False) from error
        if answer.status_code != 200:
            raise Undeliverable(f"response_url: {answer.status_code}", permanent=answer.status_code < 500)

    def _channel_id(self, channel: str) -> str:
        """conversations.history takes no names."""
        name = channel.removeprefix("#")
        if _CHANNEL_ID.fullmatch(name):
            return name
        cursor = ""
        while name not in self._channels:
            asked = {"limit": _PAGE, "types": "public_channel,private_channel"} | _after(cursor)
            answer = self._call("conversations.list", asked)
            self._channels |= {found["name"]: found["id"] for found in answer["channels"]}
            cursor = _next(answer)
            if not cursor and name not in self._channels:
                raise Undeliverable("conversations.list: channel_not_found", permanent=False, after=_LATER)
        return self._channels[name]

    def _call(self, method: str, arguments: dict[str, Any], once: bool = False) -> "SlackResponse":
        """One call. `once`: doing it twice would be seen, so that a lost answer is Unsure instead of Undeliverable."""
        from slack_sdk.errors import SlackApiError

        try:
            if method.startswith("chat."):
                return self._client().api_call(method, json=arguments)
            return self._client().api_call(method, params=arguments)  # what reads takes no JSON
        except SlackApiError as error:
            raise _refused(method, error.response, once) from error
        except URLError as error:
            never_sent = isinstance(error.reason, ConnectionRefusedError | gaierror | SSLError)
            raise _lost(method, type(error.reason).__name__, once and not never_sent) from error
        except (OSError, HTTPException, ValueError) as error:
            raise _lost(method, type(error).__name__, once) from error

    def _client(self) -> "WebClient":
        from slack_sdk import WebClient

        token = str(self._secrets.all().get("slack_bot_token") or "")
        if not token:
            raise Undeliverable("slack_bot_token is not set", permanent=False, after=_LATER)
        return WebClient(token, base_url=self._api, timeout=_SECONDS, retry_handlers=[])


def _after(cursor: str) -> dict[str, Any]:
    return {"cursor": cursor} if cursor else {}


def _next(answer: "SlackResponse") -> str:
    return str((answer.get("response_metadata") or {}).get("next_cursor") or "")


def _content(card: dict[str, Any], alert: str) -> dict[str, Any]:
    return card | {"metadata": {"event_type": EVENT_TYPE, "event_payload": {"alert": alert}}}


def _names(metadata: dict[str, Any], alert: str) -> bool:
    return metadata.get("event_type") == EVENT_TYPE and metadata.get("event_payload", {}).get("alert") == alert


def _refused(method: str, answer: Any, once: bool) -> Undeliverable | Unsure:
    """Slack's refusal, by its code and by whether somebody or time will put it right."""
    if answer.status_code >= 500:
        return _lost(method, str(answer.status_code), once)
    code = str(answer.get("error") or answer.status_code)
    reason = f"{method}: {code}"
    if answer.status_code == 429 or code in _TOO_MANY:
        wait = str((answer.headers or {}).get("Retry-After") or "")
        return Undeliverable(reason, permanent=False, after=int(wait) if wait.isdecimal() else 30)
    if code in _SETTINGS:
        return Undeliverable(reason, permanent=False, after=_LATER)
    if code in _OWN_TROUBLE or not code.isidentifier():
        return _lost(method, code[:60], once)
    return Undeliverable(reason, permanent=True)


def _lost(method: str, what: str, once: bool) -> Undeliverable | Unsure:
    reason = f"{method}: {what}"
    return Unsure(reason) if once else Undeliverable(reason, permanent=False)
