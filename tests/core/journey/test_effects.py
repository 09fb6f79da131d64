"""The effects of steps: an updated lead, rows for the CRM and Slack, a webhook's call, entry into another journey."""

from datetime import timedelta

import pytest

from ripen.journey.crm_request import CrmRequest
from ripen.journey.effects import ExitJourney, UpdateProfile
from ripen.journey.engine import Advanced
from ripen.journey.webhook_call import WebhookCall
from ripen.lead.activity import Activity, Kind
from ripen.playbook.clause import Condition
from ripen.playbook.graph import (
    CrmStep,
    EnrolStep,
    HandOffStep,
    JumpStep,
    LeaveStep,
    NotifyStep,
    Path,
    UpdateStep,
    WebhookStep,
)
from ripen.slack.alert import Alert
from tests.support.builders import a_lead
from tests.support.fakes import NOON
from tests.support.journeys import a_branch, a_journey, an_enrollment, at, moved, send, sent, step_decisions

DAY = timedelta(days=1)
LATER = NOON + timedelta(minutes=1)


def test_next_step_sees_the_updated_profile() -> None:
    update = UpdateStep(
        id="u",
        fields={"plan": "{{ entry.plan }} for {{ lead.company }}"},
        add_tags=("vip",),
        points=5,
        words={"ja": "購入"},
        stage="customer",
        next="fork",
    )
    fork = a_branch(
        Path(name="seen", when=Condition(field="plan", any_of=("gold for acme",)), next="a"),
    )
    journey = a_journey(update, fork, send("a"), send("h"))
    got = moved(journey, an_enrollment(facts={"plan": "Gold"}), profile=a_lead(id="lead1", company="Acme"))
    [effect] = [each for each in got.effects if isinstance(each, UpdateProfile)]
    lead, activity = effect.profile, effect.activity
    assert (lead.attributes["plan"], lead.tags, lead.stage) == ("Gold for Acme", ("vip",), "customer")
    assert (activity.kind, activity.lead, activity.received) == (Kind.POINTS_GIVEN, "lead1", NOON)
    assert activity.facts == {"journey": "j", "step": "u", "points": "5", "words.ja": "購入"}
    assert activity.values == {"plan": "Gold for Acme"}
    assert sent(got) == ["a"]


def test_each_visit_has_its_own_rows_with_stable_ids() -> None:
    journey = a_journey(
        CrmStep(
            id="c",
            task={"ja": "{{ lead.last_name }}様へ電話"},
            due_days=2,
            campaign="701",
            status="Sent",
            owner="bob@ripen.example",
            next="n",
        ),
        NotifyStep(id="n", text={"ja": "{{ lead.company }}: {{ entry.plan }}"}, channel="#sales", next="e"),
        EnrolStep(id="e", journey="next", next="l"),
        LeaveStep(id="l", journey="other", next="j"),
        JumpStep(id="j", to="c", most=1),
    )
    got = moved(journey, an_enrollment(facts={"plan": "gold"}))
    crm, note, enter, leave = got.effects[:4]
    assert isinstance(crm, CrmRequest) and isinstance(note, Alert) and isinstance(enter, Activity)
    assert (crm.task, crm.due_days, crm.campaign, crm.status) == ("山田様へ電話", 2, "701", "Sent")
    assert (crm.owner, crm.lead, crm.journey, crm.planned) == ("bob@ripen.example", "lead1", "j", NOON)
    assert (note.kind, note.lead, note.text, note.channel) == ("note", "lead1", "株式会社サンプル: gold", "#sales")
    assert (enter.kind, enter.subject, enter.facts) == (
        Kind.ENTRY_ASKED,
        "next",
        {"key": enter.id, "by": "journey j"},
    )
    assert leave == ExitJourney(journey="other", reason="taken out by j")
    ids = [effect.id for effect in got.effects if not isinstance(effect, UpdateProfile | ExitJourney)]
    assert len(set(ids)) == len(ids) == 6
    assert moved(journey, an_enrollment(facts={"plan": "gold"})).effects == got.effects


def test_journey_hands_the_lead_off_with_its_reason() -> None:
    step = HandOffStep(id="h", text={"ja": "{{ lead.company }}: {{ entry.plan }}"}, next="a")
    alert = moved(a_journey(step, send("a")), an_enrollment(facts={"plan": "gold"})).effects[0]
    assert isinstance(alert, Alert)
    assert (alert.kind, alert.lead, alert.text, alert.channel) == ("hand-off", "lead1", "株式会社サンプル: gold", "")
    assert alert.planned == NOON


def test_text_that_cannot_be_rendered_for_this_lead_is_skipped() -> None:
    got = moved(a_journey(NotifyStep(id="n", text={"ja": "{{ entry.plan }}"}, next="a"), send("a")))
    assert (got.effects[0:-1], sent(got)) == ((), ["a"])
    [(step, outcome, reason)] = step_decisions(got)
    assert (step, outcome) == ("n", "failed") and "plan" in reason


# --- webhook

ASK = WebhookStep(id="ask", url="https://x.example", body={"name": "{{ lead.last_name }}"}, next="a", otherwise="b")


def test_webhook_is_called_once_and_waits_for_its_answer() -> None:
    journey = a_journey(ASK, send("a"), send("b"))
    got = moved(journey)
    [call] = got.effects
    assert isinstance(call, WebhookCall)
    assert (call.step, call.url, call.body, call.timeout_seconds) == ("ask", "https://x.example", {"name": "山田"}, 10)
    assert (call.lead, call.journey, call.entry, call.planned) == ("lead1", "j", "k", NOON)
    assert (got.due, got.enrollment.step) == (NOON + DAY, "ask")
    assert moved(journey, got.enrollment, LATER) == Advanced(
        enrollment=got.enrollment, effects=(), due=NOON + DAY, decisions=()
    )


@pytest.mark.parametrize(
    ("answer", "unanswered", "path", "word"),
    [
        ({"ok": 1}, (), "a", "answered"),
        ({"failed": "500"}, ("ask",), "b", "otherwise"),
        ({"failed": "the receiver's own word"}, (), "a", "answered"),
        ([], (), "a", "answered"),
    ],
)
def test_answer_and_failure_take_different_paths(
    answer: object, unanswered: tuple[str, ...], path: str, word: str
) -> None:
    journey = a_journey(ASK, send("a"), send("b"))
    enrollment = moved(journey).enrollment
    got = moved(journey, at(enrollment, answers={"ask": answer}, unanswered=unanswered), LATER)
    assert (sent(got), step_decisions(got)) == ([path], [("ask", "took", word)])


def test_webhook_without_an_answer_takes_the_other_path_after_a_day() -> None:
    journey = a_journey(ASK, send("a"), send("b"))
    assert sent(moved(journey, moved(journey).enrollment, NOON + DAY)) == ["b"]


def test_second_visit_does_not_use_the_answer_of_the_first() -> None:
    journey = a_journey(
        WebhookStep(id="ask", url="https://x.example", next="j", otherwise="j"),
        JumpStep(id="j", to="ask", most=1, next="a"),
        send("a"),
    )
    first = at(moved(journey).enrollment, answers={"ask": {"failed": "500"}}, unanswered=("ask",))
    second = moved(journey, first, LATER)
    assert (len(second.effects), second.enrollment.answers, second.enrollment.step) == (1, {}, "ask")
    got = moved(journey, at(second.enrollment, answers={"ask": {"n": 2}}), LATER)
    assert (sent(got), step_decisions(got)[0]) == (["a"], ("ask", "took", "answered"))
