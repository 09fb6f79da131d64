"""ripen quarantine: submissions are listed, shown, released by a signed post, or dropped."""

import json
from typing import Any

import httpx
import pytest

from cli.commands import quarantine as command
from cli.stack.stack import Stack
from ripen.adapters.table import Create, Table, keys
from ripen.capture.quarantine import Why, quarantined
from ripen.capture.signature import signature_error
from ripen.failure import Failure
from ripen.key_ring import KeyRing
from ripen.operations.leads.quarantine import quarantined_submissions
from tests.support.fakes import NOON, FakeClock
from tests.support.memory_stack import KEY, a_stack

TYPED = [
    ("consent", "0"),
    ("consent", "1"),
    ("email", "hanako@example.jp"),
    ("company", "サンプル"),
    ("website", "http://spam.example"),
]


@pytest.fixture
def stack(table: Table, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Stack:
    stack = a_stack(table, clock)
    monkeypatch.setattr(command, "connect", lambda: stack)
    for id, why in (("abc1", Why.HONEYPOT), ("xyz2", Why.INBOX)):
        caught = quarantined(id, "whitepaper", why, TYPED, "ja", NOON)
        table.write(Create(keys.quarantine("whitepaper", NOON, id), caught))
    return stack


def posting(monkeypatch: pytest.MonkeyPatch, status: int = 202) -> list[httpx.Request]:
    """Answer each post with the status, and return the list of requests."""
    made: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        made.append(request)
        return httpx.Response(status)

    monkeypatch.setattr(command, "web", httpx.Client(transport=httpx.MockTransport(answer)))
    return made


def waiting(table: Table) -> list[str]:
    return [row.value.id for row in quarantined_submissions(table, ["whitepaper"])]


def test_what_waits_is_listed_and_one_is_shown(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    command.quarantine()
    listed = capsys.readouterr().out
    assert "2 in quarantine" in listed
    assert "hanako@example.jp" in listed.replace("\n", "")
    assert "サンプル" not in listed
    command.quarantine(shown="xyz")
    assert "company: サンプル" in capsys.readouterr().out


def test_json_lists_what_scripts_need(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    command.quarantine(as_json=True)
    first = json.loads(capsys.readouterr().out)[0]
    assert first == {
        "id": "abc1",
        "form": "whitepaper",
        "at": NOON.isoformat(),
        "why": "honeypot",
        "answers": dict(TYPED) | {"consent": ["0", "1"]},
    }


def test_a_released_submission_is_posted_signed_and_without_the_hidden_field(
    stack: Stack, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = posting(monkeypatch)
    command.quarantine(released="abc")
    (request,) = made
    assert request.url == f"{stack.site}/forms/whitepaper"
    assert json.loads(request.content) == {
        "consent": ["0", "1"],
        "email": "hanako@example.jp",
        "company": "サンプル",
    }
    assert request.headers["idempotency-key"] == "quarantine-abc1"
    stamp = float(request.headers["ripen-timestamp"])
    assert signature_error(KeyRing.of(KEY), request.headers, "/forms/whitepaper", request.content, stamp) == ""
    assert waiting(table) == ["xyz2"]


def test_a_submission_that_the_form_refuses_stays(
    stack: Stack, table: Table, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    posting(monkeypatch, status=400)
    command.quarantine(released="all")
    shown = capsys.readouterr().out
    assert "Released: 0." in shown
    assert "The form refused 2: these stay in quarantine." in shown
    assert waiting(table) == ["abc1", "xyz2"]


def test_a_dropped_submission_is_forgotten(stack: Stack, table: Table) -> None:
    command.quarantine(dropped="all")
    assert waiting(table) == []
    row = table.get(keys.quarantine("whitepaper", NOON, "abc1"))
    assert row is not None
    assert (row.value.settled, row.value.answers) == ("dropped", ())


@pytest.mark.parametrize("options", [{"released": "a", "dropped": "b"}, {"released": "nothing"}])
def test_a_wrong_choice_is_refused_with_a_reason(stack: Stack, options: dict[str, Any]) -> None:
    with pytest.raises(Failure):
        command.quarantine(**options)
