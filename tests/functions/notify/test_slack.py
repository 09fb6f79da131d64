"""notify.slack: requests from Slack, signed or not, well-formed or not."""

import hashlib
import hmac
import json
from base64 import b64encode
from time import time
from typing import Any
from urllib.parse import urlencode

import pytest

import notify.slack
from ripen.adapters.gateway import Request
from ripen.adapters.table import Create, Table, keys
from ripen.errors import Rejected
from ripen.lead.address import address_hash
from ripen.lead.state import Rank, State
from ripen.pointers import Pointer
from ripen.slack.alert import Alert
from tests.support.builders import a_bundle, a_lead
from tests.support.fakes import NOON, FakeClock, FakeQueue
from tests.support.slack_workspace import SIGNING_SECRET, KnownSecrets

ID = "a" * 26
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(autouse=True)
def wired(table: Table, clock: FakeClock, queue: FakeQueue, monkeypatch: pytest.MonkeyPatch) -> None:
    table.write(Create(keys.alert("lead1", ID), Alert(id=ID, lead="lead1", kind="hot", planned=NOON)))
    for name, value in (("table", table), ("clock", clock), ("actions", queue), ("secrets", KnownSecrets())):
        monkeypatch.setattr(notify.slack, name, value)


def press(value: str = f"lead1|{ID}", action: str = "accept", trigger: str = "1.2.abc", **changes: Any) -> bytes:
    payload = {
        "type": "block_actions",
        "team": {"id": "T0RIPEN"},
        "user": {"id": "U0ALICE", "name": "alice", "username": "alice"},
        "trigger_id": trigger,
        "response_url": "https://hooks.slack.com/actions/1",
        "actions": [{"type": "button", "action_id": action, "block_id": "act", "value": value}],
    }
    return urlencode({"payload": json.dumps(payload | changes)}).encode()


def event(body: bytes, base64: bool = False, stamp: str = "", **headers: str) -> dict[str, Any]:
    stamp = stamp or str(int(time()))
    signature = hmac.new(SIGNING_SECRET.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
    signed = {"x-slack-request-timestamp": stamp, "x-slack-signature": f"v0={signature}", "content-type": FORM}
    return {
        "rawPath": "/slack",
        "requestContext": {"http": {"method": "POST"}},
        "headers": signed | {name.replace("_", "-"): value for name, value in headers.items()},
        "isBase64Encoded": base64,
        "body": b64encode(body).decode() if base64 else body.decode("latin-1"),
    }


def posted(body: bytes, **how: Any) -> int:
    return int(notify.slack.handler(event(body, **how), None)["statusCode"])  # type: ignore[arg-type]


def written(table: Table) -> list[Any]:
    return [row.value for row in table.under("lead1", "action#")]


@pytest.mark.parametrize("base64", [False, True])
def test_a_press_is_recorded_and_its_worker_woken(table: Table, queue: FakeQueue, base64: bool) -> None:
    assert posted(press(), base64=base64) == 200

    [action] = written(table)
    assert (action.verb, action.user, action.user_name, action.alert) == ("accept", "U0ALICE", "alice", ID)
    assert action.response_url == "https://hooks.slack.com/actions/1"
    row = table.get(keys.action("lead1", action.id))
    assert row and row.due == NOON
    assert queue.woken == [row.key.ref]


def test_a_retry_with_the_same_trigger_makes_nothing_new(table: Table) -> None:
    assert posted(press()) == 200
    assert posted(press(), x_slack_retry_num="1") == 200

    assert len(written(table)) == 1


def test_another_press_is_another_action(table: Table) -> None:
    posted(press())
    posted(press(action="not_fit", trigger="3.4.def"))

    assert sorted(action.verb for action in written(table)) == ["accept", "not_fit"]


def test_a_link_button_is_only_acknowledged(table: Table) -> None:
    assert posted(press(action="open_crm", value="")) == 200
    assert written(table) == []


@pytest.mark.parametrize(
    "headers",
    [
        {"x_slack_signature": "v0=" + "0" * 64},
        {"x_slack_signature": ""},
        {"x_slack_signature": "v0=é"},
        {"x_slack_request_timestamp": "yesterday"},
        {"x_slack_request_timestamp": ""},
        {"x_slack_request_timestamp": "9" * 5000},
        {"x_slack_request_timestamp": "１"},
    ],
)
def test_an_unsigned_request_is_refused(table: Table, headers: dict[str, str]) -> None:
    assert posted(press(), **headers) == 401
    assert written(table) == []


@pytest.mark.parametrize(("age", "status"), [(299, 200), (302, 401), (-302, 401)])
def test_a_signature_is_valid_for_five_minutes(age: int, status: int) -> None:
    assert posted(press(), stamp=str(int(time()) - age)) == status


def test_an_altered_body_is_refused() -> None:
    asked = event(press())
    asked["body"] += "x"

    assert notify.slack.handler(asked, None)["statusCode"] == 401  # type: ignore[arg-type]


def test_without_a_secret_every_request_is_refused() -> None:
    with pytest.raises(Rejected) as refused:
        notify.slack.signed_body(Request(method="POST", path="/slack", raw=press().decode()), "")

    assert refused.value.status == 401


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 404),
        (b"hello=world", 404),
        (b"payload=", 400),
        (b"payload={", 400),
        (b"payload=5", 400),
        (b"payload=[]", 400),
        (b"payload=" + b"[" * 100_000, 400),
        (b'{"type":"event_callback","event":5}', 400),
        (b"\xff\xfe", 400),
        (b"command=%2Fother&text=x", 404),
        (press(actions=[]), 400),
        (press(actions=5), 400),
        (press(user={"id": "<!channel>"}), 400),
        (press(user=None), 400),
        (press(team=5), 400),
        (press(trigger=""), 400),
        (press(response_url="file:///etc/passwd"), 400),
        (press(type="view_submission"), 400),
        (press(action="other"), 404),
        (press(value=""), 400),
        (press(value="lead1"), 400),
        (press(value=f"lead1|{ID}|more"), 400),
        (press(value=f"lead#1|{ID}"), 400),
        (press(value=f"lead1|{ID}\n"), 400),
        (press(value=f"lead2|{ID}"), 404),
        (press(value="lead1|" + "b" * 26), 404),
    ],
)
def test_a_malformed_request_is_refused_and_writes_nothing(table: Table, body: bytes, status: int) -> None:
    assert posted(body, base64=True) == status
    assert written(table) == []


def test_the_address_check_of_slack_is_answered() -> None:
    body = json.dumps({"type": "url_verification", "challenge": "abc", "token": "t"}).encode()

    answer = notify.slack.handler(event(body, content_type="application/json"), None)  # type: ignore[arg-type]

    assert (answer["statusCode"], json.loads(answer["body"])) == (200, {"challenge": "abc"})


def test_the_certificate_check_of_slack_needs_no_signature(table: Table) -> None:
    assert posted(b"ssl_check=1&token=t", x_slack_signature="") == 200


def test_an_unsigned_press_does_not_pass_as_a_certificate_check(table: Table) -> None:
    assert posted(b"ssl_check=1&" + press(), x_slack_signature="") == 200
    assert written(table) == []


@pytest.fixture
def lead(table: Table) -> None:
    table.write(
        Create(keys.profile("lead1"), a_lead()),
        Create(keys.state("lead1"), State(lead="lead1", rank=Rank.HOT, fit=40, fit_reasons=("title",))),
        Create(keys.address(address_hash(b"key", "hanako@example.co.jp")), Pointer(lead="lead1")),
    )


@pytest.mark.parametrize(
    "text",
    [
        "lead hanako@example.co.jp",
        "  LEAD   Hanako@Example.co.jp ",
        "lead <mailto:hanako@example.co.jp|hanako@example.co.jp>",
    ],
)
def test_the_command_shows_a_lead(lead: None, table: Table, clock: FakeClock, text: str) -> None:
    answer = notify.slack.command_reply(text, table, clock, a_bundle(), b"key")

    shown = json.dumps(answer["blocks"], ensure_ascii=False)
    assert all(part in shown for part in ("山田 花子 様", "株式会社サンプル", "40点", "役職: 部長級", "03-1234-5678"))
    assert '"accept"' not in shown


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("lead nobody@example.co.jp", "見つかりませんでした"),
        ("lead not-an-address", "形が正しくありません"),
        ("lead", "使い方"),
        ("help", "使い方"),
        ("", "使い方"),
        ("<!channel>", "使い方"),
    ],
)
def test_the_command_says_what_is_wrong(lead: None, table: Table, clock: FakeClock, text: str, said: str) -> None:
    answer = notify.slack.command_reply(text, table, clock, a_bundle(), b"key")

    assert said in answer["text"]
    assert "blocks" not in answer


def test_only_the_sender_sees_the_answer_to_a_command(lead: None, monkeypatch: pytest.MonkeyPatch) -> None:
    class Published:
        def live(self) -> Any:
            return type("Live", (), {"bundle": a_bundle(brand=a_bundle().brand)})

    monkeypatch.setattr(notify.slack, "playbook", Published())
    body = urlencode({"command": "/ripen", "text": "help", "user_id": "U0ALICE", "team_id": "T0RIPEN"}).encode()

    answer = notify.slack.handler(event(body), None)  # type: ignore[arg-type]

    assert answer["statusCode"] == 200
    assert json.loads(answer["body"])["response_type"] == "ephemeral"
