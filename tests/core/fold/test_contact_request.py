"""A form that asks for contact alerts sales at once, whatever the rank."""

from copy import replace
from datetime import timedelta

import pytest
from msgspec import convert, json

from ripen.fold.consequences import ContactRequested, ContactRequestLeftOut, LeadTurnedHot
from ripen.fold.fold import Folded, fold
from ripen.fold.lead_history import LeadHistory
from ripen.fold.refold import refold
from ripen.ids import alert_id
from ripen.lead.activity import Activity, Kind, Verdict
from ripen.lead.lead import FormAnswers, Profile
from ripen.lead.state import Rank, State
from ripen.playbook.bundle import Form
from ripen.slack.alert import CONTACT_REQUEST, Alert
from tests.support.builders import a_lead, an_activity
from tests.support.fakes import NOON
from tests.support.pure_folds import BUNDLE, JUNIOR

FORM = replace(BUNDLE.forms["whitepaper"], name="contact", title={"ja": "相談を申し込む"}, hand_off=True)
ASKING = replace(BUNDLE, forms=BUNDLE.forms | {"contact": FORM})
REQUEST = an_activity(subject="contact")
SENIOR = a_lead(job_title="部長")


def asked(*activities: Activity, profile: Profile = JUNIOR, state: State | None = None) -> Folded:
    return fold(LeadHistory(profile=profile, state=state), activities, ASKING, NOON)


def alerts(got: Folded) -> list[Alert]:
    return [c.alert for c in got.consequences if isinstance(c, ContactRequested | LeadTurnedHot)]


def test_request_alerts_sales_whatever_the_rank() -> None:
    got = asked(replace(REQUEST, kind=Kind.FORM_SUBMITTED))
    assert got.state.rank is not Rank.HOT
    [alert] = alerts(got)
    assert (alert.id, alert.kind) == (alert_id("lead1", CONTACT_REQUEST, f"{NOON.date()}/0"), CONTACT_REQUEST)
    assert (alert.lead, alert.planned, alert.text) == ("lead1", NOON, "相談を申し込む")


def test_alert_has_the_answers_of_its_form() -> None:
    mine = FormAnswers(form="contact", at=NOON, values={"message": "急ぎです"})
    other = FormAnswers(form="whitepaper", at=NOON + timedelta(hours=1), values={"size": "9"})
    [alert] = alerts(asked(REQUEST, profile=replace(JUNIOR, answers=(other, mine))))
    assert alert.answers == mine
    [alert] = alerts(asked(REQUEST, profile=replace(JUNIOR, answers=(other,))))
    assert alert.answers is None


def test_each_request_has_its_own_alert() -> None:
    both = [REQUEST, replace(REQUEST, id="activity2", received=NOON - timedelta(hours=1))]
    assert len({alert.id for alert in alerts(asked(*both, REQUEST))}) == 2


def test_request_that_turns_the_lead_hot_is_one_alert() -> None:
    got = asked(REQUEST, profile=SENIOR)
    assert (got.state.rank, got.state.episode, got.state.alerted) == (Rank.HOT, 1, NOON)
    assert [alert.kind for alert in alerts(got)] == [CONTACT_REQUEST]
    # and a request of a lead that is hot already is another
    again = asked(replace(REQUEST, id="activity2"), profile=SENIOR, state=got.state)
    assert [alert.kind for alert in alerts(again)] == [CONTACT_REQUEST]


@pytest.mark.parametrize(
    "other",
    [
        an_activity(),
        an_activity(subject="gone"),
        replace(REQUEST, kind=Kind.PAGE_VIEWED),
        replace(REQUEST, verdict=Verdict.MACHINE),
        replace(REQUEST, folded=NOON),
    ],
    ids=["other form", "form that is gone", "page", "machine", "folded before"],
)
def test_nothing_else_does(other: Activity) -> None:
    assert alerts(asked(other)) == []


def test_refold_repeats_no_request() -> None:
    got = asked(REQUEST)
    again = refold(LeadHistory(profile=JUNIOR, state=got.state), got.activities, ASKING, NOON)
    assert alerts(again) == []


def several(count: int, first: int = 0) -> list[Activity]:
    return [replace(REQUEST, id=f"request{first + number}") for number in range(count)]


def left_out(got: Folded) -> list[tuple[str, int]]:
    return [(c.alert, c.left_out) for c in got.consequences if isinstance(c, ContactRequestLeftOut)]


def test_lead_gets_three_cards_a_day_and_the_last_one_counts_the_rest() -> None:
    at_once = asked(*several(5))
    assert [alert.left_out for alert in alerts(at_once)] == [0, 0, 2]
    assert left_out(at_once) == []
    later = asked(*several(2, first=5), state=at_once.state)
    assert alerts(later) == []
    assert left_out(later) == [(alerts(at_once)[-1].id, 4)]


def test_cards_go_on_where_the_fold_before_ended() -> None:
    first = asked(*several(2))
    second = asked(*several(2, first=2), state=first.state)
    assert [alert.left_out for alert in alerts(second)] == [1]
    assert len({alert.id for alert in (*alerts(first), *alerts(second))}) == 3


def test_request_without_a_card_that_turns_the_lead_hot_is_the_alert_of_that() -> None:
    cold = replace(asked(*several(3)).state, rank=Rank.COLD, episode=0)
    assert [alert.kind for alert in alerts(asked(*several(1, first=3), profile=SENIOR, state=cold))] == ["hot"]


def test_next_day_has_cards_of_its_own() -> None:
    state = asked(*several(5)).state
    tomorrow = fold(LeadHistory(profile=JUNIOR, state=state), several(1, first=5), ASKING, NOON + timedelta(days=1))
    assert [alert.left_out for alert in alerts(tomorrow)] == [0]
    # and a clock that is a little behind does not begin the day before again
    assert left_out(asked(*several(1, first=6), state=tomorrow.state)) == []
    assert {a.id for a in alerts(asked(*several(1, first=6), state=tomorrow.state))}.isdisjoint(
        {a.id for a in (*alerts(tomorrow), *alerts(asked(*several(5))))}
    )


def test_refold_keeps_the_number_of_requests() -> None:
    got = asked(*several(5))
    again = refold(LeadHistory(profile=JUNIOR, state=got.state), got.activities, ASKING, NOON)
    assert again.state.contact_requests == got.state.contact_requests
    assert alerts(asked(*several(1, first=5), state=again.state)) == []


def test_forms_of_earlier_bundles_still_ask_for_contact() -> None:
    written = json.decode(json.encode(FORM))
    assert written["alerts_sales"] is True
    assert convert(written, Form).hand_off
