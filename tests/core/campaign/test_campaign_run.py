"""A campaign's run: its states and the changes between them."""

from copy import replace
from datetime import timedelta
from typing import Any

import pytest

from ripen.campaign import campaign_run
from ripen.campaign.campaign_run import CampaignRun, IllegalTransition, RunState, may_send
from ripen.playbook.bundle import Campaign
from tests.support.builders import a_campaign
from tests.support.fakes import NOON

AUTUMN = a_campaign()
CAREFUL = replace(AUTUMN, canary=0.1, canary_seconds=600)


def a_run(state: RunState = RunState.RUNNING, of: Campaign = AUTUMN, **changes: Any) -> CampaignRun:
    return replace(campaign_run.schedule(of, "bundle1", NOON, "hanako", NOON), state=state, **changes)


@pytest.mark.parametrize(
    ("state", "word"),
    [
        (RunState.PLANNED, "later"),
        (RunState.CANARY, "yes"),
        (RunState.RUNNING, "yes"),
        (RunState.PAUSED, "later"),
        (RunState.HALTED, "later"),
        (RunState.STOPPED, "never"),
        (RunState.DONE, "yes"),
    ],
)
def test_mails_may_go_only_while_the_run_sends(state: RunState, word: str) -> None:
    assert may_send(a_run(state, CAREFUL), NOON) == word


def test_the_rest_waits_until_the_canaries_are_judged() -> None:
    run = a_run(RunState.CANARY, CAREFUL)
    assert may_send(run, run.rest - timedelta(seconds=1)) == "yes"
    assert may_send(run, run.rest) == "soon"
    assert may_send(campaign_run.pass_canary(run, 1, run.rest), run.rest) == "yes"


def test_a_past_time_starts_the_run_at_once() -> None:
    run = campaign_run.schedule(CAREFUL, "bundle1", NOON - timedelta(days=1), "hanako", NOON)
    assert (run.at, run.since, run.rest) == (NOON, NOON, NOON + timedelta(seconds=600))


@pytest.mark.parametrize("state", [RunState.PAUSED, RunState.HALTED, RunState.STOPPED, RunState.DONE])
def test_only_an_active_run_can_be_paused(state: RunState) -> None:
    with pytest.raises(IllegalTransition, match=f"is {state}"):
        campaign_run.pause(a_run(state), "hanako", NOON)


@pytest.mark.parametrize("state", [RunState.PLANNED, RunState.RUNNING, RunState.STOPPED, RunState.DONE])
def test_only_a_suspended_run_can_be_resumed(state: RunState) -> None:
    with pytest.raises(IllegalTransition):
        campaign_run.resume(a_run(state), AUTUMN, "bundle1", "hanako", NOON)


def test_a_run_paused_before_its_time_still_waits_for_it() -> None:
    run = campaign_run.schedule(AUTUMN, "bundle1", NOON + timedelta(hours=2), "hanako", NOON)
    resumed = campaign_run.resume(campaign_run.pause(run, "hanako", NOON), AUTUMN, "bundle1", "hanako", NOON)
    assert (resumed.state, resumed.since, resumed.lap) == (RunState.PLANNED, run.since, 0)


def test_a_run_resumed_after_a_halt_starts_with_new_canaries() -> None:
    run = campaign_run.halt(a_run(RunState.CANARY, CAREFUL), "bounced", NOON)
    later = NOON + timedelta(hours=3)
    resumed = campaign_run.resume(run, CAREFUL, "bundle2", "hanako", later)
    assert (resumed.state, resumed.since, resumed.rest) == (RunState.CANARY, later, later + timedelta(seconds=600))
    assert (resumed.lap, resumed.bundle, resumed.reason) == (run.lap + 1, "bundle2", "")
    # and a run whose canaries had passed has no new ones
    past = campaign_run.resume(
        campaign_run.pause(a_run(of=CAREFUL), "hanako", NOON), CAREFUL, "bundle1", "hanako", later
    )
    assert (past.state, past.rest) == (RunState.RUNNING, later)


def test_the_history_names_the_person_of_each_change() -> None:
    run = campaign_run.stop(campaign_run.pause(a_run(), "taro", NOON), "jiro", NOON)
    assert [(event.what, event.by) for event in run.history] == [
        ("scheduled", "hanako"),
        ("paused", "taro"),
        ("stopped", "jiro"),
    ]
