"""Revised verdicts: the score is corrected in one transaction, and nothing is announced twice."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from copy import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from ripen.adapters.rows.decisions import read_decisions
from ripen.adapters.rows.fold_rows import Queues
from ripen.adapters.table import Change, Conflict, Create, Table, keys
from ripen.lead.activity import Activity, Kind, Verdict
from ripen.lead.state import Rank, RulePoints, State
from ripen.mail.ledger import MailClass, Send
from ripen.marks import CrmMark
from ripen.operations.publication.refold import refold_lead
from ripen.tracking.click_signals import HIDDEN_LINK
from ripen.tracking.click_verdict import VERDICT_DELAY
from tests.support.builders import a_bundle, a_lead, an_activity
from tests.support.fakes import NOON, FakeClock
from tests.support.folded_activities import due, key_of, react, value

BUNDLE = a_bundle()
STATE, CRM = keys.state("lead1"), keys.crm_mark("lead1")


def a_click(link: int, seconds: float = 0, **facts: str) -> Activity:
    at = NOON + timedelta(seconds=seconds)
    signals = {"method": "GET", "agent": "browser", "request": "navigation", "network": "farm", "of": "9"}
    return an_activity(
        id=f"click{link}",
        kind=Kind.LINK_CLICKED,
        subject="case-study",
        at=at,
        received=at,
        verdict=Verdict.UNJUDGED,
        facts=signals | {"send": "send1", "link": str(link)} | facts,
    )


def a_form(seconds: float) -> Activity:
    at = NOON + timedelta(seconds=seconds)
    return an_activity(id="form", subject="contact", at=at, received=at)


def captured(table: Table, *activities: Activity) -> list[str]:
    for activity in activities:
        wait = VERDICT_DELAY if activity.kind is Kind.LINK_CLICKED else timedelta()
        table.write(Create(key_of(activity), activity, due=activity.received + wait))
    return [key_of(activity).ref for activity in activities]


def a_lead_row(table: Table, **changes: Any) -> None:
    table.write(Create(keys.profile("lead1"), a_lead(**({"job_title": ""} | changes))))


def verdicts(table: Table) -> list[tuple[str, str]]:
    rows = read_decisions(table, "lead1")
    return [(decision.outcome, decision.reason) for decision in rows if decision.what == "verdict"]


def clicks(table: Table) -> list[Verdict]:
    return [row.value.verdict for row in table.under("lead1", "activity#") if row.value.kind is Kind.LINK_CLICKED]


def marked(table: Table, now: datetime) -> str:
    """Mark the lead as `ripen reclassify` does."""
    refold_lead("lead1", table, FakeClock(now))
    return STATE.ref


def is_current(table: Table) -> bool:
    """Tell whether no recalculation is due."""
    row = table.get(STATE)
    return (
        row is not None and not row.value.verdicts_outdated and (row.due is None or row.due > NOON + timedelta(days=1))
    )


def test_scanner_that_fetches_every_link_changes_no_score(table: Table, clock: FakeClock, queues: Queues) -> None:
    # given a lead whose form was folded
    a_lead_row(table)
    react(captured(table, a_form(-600)), table, BUNDLE, clock, queues)
    before, crm = value(table, STATE), table.get(CRM)
    # when a scanner fetches the links
    refs = captured(table, *(a_click(n, seconds=n / 5) for n in range(4)), a_click(HIDDEN_LINK, seconds=1))
    clock.move(seconds=125)
    for ref in refs:
        react([ref], table, BUNDLE, clock, queues)
    # then only one decision with its reason is written
    after = value(table, STATE)
    assert replace(after, history=before.history) == replace(before, activity_count=before.activity_count + 5)
    assert table.get(CRM) == crm
    assert clicks(table) == [Verdict.MACHINE] * 5
    assert verdicts(table) == [("machine", "fetched the hidden link")]
    assert all(row.due is None for row in table.under("lead1", "activity#"))


def test_burst_has_its_reason_in_words(table: Table, clock: FakeClock, queues: Queues) -> None:
    a_lead_row(table)
    refs = captured(table, *(a_click(n, seconds=n) for n in range(3)))
    clock.move(seconds=122)
    react(refs[:1], table, BUNDLE, clock, queues)
    assert clicks(table) == [Verdict.MACHINE] * 3
    assert verdicts(table) == [("machine", "3 links in 2 s")]


def test_form_proves_the_click_before_it_at_once(table: Table, clock: FakeClock, queues: Queues) -> None:
    a_lead_row(table)
    clicked = captured(table, a_click(0))
    clock.move(seconds=20)
    react(clicked, table, BUNDLE, clock, queues)
    assert table.get(STATE) is None
    react(captured(table, a_form(20)), table, BUNDLE, clock, queues)
    assert value(table, STATE).rule_points["click"].count == 1
    assert clicks(table) == [Verdict.HUMAN]


def test_delivery_time_is_read_from_the_ledger(table: Table, clock: FakeClock, queues: Queues) -> None:
    a_lead_row(table)
    sent = Send(id="send1", lead="lead1", email="m", mail_class=MailClass.MARKETING, origin="j", step="s", planned=NOON)
    table.write(Create(keys.send("lead1", "send1"), replace(sent, delivered=NOON)))
    refs = captured(table, a_click(0, seconds=3, request="bare"))
    clock.move(seconds=125)
    react(refs, table, BUNDLE, clock, queues)
    assert verdicts(table) == [("machine", "not requested like a page, clicked within 10 s of delivery")]


def test_late_evidence_takes_the_points_back(table: Table, clock: FakeClock, queues: Queues) -> None:
    # given a click that was judged human
    a_lead_row(table)
    react(captured(table, a_form(-3600)), table, BUNDLE, clock, queues)
    right = value(table, STATE)
    first = captured(table, a_click(0))
    clock.move(seconds=125)
    react(first, table, BUNDLE, clock, queues)
    assert value(table, STATE).rule_points["click"].count == 1
    # when the same network fetches the hidden link four minutes later
    hidden = captured(table, a_click(HIDDEN_LINK, seconds=240))
    clock.move(seconds=240)
    react(hidden, table, BUNDLE, clock, queues)
    # then the click was a machine's
    state = value(table, STATE)
    assert state.rule_points == right.rule_points
    assert state.last_activity == right.last_activity
    assert (state.rank, state.activity_count) == (right.rank, 3)
    assert clicks(table) == [Verdict.MACHINE] * 2
    assert verdicts(table)[-1] == ("machine", "fetched the hidden link")
    assert not state.verdicts_outdated


def test_later_form_gives_the_points_of_the_click(table: Table, clock: FakeClock, queues: Queues) -> None:
    a_lead_row(table)
    refs = captured(table, a_click(0, agent="none"))
    clock.move(seconds=125)
    react(refs, table, BUNDLE, clock, queues)
    assert value(table, STATE).rule_points == {}
    react(captured(table, a_form(600)), table, BUNDLE, FakeClock(NOON + timedelta(seconds=600)), queues)
    assert set(value(table, STATE).rule_points) == {"click", "form"}
    assert verdicts(table) == [
        ("machine", "does not identify itself as a browser"),
        ("human", "does not identify itself as a browser, followed by a person"),
    ]


def a_false_alarm(table: Table, queues: Queues) -> Iterator[str]:
    """Add a lead that a machine turned hot under older rules; yield the ref of its state, which is due."""
    a_lead_row(table, job_title="部長")
    passed = [replace(a_click(n, agent="library", send=f"s{n}"), verdict=Verdict.HUMAN) for n in range(3)]
    react(captured(table, *passed), table, BUNDLE, FakeClock(), queues)
    assert value(table, STATE).rank is Rank.HOT
    yield marked(table, NOON)


def test_reclassification_corrects_the_score_and_updates_the_crm(
    table: Table, clock: FakeClock, queues: Queues
) -> None:
    (mark,) = a_false_alarm(table, queues)
    written = table.get(CRM)
    assert written is not None
    clock.move(hours=1)
    react([mark], table, BUNDLE, clock, queues)
    state = value(table, STATE)
    assert (state.rank, state.rule_points, state.episode) == (Rank.WARM, {}, 1)
    assert value(table, CRM) == CrmMark(lead="lead1", urgent=True)
    assert clicks(table) == [Verdict.MACHINE] * 3
    assert len(list(table.under("lead1", "alert#"))) == 1
    # and doing it again changes nothing
    before = list(table.under("lead1", ""))
    react([mark], table, BUNDLE, clock, queues)
    assert list(table.under("lead1", "")) == before


def test_crash_or_conflict_loses_no_refold(table: Table, clock: FakeClock, queues: Queues) -> None:
    class Killed(BaseException):
        pass

    class Dying(Table):
        def write(self, *changes: Change) -> None:
            raise Killed

    class Conflicting(Table):
        conflicts = 1

        def write(self, *changes: Change) -> None:
            if self.conflicts:
                self.conflicts -= 1
                raise Conflict((0,))
            super().write(*changes)

    (mark,) = a_false_alarm(table, queues)
    with pytest.raises(Killed):
        react([mark], Dying("table", table._client), BUNDLE, clock, queues)
    assert due(table, STATE) == NOON
    react([mark], Conflicting("table", table._client), BUNDLE, clock, queues)
    assert value(table, STATE).rank is Rank.WARM
    assert is_current(table)


def test_activity_folded_during_a_refold_is_not_lost(table: Table, clock: FakeClock, queues: Queues) -> None:
    (mark,) = a_false_alarm(table, queues)

    class Interrupted(Table):
        def write(self, *changes: Change) -> None:
            if not interruptions:
                interruptions.append(True)
                react(captured(table, a_form(60)), table, BUNDLE, clock, queues)
            super().write(*changes)

    interruptions: list[bool] = []
    clock.move(seconds=4000)
    react([mark], Interrupted("table", table._client), BUNDLE, clock, queues)
    state = value(table, STATE)
    assert (state.rule_points["form"].count, state.activity_count) == (1, 4)
    assert value(table, key_of(a_form(60))).folded is not None


@pytest.mark.many_rows
def test_hundreds_of_verdicts_are_revised_in_parts(table: Table, clock: FakeClock, queues: Queues) -> None:
    a_lead_row(table)
    passed = [replace(a_click(n, n * 60, agent="none"), verdict=Verdict.HUMAN, folded=NOON) for n in range(150)]
    captured(table, *passed)
    points = {"click": RulePoints(points=1500, at=NOON, count=150)}
    table.write(Create(STATE, State(lead="lead1", rank=Rank.HOT, rank_since=NOON, rule_points=points)))
    react([marked(table, NOON)], table, BUNDLE, FakeClock(NOON + timedelta(days=1)), queues)
    assert clicks(table) == [Verdict.MACHINE] * 150
    assert value(table, STATE).rule_points == {}
    assert is_current(table)


def test_fold_and_refold_at_once_give_the_same_state(table: Table, clock: FakeClock, queues: Queues) -> None:
    (mark,) = a_false_alarm(table, queues)
    forms = captured(table, *(replace(a_form(3600 + n), id=f"form{n}") for n in range(4)))
    clock.move(hours=2)

    def work(ref: str) -> None:
        react([ref], table, BUNDLE, clock, queues)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, [forms[0], mark, *forms[1:]]))
    state = value(table, STATE)
    assert (state.rule_points["form"].count, state.activity_count, set(state.rule_points)) == (4, 7, {"form"})


def test_refold_of_a_missing_or_current_lead_changes_nothing(table: Table, clock: FakeClock, queues: Queues) -> None:
    react([STATE.ref], table, BUNDLE, clock, queues)
    assert (list(table.under("lead1", "")), refold_lead("lead1", table, clock)) == ([], 0)
    a_lead_row(table)
    react(captured(table, a_form(0)), table, BUNDLE, clock, queues)
    before = table.get(STATE)
    react([marked(table, NOON)], table, BUNDLE, clock, queues)
    assert before is not None
    assert value(table, STATE) == before.value
    assert due(table, STATE) == before.due
