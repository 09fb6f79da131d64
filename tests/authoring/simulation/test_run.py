"""Simulate a journey in memory with the real workers."""

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


def codes(result: SimulationResult) -> list[str]:
    return [f"{line.code} {line.facts.get('subject', '')}".strip() for line in result.lines]


def test_guide_is_sent_at_once_and_the_next_mail_after_three_days() -> None:
    result = simulated()
    assert codes(result) == [
        "form_submitted whitepaper",
        "score",
        "rank",
        "enrollment.entered whitepaper",
        "send.accepted whitepaper-delivery",
        "wait wait-3-days",
        "send.accepted case-study",
        "enrollment.finished whitepaper",
    ]
    assert [line.at for line in result.lines][-1] == datetime(2026, 11, 27, 10, 0, tzinfo=TOKYO)
    assert [mail.to for mail in result.simulator.mails] == ["hanako@example.co.jp"] * 2


def test_lead_without_consent_gets_no_marketing_mail() -> None:
    result = simulated(persona=HANAKO.model_copy(update={"consent": False}))
    [skipped] = [line for line in result.lines if line.code == "send.skipped"]
    assert (skipped.facts["subject"], skipped.facts["reason"]) == ("case-study", "no consent")
    assert len(result.simulator.mails) == 1


def test_unsubscribing_ends_the_journey_during_a_wait() -> None:
    result = simulated("+1d unsubscribe")
    assert codes(result)[-2:] == ["unsubscribed whitepaper-delivery", "enrollment.exited whitepaper"]
    assert result.enrollments[0].reason == "unsubscribed"


@pytest.mark.parametrize("microsecond", [1, 499, 999_501])
def test_start_between_two_milliseconds_changes_nothing(microsecond: int) -> None:
    events = "+1d click whitepaper-delivery"
    between = simulated(events, start=START.replace(microsecond=microsecond))
    assert render_transcript(between.lines, "Asia/Tokyo", "en") == render_transcript(
        simulated(events).lines, "Asia/Tokyo", "en"
    )


def test_click_of_a_person_scores_and_of_a_machine_does_not() -> None:
    person, machine = simulated("+1d click whitepaper-delivery"), simulated("+1d scan whitepaper-delivery")
    assert "score" in codes(person)[6:]
    assert "score" not in codes(machine)[6:]
    assert any(code.startswith("verdict.machine") for code in codes(machine))


def test_impossible_event_is_shown_and_the_simulation_goes_on() -> None:
    result = simulated("+1h click case-study")
    assert "impossible" in codes(result)
    assert codes(result)[-1] == "enrollment.finished whitepaper"


def test_entry_by_hand_adds_no_event() -> None:
    assert codes(simulated(by_hand=True))[0] == "enrollment.entered whitepaper"


def by_request(*facts: str, key: str = "") -> Bundle:
    """The journey is entered by a signed request, each time for something else."""
    asks = OnRequest(facts=facts, key=key)
    journey = replace(a_bundle().journeys["whitepaper"], enrol=(asks,), again=Again(how="by key"))
    return a_bundle(journeys={"whitepaper": journey})


def test_entry_request_that_the_trigger_needs_is_added() -> None:
    assert codes(simulated(bundle=by_request()))[0] == "enrollment.entered whitepaper"


def test_entry_request_enters_once_for_each_value_of_its_key() -> None:
    result = simulated(
        "+1d enter whitepaper order=1; +30d enter whitepaper order=1; +40d enter whitepaper order=2",
        bundle=by_request("order", key="order"),
    )
    assert [code for code in codes(result) if code.startswith("enrollment.") and "finished" not in code] == [
        "enrollment.entered whitepaper",
        "enrollment.refused whitepaper",
        "enrollment.entered whitepaper",
    ]
    assert [(run.key, run.facts["order"]) for run in result.enrollments] == [("1", "1"), ("2", "2")]


def test_refused_entry_request_is_a_failure() -> None:
    with pytest.raises(Failure, match="allows no facts"):
        simulated("+1d enter whitepaper order=1", bundle=by_request())


def test_second_entry_follows_the_reentry_rule_of_the_journey() -> None:
    never = a_bundle()
    unasked = {name: replace(email, mail_class="marketing") for name, email in never.emails.items()}
    never = replace(
        never, journeys={"whitepaper": replace(never.journeys["whitepaper"], again=Again())}, emails=unasked
    )
    refused = [
        line
        for line in simulated("+0 form whitepaper; +5d form whitepaper", bundle=never).lines
        if line.code == "enrollment.refused"
    ]
    assert [line.facts["reason"] for line in refused] == ["entered once already"]


def test_bounce_stops_further_mail_to_the_address() -> None:
    result = simulated("+1h bounce")
    assert codes(result)[-1] == "enrollment.exited whitepaper"
    assert len(result.simulator.mails) == 1


def test_reply_of_a_person_ends_the_journey_and_alerts_sales() -> None:
    result = simulated("+1d reply whitepaper-delivery 価格を教えてください。")
    assert codes(result)[-3:] == [
        "replied whitepaper-delivery",
        "alert.planned reply",
        "enrollment.exited whitepaper",
    ]
    assert result.enrollments[0].reason == "replied"


def test_automatic_reply_changes_nothing_but_asks_sales_if_the_person_may_have_left() -> None:
    away = simulated("+1d autoreply whitepaper-delivery")
    assert "reply.automatic reply" in codes(away)
    assert codes(away)[-1] == "enrollment.finished whitepaper"
    left = simulated("+1d autoreply whitepaper-delivery 山田は退職いたしました。")
    assert "alert.planned doubtful reply" in codes(left)
    assert "send.accepted case-study" in codes(left)


def test_same_scenario_gives_the_same_transcript() -> None:
    assert simulated("+1d view pricing").lines == simulated("+1d view pricing").lines


def test_transcript_is_in_the_zone_of_the_lead_and_in_both_languages() -> None:
    result = simulated()
    assert format_minute(START, "America/New_York", "en") == "2026-11-23 Mon 20:00"
    assert "2026-11-24 Tue 10:00  ▸ filled in the form “White paper”" in render_transcript(
        result.lines, "Asia/Tokyo", "en"
    )
    assert "2026-11-24 火 10:00  ▸ フォーム「資料」を送信した" in render_transcript(result.lines, "Asia/Tokyo", "ja")


@pytest.mark.parametrize(
    ("events", "told"),
    [
        ("2d click x", "does not say when"),
        ("+2d clack x", "did you mean 'click'"),
        ("+2d click whitepaper-delivry", "did you mean 'whitepaper-delivery'"),
        ("+2d reply whitepaper-delivry Hello", "did you mean 'whitepaper-delivery'"),
        ("+2d form", "needs a name"),
        ("+99999999999d unsubscribe", "too far in the future"),
        ("+" + "9" * 4400 + "d click case-study", "^.{,60}too far in the future"),
        ("+999999d unsubscribe", "too far in the future"),
        ("0001-01-01 00:00 unsubscribe", "^0001-01-01 00:00 is not in the years 2000 to 2199"),
        ("2200-01-01 00:00 unsubscribe", "not in the years 2000 to 2199"),
        ("9999-12-31 23:59 unsubscribe", "not in the years 2000 to 2199"),
        ("+2d set company", "is not field=value"),
        ("+1h click whitepaper-delivery x", "'x' is not the number of a link"),
        ("+1h click whitepaper-delivery -1", "'-1' is not the number of a link"),
        ("+1h click whitepaper-delivery 0", "'0' is not the number of a link"),
        ("+1h click whitepaper-delivery ²", "'²' is not the number of a link"),
        ("+1h scan whitepaper-delivery " + "9" * 4400, "is not the number of a link"),
        ("+1h click whitepaper-delivery 9", "no link 9"),
    ],
)
def test_invalid_event_says_what_to_write_instead(events: str, told: str) -> None:
    with pytest.raises(Failure, match=told):
        simulated(events)


def test_full_width_spaces_and_signs_are_accepted() -> None:
    first, second = parse_events("+1d　view　pricing；＋2d view pricing", START, "Asia/Tokyo")
    assert [(each.verb, each.words) for each in (first, second)] == [("view", ("pricing",))] * 2


def test_event_has_an_offset_or_a_date() -> None:
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
def test_webhook_answers_as_the_scenario_says(answer: dict[str, str] | None, path: str) -> None:
    bundle = a_bundle(journeys={"whitepaper": WEBHOOK})
    result = simulate(WEBHOOK, bundle, HANAKO, [], START, answers={"ask": answer})
    assert path in {line.facts["reason"] for line in result.lines if line.code == "step.took"}
    assert ("send.accepted case-study" in codes(result)) == (path != "else")


def test_changed_field_and_tag_take_effect_at_once() -> None:
    goal = replace(a_bundle().journeys["whitepaper"], goal=Tagged(tag="customer"))
    result = simulated("+1d set company=ACME; +2d tag customer", bundle=a_bundle(journeys={"whitepaper": goal}))
    assert [line.facts["changes"] for line in result.lines if line.code == "profile"] == [
        "company ACME",
        "tags customer",
    ]
    assert (result.enrollments[0].reason, result.enrollments[0].left) == ("goal reached", START + timedelta(days=2))
