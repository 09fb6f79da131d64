"""Our Salesforce stand-in for the tests of the adapter, and leads to write to it."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from starlette.types import ASGIApp, Receive, Scope, Send

from ripen.adapters.salesforce.connection import Answer, Connection
from ripen.adapters.salesforce.records import Salesforce
from ripen.adapters.secrets import Secrets
from ripen.crm import upsert
from ripen.crm.shared_record import plan_all
from ripen.crm.upsert import DesiredRecord, Write
from ripen.lead.lead import CrmLink
from ripen.lead.state import Rank, State
from ripen.playbook.bundle import SyncRule
from ripen.scoring.score import Score
from tests.support.builders import a_bundle, a_lead
from tests.support.fakes import NOON

CUSTOMER = "existing.customer@example.co.jp"


class TwoPages(Connection):
    """A connection on which every query has two empty pages."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def composite(self, subrequests: list[dict[str, Any]], all_or_none: bool = False) -> list[Answer]:
        self.asked.append(subrequests[0]["url"])
        more = {"nextRecordsUrl": "/services/data/v62.0/query/01g-2000"} if len(self.asked) == 1 else {}
        return [Answer(200, {"records": []} | more)]


@dataclass
class Counting:
    """Records the requests to the stand-in, by method and path."""

    app: ASGIApp
    calls: list[str] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not scope["path"].startswith("/_control"):
            self.calls.append(f"{scope['method']} {scope['path']}")
        await self.app(scope, receive, send)


@dataclass
class Org:
    url: str
    folder: Path
    calls: list[str]

    def control(self, what: str, **knobs: Any) -> dict[str, Any]:
        answer = requests.post(f"{self.url}/_control/{what}", json=knobs, timeout=5)
        answer.raise_for_status()
        found = answer.json() if answer.content else {}
        return found if isinstance(found, dict) else {}


class FixedSecrets(Secrets):
    def __init__(self, salesforce: dict[str, Any]) -> None:
        super().__init__("secret")
        self.salesforce = salesforce

    def all(self, fresh: bool = False) -> dict[str, Any]:
        return {"salesforce": self.salesforce}


def a_wish(n: int = 1, rule: SyncRule | None = None, **changes: Any) -> DesiredRecord:
    profile = a_lead(**({"id": f"lead{n}", "email": f"lead{n}@example.co.jp"} | changes))
    state = State(lead=profile.id, rank=Rank.WARM, grade="A", level=3, last_activity=NOON)
    standing = Score(fit=40, engagement=12.5, total=52.5)
    return upsert.desired_record(
        profile,
        state,
        standing,
        ["役職: 部長", "It's \\ 'quoted'"],
        rule or a_bundle().sync,
        "ja",
        NOON.date(),
        answers="相談を申し込む\nご予算: 100万円",
    )


def a_plan(wish: DesiredRecord, salesforce: Salesforce) -> Write:
    [found] = plan_all([wish], salesforce.find([wish]), {})
    assert isinstance(found, Write)
    return found


def written(wish: DesiredRecord, salesforce: Salesforce) -> CrmLink:
    [result] = salesforce.write([a_plan(wish, salesforce)])
    assert result.refused is None
    assert result.link
    return result.link


def ask(org: Org, soql: str) -> list[dict[str, Any]]:
    answer = requests.get(f"{org.url}/services/data/v62.0/query", params={"q": soql}, headers=token(org), timeout=5)
    answer.raise_for_status()
    records: list[dict[str, Any]] = answer.json()["records"]
    return records


def create(org: Org, object: str, *rows: dict[str, Any]) -> list[str]:
    """Create at most 200 records of one object and return their ids."""
    collection = f"{org.url}/services/data/v62.0/composite/sobjects"
    records = [{"attributes": {"type": object}} | row for row in rows]
    answer = requests.post(collection, json={"records": records}, headers=token(org), timeout=30)
    answer.raise_for_status()
    return [str(result["id"]) for result in answer.json()]


def token(org: Org) -> dict[str, str]:
    """Return the headers of an administrator's session."""
    return {"Authorization": f"Bearer {org.control('session')['access_token']}"}


def composites(org: Org) -> int:
    return sum("composite" in call for call in org.calls)


def logins(org: Org) -> int:
    return sum(call.endswith("/token") for call in org.calls)
