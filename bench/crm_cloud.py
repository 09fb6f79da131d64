"""score.sync on clients that are answered in this process, and the floor: the same requests once more."""

import os
from collections.abc import Sequence
from copy import replace
from datetime import timedelta
from typing import Any

import requests

from bench.answered_clients import AnsweredClients
from bench.answered_org import INSTANCE, SETTINGS, AnsweredOrg, RepeatedOrg, record
from bench.environment import QUEUES
from bench.environment import SETTINGS as ENVIRONMENT
from bench.memory_cloud import START
from bench.metered_dynamodb import MeteredDynamoDB, Usage
from bench.plan import example
from ripen.adapters.salesforce.connection import VERSION
from ripen.adapters.salesforce.records import Salesforce
from ripen.adapters.secrets import Secrets
from ripen.adapters.table import Create, Replace, Table, keys
from ripen.lead.lead import CrmLink, Profile, Touch
from ripen.lead.state import Rank, RulePoints, State
from ripen.marks import CrmMark
from ripen.pointers import Pointer

for _name, _value in (ENVIRONMENT | {f"{name}_QUEUE": f"https://sqs/{name.lower()}" for name in QUEUES}).items():
    os.environ.setdefault(_name, _value)  # a test that imports this keeps the environment of all tests


class _Connections(Secrets):
    def all(self, fresh: bool = False) -> dict[str, Any]:
        return {"salesforce": SETTINGS}


class _Silent:
    """A clock that shows the time it is set to, and the queue of cards."""

    at = START

    def now(self) -> Any:
        return self.at

    def wake(self, *refs: str, delay: int = 0) -> None:
        """Wake nobody."""


class CrmCloud:
    """Leads that are in Salesforce."""

    def __init__(self, leads: Sequence[str]) -> None:
        from score._api_budget import Budget
        from score.sync import Dependencies  # reads the environment

        self.leads, self._time = leads, _Silent()
        self._storage = MeteredDynamoDB(Usage())
        self._within = Table("table", self._storage)
        self._asked: list[tuple[str, dict[str, Any], dict[str, Any]]] = []
        self._clients, self._repeated = AnsweredClients({}), AnsweredClients({})
        self._clients.sleeps = self._repeated.sleeps = False
        self._org, self._crm = AnsweredOrg(), Salesforce(_Connections("secret"))
        self._crm._connection._session.mount("https://", self._org)
        self._dependencies = Dependencies(
            table=Table("table", self._clients.client("dynamodb", self._answer)),
            clock=self._time,
            bundle=example(),
            crm=self._crm,
            alert=self._time,
            budget=Budget(),
        )
        self._again = self._repeated.client("dynamodb", lambda verb, wanted: self._next)
        self._next: dict[str, Any] = {}
        self._again_org, self._session = RepeatedOrg(), requests.Session()
        self._session.mount("https://", self._again_org)
        for lead in leads:
            self._within.write(*_rows(lead))

    @property
    def calls(self) -> int:
        """The composite calls of the last sync."""
        return len(self._org.composites)

    def change(self) -> None:
        """Let the score of each lead change, and its mark be due."""
        self._time.at += timedelta(minutes=20)
        now = self._time.at
        for lead in self.leads:
            state, mark = self._within.get_many([keys.state(lead), keys.crm_mark(lead)])
            assert state and mark
            after = replace(state.value, fit=state.value.fit + 1, last_activity=now)
            self._within.write(
                Replace(state.key, after, state.version), Replace(mark.key, mark.value, mark.version, due=now)
            )

    def sync(self, *batches: Sequence[str]) -> None:
        """Let score.sync write these batches, and keep what it sent."""
        from score.sync import sync

        self._asked.clear()
        self._org.composites.clear()
        for batch in batches:
            refs = [keys.crm_mark(lead).ref for lead in batch]
            assert not sync(refs, self._dependencies, lambda: True, lambda: True)

    def repeat(self) -> None:
        """Send all of it once more, without our code."""
        from simple_salesforce.api import Salesforce as Client

        for verb, wanted, answer in self._asked:
            self._next = answer
            getattr(self._again, verb)(**wanted)
        for body, content in self._org.composites:
            self._again_org.content = content
            client = Client(session_id="token", instance_url=INSTANCE, session=self._session, version=VERSION)
            client.restful("composite", method="POST", json=body)

    def answering(self) -> float:
        """Return the seconds of CPU time that the answers to score.sync took."""
        return self._clients.own_cpu + self._org.own_cpu

    def repeating(self) -> float:
        """Return the seconds of CPU time that the answers to the floor took."""
        return self._repeated.own_cpu

    def _answer(self, verb: str, wanted: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = getattr(self._storage, verb)(**wanted) or {}
        self._asked.append((verb, wanted, answer))
        return answer


def _rows(lead: str) -> list[Create[Any]]:
    """Return the rows of a lead that came by an ad and is in Salesforce."""
    link = CrmLink(object="Lead", id=record(lead), url=f"{INSTANCE}/lightning/r/Lead/{record(lead)}/view")
    touch = Touch(
        at=START, url="https://www.example.jp/whitepaper", utm_source="google", utm_medium="cpc", gclid="Cj0K"
    )
    profile = Profile(
        id=lead,
        email=f"{lead}@example.co.jp",
        created=START,
        last_name="山田",
        first_name="花子",
        company="株式会社サンプル",
        job_title="部長",
        phone="+81312345678",
        first_touch=touch,
        lead_touch=touch,
        last_touch=touch,
        crm=replace(link, owner="005000000000002", owner_name="Alice Sato", owner_email="alice@acme.example"),
    )
    points = RulePoints(points=30, at=START)
    state = State(lead=lead, rule_points={"form": points}, fit=20, rank=Rank.WARM, last_activity=START)
    return [
        Create(keys.profile(lead), profile),
        Create(keys.state(lead), state),
        Create(keys.crm_pointer(link.id), Pointer(lead=lead)),
        Create(keys.crm_mark(lead), CrmMark(lead=lead)),
    ]
