"""ripen secret: the one key that others are to have, as the signatures are made with it, and no other."""

import hmac
import json
from hashlib import sha256

import pytest

from cli.commands import secret as command
from ripen.adapters.table import Table
from ripen.capture.signature import signature
from ripen.failure import Failure
from tests.support.fakes import FakeClock
from tests.support.memory_stack import KEY, a_stack


@pytest.fixture(autouse=True)
def connected(table: Table, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "connect", lambda: a_stack(table, clock))


def test_a_receiver_checks_our_signature_with_what_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    command.secret("webhook")
    key = bytes.fromhex(capsys.readouterr().out.strip())
    checked = "v1=" + hmac.new(key, b"1795230000." + b"{}", sha256).hexdigest()
    assert checked == signature(KEY, "1795230000", b"{}")


def test_scripts_get_it_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    command.secret("webhook", as_json=True)
    assert json.loads(capsys.readouterr().out) == {"webhook": KEY.hex()}


def test_the_key_that_signs_requests_is_another_one(
    table: Table, clock: FakeClock, capsys: pytest.CaptureFixture[str]
) -> None:
    command.secret("api")
    assert bytes.fromhex(capsys.readouterr().out.strip()) == a_stack(table, clock).secrets.key("api")


@pytest.mark.parametrize("name", ["link", "address", "master", ""])
def test_no_other_key_is_shown(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Failure, match="no shared key"):
        command.secret(name)
    assert capsys.readouterr().out == ""
