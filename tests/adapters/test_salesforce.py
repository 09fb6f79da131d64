"""The adapter against our Salesforce stand-in, over TLS."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from socket import create_server
from threading import Thread
from time import sleep
from typing import Any

import pytest
import requests
import trustme
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from ripen import crm
from ripen.adapters.salesforce import Salesforce
from ripen.adapters.salesforce_connection import Patient, refusal
from ripen.adapters.secrets import Secrets
from ripen.crm import Wanted, Write
from ripen.errors import NotConnected, Undeliverable
from ripen.lead import CrmLink
from ripen.score import Score
from ripen.state import Rank, State
from sandbox.salesforce.app import build
from sandbox.salesforce.connected_app import connected_app
from tests.builders import a_bundle, a_lead

CUSTOMER = "existing.customer@example.co.jp"


@dataclass
class Counting:
    """What was asked of the stand-in, by method and path."""

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


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Org]:
    folder = tmp_path_factory.mktemp("org")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    certificate = authority.issue_cert("127.0.0.1")
    certificate.private_key_and_cert_chain_pem.write_to_path(str(folder / "server.pem"))
    door = create_server(("127.0.0.1", 0))
    url = f"https://127.0.0.1:{door.getsockname()[1]}"
    app = Counting(build(folder, lambda: datetime.now(UTC), url))
    server = uvicorn.Server(
        uvicorn.Config(app, ssl_certfile=folder / "server.pem", log_level="critical", lifespan="off")
    )
    thread = Thread(target=server.run, kwargs={"sockets": [door]}, daemon=True)
    thread.start()
    while not server.started:
        sleep(0.01)
    yield Org(url, folder, app.calls)
    server.should_exit = server.force_exit = True
    thread.join(1)  # not longer: TLS would wait 30 seconds for the pooled connections to say goodbye


@pytest.fixture
def org(served: Org, monkeypatch: pytest.MonkeyPatch) -> Org:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(served.folder / "ca.pem"))
    served.control("reset")
    served.control("knobs")
    served.calls.clear()
    return served


@pytest.fixture
def salesforce(org: Org) -> Salesforce:
    return Salesforce(FixedSecrets(connected_app(org.folder).secret(org.url)))


def a_wish(n: int = 1, **changes: Any) -> Wanted:
    profile = a_lead(**({"id": f"lead{n}", "email": f"lead{n}@example.co.jp"} | changes))
    state = State(lead=profile.id, rank=Rank.WARM)
    bundle = a_bundle()
    standing = Score(fit=40, engagement=12.5, total=52.5)
    return crm.wanted(profile, state, standing, ["役職: 部長", "It's \\ 'quoted'"], bundle.sync, "ja")


def a_plan(wish: Wanted, salesforce: Salesforce) -> Write:
    found = crm.plan(wish, salesforce.find([wish]), a_lead(id=wish.lead, email=wish.email))
    assert isinstance(found, Write)
    return found


def written(wish: Wanted, salesforce: Salesforce) -> CrmLink:
    [result] = salesforce.write([a_plan(wish, salesforce)])
    assert result.refused is None
    assert result.link
    return result.link


def ask(org: Org, soql: str) -> list[dict[str, Any]]:
    app = connected_app(org.folder)
    login = {"grant_type": "client_credentials", "client_id": app.client_id, "client_secret": app.client_secret}
    token = requests.post(f"{org.url}/services/oauth2/token", data=login, timeout=5).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    answer = requests.get(f"{org.url}/services/data/v62.0/query", params={"q": soql}, headers=headers, timeout=5)
    answer.raise_for_status()
    records: list[dict[str, Any]] = answer.json()["records"]
    return records


def composites(org: Org) -> int:
    return sum("composite" in call for call in org.calls)


def logins(org: Org) -> int:
    return sum(call.endswith("/token") for call in org.calls)


def test_a_new_lead_is_made_with_our_fields_and_its_link_comes_back(org: Org, salesforce: Salesforce) -> None:
    link = written(a_wish(), salesforce)

    [lead] = ask(
        org,
        "SELECT LastName, Company, Phone, LeadSource, Ripen_Score__c, Ripen_Rank__c, Ripen_Reasons__c, Ripen_Key__c"
        " FROM Lead",
    )
    lead.pop("attributes")
    assert lead == {
        "LastName": "山田",
        "Company": "株式会社サンプル",
        "Phone": "03-1234-5678",
        "LeadSource": "Ripen",
        "Ripen_Score__c": 53,
        "Ripen_Rank__c": "warm",
        "Ripen_Reasons__c": "役職: 部長\nIt's \\ 'quoted'",
        "Ripen_Key__c": "lead1",
    }
    assert link.object == "Lead"
    assert link.url == f"{org.url}/lightning/r/Lead/{link.id}/view"
    assert link.owner.startswith("005")
    assert link.owner_name


def test_200_leads_take_two_calls(org: Org, salesforce: Salesforce) -> None:
    wishes = [a_wish(n) for n in range(200)]

    found = salesforce.find(wishes)
    results = salesforce.write(
        [plan for wish in wishes if isinstance(plan := crm.plan(wish, found, a_lead(id=wish.lead)), Write)]
    )

    assert composites(org) == 2
    assert logins(org) == 1
    assert len({result.link.id for result in results if result.link}) == 200


def test_writing_the_same_lead_again_makes_no_second_one(org: Org, salesforce: Salesforce) -> None:
    plan = a_plan(a_wish(), salesforce)

    first, second = salesforce.write([plan]), salesforce.write([plan])

    assert first[0].link == second[0].link
    assert len(ask(org, "SELECT Id FROM Lead")) == 1


def test_one_bad_record_does_not_stop_its_neighbours(org: Org, salesforce: Salesforce) -> None:
    plans = [a_plan(a_wish(n), salesforce) for n in (1, 2, 3)]
    plans[1] = replace(plans[1], fields=plans[1].fields | {"Email": "no address"})

    good, bad, other = salesforce.write(plans)

    assert good.link
    assert other.link
    assert bad.link is None
    assert bad.refused
    assert bad.refused.permanent
    assert bad.refused.reason.startswith("INVALID_EMAIL_ADDRESS")


def test_a_locked_row_may_pass(org: Org, salesforce: Salesforce) -> None:
    plan = a_plan(a_wish(), salesforce)
    org.control("faults", mode="lock_row", count=1)

    [result] = salesforce.write([plan])

    assert result.refused
    assert not result.refused.permanent
    assert result.refused.reason.startswith("UNABLE_TO_LOCK_ROW")


def test_an_existing_contact_is_found_in_any_case_and_its_owner_gets_one_task(org: Org, salesforce: Salesforce) -> None:
    wish = a_wish(email=CUSTOMER.upper())
    plan = a_plan(wish, salesforce)

    [result] = salesforce.write([plan])

    assert result.refused is None
    assert result.link
    assert (result.link.object, result.link.owner_name) == ("Contact", "Bob Tanaka")
    [contact] = ask(org, "SELECT FirstName, Title, Ripen_Score__c FROM Contact")
    assert (contact["FirstName"], contact["Title"], contact["Ripen_Score__c"]) == ("花子", "部長", 53)
    [task] = ask(org, "SELECT WhoId, OwnerId, Ripen_Key__c, Subject FROM Task")
    assert (task["WhoId"], task["OwnerId"]) == (result.link.id, result.link.owner)
    assert salesforce.find([wish]).tasks == {wish.task.key}
    assert a_plan(wish, salesforce).task is None
    assert ask(org, "SELECT Id FROM Lead") == []


def test_a_task_that_is_done_with_is_not_searched(org: Org, salesforce: Salesforce) -> None:
    wish = a_wish(email=CUSTOMER)
    written(wish, salesforce)

    assert salesforce.find([replace(wish, task_is_done=True)]).tasks == frozenset()


def test_what_sales_filled_in_is_left_alone(org: Org, salesforce: Salesforce) -> None:
    written(a_wish(phone="", job_title="課長"), salesforce)

    written(a_wish(job_title="部長", phone="+81312345678"), salesforce)

    [lead] = ask(org, "SELECT Title, Phone FROM Lead")
    assert (lead["Title"], lead["Phone"]) == ("課長", "03-1234-5678")


def test_a_converted_lead_is_followed_to_its_contact(org: Org, salesforce: Salesforce) -> None:
    link = written(a_wish(), salesforce)
    became = org.control("convert", lead=link.id)

    linked = replace(a_wish(email="new.address@example.co.jp"), link=link)
    followed = written(linked, salesforce)

    assert (followed.object, followed.id) == ("Contact", became["ConvertedContactId"])
    assert ask(org, "SELECT Id FROM Task") == []


def test_a_dead_token_is_renewed_once(org: Org, salesforce: Salesforce) -> None:
    salesforce.find([a_wish()])
    org.control("faults", mode="expire_tokens", count=1)

    written(a_wish(), salesforce)

    assert logins(org) == 2


def test_a_token_refused_for_ever_does_not_loop(org: Org, salesforce: Salesforce) -> None:
    org.control("faults", mode="expire_tokens", count=-1)

    with pytest.raises(NotConnected):
        salesforce.find([a_wish()])

    assert len(org.calls) == 4


def test_a_key_logs_in_as_well(org: Org) -> None:
    by_key = Salesforce(FixedSecrets(connected_app(org.folder).secret_by_key(org.url)))

    assert written(a_wish(), by_key).id


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"client_secret": "wrong"}, "invalid_client"),
        ({"client_id": ""}, "Salesforce is not connected"),
        ({"client_secret": ""}, "Salesforce is not connected"),
        ({"login": ""}, "Salesforce is not connected"),
        ({"username": "nobody@acme.example", "private_key": "no key"}, "private key"),
    ],
)
def test_settings_that_do_not_work_are_an_administrators_matter(org: Org, change: dict[str, str], reason: str) -> None:
    settings = connected_app(org.folder).secret(org.url) | change

    with pytest.raises(NotConnected, match=reason) as caught:
        Salesforce(FixedSecrets(settings)).find([a_wish()])

    assert (caught.value.permanent, caught.value.after) == (False, 3600)


@pytest.mark.parametrize(("mode", "after"), [("error_500", None), ("down", None), ("limit", 900)])
def test_a_call_that_fails_whole_is_tried_later(org: Org, salesforce: Salesforce, mode: str, after: int | None) -> None:
    salesforce.find([a_wish()])
    org.control("faults", mode=mode, count=1)

    with pytest.raises(Undeliverable) as caught:
        salesforce.find([a_wish()])

    assert (caught.value.permanent, caught.value.after) == (False, after)


def test_salesforce_out_of_reach_is_tried_later(org: Org) -> None:
    settings = connected_app(org.folder).secret("https://127.0.0.1:1")

    with pytest.raises(Undeliverable) as caught:
        Salesforce(FixedSecrets(settings)).find([a_wish()])

    assert not caught.value.permanent


def test_what_was_written_before_the_line_broke_is_found_again(org: Org, salesforce: Salesforce) -> None:
    wish = a_wish(email=CUSTOMER)
    plan = a_plan(wish, salesforce)
    org.control("faults", mode="drop_after_write", count=1)
    with pytest.raises(Undeliverable):
        salesforce.write([plan])

    written(wish, salesforce)

    assert len(ask(org, "SELECT Id FROM Task")) == 1


def test_no_value_can_change_the_query(org: Org, salesforce: Salesforce) -> None:
    written(a_wish(), salesforce)

    found = salesforce.find([a_wish(2, email="x') OR Email LIKE '%@%'/**/OR Email IN ('")])

    assert found.records == ()


def test_claiming_changes_the_owner_and_makes_one_task(org: Org, salesforce: Salesforce) -> None:
    link = written(a_wish(), salesforce)

    claimed = salesforce.claim(link, "alice@ripen.example", "task1", "Call", "Hot")
    again = salesforce.claim(link, "alice@ripen.example", "task1", "Call", "Hot")

    assert claimed == again
    assert (claimed.id, claimed.owner_name) == (link.id, "Alice Sato")
    [task] = ask(org, "SELECT WhoId, OwnerId, Subject, Description FROM Task")
    assert (task["WhoId"], task["OwnerId"]) == (link.id, claimed.owner)
    [lead] = ask(org, "SELECT OwnerId FROM Lead")
    assert lead["OwnerId"] == claimed.owner


def test_a_score_written_after_a_claim_leaves_the_owner(org: Org, salesforce: Salesforce) -> None:
    claimed = salesforce.claim(written(a_wish(), salesforce), "alice@ripen.example", "task1", "Call", "Hot")

    link = written(replace(a_wish(company="別会社"), link=claimed), salesforce)

    assert link == claimed


def test_a_lead_converted_meanwhile_is_claimed_as_the_contact(org: Org, salesforce: Salesforce) -> None:
    link = written(a_wish(), salesforce)
    became = org.control("convert", lead=link.id)

    claimed = salesforce.claim(link, "alice@ripen.example", "task1", "Call", "Hot")

    assert (claimed.object, claimed.id) == ("Contact", became["ConvertedContactId"])


@pytest.mark.parametrize("email", ["dave@ripen.example", "nobody@ripen.example"])
def test_who_is_no_active_user_cannot_claim(org: Org, salesforce: Salesforce, email: str) -> None:
    link = written(a_wish(), salesforce)

    with pytest.raises(Undeliverable, match="no active Salesforce user") as caught:
        salesforce.claim(link, email, "task1", "Call", "Hot")

    assert caught.value.permanent
    assert email not in caught.value.reason


@pytest.mark.parametrize(
    ("status", "content", "permanent", "after"),
    [
        (403, [{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "TotalRequests Limit exceeded."}], False, 900),
        (400, [{"errorCode": "INVALID_FIELD", "message": "No such column 'Ripen_Key__c'"}], False, 3600),
        (400, [{"statusCode": "UNABLE_TO_LOCK_ROW", "message": ""}], False, None),
        (400, [{"statusCode": "FIELD_CUSTOM_VALIDATION_EXCEPTION", "message": "no"}], True, None),
        (503, "<html>maintenance</html>", False, None),
        (404, [{"errorCode": "NOT_FOUND"}], True, None),
        (400, [], True, None),
    ],
)
def test_errors_answer_whether_trying_again_helps(
    status: int, content: object, permanent: bool, after: int | None
) -> None:
    refused = refusal(status, content)

    assert (refused.permanent, refused.after) == (permanent, after)


def test_every_call_has_a_time_limit(org: Org, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []

    def note(self: object, *args: object, timeout: object = None, **kwargs: object) -> requests.Response:
        seen.append(timeout)
        raise requests.ConnectTimeout

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", note)
    session = requests.Session()
    session.mount("https://", Patient())
    with pytest.raises(requests.ConnectTimeout):
        session.get(org.url)

    assert seen == [(3, 20)]
