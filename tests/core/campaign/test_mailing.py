"""The mail of a campaign that a lead gets, and when it may go."""

import itertools
from copy import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from ripen.campaign import campaign_run, mailing
from ripen.campaign.counts import count_changes
from ripen.campaign.walk import paced_delay
from ripen.mail.ledger import Send, SendState
from tests.support.builders import a_brand, a_bundle, a_campaign, a_lead
from tests.support.fakes import NOON

AUTUMN = a_campaign()
LOCAL = replace(AUTUMN, zone="lead")
RUN = campaign_run.schedule(AUTUMN, "bundle1", NOON, "hanako", NOON)
TOKYO = ZoneInfo("Asia/Tokyo")


def a_mail(state: SendState = SendState.PLANNED, reason: str = "", **changes: object) -> Send:
    email = a_bundle().emails["case-study"]
    planned = mailing.plan(AUTUMN, email, RUN, a_lead(), NOON, NOON)
    return replace(planned, state=state, reason=reason, **changes)  # type: ignore[arg-type]


def test_each_campaign_draws_its_own_stable_canaries() -> None:
    tenth = replace(AUTUMN, canary=0.1)
    other = replace(tenth, name="winter")
    leads = [f"lead{n}" for n in range(2000)]
    first = {lead for lead in leads if mailing.is_canary(tenth, lead)}
    assert 150 < len(first) < 250
    assert len(first & {lead for lead in leads if mailing.is_canary(other, lead)}) < 50
    assert not any(mailing.is_canary(AUTUMN, lead) for lead in leads)
    assert all(mailing.is_canary(replace(AUTUMN, canary=1), lead) for lead in leads)


def test_a_local_campaign_starts_in_the_easternmost_zone() -> None:
    assert mailing.earliest_start(AUTUMN, a_brand()) == NOON
    assert mailing.earliest_start(LOCAL, a_brand()) == NOON - timedelta(hours=5)
    islands = ZoneInfo("Pacific/Kiritimati")
    assert mailing.in_utc(LOCAL.at, islands) == mailing.earliest_start(LOCAL, a_brand())


def test_a_lead_whose_local_time_is_past_gets_the_mail_at_once() -> None:
    run = replace(RUN, since=NOON + timedelta(hours=1), rest=NOON + timedelta(hours=1))
    assert mailing.send_time(LOCAL, run, TOKYO, False, timedelta()) == run.since
    assert mailing.send_time(LOCAL, run, ZoneInfo("Europe/Paris"), False, timedelta()) == NOON + timedelta(hours=8)


def test_the_rest_follows_the_canaries_in_each_time_zone() -> None:
    # given a mailing at the same hour everywhere, to a tenth of the leads two hours before the rest
    tenth = replace(LOCAL, canary=0.1, canary_seconds=7200)
    run = campaign_run.schedule(
        tenth, "bundle1", mailing.earliest_start(tenth, a_brand()), "hanako", NOON - timedelta(days=1)
    )
    for zone, noon in ((TOKYO, NOON), (ZoneInfo("America/Los_Angeles"), NOON + timedelta(hours=17))):
        # then the rest waits for the canaries of its own zone
        assert mailing.send_time(tenth, run, zone, True, timedelta()) == noon
        assert mailing.send_time(tenth, run, zone, False, timedelta()) == noon + timedelta(hours=2)


def test_a_mail_is_valid_for_a_day_from_its_time() -> None:
    send = a_mail()
    assert (send.not_before, send.valid_until) == (NOON, NOON + timedelta(days=1))


@pytest.mark.parametrize(
    ("state", "reason", "resends", "replanned"),
    [
        (SendState.PLANNED, "", "", True),
        (SendState.CLAIMED, "", "held", False),
        (SendState.ACCEPTED, "", "held", False),
        (SendState.UNKNOWN, "", "held", False),
        (SendState.HELD, "no such mail", "", False),
        (SendState.HELD, "no such mail", "unsent", True),
        (SendState.FAILED, "cannot be written", "", False),
        (SendState.FAILED, "cannot be written", "unsent", True),
        (SendState.FAILED, "rejected by SES", "held", False),
        (SendState.SKIPPED, "campaign stopped", "", False),
        (SendState.SKIPPED, "campaign stopped", "unsent", True),
        (SendState.SKIPPED, "expired", "unsent", True),
        (SendState.SKIPPED, "unsubscribed", "held", False),
    ],
)
def test_a_lap_replans_only_mails_that_did_not_go_or_were_asked_for(
    state: SendState, reason: str, resends: str, replanned: bool
) -> None:
    assert mailing.may_replan(a_mail(state, reason), replace(RUN, resends=resends)) == replanned  # type: ignore[arg-type]


@pytest.mark.parametrize(("resends", "replanned"), [("", False), ("unsent", False), ("held", True)])
def test_a_lap_replans_a_mail_that_may_have_arrived_only_on_request(resends: str, replanned: bool) -> None:
    held = a_mail(SendState.HELD, "no answer from SES", unknown=NOON)
    assert mailing.may_replan(held, replace(RUN, resends=resends)) == replanned  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("send", "bundle"),
    [
        (a_mail(), "bundle2"),
        (a_mail(attempt=1), "bundle1"),
        (a_mail(SendState.HELD, attempt=1, unknown=NOON), "bundle1"),
        (a_mail(SendState.HELD, attempt=1), "bundle2"),
    ],
)
def test_an_attempted_mail_keeps_its_playbook_unless_ses_did_not_take_it(send: Send, bundle: str) -> None:
    assert mailing.replan(AUTUMN, replace(RUN, bundle="bundle2"), send, NOON).bundle == bundle


def test_shards_together_keep_the_pace() -> None:
    hour = timedelta(hours=1)
    turns = sorted(paced_delay(nth, shard, 128, hour) for nth in range(4) for shard in range(64))
    assert [now - before for before, now in itertools.pairwise(turns)] == [hour / 128] * 255


def test_counts_move_with_the_mail() -> None:
    planned, skipped = a_mail(), a_mail(SendState.SKIPPED, "no consent")
    accepted = a_mail(SendState.ACCEPTED)
    assert count_changes(None, planned) == {"planned": 1}
    assert count_changes(planned, skipped) == {"planned": -1, "skipped": 1, "skipped: no consent": 1}
    assert count_changes(skipped, planned) == {"planned": 1, "skipped": -1, "skipped: no consent": -1}
    assert count_changes(accepted, replace(accepted, delivered=NOON)) == {"delivered": 1}
    assert count_changes(accepted, replace(accepted, bounced=NOON, complained=NOON)) == {"bounced": 1, "complained": 1}
    assert count_changes(accepted, accepted) == {}
