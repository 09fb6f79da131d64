"""Salesforce for a bench: an org with a Lead for each lead, whose calls are answered in this process and counted."""

import json
import re
from collections.abc import Iterator
from time import process_time
from typing import Any

from requests import PreparedRequest, Response

from ripen.adapters.salesforce.connection import TimeoutAdapter

INSTANCE = "https://acme.my.salesforce.com"
SETTINGS = {"login": INSTANCE, "client_id": "1", "client_secret": "2"}
_KEYS = re.compile(r"Ripen_Key__c\+IN\+%28(.*?)%29")
_TOKEN = {"access_token": "token", "instance_url": INSTANCE, "id": f"{INSTANCE}/id/00D000000000001/005000000000001"}
_OWNER = {"OwnerId": "005000000000002", "Owner": {"Name": "Alice Sato", "Email": "alice@acme.example"}}


class AnsweredOrg(TimeoutAdapter):
    """Answers each composite call: queries find the Leads by our key, and every record is saved.

    `own_cpu` is the seconds of CPU that answers took.
    """

    def __init__(self) -> None:
        super().__init__()
        self.composites: list[tuple[dict[str, Any], bytes]] = []
        """Bodies of the calls, with their answers."""
        self.own_cpu = 0.0

    def send(self, request: PreparedRequest, *_: Any, **__: Any) -> Response:
        """Answer a request of a session."""
        began = process_time()
        if str(request.url).endswith("/token"):
            content = json.dumps(_TOKEN).encode()
        else:
            asked = json.loads(request.body or b"{}")
            content = json.dumps({"compositeResponse": list(_answers(asked))}).encode()
            self.composites.append((asked, content))
        answer = an_answer(request, content)
        self.own_cpu += process_time() - began
        return answer


class RepeatedOrg(TimeoutAdapter):
    """Answers each composite call as it was answered before."""

    def __init__(self) -> None:
        super().__init__()
        self.content = b""

    def send(self, request: PreparedRequest, *_: Any, **__: Any) -> Response:
        """Answer a request of a session."""
        return an_answer(request, self.content)


def an_answer(request: PreparedRequest, content: bytes) -> Response:
    answer = Response()
    answer.status_code, answer.request, answer.url = 200, request, str(request.url)
    answer.headers["Sforce-Limit-Info"] = "api-usage=18/100000"
    answer._content = content
    return answer


def _answers(asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for part in asked["compositeRequest"]:
        records = (part.get("body") or {}).get("records", ())
        saved = [{"id": record.get("id", ""), "success": True, "errors": []} for record in records]
        rows = list(_rows(part["url"])) if "+FROM+Lead+" in part["url"] else []
        found = {"totalSize": len(rows), "done": True, "records": rows}
        body: Any = found if part["method"] == "GET" else saved
        yield {"body": body, "httpHeaders": {}, "httpStatusCode": 200, "referenceId": part["referenceId"]}


def _rows(url: str) -> Iterator[dict[str, Any]]:
    keys = _KEYS.search(url)
    for key in keys[1].replace("%27", "").split("%2C") if keys else ():
        yield {
            "attributes": {"type": "Lead", "url": f"/services/data/v62.0/sobjects/Lead/{record(key)}"},
            "Id": record(key),
            "Ripen_Key__c": key,
            **_OWNER,
            "HasOptedOutOfEmail": False,
            "DoNotCall": False,
            "LastModifiedDate": "2025-11-20T01:00:00.000+0000",
            "IsConverted": False,
            "ConvertedContactId": None,
            "ConvertedContact": None,
            "FirstName": "花子",
            "LastName": "山田",
            "Company": "株式会社サンプル",
            "Title": "課長",
            "Phone": None,
            "Email": f"{key}@example.co.jp",
            "Ripen_Score__c": 10.0,
            "Ripen_Rank__c": "cold",
            "Ripen_Last_Activity__c": "2025-11-19T01:00:00.000+0000",
            "Ripen_UTM_Source__c": "google",
        }


def record(lead: str) -> str:
    """Return the id of a lead's record."""
    return f"00Q{int(lead[-6:]):012}"
