"""The line to Salesforce: one session with timeouts, one token, one composite call, and its errors in our words.

The token is kept in memory, in each container: a login costs 100 ms once an hour or two, while a token in the table
would be one more thing to guard. It is renewed once when it is refused; the call is then repeated whole, headers and all.
"""

import re
from typing import Any

import requests
from msgspec import Struct
from requests.adapters import HTTPAdapter

from ripen.adapters.salesforce.token import Token, fetch
from ripen.adapters.secrets import Secrets
from ripen.crm.api_usage import ApiUsage
from ripen.errors import NotConnected, Undeliverable

VERSION = "62.0"
BASE = f"/services/data/v{VERSION}"
_TIMEOUT = (3, 20)
_QUARTER = 900
_HOUR = 3600

_USAGE = re.compile(r"(?<![\w-])api-usage=(\d+)/(\d+)")
_LIMITS = {"REQUEST_LIMIT_EXCEEDED"}
_PASSES = {
    "UNABLE_TO_LOCK_ROW",
    "SERVER_UNAVAILABLE",
    "UNKNOWN_EXCEPTION",
    "QUERY_TIMEOUT",
    "PROCESSING_HALTED",
    "CANNOT_UPDATE_CONVERTED_LEAD",
    "ENTITY_IS_DELETED",
    "DUPLICATE_VALUE",
}
"""The last three happen between our reading and our writing: the next reading sees it."""
_SETUP = {
    "API_DISABLED_FOR_ORG",
    "INSUFFICIENT_ACCESS_OR_READONLY",
    "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
    "INVALID_FIELD",
    "INVALID_FIELD_FOR_INSERT_UPDATE",
    "INVALID_TYPE",
}
"""The package or its permission set is not there: an administrator has to act, then all leads go."""


class Answer(Struct, frozen=True):
    """One part of a composite call's answer."""

    status: int
    body: Any


class TimeoutAdapter(HTTPAdapter):
    """Waits 3 seconds for the line and 20 for an answer, where requests would wait for ever. Notes what each answer says of the
    day's calls, those that refuse included."""

    usage: ApiUsage | None = None

    def send(self, *args: Any, **kwargs: Any) -> requests.Response:
        kwargs["timeout"] = kwargs.get("timeout") or _TIMEOUT
        answer = super().send(*args, **kwargs)
        self.usage = usage(answer.headers.get("Sforce-Limit-Info", "")) or self.usage
        return answer


class Connection:
    """Logs in at the first call, and again where the token is refused."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets
        self._session = requests.Session()
        self._transport = TimeoutAdapter()
        self._session.mount("https://", self._transport)
        self._token: Token | None = None

    def composite(self, requests: list[dict[str, Any]]) -> list[Answer]:
        """One call, its parts in order, each for itself (never all or none). Raises Undeliverable, NotConnected."""
        from simple_salesforce.exceptions import SalesforceExpiredSession  # 200 ms: only who calls pays

        try:
            return self._composite(requests)
        except SalesforceExpiredSession:
            self._token = None
        try:
            return self._composite(requests)
        except SalesforceExpiredSession as error:
            self._token = None
            raise NotConnected("Salesforce refuses the token it has just given") from error

    @property
    def usage(self) -> ApiUsage | None:
        """As the last answer said; None before the first."""
        return self._transport.usage

    def page(self, object: str, id: str) -> str:
        """Where a person sees the record."""
        return f"{self._logged_in().instance}/lightning/r/{object}/{id}/view"

    def _logged_in(self) -> Token:
        if self._token is None:
            self._token = fetch(self._settings(), self._session)
        return self._token

    def _settings(self) -> dict[str, Any]:
        found = self._secrets.all(fresh=True).get("salesforce")
        return found if isinstance(found, dict) else {}

    def _composite(self, parts: list[dict[str, Any]]) -> list[Answer]:
        from simple_salesforce.api import Salesforce
        from simple_salesforce.exceptions import SalesforceError, SalesforceExpiredSession

        token = self._logged_in()
        client = Salesforce(
            session_id=token.access, instance_url=token.instance, session=self._session, version=VERSION
        )
        try:
            answer = client.restful("composite", method="POST", json={"allOrNone": False, "compositeRequest": parts})
        except SalesforceExpiredSession:
            raise
        except SalesforceError as error:
            raise refusal(error.status, error.content) from error
        except requests.RequestException as error:
            raise Undeliverable(f"no answer from Salesforce: {type(error).__name__}", permanent=False) from error
        return _answers(answer, len(parts))


def usage(header: str) -> ApiUsage | None:
    """Of "api-usage=18/5000", whatever else stands beside it (Salesforce, REST API Developer Guide, "Limit Info Header")."""
    found = _USAGE.search(header)
    return ApiUsage(int(found[1]), int(found[2])) if found else None


def refusal(status: int, content: Any) -> Undeliverable:
    """Salesforce's error as ours. `content` is a list of errors, those of one record name `statusCode`, all others
    `errorCode`; a page of HTML is none."""
    first = content[0] if isinstance(content, list) and content and isinstance(content[0], dict) else {}
    code = str(first.get("statusCode") or first.get("errorCode") or f"HTTP {status}")
    reason = f"{code}: {first.get('message', '')}".removesuffix(": ")
    if code in _LIMITS or status == 429:
        return Undeliverable(reason, permanent=False, after=_QUARTER)
    if code in _SETUP:
        return Undeliverable(reason, permanent=False, after=_HOUR)
    return Undeliverable(reason, permanent=code not in _PASSES and status < 500)


def _answers(answer: Any, expected: int) -> list[Answer]:
    parts = answer.get("compositeResponse") if isinstance(answer, dict) else None
    if not isinstance(parts, list) or len(parts) != expected:
        raise Undeliverable("Salesforce answered with something else", permanent=False)
    return [Answer(int(part["httpStatusCode"]), part["body"]) for part in parts]
