"""The journey engine: where a lead goes next, and which mails that plans."""

from copy import replace
from datetime import timedelta
from typing import Any

import pytest

from ripen.ids import send_id
from ripen.journey.context import JourneyContext
from ripen.journey.engine import Advanced, advance
from ripen.journey.enrollment import Enrollment, EnrollmentState
from ripen.lead.contact import Contact, Permission
from ripen.lead.state import Rank, State
from ripen.mail.ledger import MailClass
from ripen.playbook.bundle import Email
from ripen.playbook.clause import Condition
from ripen.playbook.graph import Journey, SendStep, Until, WaitStep
from tests.support.builders import a_bundle, a_lead
from tests.support.fakes import NOON

BUNDLE = a_bundle()
JOURNEY = BUNDLE.journeys["whitepaper"]
THREE_DAYS = timedelta(days=3)
LATER = NOON + timedelta(minutes=1)
CONTACTS = {
    "unsubscribed": Contact(lead="lead1", unsubscribed=LATER),
    "bounced": Contact(lead="lead1", bounced=LATER),
    "complained": Contact(lead="lead1", complained=LATER),
}
HOT_RANK = Condition(field="rank", any_of=("hot",))
HOT = State(lead="lead1", rank=Rank.HOT)


def an_enrollment(**changes: Any) -> Enrollment:
    known: dict[str, Any] = {
        "lead": "lead1",
        "journey": "whitepaper",
        "key": "a1",
        "entered": NOON,
        "bundle": "bundle1",
    }
    return Enrollment(**(known | changes))


def a_context(journey: Journey = JOURNEY, **known: Any) -> JourneyContext:
    bundle = BUNDLE
    usual: dict[str, Any] = {
        "profile": a_lead(id="lead1"),
        "live": journey,
        "emails": bundle.emails,
        "brand": bundle.brand,
        "calendar": bundle.calendar,
    }
    return JourneyContext(journey=journey, **(usual | known))


def moved(enrollment: Enrollment, journey: Journey = JOURNEY, **known: Any) -> Advanced:
    now = known.pop("now", NOON)
    return advance(enrollment, a_context(journey, **known), now)


def waiting() -> Enrollment:
    return moved(an_enrollment()).enrollment


def test_it_sends_and_then_waits() -> None:
    got = moved(an_enrollment())
    (send,) = got.sends
    assert send.id == send_id("whitepaper", "a1", "send-whitepaper-delivery", 1, "lead1")
    assert (send.email, send.mail_class, send.step) == (
        "whitepaper-delivery",
        MailClass.TRANSACTIONAL,
        "send-whitepaper-delivery",
    )
    assert (send.planned, send.valid_until) == (NOON, NOON + timedelta(days=7))
    assert (got.enrollment.step, got.enrollment.until, got.due) == ("wait-3-days", NOON + THREE_DAYS, NOON + THREE_DAYS)
    assert got.enrollment.visits == {"send-whitepaper-delivery": 1, "wait-3-days": 1}


def test_inside_a_wait_nothing_moves() -> None:
    got = moved(waiting(), now=NOON + THREE_DAYS - timedelta(milliseconds=1))
    assert (got.enrollment, got.sends, got.due) == (waiting(), (), NOON + THREE_DAYS)


def test_after_the_wait_it_sends_and_finishes() -> None:
    got = moved(waiting(), now=NOON + THREE_DAYS)
    assert [send.email for send in got.sends] == ["case-study"]
    assert (got.enrollment.state, got.enrollment.left, got.due) == (EnrollmentState.FINISHED, NOON + THREE_DAYS, None)
    assert [(d.subject, d.outcome) for d in got.decisions] == [("whitepaper", "finished")]


def test_a_finished_journey_stays_finished() -> None:
    done = moved(waiting(), now=NOON + THREE_DAYS).enrollment
    assert moved(done, now=NOON + 2 * THREE_DAYS) == Advanced(enrollment=done, effects=(), due=None, decisions=())


@pytest.mark.parametrize("refusal", CONTACTS)
def test_a_refusal_ends_it_even_inside_a_wait(refusal: str) -> None:
    got = moved(waiting(), contact=CONTACTS[refusal], now=LATER)
    assert (got.enrollment.state, got.enrollment.reason, got.due) == (EnrollmentState.EXITED, refusal, None)
    assert got.enrollment.until is None
    assert [(d.outcome, d.reason) for d in got.decisions] == [("exited", refusal)]
    assert got.sends == ()


def test_whom_sales_converts_is_theirs_from_then_on_even_inside_a_wait() -> None:
    seen = NOON + timedelta(hours=2)
    customer = a_lead(id="lead1", converted=seen)
    got = moved(waiting(), profile=customer, now=seen)
    assert (got.enrollment.state, got.enrollment.reason, got.due) == (EnrollmentState.EXITED, "converted", None)


def test_a_customer_whose_form_made_us_see_the_conversion_gets_what_was_asked_for() -> None:
    customer = a_lead(id="lead1", converted=LATER)
    got = moved(an_enrollment(), profile=customer, now=LATER)
    assert [send.email for send in got.sends] == ["whitepaper-delivery"]
    assert moved(got.enrollment, profile=customer, now=LATER).enrollment.state is EnrollmentState.ACTIVE


def test_who_refused_mail_before_still_gets_what_was_asked_for() -> None:
    contact = Contact(
        lead="lead1",
        unsubscribed=NOON - timedelta(days=1),
        consent={"marketing": Permission(granted=False, at=NOON, record="r")},
    )
    assert [send.email for send in moved(an_enrollment(), contact=contact).sends] == ["whitepaper-delivery"]


def test_the_goal_ends_it_inside_a_wait() -> None:
    journey = replace(JOURNEY, goal=HOT_RANK)
    got = moved(waiting(), journey, state=HOT, now=LATER)
    assert (got.enrollment.state, got.enrollment.reason) == (EnrollmentState.EXITED, "goal reached")
    assert moved(waiting(), journey, state=State(lead="lead1", rank=Rank.WARM), now=LATER).due == NOON + THREE_DAYS
    assert moved(waiting(), JOURNEY, state=HOT, now=LATER).due == NOON + THREE_DAYS


def test_the_goal_does_not_keep_back_what_was_asked_for() -> None:
    got = moved(an_enrollment(), replace(JOURNEY, goal=HOT_RANK), state=HOT)
    assert [send.email for send in got.sends] == ["whitepaper-delivery"]
    assert got.enrollment.reason == "goal reached"


def test_the_goal_keeps_back_marketing() -> None:
    journey = replace(JOURNEY, goal=HOT_RANK, first="s", steps=(SendStep(id="s", email="case-study"),))
    assert moved(an_enrollment(), journey, state=HOT).sends == ()


def test_an_empty_journey_finishes_at_once() -> None:
    assert moved(an_enrollment(), replace(JOURNEY, first="", steps=())).enrollment.state is EnrollmentState.FINISHED


def test_a_wait_of_no_time_does_not_wait() -> None:
    journey = replace(
        JOURNEY, first="w", steps=(WaitStep(id="w", until=Until(), next="s"), SendStep(id="s", email="case-study"))
    )
    assert len(moved(an_enrollment(), journey).sends) == 1


def test_a_long_journey_goes_on_in_another_run() -> None:
    emails = {"m": Email(name="m", mail_class="marketing", locales={})}
    journey = Journey(
        name="whitepaper",
        first="0",
        steps=tuple(SendStep(id=str(n), email="m", next=str(n + 1) if n < 29 else "") for n in range(30)),
    )
    first = moved(an_enrollment(), journey, emails=emails)
    assert (len(first.sends), first.due, first.enrollment.state) == (20, NOON, EnrollmentState.ACTIVE)
    second = moved(first.enrollment, journey, emails=emails)
    assert len({send.id for send in first.sends + second.sends}) == 30
    assert second.enrollment.state is EnrollmentState.FINISHED


def test_the_same_run_again_plans_the_same_sends() -> None:
    assert moved(an_enrollment()).sends[0].id == moved(an_enrollment(), now=LATER).sends[0].id
    assert moved(an_enrollment()).sends[0].id != moved(an_enrollment(key="a2")).sends[0].id
