"""score.react on a real table: one transaction for a change and all that follows, whatever happens around it."""

from copy import replace
from datetime import timedelta

import pytest

from ripen.adapters.table import Create, Replace, Table, keys
from ripen.agenda import Lane
from ripen.ids import alert_id
from ripen.journey.enrollment import Enrollment, EnrollmentState
from ripen.lead.activity import Kind, Verdict
from ripen.lead.lead import CrmLink
from ripen.lead.state import Rank
from ripen.marks import CrmMark, DecayMark
from score import react as react_module
from score._consequences import Queues
from tests.support.builders import a_bundle, an_activity
from tests.support.fakes import NOON, FakeClock
from tests.support.folded_activities import a_lead_row, captured, due, key_of, react, value, woken
from tests.support.sqs_events import LambdaContext, a_playbook, an_sqs_event

BUNDLE = a_bundle()
STATE, CRM, DECAY = keys.state("lead1"), keys.crm_mark("lead1"), keys.decay_mark("lead1")
ENROLLMENT = keys.enrollment("lead1", "whitepaper", "activity1")


def test_a_form_of_a_senior_person_turns_the_lead_hot_with_all_that_follows(
    table: Table, clock: FakeClock, queues: Queues
) -> None:
    # given
    a_lead_row(table, job_title="部長")
    (ref,) = captured(table, an_activity())
    # when
    react([ref], table, BUNDLE, clock, queues)
    # then the state is written and the activity has left the agenda
    assert value(table, STATE).rank is Rank.HOT
    assert value(table, key_of(an_activity())).folded == NOON
    assert due(table, key_of(an_activity())) is None
    # and each hand-off is a row due now, whose worker is woken
    alert = keys.alert("lead1", alert_id("lead1", "hot", 1))
    for key, queue in ((alert, queues.alert), (CRM, queues.sync), (ENROLLMENT, queues.advance)):
        assert due(table, key) == NOON
        assert woken(queue) == [key.ref]
    assert value(table, CRM).urgent
    # and why is on record
    outcomes = {(row.value.what, row.value.outcome) for row in table.under("lead1", "decision#")}
    assert outcomes == {("rank", "rose"), ("enrollment", "entered")}


def test_what_the_crm_is_to_hear_at_once_is_not_put_off_by_what_may_wait(
    table: Table, clock: FakeClock, queues: Queues
) -> None:
    # given a lead that was handed over, and whose mark waits to be tried again in half a minute
    a_lead_row(table, job_title="", crm=CrmLink(object="Lead", id="00Q1", url="https://crm.example/00Q1"))
    react(captured(table, an_activity(subject="contact")), table, BUNDLE, clock, queues)
    mark, soon = value(table, CRM), NOON + timedelta(seconds=30)
    assert mark.urgent
    table.write(Replace(CRM, mark, 1, due=soon))
    # when it views a page
    view = an_activity(id="view", kind=Kind.PAGE_VIEWED, subject="pricing", at=NOON + timedelta(seconds=1))
    react(captured(table, view), table, BUNDLE, clock, queues)
    # then it is as urgent as before
    assert value(table, CRM).urgent
    assert due(table, CRM) == soon


def test_a_mere_change_of_score_waits_and_comes_at_most_every_quarter_of_an_hour(
    table: Table, clock: FakeClock, queues: Queues
) -> None:
    a_lead_row(table, job_title="", crm=CrmLink(object="Lead", id="00Q", url=""))
    react(captured(table, an_activity()), table, BUNDLE, clock, queues)
    row = table.get(CRM)
    assert row is not None
    table.write(Replace(CRM, replace(row.value, urgent=False, written=NOON, digest="d"), row.version))
    clock.move(minutes=5)
    view = an_activity(id="view", kind=Kind.PAGE_VIEWED, at=clock.now(), received=clock.now())
    react(captured(table, view), table, BUNDLE, clock, queues)
    assert due(table, CRM) == NOON + timedelta(minutes=15)
    assert value(table, CRM) == CrmMark(lead="lead1", written=NOON, digest="d")
    assert len(woken(queues.sync)) == 1


def test_decay_alone_lets_the_rank_fall_at_its_time(table: Table, clock: FakeClock, queues: Queues) -> None:
    a_lead_row(table, job_title="")
    react(captured(table, an_activity()), table, BUNDLE, clock, queues)
    mark = due(table, DECAY)
    assert mark is not None
    clock.at = mark
    react([DECAY.ref], table, BUNDLE, clock, queues)
    assert value(table, STATE).rank is Rank.COLD
    assert due(table, DECAY) is None
    assert value(table, CRM).urgent


def test_an_early_look_leaves_the_mark_for_later(table: Table, clock: FakeClock, queues: Queues) -> None:
    a_lead_row(table, job_title="")
    react(captured(table, an_activity()), table, BUNDLE, clock, queues)
    mark = due(table, DECAY)
    clock.move(days=1)
    react([DECAY.ref], table, BUNDLE, clock, queues)
    again = due(table, DECAY)
    assert mark is not None
    assert again is not None
    assert abs(mark - again) < timedelta(milliseconds=2)
    assert value(table, STATE).rank is Rank.WARM


def test_an_unsubscription_has_the_journeys_looked_at_now(table: Table, clock: FakeClock, queues: Queues) -> None:
    # given a lead that waits in one journey and has left another
    a_lead_row(table, job_title="")
    react(captured(table, an_activity()), table, BUNDLE, clock, queues)
    row = table.get(ENROLLMENT)
    assert row is not None
    table.write(Replace(ENROLLMENT, replace(row.value, step="wait-3-days"), row.version, due=NOON + timedelta(days=3)))
    left = Enrollment(
        lead="lead1", journey="old", key="x", entered=NOON, bundle="bundle1", state=EnrollmentState.FINISHED
    )
    table.write(Create(keys.enrollment("lead1", "old", "x"), left))
    # when
    clock.move(hours=1)
    no = an_activity(id="no", kind=Kind.UNSUBSCRIBED, at=clock.now(), received=clock.now())
    react(captured(table, no), table, BUNDLE, clock, queues)
    # then
    assert due(table, ENROLLMENT) == clock.now()
    assert woken(queues.advance)[1:] == [ENROLLMENT.ref]
    assert due(table, keys.enrollment("lead1", "old", "x")) is None


def test_a_click_that_waits_for_its_verdict_stays_on_the_agenda(table: Table, clock: FakeClock, queues: Queues) -> None:
    a_lead_row(table)
    click = an_activity(kind=Kind.LINK_CLICKED, verdict=Verdict.UNJUDGED)
    table.write(Create(key_of(click), click, due=NOON + timedelta(seconds=120)))
    react([key_of(click).ref], table, BUNDLE, clock, queues)
    assert table.get(STATE) is None
    clock.move(seconds=120)
    react([key_of(click).ref], table, BUNDLE, clock, queues)
    assert value(table, key_of(click)).verdict is Verdict.HUMAN
    assert value(table, STATE).rule_points["click"].count == 1


def test_a_scanner_is_seen_whoever_is_woken_first(table: Table, clock: FakeClock, queues: Queues) -> None:
    """Three links of one mail within two seconds, over the turn of a minute, each in a batch of its own."""
    a_lead_row(table)
    turn = NOON + timedelta(minutes=1)
    clicks = [
        an_activity(
            id=f"click{n}",
            kind=Kind.LINK_CLICKED,
            verdict=Verdict.UNJUDGED,
            at=turn + timedelta(seconds=n - 1),
            received=turn,
            facts={"send": "s", "link": str(n)},
        )
        for n in range(3)
    ]
    refs = captured(table, *clicks)
    clock.move(minutes=4)
    for ref in refs:
        react([ref], table, BUNDLE, clock, queues)
    assert [value(table, key_of(click)).verdict for click in clicks] == [Verdict.MACHINE] * 3
    assert value(table, STATE).rule_points == {}


def test_the_handler_works_on_what_sqs_brings(
    table: Table, clock: FakeClock, queues: Queues, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    a_lead_row(table)
    (ref,) = captured(table, an_activity())
    for name, real in (("table", table), ("clock", clock), ("queues", queues), ("playbook", a_playbook(table, BUNDLE))):
        monkeypatch.setattr(react_module, name, real)
    # when
    answer = react_module.handler(an_sqs_event(ref, "lead#lead2|activity#x#y", "nonsense"), LambdaContext())
    # then
    assert answer == {"batchItemFailures": [{"itemIdentifier": "2"}]}
    assert value(table, STATE).activity_count == 1


@pytest.mark.many_rows
def test_a_hundred_activities_at_once_fit_their_transactions(table: Table, clock: FakeClock, queues: Queues) -> None:
    a_lead_row(table)
    many = [an_activity(id=f"activity{n}", at=NOON - timedelta(seconds=n)) for n in range(100)]
    react(captured(table, *many), table, BUNDLE, clock, queues)
    assert value(table, STATE).activity_count == 100
    assert len(list(table.under("lead1", "enrollment#"))) == 1


def test_a_lead_without_any_activity_is_judged_too(table: Table, clock: FakeClock, queues: Queues) -> None:
    a_lead_row(table, job_title="部長")
    table.write(Create(DECAY, DecayMark(lead="lead1"), due=NOON, lane=Lane.BULK))
    react([DECAY.ref], table, BUNDLE, clock, queues)
    assert value(table, STATE).fit == 40


def test_rows_that_are_not_there_are_nothing_to_do(table: Table, clock: FakeClock, queues: Queues) -> None:
    react([key_of(an_activity()).ref], table, BUNDLE, clock, queues)
    a_lead_row(table)
    react([key_of(an_activity()).ref], table, BUNDLE, clock, queues)
    assert table.get(STATE) is None


def test_another_row_than_an_activity_is_refused(table: Table, clock: FakeClock, queues: Queues) -> None:
    with pytest.raises(ValueError, match="not the key of a Activity"):
        react([CRM.ref], table, BUNDLE, clock, queues)
