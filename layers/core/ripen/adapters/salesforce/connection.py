"""The connection to Salesforce: session, access token, composite calls, and Salesforce's errors as ours.

Each Lambda container caches the token in memory: a login takes 100 ms every hour or two, and a token in the table would
be one more secret to protect. If Salesforce refuses the token, it is renewed once and the whole call is repeated.

Source: Salesforce, REST API Developer Guide, "Composite", "Limit Info Header", "Status Codes and Error Responses".
"""

import re
from typing import Any

import requests
from msgspec import Struct
from requests.adapters import HTTPAdapter

from ripen.adapters.salesforce.gate import CallGate
from ripen.adapters.salesforce.soql import Person
from ripen.adapters.salesforce.token import Token, fetch
from ripen.adapters.secrets import Secrets
from ripen.crm.api_usage import ApiUsage
from ripen.crm.crm_errors import LIMIT_ERRORS, NO_ANSWER, NO_COMPOSITE, SETUP_ERRORS, TOKEN_REFUSED
from ripen.crm.ownership import Owner
from ripen.errors import NotConnected, TimedOut, Undeliverable
from ripen.lead.lead import CrmLink

VERSION = "62.0"
BASE = f"/services/data/v{VERSION}"
_CONNECT_SECONDS, _ANSWER_SECONDS = 3, 20
"""Seconds to connect, and seconds to wait for each part of an answer."""
_LIMIT_PAUSE_SECONDS = 900
_SETUP_PAUSE_SECONDS = 3600
_CONCURRENT = "Concurrent"
"""How the message begins if too many calls run at once, which passes in seconds; else the day's calls are used up."""

_USAGE = re.compile(r"(?<![\w-])api-usage=(\d+)/(\d+)")
_TRANSIENT_ERRORS = {
    "UNABLE_TO_LOCK_ROW",
    "SERVER_UNAVAILABLE",
    "UNKNOWN_EXCEPTION",
    "QUERY_TIMEOUT",
    "PROCESSING_HALTED",
    "CANNOT_UPDATE_CONVERTED_LEAD",
    "ENTITY_IS_DELETED",
    "DUPLICATE_VALUE",
}
"""The last three mean that the record changed between our read and our write; the next read sees the change."""


class Answer(Struct, frozen=True):
    """The answer to one subrequest of a composite call."""

    status: int
    body: Any


class TimeoutAdapter(HTTPAdapter):
    """Gives every request a timeout, and records the API usage that each answer reports, even one with an error."""

    usage: ApiUsage | None = None

    def send(self, *args: Any, **kwargs: Any) -> requests.Response:
        """Send a request of a session, with a timeout unless the caller set one."""
        kwargs["timeout"] = kwargs.get("timeout") or (_CONNECT_SECONDS, _ANSWER_SECONDS)
        answer = super().send(*args, **kwargs)
        self.usage = usage(answer.headers.get("Sforce-Limit-Info", "")) or self.usage
        return answer


class Connection:
    """Logs in at the first call, and once more when the token is refused. A call is made only if the gate is open.

    `write_seconds` is how long a call that writes may take. A function that writes many records at once gives triggers
    and flows more time.
    """

    def __init__(self, secrets: Secrets, gate: CallGate | None = None, write_seconds: int = _ANSWER_SECONDS) -> None:
        self._write_seconds = write_seconds
        self._secrets, self._gate = secrets, gate
        self._session = requests.Session()
        self._transport = TimeoutAdapter()
        self._session.mount("https://", self._transport)
        self._token: Token | None = None

    def composite(self, subrequests: list[dict[str, Any]], all_or_none: bool = False) -> list[Answer]:
        """Make one composite call and return the answers in the order of the subrequests.

        A failed subrequest rolls back the others only if `all_or_none` is set. Raises Undeliverable, NotConnected.
        """
        if self._gate is None:
            return self._with_login(subrequests, all_or_none)
        self._gate.enter()
        try:
            answers = self._with_login(subrequests, all_or_none)
        except Undeliverable as failure:
            self._gate.failed(failure, self.usage)
            raise
        self._gate.answered(self.usage)
        return answers

    def _with_login(self, subrequests: list[dict[str, Any]], all_or_none: bool) -> list[Answer]:
        """Make the call, and repeat it with a new token if Salesforce refuses the present one."""
        from simple_salesforce.exceptions import SalesforceExpiredSession  # takes 200 ms to import

        try:
            return self._composite(subrequests, all_or_none)
        except SalesforceExpiredSession:
            self._token = None
        try:
            return self._composite(subrequests, all_or_none)
        except SalesforceExpiredSession as error:
            self._token = None
            raise NotConnected(TOKEN_REFUSED) from error

    @property
    def usage(self) -> ApiUsage | None:
        """The day's API usage, as of the last answer; None before the first."""
        return self._transport.usage

    @property
    def user(self) -> str:
        """Return the id of the user that the app runs as. Raises Undeliverable, NotConnected."""
        return self._current_token().user

    @property
    def organisation(self) -> str:
        """Return the id of the org. Raises Undeliverable, NotConnected."""
        return self._current_token().organisation

    def link(self, person: Person) -> CrmLink:
        """Return the link of a Lead or Contact, with the URL of its page in Lightning Experience."""
        owner = self.in_sales(person.owner)
        return CrmLink(
            object=person.object,
            id=person.id,
            url=f"{self._current_token().instance}/lightning/r/{person.object}/{person.id}/view",
            owner=owner.id,
            owner_name=owner.name,
            owner_email=owner.email,
            status=person.status,
        )

    def in_sales(self, owner: Owner) -> Owner:
        """Return the owner without name and address if it is the user that the app runs as: nobody in sales yet."""
        return Owner(owner.id) if owner.id and owner.id == self.user else owner

    def _current_token(self) -> Token:
        if self._token is None:
            self._token = fetch(self._settings(), self._session)
        return self._token

    def _settings(self) -> dict[str, Any]:
        settings = self._secrets.all(fresh=True).get("salesforce")
        return settings if isinstance(settings, dict) else {}

    def _composite(self, subrequests: list[dict[str, Any]], all_or_none: bool) -> list[Answer]:
        from simple_salesforce.api import Salesforce
        from simple_salesforce.exceptions import SalesforceError, SalesforceExpiredSession

        token = self._current_token()
        client = Salesforce(
            session_id=token.access, instance_url=token.instance, session=self._session, version=VERSION
        )
        try:
            body = {"allOrNone": all_or_none, "compositeRequest": subrequests}
            answer = client.restful(
                "composite", method="POST", json=body, timeout=(_CONNECT_SECONDS, self._seconds(subrequests))
            )
        except SalesforceExpiredSession:
            raise
        except SalesforceError as error:
            raise refusal(error.status, error.content) from error
        except requests.ReadTimeout as error:
            raise TimedOut(f"{NO_ANSWER}: ReadTimeout") from error
        except requests.RequestException as error:
            raise Undeliverable(f"{NO_ANSWER}: {type(error).__name__}", permanent=False) from error
        return _answers(answer, len(subrequests))

    def _seconds(self, subrequests: list[dict[str, Any]]) -> int:
        writes = any(part["method"] != "GET" for part in subrequests)
        return self._write_seconds if writes else _ANSWER_SECONDS


def usage(header: str) -> ApiUsage | None:
    """Return the usage in the header Sforce-Limit-Info ("api-usage=18/5000" and other values); None without it."""
    found = _USAGE.search(header)
    return ApiUsage(int(found[1]), int(found[2])) if found else None


def refusal(status: int, content: Any) -> Undeliverable:
    """Return Salesforce's error as ours.

    `content` is a list of errors: the errors of one record have a `statusCode`, all others an `errorCode`. Any other
    content, for example HTML, is judged by the HTTP status alone.
    """
    first = content[0] if isinstance(content, list) and content and isinstance(content[0], dict) else {}
    code = str(first.get("statusCode") or first.get("errorCode") or f"HTTP {status}")
    reason = f"{code}: {first.get('message', '')}".removesuffix(": ")
    if code in LIMIT_ERRORS and str(first.get("message", "")).startswith(_CONCURRENT):
        return Undeliverable(reason, permanent=False)
    if code in LIMIT_ERRORS or status == 429:
        return Undeliverable(reason, permanent=False, after=_LIMIT_PAUSE_SECONDS)
    if code in SETUP_ERRORS:
        return Undeliverable(reason, permanent=False, after=_SETUP_PAUSE_SECONDS)
    return Undeliverable(reason, permanent=code not in _TRANSIENT_ERRORS and status < 500)


def _answers(answer: Any, expected: int) -> list[Answer]:
    parts = answer.get("compositeResponse") if isinstance(answer, dict) else None
    if not isinstance(parts, list) or len(parts) != expected:
        raise Undeliverable(NO_COMPOSITE, permanent=False)
    return [Answer(int(part["httpStatusCode"]), part["body"]) for part in parts]
