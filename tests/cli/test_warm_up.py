"""ripen warm-up: start, show and stop; and mails that are delivered meanwhile."""

import json
from datetime import timedelta
from typing import Any

import pytest

from cli.commands import warm_up as command
from cli.stack.stack import Stack
from nurture.deliver import deliver
from ripen.adapters.rows.warm_up_plan import WarmUpPlan
from ripen.adapters.table import Create, Table, keys
from ripen.failure import Failure
from ripen.mail.ledger import SendState
from ripen.mail.limits.warm_up import WarmUp
from tests.support.builders import a_lead
from tests.support.fakes import NOON, FakeClock
from tests.support.memory_stack import a_stack
from tests.support.planned_mails import FakeSes, a_send, an_outside, known, planned


@pytest.fixture
def stack(table: Table, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Stack:
    stack = a_stack(table, clock)
    monkeypatch.setattr(command, "connect", lambda: stack)
    return stack


def shown(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


def test_a_plan_is_started_once_shown_and_stopped(
    stack: Stack, clock: FakeClock, capsys: pytest.CaptureFixture[str]
) -> None:
    command.show(as_json=True)
    assert shown(capsys) is None
    command.start(days=28, per_day=20_000)
    assert "20,000" in capsys.readouterr().out
    with pytest.raises(Failure, match="running"):
        command.start()
    clock.move(days=7)
    command.show(as_json=True)
    found = shown(capsys)
    assert (found["day"], found["days"]) == (8, 28)
    assert found["today"][0] == {"provider": "gmail", "cap": 395, "sent": 0}
    command.show()
    assert "Day 8 of 28" in capsys.readouterr().out
    clock.move(days=21)
    command.show()
    assert "over" in capsys.readouterr().out
    for changed in (True, False):
        command.stop(as_json=True)
        assert shown(capsys) == {"warm_up": False, "changed": changed}
    command.start(days=3, per_day=100)


@pytest.mark.parametrize(("days", "per_day"), [(0, 100), (91, 100), (28, 0)])
def test_numbers_that_make_no_plan_are_refused(stack: Stack, days: int, per_day: int) -> None:
    with pytest.raises(Failure):
        command.start(days=days, per_day=per_day)
    assert stack.table.get(keys.WARM_UP) is None


def test_marketing_mail_over_the_cap_waits_and_requested_mail_goes(table: Table, clock: FakeClock) -> None:
    # given a plan that lets one mail a day go to each provider
    plan = WarmUp(on=True, at=NOON, days=5, per_day=1)
    outside: Any = {"warm_up": lambda: plan}
    states = {}
    for number, (email, address) in enumerate(
        [
            ("case-study", "a@gmail.com"),
            ("case-study", "b@gmail.com"),
            ("case-study", "c@yahoo.co.jp"),
            ("whitepaper-delivery", "d@gmail.com"),
        ]
    ):
        lead = a_lead(id=f"lead{number}", email=address)
        known(table, lead)
        key = planned(table, a_send(lead=lead.id, email=email))
        # when they are delivered one after another
        deliver(key, an_outside(table, clock, FakeSes(), **outside))
        row = table.get(key)
        assert row is not None
        states[address] = (row.value.state, row.value.reason)
    # then the second to one provider waits
    assert [state for state, _ in states.values()] == [
        SendState.ACCEPTED,
        SendState.PLANNED,
        SendState.ACCEPTED,
        SendState.ACCEPTED,
    ]
    assert states["b@gmail.com"][1] == "warm-up"
    clock.at += timedelta(days=1, minutes=1)
    later = deliver(
        keys.send("lead1", a_send(lead="lead1", email="case-study").id), an_outside(table, clock, FakeSes(), **outside)
    )
    assert later is not None
    assert later.state is SendState.ACCEPTED


def test_plan_is_read_once_a_minute(table: Table) -> None:
    plan = WarmUpPlan(table)
    assert plan.read() is None
    table.write(Create(keys.WARM_UP, WarmUp(on=True, at=NOON)))
    assert plan.read() is None
    assert WarmUpPlan(table).read() == WarmUp(on=True, at=NOON)
