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
from ripen.slack.access import Person
from ripen.slack.alert import Alert
from tests.support.builders import a_bundle, a_lead
from tests.support.fake_chat import DOWN, TEAM, FakeChat
from tests.support.fakes import NOON, FakeClock, FakeQueue
from tests.support.slack_workspace import SIGNING_SECRET, KnownSecrets

ID = "a" * 26
ADDRESS_KEY = KnownSecrets().key("address")
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(autouse=True)
def wired(table: Table, clock: FakeClock, queue: FakeQueue, monkeypatch: pytest.MonkeyPatch) -> FakeChat:
    table.write(Create(keys.alert("lead1", ID), Alert(id=ID, lead="lead1", kind="hot", planned=NOON)))
    chat = FakeChat(members={("sales", "U0ALICE")})
    places = {"table": table, "clock": clock, "actions": queue, "chat": chat, "channel": "sales"}
    for name, value in (places | dict.fromkeys(("secrets", "connections"), KnownSecrets())).items():
        monkeypatch.setattr(notify.slack, name, value)
    return chat


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
    posted(press(action="release", trigger="5.6.ghi"))

    assert sorted(action.verb for action in written(table)) == ["accept", "not_fit", "release"]


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
        (press(response_url="https://evil.example/"), 400),
        (press(response_url="https://hooks.slack.com.evil.example/"), 400),
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
        Create(keys.address(address_hash(ADDRESS_KEY, "hanako@example.co.jp")), Pointer(lead="lead1")),
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
    answer = notify.slack.command_reply(text, table, clock, a_bundle(), ADDRESS_KEY)

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
    answer = notify.slack.command_reply(text, table, clock, a_bundle(), ADDRESS_KEY)

    assert said in answer["text"]
    assert "blocks" not in answer


@pytest.mark.parametrize("team", [{"id": "T0EVIL"}, None])
def test_the_press_of_another_workspace_is_refused_and_explained(
    published: None, wired: FakeChat, table: Table, team: Any
) -> None:
    assert posted(press(team=team)) == 403

    assert written(table) == []
    [said] = wired.responses
    assert "Ripen を導入した会社" in said


def test_a_press_is_recorded_while_slack_does_not_name_our_workspace(wired: FakeChat, table: Table) -> None:
    """notify.act asks again, and does nothing until it knows the person."""
    wired.unknown_installation = True

    assert posted(press()) == 200
    assert len(written(table)) == 1


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> None:
    class Published:
        def live(self) -> Any:
            return type("Live", (), {"bundle": a_bundle(brand=a_bundle().brand)})

    monkeypatch.setattr(notify.slack, "playbook", Published())


def typed(user: str = "U0ALICE", **changes: str) -> dict[str, Any]:
    """Return the answer to `/ripen lead`, which only the person who typed it sees."""
    said = {"command": "/ripen", "text": "lead hanako@example.co.jp", "user_id": user, "team_id": TEAM} | changes
    answer = notify.slack.handler(event(urlencode(said).encode()), None)  # type: ignore[arg-type]
    assert answer["statusCode"] == 200
    body = json.loads(answer["body"])
    assert body["response_type"] == "ephemeral"
    return dict(body)


def test_only_the_sender_sees_the_answer_to_a_command(lead: None, published: None) -> None:
    assert "山田 花子 様" in json.dumps(typed()["blocks"], ensure_ascii=False)


def test_the_command_is_refused_to_all_but_members_of_the_sales_channel(
    lead: None, published: None, wired: FakeChat
) -> None:
    wired.people["U0GUEST"] = Person(id="U0GUEST", team=TEAM, guest=True)
    wired.people["U0PARTNER"] = Person(id="U0PARTNER", team="T0PARTNER")
    wired.members |= {("sales", "U0GUEST"), ("sales", "U0PARTNER")}

    answers = [typed("U0GUEST"), typed("U0PARTNER"), typed("U0CAROL"), typed(team_id="T0EVIL"), typed(user="")]

    assert not any("blocks" in answer for answer in answers)
    expected = ("ゲスト", "導入した会社", "営業チャンネル（<#sales>）", "導入した会社", "営業チャンネル")
    assert [said in answer["text"] for said, answer in zip(expected, answers, strict=True)] == [True] * 5


def test_a_command_shows_nothing_while_slack_does_not_answer(lead: None, published: None, wired: FakeChat) -> None:
    wired.trouble = [DOWN]

    assert "もう一度お試しください" in typed()["text"]
