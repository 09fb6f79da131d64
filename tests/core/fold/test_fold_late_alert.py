"""A lead that changed scoring made hot: sales is alerted only when the lead does something and is still hot."""

from copy import replace
from datetime import timedelta
from typing import Any

import pytest

from ripen.fold.consequences import CrmOutdated, LeadTurnedHot
from ripen.fold.fold import Folded, fold
from ripen.fold.lead_history import LeadHistory
from ripen.fold.refold import refold
from ripen.lead.activity import Activity, Kind, Verdict
from ripen.lead.state import Rank, State
from ripen.playbook.bundle import Bundle
from ripen.playbook.scoring import HotThreshold
from ripen.scoring.rules_version import rules_version
from tests.support.builders import a_bundle, a_lead, an_activity
from tests.support.fakes import NOON

LEAD = a_lead()
STRICT = replace(
    a_bundle(), scoring=replace(a_bundle().scoring, hot=HotThreshold(enter=500, leave=400, needs="nothing"))
)
MILD = a_bundle()
LATER = NOON + timedelta(hours=1)


def a_view(n: int = 1, **known: Any) -> Activity:
    at = LATER + timedelta(minutes=n)
    defaults: dict[str, Any] = {
        "id": f"view{n}",
        "kind": Kind.PAGE_VIEWED,
        "subject": "pricing",
        "at": at,
        "received": at,
    }
    return an_activity(**(defaults | known))


def published() -> State:
    """Return the state of a lead that was warm by the old scoring and is hot by the new one, without an alert."""
    before = fold(LeadHistory(profile=LEAD), [an_activity()], STRICT, NOON)
    got = refold(LeadHistory(profile=LEAD, state=before.state), before.activities, MILD, LATER)
    assert (before.state.rank, got.state.rank) == (Rank.WARM, Rank.HOT)
    assert alerts(got) == []
    return got.state


def did(state: State, activity: Activity, bundle: Bundle = MILD) -> Folded:
    return fold(LeadHistory(profile=LEAD, state=state), [activity], bundle, activity.received)


def alerts(got: Folded) -> list[str]:
    return [each.alert.id for each in got.consequences if isinstance(each, LeadTurnedHot)]


def reasons(got: Folded) -> list[tuple[str, str]]:
    return [(decision.outcome, decision.reason) for decision in got.decisions if decision.what == "rank"]


def test_next_activity_alerts_sales_once() -> None:
    got = did(published(), a_view())
    assert len(alerts(got)) == 1
    assert reasons(got) == [("announced", "playbook changed")]
    assert CrmOutdated(urgent=True) in got.consequences
    again = did(got.state, a_view(2))
    assert (alerts(again), reasons(again)) == ([], [])


def test_time_alone_alerts_nobody() -> None:
    assert alerts(fold(LeadHistory(profile=LEAD, state=published()), [], MILD, LATER + timedelta(minutes=1))) == []


@pytest.mark.parametrize(
    "change",
    [
        {"verdict": Verdict.MACHINE},
        {"kind": Kind.BOUNCED},
        {"kind": Kind.ENTRY_ASKED},
        {"kind": Kind.CAMPAIGN_JOINED},
        {"kind": Kind.UNSUBSCRIBED},
    ],
)
def test_activity_that_is_not_the_leads_own_alerts_nobody(change: dict[str, Any]) -> None:
    assert alerts(did(published(), a_view(**change))) == []


def test_lead_that_has_cooled_is_not_alerted() -> None:
    state = replace(published(), rules_version=rules_version(STRICT))
    assert alerts(did(state, a_view(), STRICT)) == []


def test_lead_that_turned_hot_by_itself_is_alerted_once() -> None:
    hot = fold(LeadHistory(profile=LEAD), [an_activity()], MILD, NOON)
    assert len(alerts(hot)) == 1
    assert alerts(did(hot.state, a_view())) == []


def test_lead_alerted_before_the_publication_is_not_alerted_again() -> None:
    hot = fold(LeadHistory(profile=LEAD), [an_activity()], MILD, NOON)
    milder = replace(MILD, scoring=replace(MILD.scoring, hot=HotThreshold(enter=55, leave=45, needs="nothing")))
    got = refold(LeadHistory(profile=LEAD, state=hot.state), hot.activities, milder, LATER)
    assert alerts(did(got.state, a_view(), milder)) == []


def test_lead_alerted_in_an_earlier_hot_episode_is_alerted_again() -> None:
    state = replace(published(), episode=1, alerted=NOON - timedelta(days=30))
    got = did(state, a_view())
    assert (len(alerts(got)), got.state.episode) == (1, 2)
