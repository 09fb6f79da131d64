"""Plan and publish say which campaigns can no longer begin at their time."""

from copy import replace

import pytest

from cli.commands import plan as command
from ripen.adapters.table import Create, Table, keys
from ripen.campaign.campaign_run import schedule
from ripen_authoring import compile as compiling
from tests.support.builders import a_bundle, a_campaign
from tests.support.fakes import NOON, FakeClock
from tests.support.memory_stack import a_stack


def test_a_plan_says_which_campaign_missed_its_start_and_what_to_do(
    table: Table, clock: FakeClock, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # given campaigns of a past start, of which one is scheduled, and one of tomorrow
    starts = {"late": "2026-11-20T11:59", "sent": "2026-11-20T11:59", "soon": "2026-11-21T12:00"}
    campaigns = {name: a_campaign(name=name, at=at) for name, at in starts.items()}
    new = replace(a_bundle(), hash="new", campaigns=campaigns)
    run = schedule(new.campaigns["sent"], new.hash, NOON, "mika", NOON)
    table.write(Create(keys.campaign("sent"), run))
    monkeypatch.setattr(command, "connect", lambda: a_stack(table, clock))
    monkeypatch.setattr(compiling, "compile_or_fail", lambda folder: new)
    # when
    command.plan()
    # then
    found = [line for line in capsys.readouterr().out.splitlines() if line.startswith("! The start")]
    assert found == [
        "! The start of campaign late, 2026-11-20 11:59, is in the past: it is not sent. "
        "Give it a later `at`, or send it now: ripen campaign schedule late --now"
    ]
