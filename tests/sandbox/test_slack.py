"""The Slack stand-in: local-slack behind our proxy, and the actions of people on their way to our function."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from slack_sdk.webhook import WebhookClient
from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Route

import notify.slack
from ripen.adapters.gateway import request
from ripen.adapters.slack.chat import Slack
from ripen.adapters.table import Create, Table, keys
from ripen.lead.state import Rank
from ripen.scoring.score import Score
from ripen.slack.alert import Alert
from ripen.slack.card import lead_card
from ripen.slack.card_facts import CardFacts
from sandbox.server import Server
from tests.support.builders import a_lead
from tests.support.fakes import NOON, FakeClock, FakeQueue
from tests.support.slack_workspace import SIGNING_SECRET, KnownSecrets, Workspace, free_port, running

ID = "a" * 26
BUTTON = {"type": "button", "action_id": "accept", "block_id": "act", "value": f"lead1|{ID}"}


@dataclass
class OurApp:
    """Our function behind HTTP, as API Gateway has it."""

    port: int = field(default_factory=free_port)
    events: list[dict[str, Any]] = field(default_factory=list)

    async def _slack(self, asked: HttpRequest) -> Response:
        event = {
            "rawPath": asked.url.path,
            "requestContext": {"http": {"method": asked.method}},
            "headers": dict(asked.headers),
            "body": (await asked.body()).decode(),
            "isBase64Encoded": False,
        }
        self.events.append(event)
        answer = notify.slack.handler(event, None)  # type: ignore[arg-type]
        return Response(answer["body"], answer["statusCode"], answer["headers"])

    def server(self) -> Server:
        return Server(Starlette(routes=[Route("/slack", self._slack, methods=["POST"])]), self.port)


@pytest.fixture(scope="module")
def app() -> Iterator[OurApp]:
    app = OurApp()
    server = app.server()
    server.start()
    yield app
    server.stop()


@pytest.fixture(scope="module")
def started(app: OurApp, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    with running(tmp_path_factory.mktemp("slack"), lambda: f"http://127.0.0.1:{app.port}") as workspace:
        yield workspace


@pytest.fixture
def workspace(started: Workspace, app: OurApp) -> Workspace:
    started.reset()
    app.events.clear()
    return started


@pytest.fixture
def wired(
    workspace: Workspace, table: Table, clock: FakeClock, queue: FakeQueue, monkeypatch: pytest.MonkeyPatch
) -> Table:
    table.write(Create(keys.alert("lead1", ID), Alert(id=ID, lead="lead1", kind="hot", planned=NOON)))
    chat = Slack(workspace.api, KnownSecrets())
    places = {
        "table": table,
        "clock": clock,
        "actions": queue,
        "secrets": KnownSecrets(),
        "connections": KnownSecrets(),
        "chat": chat,
    }
    for name, value in places.items():
        monkeypatch.setattr(notify.slack, name, value)
    return table


def a_card() -> dict[str, Any]:
    score = Score(fit=45, engagement=33, total=78)
    standing = CardFacts(profile=a_lead(), rank=Rank.HOT, score=score, reasons=("役職: 部長級",))
    return lead_card(Alert(id=ID, lead="lead1", kind="hot", planned=NOON), standing, "ja", "Asia/Tokyo")


def test_a_press_is_answered_after_it_is_recorded_and_queued(
    workspace: Workspace, wired: Table, queue: FakeQueue
) -> None:
    """Slack waits for three seconds, so that Salesforce and Slack are called later, from the queue."""
    channel, ts = Slack(workspace.api, KnownSecrets()).post("C0SALES", a_card(), ID)

    workspace.control("interact", channel=channel, messageTs=ts, user="U0BOB", action=BUTTON)

    [row] = wired.under("lead1", "action#")
    assert (row.value.verb, row.value.user, row.value.user_name) == ("accept", "U0BOB", "bob")
    assert queue.woken == [row.key.ref]
    [delivery] = httpx.get(f"{workspace.url}/_control/deliveries").json()[-1:]
    assert delivery["status"] == 200


def test_an_ephemeral_answer_is_shown_to_one_person(workspace: Workspace, wired: Table) -> None:
    chat = Slack(workspace.api, KnownSecrets())
    channel, ts = chat.post("C0SALES", a_card(), ID)
    workspace.control("interact", channel=channel, messageTs=ts, user="U0BOB", action=BUTTON)
    [action] = [row.value for row in wired.under("lead1", "action#")]

    chat.respond(action.response_url, "alice was first")

    seen = httpx.get(f"{workspace.url}/_control/messages/C0SALES").json()["messages"]
    assert [(m["text"], m.get("ephemeral_to")) for m in seen[1:]] == [("alice was first", "U0BOB")]
    assert len(workspace.messages()) == 1


@pytest.mark.parametrize(
    ("rules", "statuses", "error"),
    [({}, [200] * 5 + [404], "used_url"), ({"response_url_seconds": 0}, [404], "expired_url")],
)
def test_an_address_takes_five_answers_within_half_an_hour(
    workspace: Workspace, wired: Table, rules: dict[str, Any], statuses: list[int], error: str
) -> None:
    channel, ts = Slack(workspace.api, KnownSecrets()).post("C0SALES", a_card(), ID)
    workspace.control("interact", channel=channel, messageTs=ts, user="U0BOB", action=BUTTON)
    [action] = [row.value for row in wired.under("lead1", "action#")]
    workspace.control("rules", **rules)

    answers = [WebhookClient(action.response_url).send(text="x", response_type="ephemeral") for _ in statuses]

    assert [answer.status_code for answer in answers] == statuses
    assert answers[-1].body == json.dumps({"ok": False, "error": error}, separators=(",", ":"))


def test_a_press_that_our_function_refuses_is_among_the_deliveries(workspace: Workspace, wired: Table) -> None:
    channel, ts = Slack(workspace.api, KnownSecrets()).post("C0SALES", a_card(), ID)

    workspace.control("interact", channel=channel, messageTs=ts, user="U0BOB", action=BUTTON | {"value": "lead2|" + ID})

    assert httpx.get(f"{workspace.url}/_control/deliveries").json()[-1]["status"] == 404


def test_a_command_reaches_our_app_with_a_valid_signature(workspace: Workspace, app: OurApp, wired: Table) -> None:
    workspace.control("command", channel="C0SALES", user="U0ALICE", command="/other", text="x")

    [event] = app.events
    assert "command=%2Fother" in notify.slack.signed_body(request(event), SIGNING_SECRET)


@pytest.mark.parametrize(("token", "error"), [("", "not_authed"), ("xoxb-other", "invalid_auth")])
def test_only_the_seeded_token_is_accepted(workspace: Workspace, token: str, error: str) -> None:
    assert workspace.call("users.info", token=token, user="U0ALICE").json() == {"ok": False, "error": error}


def test_metadata_is_returned_on_request(workspace: Workspace) -> None:
    metadata = {"event_type": "a", "event_payload": {"b": "c"}}
    workspace.call("chat.postMessage", channel="C0SALES", text="x", metadata=metadata)

    plain = workspace.call("conversations.history", channel="C0SALES").json()
    full = workspace.call("conversations.history", channel="C0SALES", include_all_metadata=True).json()

    assert "metadata" not in plain["messages"][0]
    assert full["messages"][0]["metadata"] == metadata


def test_the_history_has_pages_newest_first_and_needs_a_channel_id(workspace: Workspace) -> None:
    for n in range(3):
        workspace.call("chat.postMessage", channel="C0SALES", text=str(n))

    first = workspace.call("conversations.history", channel="C0SALES", limit=2).json()
    cursor = first["response_metadata"]["next_cursor"]
    second = workspace.call("conversations.history", channel="C0SALES", limit=2, cursor=cursor).json()

    assert workspace.call("conversations.history", channel="sales").json()["error"] == "channel_not_found"
    assert [m["text"] for m in first["messages"] + second["messages"]] == ["2", "1", "0"]
    assert (first["has_more"], second["has_more"]) == (True, False)


@pytest.mark.parametrize(
    ("message", "error"),
    [
        ({}, "no_text"),
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"blocks": [{"type": "nope"}]}, "invalid_blocks"),
        ({"blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3000}}] * 5}, "msg_blocks_too_long"),
    ],
)
def test_a_message_that_slack_refuses_is_refused(workspace: Workspace, message: dict[str, Any], error: str) -> None:
    answer = workspace.call("chat.postMessage", channel="C0SALES", **message).json()

    assert (answer["ok"], answer["error"]) == (False, error)
    assert workspace.messages() == []


def test_an_error_in_blocks_is_reported_with_its_place(workspace: Workspace) -> None:
    answer = workspace.call("chat.postMessage", channel="C0SALES", blocks=[{"type": "nope"}]).json()

    assert answer["response_metadata"]["messages"] == ["[ERROR] unsupported type [json-pointer:/blocks/0/type]"]


def test_too_many_messages_in_one_channel_are_rate_limited(workspace: Workspace) -> None:
    workspace.control("pace", per_second=0.001, burst=2)
    answers = [workspace.call("chat.postMessage", channel="general", text="x") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert int(answers[2].headers["retry-after"]) > 0
    assert workspace.call("chat.postMessage", channel="C0SALES", text="x").status_code == 200


def test_a_thread_is_listed_under_its_message(workspace: Workspace) -> None:
    first = workspace.call("chat.postMessage", channel="C0SALES", text="a").json()
    workspace.call("chat.postMessage", channel="C0SALES", text="b", thread_ts=first["ts"])

    [message] = workspace.messages()
    assert [reply["text"] for reply in message["thread"]] == ["b"]


def test_the_address_leads_to_the_page_of_the_workspace(workspace: Workspace) -> None:
    page = httpx.get(workspace.url, follow_redirects=True)

    assert page.status_code == 200
    assert "local-slack" in page.text


def test_an_invalid_fault_is_refused(workspace: Workspace) -> None:
    assert workspace.control("faults", mode="nonsense").status_code == 400
    assert workspace.control("pace", burst=0).status_code == 400


def test_a_call_that_is_not_json_is_refused(workspace: Workspace) -> None:
    headers = {"authorization": "Bearer x", "content-type": "application/json"}

    answer = httpx.post(f"{workspace.api}chat.postMessage", content=b"[", headers=headers)

    assert json.loads(answer.text) == {"ok": False, "error": "invalid_json"}


def test_a_restarted_workspace_still_has_its_messages(tmp_path: Path) -> None:
    kept = {"event_type": "alert", "event_payload": {"lead": ID}}
    with running(tmp_path) as first:
        stays = first.call("chat.postMessage", channel="C0SALES", text="stays", metadata=kept).json()["ts"]
        changed = first.call("chat.postMessage", channel="C0SALES", text="draft").json()["ts"]
        gone = first.call("chat.postMessage", channel="C0SALES", text="gone").json()["ts"]
        first.call("chat.postMessage", channel="C0SALES", text="below", thread_ts=stays)
        first.call("chat.update", channel="C0SALES", ts=changed, text="final")
        first.call("chat.delete", channel="C0SALES", ts=gone)

    with running(tmp_path) as again:
        before = [(message["ts"], message["text"], len(message["thread"])) for message in again.messages()]
        history = again.call("conversations.history", channel="C0SALES", include_all_metadata=True).json()["messages"]
        again.call("chat.postMessage", channel="C0SALES", text="new")
        after = [message["text"] for message in again.messages()]
        again.reset()

    with running(tmp_path) as last:
        assert last.messages() == []
    assert before == [(stays, "stays", 1), (changed, "final", 0)]
    assert [message["metadata"] for message in history if message["ts"] == stays] == [kept]
    assert after == ["stays", "final", "new"]
