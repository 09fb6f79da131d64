"""ripen reclassify: puts leads on the agenda to be judged anew."""

from typing import Any

import pytest

from cli.commands import verdicts
from cli.stack.stack import Stack
from ripen.adapters.table import Create, Table, keys
from ripen.agenda import Lane, shard
from ripen.failure import Failure
from ripen.lead.address import address_hash
from ripen.lead.state import State
from ripen.pointers import Pointer
from tests.support.fakes import NOON, FakeClock

KEY = b"k" * 32


class Held:
    def key(self, purpose: str) -> bytes:
        return KEY


@pytest.fixture
def stack(table: Table, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Stack:
    held: Any = Held()
    at: Any = clock
    stack = Stack(
        table=table,
        playbook=held,
        secrets=held,
        connections=held,
        clock=at,
        site="",
        queues=(),
        tick="",
        local=None,
    )
    monkeypatch.setattr(verdicts, "connect", lambda: stack)
    return stack


def waiting(table: Table, lead: str) -> list[str]:
    return [due.ref for due in table.due(Lane.BULK, shard(lead), NOON)]


def test_one_lead_is_put_on_the_agenda(stack: Stack, table: Table) -> None:
    table.write(
        Create(keys.address(address_hash(KEY, "hanako@example.co.jp")), Pointer(lead="lead1")),
        Create(keys.state("lead1"), State(lead="lead1")),
        Create(keys.state("lead2"), State(lead="lead2")),
    )
    verdicts.reclassify("Hanako＠example.co.jp", everyone=False)
    verdicts.reclassify("hanako@example.co.jp", everyone=False)
    assert waiting(table, "lead1") == ["lead#lead1|state"]
    assert waiting(table, "lead2") == []


def test_all_leads_are_put_on_the_agenda(stack: Stack, table: Table, capsys: pytest.CaptureFixture[str]) -> None:
    for n in range(30):
        table.write(Create(keys.state(f"lead{n}"), State(lead=f"lead{n}")))
    verdicts.reclassify("", everyone=True)
    assert all(waiting(table, f"lead{n}") for n in range(30))
    assert "30 leads" in capsys.readouterr().out


@pytest.mark.parametrize(("email", "everyone"), [("", False), ("hanako@example.co.jp", True)])
def test_it_must_be_said_whose(stack: Stack, email: str, everyone: bool) -> None:
    with pytest.raises(Failure, match="Name the leads"):
        verdicts.reclassify(email, everyone)


def test_an_address_nobody_has_is_a_clear_failure(stack: Stack) -> None:
    with pytest.raises(Failure, match="No lead"):
        verdicts.reclassify("nobody@example.co.jp", everyone=False)
