"""ripen unsuppress: a bounce that was a mistake is lifted; a person's own word is not."""

import json
from copy import replace
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from cli.commands import unsuppress as command
from ripen.adapters.rows.decisions import read_decisions
from ripen.adapters.table import Create, Table, keys
from ripen.failure import Failure
from ripen.lead.address import address_hash
from ripen.lead.contact import Contact, Permission, Suppression
from ripen.operations.phrases import say
from ripen.operations.sending.unsuppress import unsuppress
from tests.support.fakes import NOON, FakeClock
from tests.support.memory_stack import KEY, Kept, a_known_lead, a_stack

EMAIL = "hanako@example.co.jp"
REFUSAL = keys.suppression(address_hash(KEY, EMAIL))
AGREED = Contact(lead="lead1", consent={"marketing": Permission(granted=True, at=NOON, record="r1")})


@dataclass
class FakeList:
    """SES's suppression list."""

    listed: dict[str, str] = field(default_factory=dict)

    def reason(self, address: str) -> str:
        return self.listed.get(address, "")

    def remove(self, address: str) -> None:
        self.listed.pop(address, None)


def suppressed(table: Table, reason: str, **contact: Any) -> None:
    a_known_lead(table, email=EMAIL)
    table.write(Create(keys.contact("lead1"), replace(AGREED, **contact)))
    if reason:
        table.write(Create(REFUSAL, Suppression(reason=reason, at=NOON)))


def lift(table: Table, ses: FakeList, why: str = "the server was broken") -> dict[str, Any]:
    kept: Any = Kept(())
    return unsuppress(EMAIL, why, "mika", table, kept, ses, NOON).plain()


@pytest.mark.parametrize(
    ("reason", "bounced", "listed", "result"),
    [
        ("bounce", NOON, {EMAIL: "BOUNCE"}, ("bounce", True)),
        ("bounce", NOON, {}, ("bounce", False)),
        ("gone", None, {}, ("gone", False)),
        ("", NOON, {}, ("bounce", False)),
        ("", None, {EMAIL: "BOUNCE"}, ("", True)),
    ],
)
def test_a_bounce_is_lifted_with_a_decision(
    table: Table, reason: str, bounced: Any, listed: dict[str, str], result: tuple[str, bool]
) -> None:
    suppressed(table, reason, bounced=bounced)
    ses = FakeList(dict(listed))
    lifted = lift(table, ses)
    assert (lifted["reason"], lifted["was_on_ses_list"]) == result
    contact = table.get(keys.contact("lead1"))
    assert contact is not None
    assert (contact.value, table.get(REFUSAL), ses.listed) == (AGREED, None, {})
    (decision,) = read_decisions(table, "lead1")
    facts = decision.facts | {"reason": decision.reason}
    assert say(f"{decision.what}.{decision.outcome}", facts, "ja") == "mika が配信禁止を解除した: the server was broken"


@pytest.mark.parametrize(
    ("reason", "contact", "listed"),
    [
        ("complaint", {}, {}),
        ("bounce", {"complained": NOON}, {}),
        ("bounce", {}, {EMAIL: "COMPLAINT"}),
        ("bounce", {"unsubscribed": NOON + timedelta(days=1)}, {}),
    ],
)
def test_a_persons_own_word_is_not_lifted(
    table: Table, reason: str, contact: dict[str, Any], listed: dict[str, str]
) -> None:
    suppressed(table, reason, **contact)
    ses = FakeList(dict(listed))
    with pytest.raises(Failure) as refused:
        lift(table, ses)
    assert "new consent" in refused.value.next_step
    assert table.get(REFUSAL) is not None
    assert ses.listed == listed
    assert read_decisions(table, "lead1") == []


def test_an_unsubscription_is_over_after_a_later_consent(table: Table) -> None:
    suppressed(table, "bounce", unsubscribed=NOON - timedelta(days=1))
    assert lift(table, FakeList())["reason"] == "bounce"


def test_nothing_is_lifted_without_a_suppression_or_a_reason(table: Table) -> None:
    suppressed(table, "")
    with pytest.raises(Failure, match="not suppressed"):
        lift(table, FakeList())
    with pytest.raises(Failure, match="reason"):
        lift(table, FakeList(), why="  ")


def test_command_prints_json(
    table: Table, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    suppressed(table, "bounce", bounced=NOON)
    monkeypatch.setattr(command, "connect", lambda: a_stack(table, clock))
    monkeypatch.setattr(command, "SuppressionList", FakeList)
    command.unsuppress(EMAIL, why="a test", as_json=True)
    assert json.loads(capsys.readouterr().out) == {
        "lead": "lead1",
        "email": EMAIL,
        "reason": "bounce",
        "was_on_ses_list": False,
    }
