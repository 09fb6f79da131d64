"""What a journey has others do for it: the lead changed, people and systems told, a webhook asked."""

from datetime import timedelta

import pytest

from ripen.journey.effects import Call, EnterOther, LeaveOther, Notify, Update, WriteCrm
from ripen.journey.engine import Moved
from ripen.playbook.clause import Condition
from ripen.playbook.graph import CrmStep, EnrolStep, JumpStep, LeaveStep, NotifyStep, Path, UpdateStep, WebhookStep
from tests.support.builders import a_lead
from tests.support.fakes import NOON
from tests.support.journeys import a_branch, a_journey, an_enrollment, at, moved, send, sent, told

DAY = timedelta(days=1)
LATER = NOON + timedelta(minutes=1)


# --- what others do for it


def test_an_update_is_seen_by_the_next_step() -> None:
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
    [effect] = [each for each in got.effects if isinstance(each, Update)]
    assert (effect.fields, effect.add_tags, effect.stage) == ({"plan": "Gold for Acme"}, ("vip",), "customer")
    assert (effect.points, effect.words, effect.step) == (5, {"ja": "購入"}, "u")
    assert sent(got) == ["a"]


def test_what_others_do_is_said_with_an_id_for_each_visit() -> None:
    journey = a_journey(
        CrmStep(
            id="c", task={"ja": "{{ lead.last_name }}様へ電話"}, due_days=2, campaign="701", status="Sent", next="n"
        ),
        NotifyStep(id="n", text={"ja": "{{ lead.company }}: {{ entry.plan }}"}, channel="#sales", next="e"),
        EnrolStep(id="e", journey="next", next="l"),
        LeaveStep(id="l", journey="other", next="j"),
        JumpStep(id="j", to="c", most=1),
    )
    got = moved(journey, an_enrollment(facts={"plan": "gold"}))
    crm, note, enter, leave = got.effects[:4]
    assert isinstance(crm, WriteCrm) and isinstance(note, Notify) and isinstance(enter, EnterOther)
    assert (crm.task, crm.due_days, crm.campaign, crm.status) == ("山田様へ電話", 2, "701", "Sent")
    assert (note.text, note.channel) == ("株式会社サンプル: gold", "#sales")
    assert (enter.journey, leave) == ("next", LeaveOther(journey="other", reason="taken out by j"))
    ids = [
        effect.id for effect in got.effects if not isinstance(effect, LeaveOther | type(None)) and hasattr(effect, "id")
    ]
    assert len(set(ids)) == len(ids) == 6
    assert [e.id for e in moved(journey, an_enrollment(facts={"plan": "gold"})).effects if hasattr(e, "id")] == ids


def test_words_that_cannot_be_written_for_this_lead_are_passed_over() -> None:
    got = moved(a_journey(NotifyStep(id="n", text={"ja": "{{ entry.plan }}"}, next="a"), send("a")))
    assert (got.effects[0:-1], sent(got)) == ((), ["a"])
    [(step, outcome, reason)] = told(got)
    assert (step, outcome) == ("n", "failed") and "plan" in reason


# --- webhook

ASK = WebhookStep(id="ask", url="https://x.example", body={"name": "{{ lead.last_name }}"}, next="a", otherwise="b")


def test_a_webhook_is_called_once_and_waits_for_its_answer() -> None:
    journey = a_journey(ASK, send("a"), send("b"))
    got = moved(journey)
    [call] = got.effects
    assert isinstance(call, Call)
    assert (call.step, call.url, call.body, call.timeout_seconds) == ("ask", "https://x.example", {"name": "山田"}, 10)
    assert (got.due, got.enrollment.step) == (NOON + DAY, "ask")
    assert moved(journey, got.enrollment, LATER) == Moved(
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
def test_an_answer_goes_on_and_a_failure_otherwise(
    answer: object, unanswered: tuple[str, ...], path: str, word: str
) -> None:
    journey = a_journey(ASK, send("a"), send("b"))
    stands = moved(journey).enrollment
    got = moved(journey, at(stands, answers={"ask": answer}, unanswered=unanswered), LATER)
    assert (sent(got), told(got)) == ([path], [("ask", "took", word)])


def test_a_webhook_that_never_answers_goes_otherwise_after_a_day() -> None:
    journey = a_journey(ASK, send("a"), send("b"))
    assert sent(moved(journey, moved(journey).enrollment, NOON + DAY)) == ["b"]


def test_a_second_visit_does_not_take_the_first_visit_s_answer() -> None:
    journey = a_journey(
        WebhookStep(id="ask", url="https://x.example", next="j", otherwise="j"),
        JumpStep(id="j", to="ask", most=1, next="a"),
        send("a"),
    )
    first = at(moved(journey).enrollment, answers={"ask": {"failed": "500"}}, unanswered=("ask",))
    second = moved(journey, first, LATER)
    assert (len(second.effects), second.enrollment.answers, second.enrollment.step) == (1, {}, "ask")
    got = moved(journey, at(second.enrollment, answers={"ask": {"n": 2}}), LATER)
    assert (sent(got), told(got)[0]) == (["a"], ("ask", "took", "answered"))
