"""ripen secret: the keys that others are to have and no other, and the rotation of our keys."""

import hmac
import json
import re
import sys
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from io import StringIO
from typing import Any

import pytest

from cli.commands import secret as command
from cli.stack.stack import Stack
from ripen.adapters.secrets import Secrets
from ripen.adapters.table import Table
from ripen.capture.signature import SignedRequest, signatures
from ripen.failure import Failure
from ripen.key_ring import Rotated
from tests.support.fakes import FakeClock
from tests.support.memory_stack import a_stack


class Manager:
    """Secrets Manager with one secret."""

    text = json.dumps({"master": "m", "slack_bot_token": "xoxb-1"})

    def get_secret_value(self, **_: str) -> dict[str, str]:
        return {"SecretString": self.text}

    def put_secret_value(self, **asked: str) -> None:
        self.text = asked["SecretString"]


@pytest.fixture
def secrets(table: Table, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Secrets]:
    """Return the secret, as a function that has just started reads it."""
    manager = Manager()
    stack: Stack = replace(a_stack(table, clock), secrets=Secrets("secret", manager))
    monkeypatch.setattr(command, "connect", lambda: stack)
    return lambda: Secrets("secret", manager)


def test_a_receiver_checks_our_signature_with_what_is_printed(
    secrets: Callable[[], Secrets], capsys: pytest.CaptureFixture[str]
) -> None:
    request = SignedRequest(stamp="1795230000", key="id1", url="https://hooks.example/in", body=b"{}")
    sent = signatures(secrets().ring(Rotated.WEBHOOK), request)

    command.show("webhook")

    key = bytes.fromhex(capsys.readouterr().out.strip())
    text = b"1795230000\nid1\nhttps://hooks.example/in\n{}"
    assert sent == "v1=" + hmac.new(key, text, sha256).hexdigest()


@pytest.mark.parametrize("name", ["webhook", "api", "salesforce"])
def test_scripts_get_a_key_by_name(
    secrets: Callable[[], Secrets], capsys: pytest.CaptureFixture[str], name: str
) -> None:
    command.show(name, as_json=True)
    assert json.loads(capsys.readouterr().out) == {name: secrets().key(name).hex()}


@pytest.mark.parametrize("name", ["link", "address", "master", ""])
def test_no_other_key_is_shown(secrets: Callable[[], Secrets], name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Failure, match="no shared key"):
        command.show(name)
    assert capsys.readouterr().out == ""


def test_a_rotated_key_is_stored_and_the_previous_one_stays_accepted(
    secrets: Callable[[], Secrets], capsys: pytest.CaptureFixture[str]
) -> None:
    before = secrets().all()

    command.rotate("webhook", yes=False, as_json=True)

    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert (found["webhook"]["generation"], found["webhook"]["accepted"]) == (2, [2, 1])
    after = secrets()
    assert after.all() | {"rotations": None} == before | {"rotations": None}
    assert len(after.ring(Rotated.WEBHOOK).accepted) == 2
    assert len(after.ring(Rotated.LINK).accepted) == 1


def test_a_rotated_master_keeps_old_links_and_leads(
    secrets: Callable[[], Secrets], capsys: pytest.CaptureFixture[str]
) -> None:
    before = secrets()
    old_master = before.all()["master"]

    command.rotate("master", yes=False, as_json=False)

    after = secrets()
    assert after.all()["master"] != old_master
    assert after.ring(Rotated.LINK).accepted[1].secret == before.key("link")
    assert after.key("address") == before.key("address")
    said = capsys.readouterr().out
    assert [purpose for purpose in Rotated if f"{purpose}: generation 2 signs from" in said] == list(Rotated)
    assert re.search(r"generation 2 signs from \d\d:\d\d Asia/Tokyo\.", said)
    assert after.all()["master"] not in said


def test_a_second_rotation_within_ten_minutes_is_refused(secrets: Callable[[], Secrets]) -> None:
    command.rotate("link", yes=True, as_json=True)

    with pytest.raises(Failure, match="not in effect everywhere"):
        command.rotate("link", yes=True, as_json=True)


def test_the_end_of_older_signatures_is_asked_about(
    secrets: Callable[[], Secrets], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command.rotate("link", yes=True, as_json=True)
    before = secrets().all()
    capsys.readouterr()
    monkeypatch.setattr(sys, "stdin", StringIO("n\n"))

    command.rotate("link", yes=False, as_json=False)
    shown = capsys.readouterr().out
    assert "unsubscribe links" in shown
    assert "Nothing was rotated." in shown
    with pytest.raises(Failure, match="--json does not ask"):
        command.rotate("link", yes=False, as_json=True)
    assert secrets().all() == before


@pytest.mark.parametrize(("name", "why"), [("address", "never rotated"), ("slack", "no key")])
def test_other_keys_are_not_rotated(secrets: Callable[[], Secrets], name: str, why: str) -> None:
    before = secrets().all()

    with pytest.raises(Failure, match=why):
        command.rotate(name, yes=True, as_json=True)
    assert secrets().all() == before
