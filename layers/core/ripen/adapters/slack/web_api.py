"""One call of Slack's Web API: the token, the encoding of the arguments, and Slack's errors as ours.

Slack answers most refusals with status 200 and ok:false, and too many calls with 429 and Retry-After. It has no
idempotency key, so a post whose answer was lost may be in the channel.

Source: docs.slack.dev, "Using the Slack Web API", "Rate limits".
"""

from collections.abc import Iterator
from http.client import HTTPException
from itertools import islice
from socket import gaierror
from ssl import SSLError
from typing import TYPE_CHECKING, Any
from urllib.error import URLError

from ripen.adapters.secrets import Secrets
from ripen.backoff import retry_after
from ripen.errors import Undeliverable, Unsure
from ripen.slack.slack_errors import NO_TOKEN, is_final

if TYPE_CHECKING:
    from slack_sdk import WebClient
    from slack_sdk.web import SlackResponse

TIMEOUT_SECONDS = 5
_MAX_PAGES = 5
_DEFAULT_RATE_PAUSE_SECONDS = 30
_TRANSIENT_ERRORS = {"fatal_error", "internal_error", "request_timeout", "service_unavailable"}
_RATE_ERRORS = {"ratelimited", "rate_limited", "message_limit_exceeded"}


class WebApi:
    """Each call is one attempt; the agenda retries."""

    def __init__(self, address: str, secrets: Secrets) -> None:
        self.address = address
        self._secrets = secrets

    def call(self, method: str, arguments: dict[str, Any], is_repeatable: bool = True) -> "SlackResponse":
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

    def pages(self, method: str, arguments: dict[str, Any]) -> Iterator["SlackResponse"]:
        """Yield at most five pages of a method that lists."""
        yield from islice(self._all_pages(method, arguments), _MAX_PAGES)

    def token(self) -> str:
        """Return the bot token. Raises Undeliverable."""
        token = str(self._secrets.all().get("slack_bot_token") or "")
        if not token:
            raise Undeliverable(NO_TOKEN, permanent=False)
        return token

    def _all_pages(self, method: str, arguments: dict[str, Any]) -> Iterator["SlackResponse"]:
        cursor: dict[str, str] = {}
        while True:
            answer = self.call(method, arguments | cursor)
            yield answer
            following = (answer.get("response_metadata") or {}).get("next_cursor")
            if not following:
                return
            cursor = {"cursor": str(following)}

    def _client(self) -> "WebClient":
        from slack_sdk import WebClient

        return WebClient(self.token(), base_url=self.address, timeout=TIMEOUT_SECONDS, retry_handlers=[])


def _refusal(method: str, answer: Any, is_repeatable: bool) -> Undeliverable | Unsure:
    """Return Slack's error as ours."""
    if answer.status_code >= 500:
        return _lost_answer(method, str(answer.status_code), is_repeatable)
    code = str(answer.get("error") or answer.status_code)
    reason = f"{method}: {code}"
    if answer.status_code == 429 or code in _RATE_ERRORS:
        return Undeliverable(reason, permanent=False, after=_retry_after(answer))
    if code in _TRANSIENT_ERRORS or not code.isidentifier():
        return _lost_answer(method, code[:60], is_repeatable)
    return Undeliverable(reason, permanent=is_final(code))


def _retry_after(answer: Any) -> int:
    """Return the seconds of the Retry-After header, or the default pause."""
    seconds = retry_after(str((answer.headers or {}).get("Retry-After") or ""))
    return _DEFAULT_RATE_PAUSE_SECONDS if seconds is None else seconds


def _lost_answer(method: str, what: str, is_repeatable: bool) -> Undeliverable | Unsure:
    reason = f"{method}: {what}"
    return Undeliverable(reason, permanent=False) if is_repeatable else Unsure(reason)
