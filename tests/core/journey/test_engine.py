"""The journey engine: the next step of a lead, the mails that are planned, and the ways out of a journey."""

from copy import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from ripen.ids import send_id
from ripen.journey.engine import Advanced
from ripen.journey.enrollment import Enrollment, EnrollmentState
from ripen.lead.contact import Contact, Permission
from ripen.lead.state import Rank, State
from ripen.mail.ledger import MailClass
from ripen.playbook.bundle import Email
from ripen.playbook.clause import Condition
from ripen.playbook.graph import Journey, SendStep, Until, WaitStep
from tests.support.builders import a_bundle, a_lead
from tests.support.fakes import NOON
from tests.support.journeys import an_enrollment, moved

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


START = an_enrollment(journey="whitepaper", key="a1")


def advanced(
    enrollment: Enrollment = START, journey: Journey = JOURNEY, now: datetime = NOON, **known: Any
) -> Advanced:
    return moved(journey, enrollment, now, **({"emails": BUNDLE.emails} | known))


def waiting() -> Enrollment:
    return advanced().enrollment


def test_lead_that_only_asked_again_gets_the_requested_mail_and_leaves() -> None:
    got = advanced(replace(START, requested_only=True))
    assert [send.email for send in got.sends] == ["whitepaper-delivery"]
    assert (got.enrollment.state, got.enrollment.reason, got.due) == ("exited", "asked for the mail again", None)


def test_first_mail_is_planned_and_the_wait_begins() -> None:
    got = advanced()
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


def test_nothing_happens_inside_a_wait() -> None:
    got = advanced(waiting(), now=NOON + THREE_DAYS - timedelta(milliseconds=1))
    assert (got.enrollment, got.sends, got.due) == (waiting(), (), NOON + THREE_DAYS)


def test_next_mail_is_planned_when_the_wait_ends() -> None:
    got = advanced(waiting(), now=NOON + THREE_DAYS)
    assert [send.email for send in got.sends] == ["case-study"]
    assert (got.enrollment.state, got.enrollment.left, got.due) == (EnrollmentState.FINISHED, NOON + THREE_DAYS, None)
    assert [(d.subject, d.outcome) for d in got.decisions] == [("whitepaper", "finished")]


def test_finished_enrollment_stays_finished() -> None:
    done = advanced(waiting(), now=NOON + THREE_DAYS).enrollment
    assert advanced(done, now=NOON + 2 * THREE_DAYS) == Advanced(enrollment=done, effects=(), due=None, decisions=())


@pytest.mark.parametrize("refusal", CONTACTS)
def test_refusal_ends_the_journey_inside_a_wait(refusal: str) -> None:
    got = advanced(waiting(), contact=CONTACTS[refusal], now=LATER)
    assert (got.enrollment.state, got.enrollment.reason, got.due) == (EnrollmentState.EXITED, refusal, None)
    assert got.enrollment.until is None
    assert [(d.outcome, d.reason) for d in got.decisions] == [("exited", refusal)]
    assert got.sends == ()


def test_conversion_by_sales_ends_the_journey_inside_a_wait() -> None:
    seen = NOON + timedelta(hours=2)
    customer = a_lead(id="lead1", converted=seen)
    got = advanced(waiting(), profile=customer, now=seen)
    assert (got.enrollment.state, got.enrollment.reason, got.due) == (EnrollmentState.EXITED, "converted", None)


def test_customer_whose_form_revealed_the_conversion_gets_the_requested_mail() -> None:
    customer = a_lead(id="lead1", converted=LATER)
    got = advanced(START, profile=customer, now=LATER)
    assert [send.email for send in got.sends] == ["whitepaper-delivery"]
    assert advanced(got.enrollment, profile=customer, now=LATER).enrollment.state is EnrollmentState.ACTIVE


def test_lead_that_refused_mail_before_gets_the_requested_mail() -> None:
    contact = Contact(
        lead="lead1",
        unsubscribed=NOON - timedelta(days=1),
        consent={"marketing": Permission(granted=False, at=NOON, record="r")},
    )
    assert [send.email for send in advanced(START, contact=contact).sends] == ["whitepaper-delivery"]


def test_goal_ends_the_journey_inside_a_wait() -> None:
    journey = replace(JOURNEY, goal=HOT_RANK)
    got = advanced(waiting(), journey, state=HOT, now=LATER)
    assert (got.enrollment.state, got.enrollment.reason) == (EnrollmentState.EXITED, "goal reached")
    assert advanced(waiting(), journey, state=State(lead="lead1", rank=Rank.WARM), now=LATER).due == NOON + THREE_DAYS
    assert advanced(waiting(), JOURNEY, state=HOT, now=LATER).due == NOON + THREE_DAYS


def test_goal_does_not_stop_a_transactional_mail() -> None:
    got = advanced(START, replace(JOURNEY, goal=HOT_RANK), state=HOT)
    assert [send.email for send in got.sends] == ["whitepaper-delivery"]
    assert got.enrollment.reason == "goal reached"


def test_goal_stops_a_marketing_mail() -> None:
    journey = replace(JOURNEY, goal=HOT_RANK, first="s", steps=(SendStep(id="s", email="case-study"),))
    assert advanced(START, journey, state=HOT).sends == ()


def test_journey_without_steps_finishes_at_once() -> None:
    assert advanced(START, replace(JOURNEY, first="", steps=())).enrollment.state is EnrollmentState.FINISHED


def test_wait_of_no_time_ends_at_once() -> None:
    journey = replace(
        JOURNEY, first="w", steps=(WaitStep(id="w", until=Until(), next="s"), SendStep(id="s", email="case-study"))
    )
    assert len(advanced(START, journey).sends) == 1


def test_each_mail_follows_the_one_before_it_in_the_same_enrollment() -> None:
    emails = {
        "t": Email(name="t", mail_class="transactional", locales={}),
        "m": Email(name="m", mail_class="marketing", locales={}),
    }
    steps = (SendStep(id="1", email="t", next="2"), SendStep(id="2", email="m", next="w"))
    waiting_then_mail = (WaitStep(id="w", until=Until(days=1), next="3"), SendStep(id="3", email="m"))
    journey = Journey(name="whitepaper", first="1", steps=steps + waiting_then_mail)
    first = advanced(START, journey, emails=emails)
    assert [send.follows for send in first.sends] == ["", first.sends[0].id]
    later = advanced(first.enrollment, journey, emails=emails, now=NOON + timedelta(days=2))
    assert [send.follows for send in later.sends] == [first.sends[1].id]


def test_long_journey_continues_in_another_run() -> None:
    emails = {"m": Email(name="m", mail_class="marketing", locales={})}
    journey = Journey(
        name="whitepaper",
        first="0",
        steps=tuple(SendStep(id=str(n), email="m", next=str(n + 1) if n < 29 else "") for n in range(30)),
    )
    first = advanced(START, journey, emails=emails)
    assert (len(first.sends), first.due, first.enrollment.state) == (20, NOON, EnrollmentState.ACTIVE)
    second = advanced(first.enrollment, journey, emails=emails)
    assert len({send.id for send in first.sends + second.sends}) == 30
    assert second.enrollment.state is EnrollmentState.FINISHED


def test_repeated_run_plans_the_same_sends() -> None:
    assert advanced().sends[0].id == advanced(now=LATER).sends[0].id
    assert advanced().sends[0].id != advanced(replace(START, key="a2")).sends[0].id
