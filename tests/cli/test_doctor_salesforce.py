"""ripen doctor: Salesforce, as our stand-in shows it to Ripen's user."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
import requests

from cli.doctor import salesforce
from cli.doctor import salesforce_queries as queries
from cli.doctor import salesforce_rights as rights
from cli.doctor.finding import Finding, State
from cli.doctor.salesforce_mapping import mapped
from cli.doctor.salesforce_rights import Org as Described
from cli.doctor.salesforce_users import users
from ripen.adapters.salesforce.token import Token
from ripen.crm.api_usage import ApiUsage
from ripen.errors import NotConnected, Undeliverable
from ripen.playbook.bundle import Bundle, CrmField, SyncRule
from ripen.playbook.graph import CrmStep, Journey
from sandbox.salesforce import describe
from sandbox.salesforce.api import Api
from sandbox.salesforce.call import Call, call
from sandbox.salesforce.faults import Faults
from sandbox.salesforce.journal import Journal
from sandbox.salesforce.org import INTEGRATION_USER, Org
from sandbox.salesforce.schema import load
from sandbox.salesforce.seed import seed
from sandbox.salesforce.settings import Settings
from sandbox.salesforce.usage import Usage
from tests.support.builders import a_bundle
from tests.support.doctor_account import states
from tests.support.fakes import FakeClock
from tests.support.salesforce_uses import reads, uses

TOKEN = Token(access="t", instance="https://acme.my.salesforce.com")


@dataclass
class Answer:
    status: int
    body: Any

    @property
    def ok(self) -> bool:
        return self.status < 400

    @property
    def status_code(self) -> int:
        return self.status

    def json(self) -> Any:
        return self.body


class Session:
    """A session of Ripen's user with an org that is set up by the guide."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        now = FakeClock().now
        folder.mkdir(exist_ok=True)
        self.org = Org(load(), Journal(folder / "records.jsonl"), Faults(), now)
        self.org.settings = Settings(**settings)
        seed(self.org)
        self._api = Api(self.org, Usage(now), now)

    def mount(self, prefix: str, transport: object) -> None: ...

    def get(self, url: str, params: dict[str, str] | None = None, headers: object = None) -> Answer:
        asked = call("GET", urlsplit(url).path, urlencode(params or {}), {}, None)
        answer = self._api.answer(asked.by(INTEGRATION_USER))
        return Answer(answer.status, answer.body)


def described(folder: Path, **settings: Any) -> Described:
    """Return what describe shows of the objects that are always used."""
    schema = Session(folder, **settings).org.acting(INTEGRATION_USER).schema
    return {name: _described(schema, name) for name in ("Lead", "Contact", "Task")}


def _described(schema: Any, name: str) -> dict[str, Any] | None:
    if name not in schema:
        return None
    body = describe.full(schema[name], Call("GET", (), 62))
    return {**body, "fields": {field["name"]: field for field in body["fields"]}}


def ran(session: Any, texts: Any = None) -> Finding:
    return queries.run(queries.QUERIES, texts or queries.queries(), session, TOKEN)


def named(finding: Finding) -> str:
    assert finding.state is State.FAIL
    return finding.found.en


def without(found: Described, object: str, name: str, **changes: bool) -> Described:
    """Return the org with the field taken away, or changed."""
    whole = found[object]
    assert whole
    fields = {key: field for key, field in whole["fields"].items() if key != name}
    kept = {name: {**whole["fields"][name], **changes}} if changes else {}
    return {**found, object: {**whole, "fields": fields | kept}}


def test_an_org_with_the_package_and_its_permission_set_is_well(tmp_path: Path) -> None:
    found = described(tmp_path)
    assert (rights.our_fields(found).state, rights.rights(found).state) == (State.OK, State.OK)
    assert ran(Session(tmp_path)).state is State.OK


def test_a_field_that_is_not_there_is_named(tmp_path: Path) -> None:
    found = without(described(tmp_path), "Lead", "Ripen_Score__c")
    assert named(rights.our_fields(found)) == "missing or not visible: Lead.Ripen_Score__c"


def test_a_standard_field_that_is_hidden_is_named(tmp_path: Path) -> None:
    found = without(described(tmp_path), "Lead", "LeadSource")
    assert named(rights.rights(found)) == "no right to read Lead.LeadSource"


def test_a_field_or_object_that_is_not_ours_to_write_is_named(tmp_path: Path) -> None:
    found = without(described(tmp_path), "Contact", "Ripen_Rank__c", createable=False, updateable=False)
    assert named(rights.rights(found)) == "no right to write Contact.Ripen_Rank__c"
    locked = {**found, "Lead": {**(found["Lead"] or {}), "createable": False}}
    assert named(rights.rights(locked)).startswith("no right to write Lead,")


def test_without_the_permission_set_everything_is_missing(tmp_path: Path) -> None:
    found = described(tmp_path, permission_set=False)
    assert named(rights.rights(found)).startswith("no right to read Lead, Contact,")
    assert named(ran(Session(tmp_path, permission_set=False))) == "no right to read Lead"


@pytest.mark.parametrize("field", ["Email", "Phone", "Title"])
def test_a_query_that_reads_a_hidden_field_fails_and_names_it(tmp_path: Path, field: str) -> None:
    session = Session(tmp_path)
    del session.org._granted.fields[f"Lead.{field}"]
    assert named(ran(session)) == f"no right to read Lead.{field}"
    assert "Ripen_Integration" in ran(session).next_step.en


def test_an_encrypted_field_that_cannot_be_searched_is_named() -> None:
    message = "\nEmail IN ('a')\n^\nERROR at Row:1:Column:1\nfield 'Email' can not be filtered in a query call"
    finding = queries.refused(queries.QUERIES, {"errorCode": "INVALID_FIELD", "message": message})
    assert named(finding) == "Email cannot be searched: is it encrypted?"


def test_every_query_of_the_workers_is_run(tmp_path: Path) -> None:
    texts = [*queries.queries(), *queries.campaign_queries(), *queries.opportunity_queries(True)]
    assert uses(tmp_path).read <= reads(Session(tmp_path / "other").org, texts)


def test_leads_of_a_new_org_need_no_mapping(tmp_path: Path) -> None:
    lead = described(tmp_path)["Lead"]
    assert lead
    assert mapped({}, lead).state is State.OK


def examined(folder: Path, bundle: Bundle | None, monkeypatch: pytest.MonkeyPatch, **settings: Any) -> dict[str, State]:
    monkeypatch.setattr(salesforce, "fetch", lambda settings, session: TOKEN)
    monkeypatch.setattr(requests, "Session", lambda: Session(folder, **settings))
    return states(salesforce.org({}, bundle))


def test_only_what_the_playbook_needs_is_examined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    always = {"Salesforce login", "Salesforce fields", "Salesforce permission set", "Salesforce queries"}
    always |= {"Salesforce mapped fields", "Salesforce opportunities"}
    assert set(examined(tmp_path / "1", a_bundle(), monkeypatch)) == always
    mapping = a_bundle(sync=SyncRule(fields={"Industry": CrmField(source="industry")}))
    found = examined(tmp_path / "3", mapping, monkeypatch)
    assert (found["Salesforce mapped fields"], found["Salesforce queries"]) == (State.FAIL, State.FAIL)


def test_a_playbook_that_fills_campaigns_needs_a_marketing_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journey = Journey(name="expo", steps=(CrmStep(id="1", next="end", campaign="Spring Expo"),))
    bundle = a_bundle(journeys={"expo": journey})
    assert set(examined(tmp_path, bundle, monkeypatch).values()) == {State.OK}
    session = Session(tmp_path / "other")
    ripen = session.org.read(session.org.schema["User"], INTEGRATION_USER)
    session.org.update(session.org.schema["User"], ripen.id, {"UserPermissionsMarketingUser": False})
    monkeypatch.setattr(requests, "Session", lambda: session)
    assert states(salesforce.org({}, bundle))["Salesforce permission set"] is State.FAIL


@pytest.mark.parametrize(
    ("left", "state"), [(9_000, State.OK), (3_001, State.OK), (3_000, State.WARN), (0, State.FAIL)]
)
def test_few_calls_left_are_seen(left: int, state: State) -> None:
    assert salesforce.calls(ApiUsage(15_000 - left, 15_000)).state is state


def test_without_a_login_to_salesforce_nothing_else_is_said() -> None:
    assert states(salesforce.org({})) == {"Salesforce login": State.FAIL}


@pytest.mark.parametrize(
    ("error", "says", "advises"),
    [
        (
            Undeliverable("no answer from Salesforce's login: HTTP 503", permanent=False),
            "HTTP 503",
            "status.salesforce",
        ),
        (NotConnected("Salesforce refuses the login: invalid_client: x"), "invalid_client", "Renew its secret"),
        (NotConnected("Salesforce is not connected"), "not connected", "Create the External Client App"),
    ],
)
def test_advice_about_the_login_fits_its_failure(
    error: Undeliverable, says: str, advises: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(settings: Any, session: Any) -> Any:
        raise error

    monkeypatch.setattr(salesforce, "fetch", fails)

    [finding] = salesforce.org({})

    assert says in named(finding)
    assert advises in finding.next_step.en


@pytest.mark.parametrize(
    ("status", "body", "says"),
    [
        (503, [{"errorCode": "SERVER_UNAVAILABLE", "message": "maintenance"}], "Salesforce does not answer"),
        (403, [{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "x"}], "API calls are used up"),
    ],
)
def test_an_outage_is_no_missing_right(
    status: int, body: Any, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session: Any = Session(tmp_path)
    session.get = lambda url, **_: Answer(status, body)
    monkeypatch.setattr(salesforce, "fetch", lambda settings, session: TOKEN)
    monkeypatch.setattr(requests, "Session", lambda: session)

    _, finding = salesforce.org({}, a_bundle())

    assert says in named(finding)
    assert "Nothing to do" in finding.next_step.en or "API Usage" in finding.next_step.en


def test_users_that_the_playbook_names_must_be_active(tmp_path: Path) -> None:
    session: Any = Session(tmp_path)
    alice = session.org.find("User", "Email", "alice@ripen.example")[0]
    known = {"sato@slack.example": alice.id[:15], "sato@ripen.example": alice.values["Username"].upper()}

    assert users(known, [], session, TOKEN).state is State.OK
    unknown = users(known | {"nobody@ripen.example": "nobody@acme.example"}, [], session, TOKEN)
    assert named(unknown) == "no active user: nobody@ripen.example: nobody@acme.example"


@pytest.mark.parametrize(
    ("owner", "missing"),
    [
        ("Alice@ripen.example", ""),
        ("sato@slack.example", ""),
        ("nobody@ripen.example", "nobody@ripen.example"),
        ("dave@ripen.example", "dave@ripen.example"),
    ],
    ids=["one", "named in sync.users", "none", "two or inactive"],
)
def test_the_owner_of_a_step_must_be_one_active_user(owner: str, missing: str, tmp_path: Path) -> None:
    session: Any = Session(tmp_path)
    alice = session.org.find("User", "Email", "alice@ripen.example")[0]

    found = users({"sato@slack.example": alice.id}, [owner], session, TOKEN)

    assert (named(found) if missing else "") == (f"no active user: {missing}" if missing else "")
    assert found.state is (State.FAIL if missing else State.OK)


def test_the_doctor_asks_for_the_owners_of_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journey = Journey(name="call", steps=(CrmStep(id="1", next="end", owner="nobody@ripen.example"),))
    found = examined(tmp_path, a_bundle(journeys={"call": journey}), monkeypatch)
    assert found["Salesforce users"] is State.FAIL
