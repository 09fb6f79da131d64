"""The review of a campaign's run: the changes that time and the counts of its mails cause."""

from copy import replace
from datetime import timedelta

from ripen.campaign import campaign_run
from ripen.campaign.campaign_run import HEAD_START, RunChange, RunState
from ripen.campaign.run_review import review
from ripen.campaign.walk import Walk
from tests.core.campaign.test_campaign_run import AUTUMN, CAREFUL, a_run
from tests.support.fakes import NOON

DONE = [Walk(shard=0, done=True)]


def test_after_a_halt_only_new_cases_halt_the_run_again() -> None:
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
    # but a pause resets nothing
    paused = campaign_run.resume(campaign_run.pause(a_run(), "hanako", NOON), AUTUMN, "bundle1", "hanako", NOON)
    assert review(paused, AUTUMN, bad, [], NOON).run.state is RunState.HALTED


def test_a_run_is_reviewed_when_something_can_change() -> None:
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


def test_bad_canaries_halt_the_run_before_the_rest_goes() -> None:
    run = a_run(RunState.CANARY, CAREFUL)
    assert review(run, CAREFUL, {}, DONE, NOON).due == run.rest
    assert review(run, CAREFUL, {"accepted": 9}, DONE, run.rest).run.state is not RunState.CANARY
    halted = review(run, CAREFUL, {"accepted": 9, "complained": 2}, DONE, run.rest)
    assert (halted.run.state, halted.run.before, halted.run.reason) == (
        RunState.HALTED,
        RunState.CANARY,
        "2 of 9 mails complained: more than 0.1%",
    )


def test_the_history_says_if_nobody_was_in_the_canary() -> None:
    run = a_run(RunState.CANARY, CAREFUL)
    some, none = [Walk(shard=0, done=True, canaries=1)], [Walk(shard=0, done=True)]
    assert review(run, CAREFUL, {"accepted": 1}, some, run.rest).run.history[-2].what == RunChange.CANARY_PASSED
    assert review(run, CAREFUL, {}, none, run.rest).run.history[-2].what == RunChange.CANARY_EMPTY


def test_canaries_of_each_time_zone_are_judged_until_the_end() -> None:
    abroad, bad = replace(CAREFUL, zone="lead"), {"accepted": 9, "complained": 2}
    walking = [Walk(shard=0)]
    assert review(a_run(of=abroad), abroad, bad, walking, NOON).run.state is RunState.HALTED
    assert review(a_run(of=CAREFUL), CAREFUL, bad, walking, NOON).run.state is RunState.RUNNING
    calm = replace(AUTUMN, zone="lead")
    assert review(a_run(of=calm), calm, bad, walking, NOON).run.state is RunState.RUNNING
