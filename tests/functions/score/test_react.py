"""score.react on a real table: one transaction for a change and all its consequences."""

from copy import replace
from datetime import timedelta

import pytest

from ripen.adapters.rows.decisions import read_decisions
from ripen.adapters.rows.fold_rows import Queues
from ripen.adapters.table import Change, Create, Replace, Table, keys
from ripen.ids import alert_id
from ripen.journey.enrollment import Enrollment, EnrollmentState
from ripen.lead.activity import Kind, Verdict
from ripen.lead.lead import CrmLink
from ripen.lead.state import Rank
from ripen.marks import CrmMark
from ripen.scoring.rules_version import rules_version
from score import react as react_module
from tests.support.builders import a_bundle, an_activity
from tests.support.fakes import NOON, FakeClock
from tests.support.folded_activities import a_lead_row, captured, due, key_of, react, value, woken
from tests.support.refold_walks import NEW, OLD
from tests.support.sqs_events import LambdaContext, a_playbook, an_sqs_event

BUNDLE = a_bundle()
STATE, CRM = keys.state("lead1"), keys.crm_mark("lead1")
ENROLLMENT = keys.enrollment("lead1", "whitepaper", "activity1")


def test_form_turns_the_lead_hot_with_all_consequences(table: Table, clock: FakeClock, queues: Queues) -> None:
    # given
    a_lead_row(table, job_title="部長")
    (ref,) = captured(table, an_activity())
    # when
    react([ref], table, BUNDLE, clock, queues)
    # then the state is written, and the activity is off the agenda
    assert value(table, STATE).rank is Rank.HOT
    assert value(table, key_of(an_activity())).folded == NOON
    assert due(table, key_of(an_activity())) is None
    # and each consequence is a row due now, whose worker is woken
    alert = keys.alert("lead1", alert_id("lead1", "hot", 1))
    for key, queue in ((alert, queues.alert), (CRM, queues.sync), (ENROLLMENT, queues.advance)):
        assert due(table, key) == NOON
        assert woken(queue) == [key.ref]
    assert value(table, CRM).urgent
    # and there are decisions
    outcomes = {(decision.what, decision.outcome) for decision in read_decisions(table, "lead1")}
    assert outcomes == {("rank", "rose"), ("enrollment", "entered")}


def test_changed_score_does_not_delay_an_urgent_crm_update(table: Table, clock: FakeClock, queues: Queues) -> None:
    # given a lead that was handed over, and whose mark is retried in 30 seconds
    a_lead_row(table, job_title="", crm=CrmLink(object="Lead", id="00Q1", url="https://crm.example/00Q1"))
    react(captured(table, an_activity(subject="contact")), table, BUNDLE, clock, queues)
    mark, soon = value(table, CRM), NOON + timedelta(seconds=30)
    assert mark.urgent
    table.write(Replace(CRM, mark, 1, due=soon))
    # when the lead views a page
    view = an_activity(id="view", kind=Kind.PAGE_VIEWED, subject="pricing", at=NOON + timedelta(seconds=1))
    react(captured(table, view), table, BUNDLE, clock, queues)
    # then the mark is as urgent as before
    assert value(table, CRM).urgent
    assert due(table, CRM) == soon


def test_changed_score_is_written_at_most_every_15_minutes(table: Table, clock: FakeClock, queues: Queues) -> None:
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


def test_rank_falls_by_decay_alone(table: Table, clock: FakeClock, queues: Queues) -> None:
    a_lead_row(table, job_title="")
    react(captured(table, an_activity()), table, BUNDLE, clock, queues)
    mark = due(table, STATE)
    assert mark is not None
    clock.at = mark
    react([STATE.ref], table, BUNDLE, clock, queues)
    assert value(table, STATE).rank is Rank.COLD
    assert due(table, STATE) is None
    assert value(table, CRM).urgent


def test_state_woken_early_is_due_again_at_its_time(table: Table, clock: FakeClock, queues: Queues) -> None:
    a_lead_row(table, job_title="")
    react(captured(table, an_activity()), table, BUNDLE, clock, queues)
    mark = due(table, STATE)
    clock.move(days=1)
    react([STATE.ref], table, BUNDLE, clock, queues)
    again = due(table, STATE)
    assert mark is not None
    assert again is not None
    assert abs(mark - again) < timedelta(milliseconds=2)
    assert value(table, STATE).rank is Rank.WARM


def test_unsubscription_wakes_the_active_enrollments(table: Table, clock: FakeClock, queues: Queues) -> None:
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


def test_click_without_a_verdict_stays_on_the_agenda(table: Table, clock: FakeClock, queues: Queues) -> None:
    a_lead_row(table)
    click = an_activity(kind=Kind.LINK_CLICKED, verdict=Verdict.UNJUDGED)
    table.write(Create(key_of(click), click, due=NOON + timedelta(seconds=120)))
    react([key_of(click).ref], table, BUNDLE, clock, queues)
    assert table.get(STATE) is None
    clock.move(seconds=120)
    react([key_of(click).ref], table, BUNDLE, clock, queues)
    assert value(table, key_of(click)).verdict is Verdict.HUMAN
    assert value(table, STATE).rule_points["click"].count == 1


def test_scanner_is_recognised_in_any_order_of_wake_ups(table: Table, clock: FakeClock, queues: Queues) -> None:
    """Fold three clicks within two seconds, around the turn of a minute, each in its own batch."""
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


def test_invalid_message_fails_alone_and_messages_without_time_left_are_retried(
    table: Table, clock: FakeClock, queues: Queues, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    a_lead_row(table)
    (ref,) = captured(table, an_activity())
    for name, real in (("table", table), ("clock", clock), ("queues", queues), ("playbook", a_playbook(table, BUNDLE))):
        monkeypatch.setattr(react_module, name, real)
    # when
    late = react_module.handler(an_sqs_event(ref), LambdaContext(millis=4_000))
    answer = react_module.handler(an_sqs_event(ref, "lead#lead2|activity#x#y", "nonsense"), LambdaContext())
    # then
    assert late == {"batchItemFailures": [{"itemIdentifier": "0"}]}
    assert answer == {"batchItemFailures": [{"itemIdentifier": "2"}]}
    assert value(table, STATE).activity_count == 1


@pytest.mark.many_rows
def test_hundred_activities_at_once_fit_their_transactions(table: Table, clock: FakeClock, queues: Queues) -> None:
    a_lead_row(table)
    many = [an_activity(id=f"activity{n}", at=NOON - timedelta(seconds=n)) for n in range(100)]
    react(captured(table, *many), table, BUNDLE, clock, queues)
    assert value(table, STATE).activity_count == 100
    full = [row for row in table.under("lead1", "enrollment#") if not row.value.requested_only]
    assert len(full) == 1
    assert len(list(table.under("lead1", "enrollment#"))) <= 3  # one for each of the few folds that asked again


def test_lead_without_activities_is_judged(table: Table, clock: FakeClock, queues: Queues) -> None:
    a_lead_row(table, job_title="部長")
    react([STATE.ref], table, BUNDLE, clock, queues)
    assert value(table, STATE).fit == 40


def test_missing_rows_change_nothing(table: Table, clock: FakeClock, queues: Queues) -> None:
    react([key_of(an_activity()).ref], table, BUNDLE, clock, queues)
    a_lead_row(table)
    react([key_of(an_activity()).ref], table, BUNDLE, clock, queues)
    assert table.get(STATE) is None


def test_row_of_another_kind_is_refused(table: Table, clock: FakeClock, queues: Queues) -> None:
    with pytest.raises(ValueError, match="not the key of a Activity"):
        react([CRM.ref], table, BUNDLE, clock, queues)


@pytest.mark.parametrize("rounds", [1, 3])
def test_activity_is_folded_beside_a_worker_with_another_playbook(
    table: Table, clock: FakeClock, queues: Queues, rounds: int
) -> None:
    # given a worker that follows another playbook, and recalculates the lead as soon as this one has done so
    a_lead_row(table, job_title="")
    react(captured(table, an_activity()), table, OLD, clock, queues)

    class Beside(Table):
        left = rounds

        def write(self, *changes: Change) -> None:
            super().write(*changes)
            if self.left:
                self.left -= 1
                react([STATE.ref], table, OLD, clock, queues)

    beside = Beside(table.name, table._client)
    # when
    view = an_activity(id="view", kind=Kind.PAGE_VIEWED, at=clock.now(), received=clock.now())
    react(captured(table, view), beside, NEW, clock, queues)
    # then
    assert (beside.left, value(table, STATE).rules_version) == (0, rules_version(NEW))
    assert value(table, key_of(view)).folded == NOON
