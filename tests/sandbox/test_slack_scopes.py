"""The scopes in the Slack app's manifest are those that the methods in our code need, and no more."""

import re
from pathlib import Path

from sandbox.slack.scopes import NEEDED, granted

PROJECT = Path(__file__).resolve().parents[2]
COMMANDS = "commands"  # for /ripen, which is no method

DIRECT = "im:history"  # for conversations.history of direct messages


def test_manifest_requests_the_scopes_that_the_called_methods_need() -> None:
    code = (PROJECT / "layers/core/ripen/adapters/slack/chat.py").read_text()
    methods = set(re.findall(r'_api\.(?:call|pages)\(\s*"([a-z]+\.[A-Za-z]+)"', code))

    assert len(methods) >= 6
    assert granted() == {COMMANDS, DIRECT}.union(*(NEEDED[method] for method in methods))


def test_doctor_calls_no_method_beyond_those_scopes() -> None:
    code = (PROJECT / "cli/doctor/slack.py").read_text()
    called = {name.replace("_", ".", 1) for name in re.findall(r"client\.([a-z]+_[a-z_]+)\(", code)}

    assert called
    assert all(NEEDED[method] <= granted() for method in called)
