"""Salesforce below our real client: an org in this process that saves Leads by our key and fails as it is told."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import requests
from requests import PreparedRequest, Response

from ripen.adapters.salesforce.connection import TimeoutAdapter
from ripen.adapters.salesforce.gate import CallGate
from ripen.adapters.salesforce.records import Salesforce
from tests.support.salesforce_org import FixedSecrets

INSTANCE = "https://acme.my.salesforce.com"
_TOKEN = {"access_token": "t", "instance_url": INSTANCE, "id": f"{INSTANCE}/id/00D000000000001/005000000000001"}
_SAVED = re.compile(r"\+FROM\+Lead\+WHERE\+Ripen_Key__c\+IN")

type Whole = tuple[int, Any]
"""Status and body of the answer to a whole call; a text is no JSON."""


@dataclass
class ScriptedOrg(TimeoutAdapter):
    """Answers logins and composite calls."""

    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The error of each lead's row, by our key."""
    whole: Callable[[bool], Whole | None] = lambda writes: None
    """The answer to a whole call instead of the usual one; it is asked whether the call writes."""
    lost: int = 0
    """Answers to writes that do not arrive, although everything was done."""
    saved: list[str] = field(default_factory=list)
    """Keys of the Leads, one for each record."""
    logins: int = 0
    calls: int = 0

    def __post_init__(self) -> None:
        super().__init__()

    def send(self, request: PreparedRequest, *_: Any, **__: Any) -> Response:
        """Answer a request of a session."""
        if str(request.url).endswith("/token"):
            self.logins += 1
            return _answer(request, 200, _TOKEN)
        self.calls += 1
        parts = json.loads(request.body or b"{}")["compositeRequest"]
        writes = any(part["method"] != "GET" for part in parts)
        if found := self.whole(writes):
            return _answer(request, *found)
        body = {"compositeResponse": [self._part(part) for part in parts]}
        if writes and self.lost:
            self.lost -= 1
            raise requests.ReadTimeout
        return _answer(request, 200, body)

    def _part(self, part: dict[str, Any]) -> dict[str, Any]:
        if part["method"] == "GET":
            rows = list(self._found()) if _SAVED.search(part["url"]) else []
            body: Any = {"totalSize": len(rows), "done": True, "records": rows}
        else:
            body = [self._save(row) for row in part["body"]["records"]]
        return {"body": body, "httpStatusCode": 200, "httpHeaders": {}, "referenceId": part["referenceId"]}

    def _found(self) -> Iterator[dict[str, Any]]:
        for number, key in enumerate(self.saved):
            yield {"attributes": {"type": "Lead"}, "Id": f"00Q{number}", "Ripen_Key__c": key, "OwnerId": "005A"}

    def _save(self, row: dict[str, Any]) -> dict[str, Any]:
        key = str(row["Ripen_Key__c"])
        if key in self.rows:
            return {"success": False, "errors": [self.rows[key]] if self.rows[key] else []}
        if key not in self.saved and "id" not in row:
            self.saved.append(key)
        return {"id": f"00Q{self.saved.index(key)}", "success": True, "errors": []}


def connected(org: ScriptedOrg, gate: CallGate | None = None) -> Salesforce:
    """Return our client on this org."""
    crm = Salesforce(FixedSecrets({"login": INSTANCE, "client_id": "1", "client_secret": "2"}), gate)
    crm._connection._transport = org
    crm._connection._session.mount("https://", org)
    return crm


def _answer(request: PreparedRequest, status: int, body: Any) -> Response:
    answer = Response()
    answer.status_code, answer.request, answer.url = status, request, str(request.url)
    answer._content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    return answer
