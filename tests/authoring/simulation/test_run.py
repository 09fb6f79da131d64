"""ripen simulate: a journey simulated in memory by the real workers, told, and held against what was approved."""

from copy import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ripen.calendar.minute import format_minute
from ripen.failure import Failure
from ripen.playbook.bundle import Bundle
from ripen.playbook.clause import Condition, Tagged
from ripen.playbook.graph import Again, BranchStep, SendStep, WebhookStep
from ripen.playbook.graph import Path as Way
from ripen.playbook.trigger import OnRequest
from ripen_authoring.simulation.events import parse_events
from ripen_authoring.simulation.persona import Persona
from ripen_authoring.simulation.run import SimulationResult, simulate
from ripen_authoring.simulation.transcript import render_transcript
from tests.support.builders import a_bundle

TOKYO = ZoneInfo("Asia/Tokyo")
START = datetime(2026, 11, 24, 10, 0, tzinfo=TOKYO)
HANAKO = Persona(email="hanako@example.co.jp", last_name="山田", first_name="花子")


def simulated(
    events: str = "",
    persona: Persona = HANAKO,
    bundle: Bundle | None = None,
    by_hand: bool = False,
    start: datetime = START,
) -> SimulationResult:
    playbook = bundle or a_bundle()
    due = parse_events(events, start, "Asia/Tokyo")
    return simulate(playbook.journeys["whitepaper"], playbook, persona, due, start, by_hand=by_hand)


def codes(story: SimulationResult) -> list[str]:
    return [f"{line.code} {line.facts.get('subject', '')}".strip() for line in story.lines]


def test_who_asks_for_the_guide_gets_it_at_once_and_the_rest_after_three_days() -> None:
    story = simulated()
    assert codes(story) == [
        "form_submitted whitepaper",
        "score",
        "rank",
        "enrollment.entered whitepaper",
        "send.accepted whitepaper-delivery",
        "wait wait-3-days",
        "send.accepted case-study",
        "enrollment.finished whitepaper",
    ]
    assert [line.at for line in story.lines][-1] == datetime(2026, 11, 27, 10, 0, tzinfo=TOKYO)
    assert [mail.to for mail in story.simulator.mails] == ["hanako@example.co.jp"] * 2


def test_who_did_not_agree_is_not_written_to_and_the_reason_is_told() -> None:
    story = simulated(persona=HANAKO.model_copy(update={"consent": False}))
    [skipped] = [line for line in story.lines if line.code == "send.skipped"]
    assert (skipped.facts["subject"], skipped.facts["reason"]) == ("case-study", "no consent")
    assert len(story.simulator.mails) == 1


def test_unsubscribing_ends_the_journey_inside_its_wait() -> None:
    story = simulated("+1d unsubscribe")
    assert codes(story)[-2:] == ["unsubscribed whitepaper-delivery", "enrollment.exited whitepaper"]
    assert story.enrollments[0].reason == "unsubscribed"


@pytest.mark.parametrize("microsecond", [1, 499, 999_501])
def test_a_story_that_begins_between_two_milliseconds_goes_on_like_any_other(microsecond: int) -> None:
    events = "+1d click whitepaper-delivery"
    between = simulated(events, start=START.replace(microsecond=microsecond))
    assert render_transcript(between.lines, "Asia/Tokyo", "en") == render_transcript(
        simulated(events).lines, "Asia/Tokyo", "en"
    )


def test_a_click_of_a_person_scores_and_one_of_a_machine_does_not() -> None:
    person, machine = simulated("+1d click whitepaper-delivery"), simulated("+1d scan whitepaper-delivery")
    assert "score" in codes(person)[6:]
    assert "score" not in codes(machine)[6:]
    assert any(code.startswith("verdict.machine") for code in codes(machine))


def test_what_cannot_happen_is_told_and_the_rest_goes_on() -> None:
    story = simulated("+1h click case-study")
    assert "impossible" in codes(story)
    assert codes(story)[-1] == "enrollment.finished whitepaper"


def test_by_hand_nothing_is_filled_in() -> None:
    assert codes(simulated(by_hand=True))[0] == "enrollment.entered whitepaper"


def by_request(*facts: str, key: str = "") -> Bundle:
    """The journey is entered by a signed request, each time for something else."""
    asks = OnRequest(facts=facts, key=key)
    journey = replace(a_bundle().journeys["whitepaper"], enrol=(asks,), again=Again(how="by key"))
    return a_bundle(journeys={"whitepaper": journey})


def test_the_request_that_a_journey_waits_for_is_filled_in() -> None:
    assert codes(simulated(bundle=by_request()))[0] == "enrollment.entered whitepaper"


def test_a_request_lets_in_with_what_it_says_and_once_for_each_of_it() -> None:
    story = simulated(
        "+1d enter whitepaper order=1; +30d enter whitepaper order=1; +40d enter whitepaper order=2",
        bundle=by_request("order", key="order"),
    )
    assert [code for code in codes(story) if code.startswith("enrollment.") and "finished" not in code] == [
        "enrollment.entered whitepaper",
        "enrollment.refused whitepaper",
        "enrollment.entered whitepaper",
    ]
    assert [(run.key, run.facts["order"]) for run in story.enrollments] == [("1", "1"), ("2", "2")]


def test_a_request_that_would_be_refused_is_no_event() -> None:
    with pytest.raises(Failure, match="allows no facts"):
        simulated("+1d enter whitepaper order=1", bundle=by_request())


def test_a_second_entry_is_judged_by_the_journeys_own_rule() -> None:
    never = a_bundle()
    never = replace(never, journeys={"whitepaper": replace(never.journeys["whitepaper"], again=Again())})
    refused = [
        line
        for line in simulated("+0 form whitepaper; +5d form whitepaper", bundle=never).lines
        if line.code == "enrollment.refused"
    ]
    assert [line.facts["reason"] for line in refused] == ["entered once already"]


def test_a_bounce_keeps_the_address_from_further_mail() -> None:
    story = simulated("+1h bounce")
    assert codes(story)[-1] == "enrollment.exited whitepaper"
    assert len(story.simulator.mails) == 1


def test_an_answer_of_a_person_ends_the_journey_and_reaches_sales() -> None:
    story = simulated("+1d reply whitepaper-delivery 価格を教えてください。")
    assert codes(story)[-3:] == [
        "replied whitepaper-delivery",
        "alert.planned reply",
        "enrollment.exited whitepaper",
    ]
    assert story.enrollments[0].reason == "replied"


def test_an_answer_of_a_machine_changes_nothing_but_where_the_address_is_dead() -> None:
    away = simulated("+1d autoreply whitepaper-delivery")
    assert "reply.automatic reply" in codes(away)
    assert codes(away)[-1] == "enrollment.finished whitepaper"
    gone = simulated("+1d autoreply whitepaper-delivery 山田は退職いたしました。")
    assert "reply.gone reply" in codes(gone)
    assert "send.skipped case-study" in codes(gone)


def test_the_same_story_is_told_the_same_way_each_time() -> None:
    assert simulated("+1d view pricing").lines == simulated("+1d view pricing").lines


def test_times_are_the_leads_own_and_both_languages_are_spoken() -> None:
    story = simulated()
    assert format_minute(START, "America/New_York", "en") == "2026-11-23 Mon 20:00"
    assert "2026-11-24 Tue 10:00  ▸ filled in the form whitepaper" in render_transcript(story.lines, "Asia/Tokyo", "en")
    assert "2026-11-24 火 10:00  ▸ フォーム whitepaper を送信した" in render_transcript(story.lines, "Asia/Tokyo", "ja")


@pytest.mark.parametrize(
    ("events", "told"),
    [
        ("2d click x", "does not say when"),
        ("+2d clack x", "did you mean 'click'"),
        ("+2d click whitepaper-delivry", "did you mean 'whitepaper-delivery'"),
        ("+2d reply whitepaper-delivry Hello", "did you mean 'whitepaper-delivery'"),
        ("+2d form", "needs a name"),
        ("+99999999999d unsubscribe", "too far in the future"),
        ("+2d set company", "is not field=value"),
        ("+1h click whitepaper-delivery 9", "no link 9"),
    ],
)
def test_an_event_that_is_not_understood_says_what_to_write(events: str, told: str) -> None:
    with pytest.raises(Failure, match=told):
        simulated(events)


def test_a_japanese_keyboard_may_write_what_is_between_the_words() -> None:
    first, second = parse_events("+1d　view　pricing；＋2d view pricing", START, "Asia/Tokyo")
    assert [(each.verb, each.words) for each in (first, second)] == [("view", ("pricing",))] * 2


def test_offsets_and_dates_both_say_when() -> None:
    first, second = parse_events("2026-11-25 09:30 view pricing; +1d2h30m view pricing", START, "Asia/Tokyo")
    assert (first.at, second.at) == (
        datetime(2026, 11, 25, 9, 30, tzinfo=TOKYO),
        datetime(2026, 11, 25, 12, 30, tzinfo=TOKYO),
    )


WEBHOOK = replace(
    a_bundle().journeys["whitepaper"],
    first="ask",
    steps=(
        WebhookStep(id="ask", url="https://hooks.example/score", next="good", otherwise="send-case-study"),
        BranchStep(
            id="good",
            paths=(Way(name="yes", when=Condition(field="answers.ask.ok", any_of=("true",)), next="send-case-study"),),
        ),
        SendStep(id="send-case-study", email="case-study"),
    ),
)


@pytest.mark.parametrize(
    ("answer", "path"),
    [
        ({"ok": "true"}, "yes"),
        ({"ok": "false"}, "else"),
        ({"ok": "true", "failed": "its own word"}, "yes"),
        (None, "otherwise"),
    ],
)
def test_a_webhook_answers_as_the_scenario_says(answer: dict[str, str] | None, path: str) -> None:
    bundle = a_bundle(journeys={"whitepaper": WEBHOOK})
    story = simulate(WEBHOOK, bundle, HANAKO, [], START, answers={"ask": answer})
    assert path in {line.facts["reason"] for line in story.lines if line.code == "step.took"}
    assert ("send.accepted case-study" in codes(story)) == (path != "else")


def test_a_changed_field_and_a_tag_are_noticed_at_once() -> None:
    goal = replace(a_bundle().journeys["whitepaper"], goal=Tagged(tag="customer"))
    story = simulated("+1d set company=ACME; +2d tag customer", bundle=a_bundle(journeys={"whitepaper": goal}))
    assert [line.facts["changes"] for line in story.lines if line.code == "profile"] == [
        "company ACME",
        "tags customer",
    ]
    assert (story.enrollments[0].reason, story.enrollments[0].left) == ("goal reached", START + timedelta(days=2))
