"""From a journey's file to the graph that the engine runs."""

import pytest

from ripen.playbook import graph
from ripen.playbook.clause import AnyOf, Condition, Did, Tagged
from ripen.playbook.graph import Journey, Move, Until
from ripen.playbook.paths import END
from ripen_authoring import expressions
from ripen_authoring.building.journeys import journey
from ripen_authoring.files.document import read_yaml
from ripen_authoring.files.validation import validate
from ripen_authoring.models.journeys import JourneyFile

DAY = 86400
HOT = Condition(field="rank", any_of=("hot",))


def compiled(text: str) -> Journey:
    return journey("j", validate(JourneyFile, read_yaml("j.yaml", text)), ("ja", "en"))


def steps(text: str) -> dict[str, graph.Step]:
    return {step.id: step for step in compiled(f"enrol: {{on: {{form: f}}}}\nsteps:\n{text}").steps}


@pytest.mark.parametrize(
    ("phrase", "meant"),
    [
        ("30 minutes", Until(seconds=1800)),
        ("24 hours", Until(seconds=DAY)),
        ("1 day", Until(days=1)),
        ("2 weeks", Until(days=14)),
        ("3 days at 10:00", Until(days=3, at="10:00")),
        ("3 business days at 9:00", Until(business_days=3, at="09:00")),
        ("4 business hours", Until(business_seconds=4 * 3600)),
        ("1 day at 10:00 on a business day", Until(days=1, at="10:00", business=True)),
        ("until 10:00", Until(at="10:00")),
        ("until 2026-12-01 at 10:00", Until(date="2026-12-01", at="10:00")),
        ("until Tuesday at 10:00", Until(weekdays=(1,), at="10:00")),
        ("until Tue, Thu or Friday", Until(weekdays=(1, 3, 4))),
        ("until renewal - 7 days at 09:00", Until(field="renewal", offset_days=-7, at="09:00")),
        ("until renewal + 1 week", Until(field="renewal", offset_days=7)),
        ("until next birthday", Until(field="birthday", yearly=True)),
    ],
)
def test_wait_is_parsed(phrase: str, meant: Until) -> None:
    assert expressions.wait_end(phrase) == meant


@pytest.mark.parametrize(
    "phrase",
    ["", "0 days", "3", "three days", "3 days at 25:00", "until 2026-02-30", "2 business weeks", "until",
     "until Tuseday at", "until renewal -7 days", "at 10:00", "3 days until Tuesday"],
)  # fmt: skip
def test_unclear_wait_is_refused_with_an_example(phrase: str) -> None:
    with pytest.raises(ValueError, match=r"write|there is no date"):
        expressions.wait_end(phrase)


def test_end_of_a_path_leads_to_the_step_after_its_parent() -> None:
    found = steps("""
  - wait_for:
      - {when: {clicked: a}, then: [{send: b}, {wait: 1 day}]}
      - {when: {rank: hot}}
      - {after: 5 days, then: [{send: c}]}
  - branch:
      - when: {phone: present}
        then:
          - branch: [{when: {tag: vip}, then: [{send: d}]}]
      - else: [exit]
  - send: e
""")

    assert list(found) == ["wait-for-clicked-a", "send-b", "wait-1-day", "send-c", "branch-phone", "branch-tag-vip",
                           "send-d", "exit", "send-e"]  # fmt: skip
    assert found["wait-for-clicked-a"] == graph.WaitForStep(
        id="wait-for-clicked-a",
        paths=(
            graph.WaitPath(name="clicked a", when=Did(kind="link_clicked", subject="a"), next="send-b"),
            graph.WaitPath(name="hot", when=HOT, next="branch-phone"),
            graph.WaitPath(name="after 5 days", after=Until(days=5), next="send-c"),
        ),
    )
    assert found["send-b"] == graph.SendStep(id="send-b", email="b", next="wait-1-day")
    assert found["wait-1-day"] == graph.WaitStep(id="wait-1-day", until=Until(days=1), next="branch-phone")
    assert found["send-c"] == graph.SendStep(id="send-c", email="c", next="branch-phone")
    assert found["branch-phone"] == graph.BranchStep(
        id="branch-phone",
        paths=(graph.Path(name="phone", when=Condition(field="phone", present=True), next="branch-tag-vip"),),
        otherwise="exit",
    )
    assert found["branch-tag-vip"] == graph.BranchStep(
        id="branch-tag-vip",
        paths=(graph.Path(name="tag vip", when=Tagged(tag="vip"), next="send-d"),),
        otherwise="send-e",
    )
    assert found["send-d"] == graph.SendStep(id="send-d", email="d", next="send-e")
    assert found["exit"] == graph.ExitStep(id="exit")
    assert found["send-e"] == graph.SendStep(id="send-e", email="e", next=END)


def test_split_has_weights_and_paths() -> None:
    found = steps("""
  - split: {by: offer, paths: {demo: {weight: 3, steps: [{send: demo}]}, trial: [{send: trial}], none: []}}
  - send: last
""")

    assert found["split-offer"] == graph.SplitStep(
        id="split-offer",
        by="offer",
        paths=(
            graph.Share(name="demo", weight=3, next="send-demo"),
            graph.Share(name="trial", next="send-trial"),
            graph.Share(name="none", next="send-last"),
        ),
    )


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("send: m, priority: high, capped: hold, expires: 3 days, id: x",
         graph.SendStep(id="x", email="m", priority="high", capped="hold", expires_seconds=3 * DAY)),
        ("update: {fields: {renewed: 2026-12-01}}",
         graph.UpdateStep(id="update-renewed", fields={"renewed": "2026-12-01"})),
        ("update: {fields: {plan: pro}, add_tags: [vip], remove_tags: [new], points: 5, words: good, stage: mql}",
         graph.UpdateStep(id="update-mql", fields={"plan": "pro"}, add_tags=("vip",), remove_tags=("new",), points=5,
                          words={"ja": "good", "en": "good"}, stage="mql")),
        ("crm: {task: {ja: 電話, en: Call}, due: 2 days, campaign: Expo, status: Sent, owner: a@b.example}",
         graph.CrmStep(id="crm-task", task={"ja": "電話", "en": "Call"}, due_days=2, campaign="Expo", status="Sent",
                       owner="a@b.example")),
        ("notify: Look, channel: C0123ABCD",
         graph.NotifyStep(id="notify", text={"ja": "Look", "en": "Look"}, channel="C0123ABCD")),
        ("hand_off: {ja: 見積もりの依頼, en: Wants a quote}",
         graph.HandOffStep(id="hand-off", text={"ja": "見積もりの依頼", "en": "Wants a quote"})),
        ("webhook: {url: https://hook.example/x, body: {plan: pro}, timeout: 25}", None),
        ("webhook: {url: https://hook.example/x, body: {plan: pro}}",
         graph.WebhookStep(id="webhook-hook-example", url="https://hook.example/x", body={"plan": "pro"})),
        ("enrol: other", graph.EnrolStep(id="enrol-other", journey="other")),
        ("leave: other", graph.LeaveStep(id="leave-other", journey="other")),
        ("jump: {to: x, most: 5}", graph.JumpStep(id="jump-x", to="x", most=5)),
        ("jump: x", graph.JumpStep(id="jump-x", to="x")),
        ("exit: bought", graph.ExitStep(id="exit", reason="bought")),
    ],
)  # fmt: skip
def test_step_is_built(written: str, meant: graph.Step | None) -> None:
    if meant is None:
        with pytest.raises(Exception, match="write at most 20"):
            steps(f"  - {{{written}}}")
    else:
        assert steps(f"  - {{{written}}}")[meant.id] == meant


def test_lead_without_a_date_takes_the_otherwise_path_or_leaves() -> None:
    found = steps("""
  - {wait: until renewal - 7 days, id: out}
  - {wait: until renewal - 3 days, id: path, otherwise: [{send: a}]}
  - {wait: until renewal - 2 days, id: onward, otherwise: []}
  - {wait: until renewal, id: named, otherwise: last}
  - send: b
  - {send: c, id: last}
""")

    otherwise = {step.id: step.otherwise for step in found.values() if isinstance(step, graph.WaitStep)}
    assert otherwise == {"out": END, "path": "send-a", "onward": "named", "named": "last"}


def test_lead_without_a_webhook_answer_goes_on_unless_otherwise_is_written() -> None:
    found = steps("""
  - {webhook: {url: https://a.example}}
  - {webhook: {url: https://b.example, otherwise: [{send: sorry}]}}
  - send: last
""")

    otherwise = {step.id: step.otherwise for step in found.values() if isinstance(step, graph.WebhookStep)}
    assert otherwise == {"webhook-a-example": "webhook-b-example", "webhook-b-example": "send-sorry"}


def test_changes_say_where_leads_on_old_steps_go() -> None:
    found = compiled("""
enrol: {on: {form: f}}
goal: {rank: warm}
exit: {any: [{tag: customer}, {submitted: contact}]}
steps: [{send: m}]
changes: {wait-3-days: stay, send-x: move to send-m, old: exit}
""")

    assert found.moves == {
        "wait-3-days": Move(how="stay"),
        "send-x": Move(how="move", to="send-m"),
        "old": Move(how="exit"),
    }
    assert found.goal == Condition(field="rank", any_of=("warm", "hot"))
    assert found.exit == AnyOf(of=(Tagged(tag="customer"), Did(kind="form_submitted", subject="contact")))
