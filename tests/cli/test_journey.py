"""ripen journey: the graph in the shape of its file, with the people in it, for the terminal and as a picture."""

import json
from collections import Counter
from copy import replace
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest
from rich.console import Console

from cli.commands import journey as command
from cli.output.journey_svg import svg
from cli.output.journey_tree import tree
from cli.output.journey_words import about
from cli.stack.stack import Stack
from ripen.adapters.table import Create, Table, keys
from ripen.decision import Reason
from ripen.failure import Failure
from ripen.journey.enrollment import Enrollment, EnrollmentState
from ripen.lead.activity import Kind, Verdict
from ripen.lead.state import LatestEntry, State
from ripen.mail.ledger import MailClass, Send, SendState
from ripen.operations.journeys.counts import Counts, count_journey
from ripen.operations.journeys.outline import Row, outline
from ripen.playbook.clause import Agreed, Did, Tagged
from ripen.playbook.graph import Again, Journey, JumpStep, SendStep
from tests.authoring.simulation.test_paths import JOURNEY
from tests.support.builders import a_bundle, an_activity
from tests.support.fakes import NOON, FakeClock
from tests.support.memory_stack import a_stack


def shape(row: Row) -> list[Any]:
    """Ids, and under a step its paths: {name: …}."""
    found: list[Any] = []
    for item in row:
        found.append(item.step.id)
        if item.paths:
            found.append({path.name: path.to or shape(path.row) for path in item.paths})
    return found


def test_ways_part_and_meet_again_as_in_the_file() -> None:
    assert shape(outline(JOURNEY, a_bundle())) == [
        "send",
        "listen",
        {
            "clicked": ["who", {"big": ["out"], "else": []}],
            "after-5-days": ["offer", {"demo 10%": [], "none 90%": "out"}],
        },
        "study",
    ]


def test_a_loop_is_drawn_once() -> None:
    loop = Journey(
        name="loop",
        first="a",
        steps=(SendStep(id="a", email="m", next="again"), JumpStep(id="again", to="a")),
    )
    assert shape(outline(loop, a_bundle())) == ["a", "again"]


def test_people_and_mails_stand_beside_their_steps() -> None:
    counted = Counts(here=Counter({"listen": 7}), mails=Counter({("send", "sent"): 9, ("send", "no consent"): 2}))
    console = Console(width=120)
    with console.capture() as captured:
        console.print(tree(JOURNEY.name, outline(JOURNEY, a_bundle()), counted))
    told = captured.get()
    assert "send “Your white paper”  9 sent  2 no consent" in told
    assert "wait for one of these   7 here" in told


def test_the_picture_is_sound_and_says_the_same() -> None:
    counted = Counts(here=Counter({"listen": 7}), mails=Counter({("send", "<held>"): 9}))
    picture = svg(JOURNEY.name, outline(JOURNEY, a_bundle()), counted)
    drawn = fromstring(picture)  # noqa: S314 (our own picture)
    said = [element.text for element in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert {"send “Your white paper”", "7", "9 <held>", "send “…様へ”"} <= set(said)


@pytest.fixture
def stack(table: Table, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Stack:
    stack = a_stack(table, clock)
    monkeypatch.setattr(command, "connect", lambda: stack)
    return stack


def somebody(table: Table, lead: str, step: str, send: SendState, **changes: Any) -> None:
    known: dict[str, Any] = {"lead": lead, "journey": "whitepaper", "key": "a1", "entered": NOON, "bundle": "bundle1"}
    mail = Send(
        id=lead,
        lead=lead,
        email="case-study",
        mail_class=MailClass.MARKETING,
        origin="whitepaper",
        step="send-case-study",
        planned=NOON,
        state=send,
        reason="no consent" if send is SendState.SKIPPED else "",
    )
    table.write(
        Create(keys.state(lead), State(lead=lead, journeys={"whitepaper": LatestEntry(key="a1", at=NOON)})),
        Create(keys.send(lead, lead), mail),
        Create(keys.enrollment(lead, "whitepaper", "a1"), Enrollment(**(known | {"step": step} | changes))),
    )


@pytest.mark.parametrize("megabytes", [0, 100])
def test_everybody_is_counted_once(stack: Stack, table: Table, monkeypatch: pytest.MonkeyPatch, megabytes: int) -> None:
    monkeypatch.setattr(table, "megabytes", lambda: megabytes)  # a small table is read whole
    somebody(table, "lead1", "wait-3-days", SendState.ACCEPTED)
    somebody(table, "lead2", "wait-3-days", SendState.SKIPPED)
    somebody(table, "lead3", "send-case-study", SendState.HELD, state=EnrollmentState.EXITED, reason="unsubscribed")
    row = table.get(keys.send("lead1", "lead1"))
    assert row
    table.write(Create(keys.send("lead1", "other"), replace(row.value, id="other", origin="other")))
    found = count_journey(table, "whitepaper")
    assert (found.entered, found.here, found.left) == (3, Counter({"wait-3-days": 2}), Counter({"unsubscribed": 1}))
    assert found.mails_of("send-case-study") == [("held", 1), ("no consent", 1), ("sent", 1)]


def test_scripts_get_the_same(stack: Stack, table: Table, capsys: pytest.CaptureFixture[str]) -> None:
    somebody(table, "lead1", "wait-3-days", SendState.ACCEPTED)
    command.journey("whitepaper", svg=None, as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert [step["people"] for step in told["steps"]] == [0, 1, 0]
    assert told["steps"][2]["mails"] == {"sent": 1}


def test_people_on_steps_of_an_older_version_are_not_forgotten(
    stack: Stack, table: Table, capsys: pytest.CaptureFixture[str]
) -> None:
    somebody(table, "lead1", "wait-9-days", SendState.ACCEPTED)
    command.journey("whitepaper", svg=None, as_json=False)
    assert "1 on wait-9-days" in capsys.readouterr().out


def click(lead: str, send: str, verdict: Verdict = Verdict.HUMAN) -> Any:
    facts = {"send": send, "link": "0"}
    made = an_activity(id=send, lead=lead, kind=Kind.LINK_CLICKED, verdict=verdict, facts=facts)
    return Create(keys.activity(lead, NOON, send), made)


@pytest.mark.parametrize("megabytes", [0, 100])
def test_people_who_clicked_or_reached_the_goal_are_counted(
    stack: Stack, table: Table, monkeypatch: pytest.MonkeyPatch, megabytes: int
) -> None:
    # given a person who clicked, a machine, a click in another journey's mail, and one who reached the goal
    monkeypatch.setattr(table, "megabytes", lambda: megabytes)
    for lead in ("lead1", "lead2", "lead3"):
        somebody(table, lead, "wait-3-days", SendState.ACCEPTED)
    gone = {"state": EnrollmentState.EXITED, "reason": Reason.GOAL_REACHED}
    somebody(table, "lead4", "wait-3-days", SendState.SKIPPED, **gone)
    table.write(click("lead1", "lead1"), click("lead2", "lead2", Verdict.MACHINE), click("lead3", "other"))
    # when
    found = count_journey(table, "whitepaper")
    # then
    assert (found.clicked, found.clickers) == (Counter({"send-case-study": 1}), 1)
    assert (found.reached_goal, found.left_early) == (1, [])


def test_the_numbers_at_the_end_of_a_long_line_are_not_cut(
    table: Table, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = a_bundle()
    journey = replace(bundle.journeys["whitepaper"], title={"en": "The white paper and all that follows it " * 2})
    stack = a_stack(table, clock, replace(bundle, journeys={"whitepaper": journey}))
    monkeypatch.setattr(command, "connect", lambda: stack)
    monkeypatch.setenv("COLUMNS", "80")
    somebody(table, "lead1", "wait-3-days", SendState.ACCEPTED)
    command.journey("whitepaper", svg=None, as_json=False)
    assert "1 entered, 1 in it, 0 finished" in " ".join(capsys.readouterr().out.split())


@pytest.mark.usefixtures("japanese")
def test_conditions_goal_and_reasons_are_said_in_words() -> None:
    journey = replace(
        a_bundle().journeys["whitepaper"],
        who=Agreed(),
        goal=Did(kind="page_viewed", subject="whitepaper"),
        exit=Tagged(tag="customer"),
        again=Again(how="after", seconds=90 * 86400),
    )
    counted = Counts(left=Counter({Reason.GOAL_REACHED: 2, Reason.UNSUBSCRIBED: 3, Reason.REPLIED: 1}), clickers=4)
    assert about(journey, counted, a_bundle()) == [
        "開始: 「資料」を送信した",
        "再登録: 前回の開始から 90 日間が過ぎたあと",
        "対象: マーケティングメールに同意している",
        "目標: 「資料」を見た – 到達 2 人",
        "途中終了の条件: タグ「customer」がある",
        "メールをクリックした人: 4 人",
        "途中終了: 4 人",
        "  3  配信停止",
        "  1  返信があった",
    ]


def test_a_journey_that_is_not_live_is_a_failure(stack: Stack) -> None:
    with pytest.raises(Failure, match="did you mean 'whitepaper'"):
        command.journey("whitepapr", svg=None, as_json=False)


def test_the_picture_goes_into_a_file(stack: Stack, tmp_path: Path) -> None:
    assert "whitepaper" in a_bundle().journeys
    command.journey("whitepaper", svg=tmp_path / "journey.svg", as_json=False)
    assert (tmp_path / "journey.svg").read_text("utf-8").startswith("<svg ")


def test_path_of_the_picture_is_printed_as_it_is(
    stack: Stack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "[").mkdir()
    picture = tmp_path / "[" / "]x[red].svg"
    command.journey("whitepaper", svg=picture, as_json=False)
    assert f"Wrote {picture}" in capsys.readouterr().out


def test_counts_and_reasons_are_japanese_in_japanese(japanese: None) -> None:
    counted = Counts(
        here=Counter({"listen": 7}),
        mails=Counter({("send", "sent"): 9, ("send", "no consent"): 2}),
        left=Counter({"unsubscribed": 1}),
    )
    console = Console(width=120)
    with console.capture() as captured:
        console.print(tree(JOURNEY.name, outline(JOURNEY, a_bundle()), counted))
    drawn = captured.get()
    assert "途中 7 人" in drawn
    assert "「…様へ」を送信  送信 9  同意がない 2" in drawn
    assert "送信 9 · 同意がない 2" in svg(JOURNEY.name, outline(JOURNEY, a_bundle()), counted)
