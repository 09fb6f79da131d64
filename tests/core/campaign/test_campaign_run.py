"""A campaign's run: what it may become, and when it halts."""

from copy import replace
from datetime import timedelta
from typing import Any

import pytest

from ripen.campaign import campaign_run
from ripen.campaign.campaign_run import HEAD_START, CampaignRun, IllegalTransition, RunState, may_send, review
from ripen.campaign.walk import Walk
from ripen.playbook.bundle import Campaign
from tests.support.fakes import NOON

AUTUMN = Campaign(name="autumn", email="case-study", segment="everyone", at="2026-11-21T12:00")
CAREFUL = replace(AUTUMN, canary=0.1, canary_seconds=600)
DONE = [Walk(shard=0, done=True)]


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
def test_mails_go_only_while_it_runs(state: RunState, word: str) -> None:
    assert may_send(a_run(state, CAREFUL), NOON) == word


def test_the_rest_does_not_go_before_the_canaries_are_judged() -> None:
    run = a_run(RunState.CANARY, CAREFUL)
    assert may_send(run, run.rest - timedelta(seconds=1)) == "yes"
    assert may_send(run, run.rest) == "soon"
    assert may_send(campaign_run.pass_canary(run, run.rest), run.rest) == "yes"


def test_a_time_that_is_past_means_at_once() -> None:
    run = campaign_run.schedule(CAREFUL, "bundle1", NOON - timedelta(days=1), "hanako", NOON)
    assert (run.at, run.since, run.rest) == (NOON, NOON, NOON + timedelta(seconds=600))


@pytest.mark.parametrize("state", [RunState.PAUSED, RunState.HALTED, RunState.STOPPED, RunState.DONE])
def test_only_what_moves_can_be_paused(state: RunState) -> None:
    with pytest.raises(IllegalTransition, match=f"is {state}"):
        campaign_run.pause(a_run(state), "hanako", NOON)


@pytest.mark.parametrize("state", [RunState.PLANNED, RunState.RUNNING, RunState.STOPPED, RunState.DONE])
def test_only_what_stands_still_can_be_resumed_so_that_a_stop_is_for_good(state: RunState) -> None:
    with pytest.raises(IllegalTransition):
        campaign_run.resume(a_run(state), AUTUMN, "bundle1", "hanako", NOON)


def test_what_was_paused_before_its_time_waits_for_its_time() -> None:
    run = campaign_run.schedule(AUTUMN, "bundle1", NOON + timedelta(hours=2), "hanako", NOON)
    resumed = campaign_run.resume(campaign_run.pause(run, "hanako", NOON), AUTUMN, "bundle1", "hanako", NOON)
    assert (resumed.state, resumed.since, resumed.lap) == (RunState.PLANNED, run.since, 0)


def test_canaries_are_watched_anew_after_a_halt_and_the_rest_after_that() -> None:
    run = campaign_run.halt(a_run(RunState.CANARY, CAREFUL), "bounced", NOON)
    later = NOON + timedelta(hours=3)
    resumed = campaign_run.resume(run, CAREFUL, "bundle2", "hanako", later)
    assert (resumed.state, resumed.since, resumed.rest) == (RunState.CANARY, later, later + timedelta(seconds=600))
    assert (resumed.lap, resumed.bundle, resumed.reason) == (run.lap + 1, "bundle2", "")
    # and one that was past them has no canaries any more
    past = campaign_run.resume(
        campaign_run.pause(a_run(of=CAREFUL), "hanako", NOON), CAREFUL, "bundle1", "hanako", later
    )
    assert (past.state, past.rest) == (RunState.RUNNING, later)


def test_who_resumes_after_a_halt_has_seen_why_and_only_what_comes_then_halts_it_again() -> None:
    # given
    bad = {"accepted": 60, "bounced": 6, "planned": 90}
    halted = review(a_run(), AUTUMN, bad, [], NOON).run
    assert halted.state is RunState.HALTED
    resumed = campaign_run.resume(halted, AUTUMN, "bundle1", "hanako", NOON)
    # when
    run = review(resumed, AUTUMN, bad, [], NOON).run
    # then
    assert run.state is RunState.RUNNING
    assert review(run, AUTUMN, bad | {"accepted": 109, "bounced": 12}, [], NOON).run.state is RunState.RUNNING
    assert review(run, AUTUMN, bad | {"accepted": 110, "bounced": 12}, [], NOON).run.state is RunState.HALTED
    # but a mere pause forgives nothing
    paused = campaign_run.resume(campaign_run.pause(a_run(), "hanako", NOON), AUTUMN, "bundle1", "hanako", NOON)
    assert review(paused, AUTUMN, bad, [], NOON).run.state is RunState.HALTED


def test_each_deed_is_kept_with_who_did_it() -> None:
    run = campaign_run.stop(campaign_run.pause(a_run(), "taro", NOON), "jiro", NOON)
    assert [(deed.what, deed.by) for deed in run.deeds] == [
        ("scheduled", "hanako"),
        ("paused", "taro"),
        ("stopped", "jiro"),
    ]


def test_it_is_looked_at_when_something_can_change() -> None:
    minute, end = timedelta(minutes=1), NOON + timedelta(hours=1)
    planned = campaign_run.schedule(AUTUMN, "bundle1", end, "hanako", NOON)
    assert review(planned, AUTUMN, {}, [], NOON).due == end - HEAD_START
    assert review(planned, AUTUMN, {}, [], end - HEAD_START).run.state is RunState.RUNNING
    assert review(a_run(), AUTUMN, {}, [Walk(shard=0)], NOON).due == NOON + 5 * minute
    assert review(a_run(), AUTUMN, {}, [Walk(shard=0, done=True, last=end)], NOON).due == NOON + 10 * minute
    soon = NOON + 5 * minute
    assert review(a_run(), AUTUMN, {}, [Walk(shard=0, done=True, last=soon)], NOON).due == soon + minute
    for waiting in ("planned", "claimed", "unknown"):
        assert review(a_run(), AUTUMN, {waiting: 1}, DONE, NOON).due == NOON + 10 * minute
    done = review(a_run(), AUTUMN, {"accepted": 9, "held": 1, "planned": 0}, DONE, NOON)
    assert (done.run.state, done.due) == (RunState.DONE, None)
    for still in (RunState.PAUSED, RunState.HALTED, RunState.STOPPED, RunState.DONE):
        assert review(a_run(still), AUTUMN, {"accepted": 50, "bounced": 9}, [], NOON).due is None


def test_the_canaries_are_halted_before_the_rest_goes() -> None:
    run = a_run(RunState.CANARY, CAREFUL)
    assert review(run, CAREFUL, {}, DONE, NOON).due == run.rest
    assert review(run, CAREFUL, {"accepted": 9}, DONE, run.rest).run.state is not RunState.CANARY
    halted = review(run, CAREFUL, {"accepted": 9, "complained": 2}, DONE, run.rest)
    assert (halted.run.state, halted.run.before, halted.run.reason) == (
        RunState.HALTED,
        RunState.CANARY,
        "2 of 9 mails complained: more than 0.1%",
    )


def test_where_each_time_zone_has_its_canaries_they_are_watched_until_the_end() -> None:
    abroad, bad = replace(CAREFUL, zone="lead"), {"accepted": 9, "complained": 2}
    walking = [Walk(shard=0)]
    assert review(a_run(of=abroad), abroad, bad, walking, NOON).run.state is RunState.HALTED
    assert review(a_run(of=CAREFUL), CAREFUL, bad, walking, NOON).run.state is RunState.RUNNING
    calm = replace(AUTUMN, zone="lead")
    assert review(a_run(of=calm), calm, bad, walking, NOON).run.state is RunState.RUNNING
