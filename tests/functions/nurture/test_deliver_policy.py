"""The policy at the claim of a mail: caps, quiet hours, priority, exceptions, campaigns, opportunities."""

from copy import replace
from datetime import timedelta
from typing import Any

import pytest

from nurture.deliver import deliver
from ripen.adapters.table import Create, Key, Replace, Table, keys
from ripen.agenda import Lane
from ripen.crm.incoming.opportunity import OpenOpportunities
from ripen.ids import digest
from ripen.journey.enrollment import Enrollment, EnrollmentState
from ripen.lead.activity import Kind, Verdict
from ripen.lead.address import address_hash
from ripen.lead.state import Rank, State
from ripen.mail.ledger import SendState
from ripen.playbook.bundle import Policy, QuietHours
from ripen.playbook.clause import Condition, Did
from ripen.playbook.graph import ExitStep
from tests.support.builders import a_bundle, a_lead, an_activity
from tests.support.fakes import NOON, FakeClock
from tests.support.planned_mails import ADDRESS_KEY, FakeSes, a_send, an_outside, decisions, known, planned, row


def limited(**changes: Any) -> Any:
    return a_bundle(policy=Policy(**changes))


def entered(table: Table) -> Key[Enrollment]:
    key = keys.enrollment("lead1", "whitepaper", "once")
    enrollment = Enrollment(lead="lead1", journey="whitepaper", key="once", entered=NOON, bundle="bundle1")
    table.write(Create(key, enrollment, due=NOON + timedelta(days=3), lane=Lane.BULK))
    return key


def test_mail_dropped_over_the_cap_takes_its_lead_out_of_the_journey(table: Table, clock: FakeClock) -> None:
    known(table, sent={"2026-11-21": 1})
    journey = entered(table)
    key = planned(table, a_send(email="case-study", capped="drop", entry="once"))
    deliver(key, an_outside(table, clock, FakeSes(), playbook=limited(per_day=1)))
    gone = table.get(journey)
    assert gone is not None
    assert (gone.value.state, gone.value.reason, gone.value.left, gone.due) == (
        EnrollmentState.EXITED,
        "capped",
        NOON,
        None,
    )
    assert (row(table, key).value.state, row(table, key).value.reason) == (SendState.SKIPPED, "capped")
    assert sorted(decisions(table)) == [("exited", "capped"), ("skipped", "capped")]


@pytest.mark.parametrize("state", [EnrollmentState.FINISHED, None])
def test_lead_that_has_left_the_journey_does_not_leave_it_again(
    table: Table, clock: FakeClock, state: EnrollmentState | None
) -> None:
    known(table, sent={"2026-11-21": 1})
    if state:
        journey = entered(table)
        was = table.get(journey)
        assert was is not None
        table.write(Replace(journey, replace(was.value, state=state), was.version))
    key = planned(table, a_send(email="case-study", capped="drop", entry="once"))
    deliver(key, an_outside(table, clock, FakeSes(), playbook=limited(per_day=1)))
    assert decisions(table) == [("skipped", "capped")]


def out(table: Table, **changes: Any) -> None:
    key = entered(table)
    row = table.get(key)
    assert row is not None
    table.write(Replace(key, replace(row.value, **changes), row.version))


LATER = NOON + timedelta(seconds=1)


@pytest.mark.parametrize("reason", ["goal reached", "exit condition met", "replied", "taken out by other"])
def test_waiting_mail_is_skipped_when_its_lead_has_left_the_journey(
    table: Table, clock: FakeClock, reason: str
) -> None:
    # given a mail that waits for the morning, and a lead who buys in the night
    known(table)
    out(table, state=EnrollmentState.EXITED, reason=reason, left=LATER, step="wait-3-days")
    key, ses = planned(table, a_send(email="case-study", entry="once")), FakeSes()
    # when it is the mail's turn
    clock.move(hours=8)
    deliver(key, an_outside(table, clock, ses))
    # then it does not go
    assert (row(table, key).value.state, row(table, key).value.reason) == (SendState.SKIPPED, "left the journey")
    assert ses.calls == 0


@pytest.mark.parametrize(
    ("mail", "left"),
    [
        ({}, {"state": EnrollmentState.FINISHED, "left": LATER}),  # it was the last step
        ({}, {"state": EnrollmentState.EXITED, "left": NOON}),  # the same move planned the mail and ended the journey
        ({}, {"state": EnrollmentState.EXITED, "left": LATER, "step": "leave"}),  # by a step of its own
        ({"email": "whitepaper-delivery"}, {"state": EnrollmentState.EXITED, "left": LATER}),  # what was asked for
        ({"attempt": 1}, {"state": EnrollmentState.EXITED, "left": LATER}),  # it was on its way already
        ({"campaign": True}, {"state": EnrollmentState.EXITED, "left": LATER}),  # of no journey
    ],
)
def test_planned_mail_goes_to_a_lead_that_finished_the_journey(
    table: Table, clock: FakeClock, mail: dict[str, Any], left: dict[str, Any]
) -> None:
    known(table)
    out(table, **left)
    bundle = a_bundle()
    whitepaper = bundle.journeys["whitepaper"]
    bundle = replace(
        bundle, journeys={"whitepaper": replace(whitepaper, steps=(*whitepaper.steps, ExitStep(id="leave")))}
    )
    key = planned(table, a_send(**{"email": "case-study", "entry": "once"} | mail))
    clock.move(hours=8)
    deliver(key, an_outside(table, clock, FakeSes(), playbook=bundle))
    assert row(table, key).value.state is SendState.ACCEPTED


def test_mail_held_over_the_cap_goes_when_there_is_room(table: Table, clock: FakeClock) -> None:
    # given a mail over the cap, at noon in Tokyo
    known(table, sent={"2026-11-21": 1})
    key, ses = planned(table, a_send(email="case-study", capped="hold")), FakeSes()
    dependencies = an_outside(table, clock, ses, playbook=limited(per_day=1))
    deliver(key, dependencies)
    assert (row(table, key).value.state, row(table, key).due) == (SendState.PLANNED, NOON + timedelta(hours=12))
    # when it is woken before, nothing happens
    assert deliver(key, dependencies) is None
    # then it goes at the lead's midnight
    clock.move(hours=12)
    deliver(key, dependencies)
    assert row(table, key).value.state is SendState.ACCEPTED
    assert decisions(table) == [("postponed", "capped"), ("accepted", "")]
    contact = table.get(keys.contact("lead1"))
    assert contact is not None
    assert contact.value.sent == {"2026-11-21": 1, "2026-11-22": 1}


def test_the_last_place_of_the_day_goes_to_the_mail_of_higher_priority(table: Table, clock: FakeClock) -> None:
    known(table)
    news = planned(table, a_send(email="case-study"))
    webinar = planned(
        table, a_send(email="case-study", id=digest("send", 2), priority="high"), NOON + timedelta(hours=3)
    )
    dependencies = an_outside(table, clock, FakeSes(), playbook=limited(per_day=1))
    deliver(news, dependencies)
    clock.move(hours=3)
    deliver(webinar, dependencies)
    assert (row(table, news).value.reason, row(table, webinar).value.state) == ("capped", SendState.ACCEPTED)


def test_in_quiet_hours_a_mail_waits_for_the_leads_morning(table: Table, clock: FakeClock) -> None:
    known(table, a_lead(time_zone="Europe/Berlin"))
    key, ses = planned(table, a_send(email="case-study")), FakeSes()
    dependencies = an_outside(table, clock, ses, playbook=limited(quiet=QuietHours(start="21:00", end="08:00")))
    deliver(key, dependencies)  # four in the morning in Berlin
    assert (row(table, key).due, ses.calls) == (NOON + timedelta(hours=4), 0)
    clock.move(hours=4)
    deliver(key, dependencies)
    assert row(table, key).value.state is SendState.ACCEPTED


@pytest.mark.parametrize(
    ("unless", "reason"),
    [
        (Condition(field="stage", any_of=("opportunity",)), "policy: stage"),
        (Condition(field="rank", any_of=("hot",)), "policy: rank"),
        (Did(kind="form_submitted", subject="demo", within_seconds=3600), "policy: demo"),
        (Did(kind="form_submitted", subject="demo", within_seconds=60), ""),
        (Did(kind="link_clicked"), ""),  # which nobody has judged yet
    ],
)
def test_lead_that_the_policy_excludes_gets_no_marketing_mail(
    table: Table, clock: FakeClock, unless: Any, reason: str
) -> None:
    known(table, a_lead(stage="opportunity"))
    demo = an_activity(subject="demo", at=NOON - timedelta(minutes=30))
    click = an_activity(id="click", kind=Kind.LINK_CLICKED, verdict=Verdict.UNJUDGED)
    table.write(
        Create(keys.state("lead1"), State(lead="lead1", rank=Rank.HOT)),
        Create(keys.activity("lead1", demo.at, demo.id), demo),
        Create(keys.activity("lead1", click.at, click.id), click),
    )
    key = planned(table, a_send(email="case-study"))
    deliver(key, an_outside(table, clock, FakeSes(), playbook=limited(unless=unless)))
    state = SendState.SKIPPED if reason else SendState.ACCEPTED
    assert (row(table, key).value.state, row(table, key).value.reason) == (state, reason)


@pytest.mark.parametrize(
    ("may", "state", "due"),
    [
        ("later", SendState.PLANNED, NOON + timedelta(days=1)),
        ("never", SendState.SKIPPED, None),
        ("yes", SendState.ACCEPTED, None),
    ],
)
def test_mail_of_a_campaign_goes_only_while_the_campaign_runs(
    table: Table, clock: FakeClock, may: str, state: SendState, due: Any
) -> None:
    known(table)
    halted, other = (planned(table, a_send(email="case-study", id=digest("send", n), campaign=n == 1)) for n in (1, 2))
    dependencies = an_outside(table, clock, FakeSes(), may_send=lambda name: may)
    deliver(halted, dependencies)
    deliver(other, dependencies)
    assert (row(table, halted).value.state, row(table, halted).due) == (state, due)
    assert row(table, other).value.state is SendState.ACCEPTED


def test_a_campaign_halted_while_its_mail_is_claimed_holds_it(table: Table, clock: FakeClock) -> None:
    known(table)
    key, ses = planned(table, a_send(email="case-study", campaign=True)), FakeSes()
    looks = iter(["yes", "yes", "later"])  # to decide, before the claim, after it
    deliver(key, an_outside(table, clock, ses, may_send=lambda name: next(looks)))
    assert (row(table, key).value.state, ses.calls) == (SendState.PLANNED, 0)


@pytest.mark.parametrize(
    ("email", "marked", "goes"),
    [
        ("hanako@acme.example", "acme.example", False),
        ("hanako@acme.example", "other.example", True),
        ("hanako@gmail.com", address_hash(ADDRESS_KEY, "hanako@gmail.com"), False),
        ("hanako@gmail.com", address_hash(ADDRESS_KEY, "ken@gmail.com"), True),
    ],
)
def test_company_with_an_open_opportunity_gets_no_marketing_mail(
    table: Table, clock: FakeClock, email: str, marked: str, goes: bool
) -> None:
    known(table, a_lead(email=email))
    table.write(Create(keys.deal(marked), OpenOpportunities(count=1)))
    news, asked_for = planned(table, a_send(email="case-study")), planned(table, a_send())
    for key in (news, asked_for):
        deliver(key, an_outside(table, clock, FakeSes(), playbook=limited(skips_open_opportunities=True)))
    reason = "" if goes else "open opportunity"
    assert (row(table, news).value.state is SendState.ACCEPTED, row(table, news).value.reason) == (goes, reason)
    assert row(table, asked_for).value.state is SendState.ACCEPTED


def test_lead_that_opted_out_in_salesforce_gets_no_marketing_mail(table: Table, clock: FakeClock) -> None:
    known(table, a_lead(crm_opt_out=True))
    key = planned(table, a_send(email="case-study"))
    deliver(key, an_outside(table, clock, FakeSes()))
    assert (row(table, key).value.state, row(table, key).value.reason) == (
        SendState.SKIPPED,
        "opted out in Salesforce",
    )


def test_company_gets_marketing_mail_again_once_the_opportunity_is_closed(table: Table, clock: FakeClock) -> None:
    known(table)
    table.write(Create(keys.deal("example.co.jp"), OpenOpportunities()))
    key = planned(table, a_send(email="case-study"))
    deliver(key, an_outside(table, clock, FakeSes(), playbook=limited(skips_open_opportunities=True)))
    assert row(table, key).value.state is SendState.ACCEPTED


@pytest.mark.parametrize(("policy", "reads"), [({}, 0), ({"skips_open_opportunities": True}, 1)])
def test_opportunity_is_read_only_if_the_policy_asks(
    table: Table, clock: FakeClock, policy: dict[str, Any], reads: int
) -> None:
    class Counting(Table):
        def get(self, key: Key[Any]) -> Any:
            read.append(key.pk)
            return super().get(key)

        def get_many(self, keys: Any) -> list[Any]:
            read.extend(key.pk for key in keys)
            return super().get_many(keys)

    read: list[str] = []
    known(table)
    key = planned(table, a_send(email="case-study"))
    deliver(key, an_outside(Counting("table", table._client), clock, FakeSes(), playbook=limited(**policy)))
    assert len([pk for pk in read if pk.startswith("deal#")]) == reads
