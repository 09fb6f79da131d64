"""Simulate what sales does in Salesforce."""

from copy import replace

import pytest

from ripen.failure import Failure
from ripen.playbook.bundle import Policy
from ripen.playbook.clause import AllOf, Condition
from ripen.playbook.graph import Again, BranchStep, SendStep
from ripen.playbook.graph import Path as Way
from ripen.playbook.trigger import OnActivity
from ripen_authoring.simulation.persona import Persona
from ripen_authoring.simulation.transcript import render_transcript
from tests.authoring.simulation.test_run import HANAKO, codes, simulated
from tests.support.builders import a_bundle


def test_membership_of_a_campaign_enters_once_whatever_its_status() -> None:
    status = Condition(field="status", any_of=("Responded",))
    asked = OnActivity(kind="campaign_joined", subject="Expo 2026", where=(status,), key="member")
    bundle = a_bundle()
    journey = replace(bundle.journeys["whitepaper"], enrol=(asked,), again=Again(how="by key"))
    bundle = replace(bundle, journeys={"whitepaper": journey})
    story = simulated(
        '+1d campaign "Expo 2026"; +2d campaign "Expo 2026" Responded; +9d campaign "Expo 2026" responded',
        bundle=bundle,
    )

    assert codes(story)[:3] == [
        "campaign_joined Expo 2026",
        "campaign_joined Expo 2026",
        "enrollment.entered whitepaper",
    ]
    assert [code for code in codes(story) if code.startswith("enrollment.")][1:] == [
        "enrollment.finished whitepaper",
        "enrollment.refused whitepaper",
    ]
    told = render_transcript(story.lines, "Asia/Tokyo", "en")
    assert "▸ is a member (Responded) of the Salesforce campaign Expo 2026" in told


def test_membership_that_the_trigger_needs_is_added() -> None:
    status = Condition(field="status", any_of=("Responded",))
    asked = OnActivity(kind="campaign_joined", subject="Expo", where=(status,), key="member")
    bundle = a_bundle()
    journeys = {"whitepaper": replace(bundle.journeys["whitepaper"], enrol=(asked,))}
    assert codes(simulated(bundle=replace(bundle, journeys=journeys)))[:2] == [
        "campaign_joined Expo",
        "enrollment.entered whitepaper",
    ]


@pytest.mark.parametrize(("status", "mails"), [("Responded", ["case-study"]), ("Sent", [])])
def test_branch_depends_on_the_status_of_the_member(status: str, mails: list[str]) -> None:
    asked = OnActivity(kind="campaign_joined", subject="Expo")
    came = Condition(field="entry.status", any_of=("Responded",)), Condition(field="entry.campaign", any_of=("Expo",))
    path = Way(name="came", when=AllOf(of=came), next="send-case-study")
    journey = replace(
        a_bundle().journeys["whitepaper"],
        enrol=(asked,),
        first="ask",
        steps=(BranchStep(id="ask", paths=(path,)), SendStep(id="send-case-study", email="case-study")),
    )
    story = simulated(f"+1d campaign Expo {status}", bundle=a_bundle(journeys={"whitepaper": journey}))
    assert [line.facts["subject"] for line in story.lines if line.code == "send.accepted"] == mails


def test_converted_lead_leaves_the_journey() -> None:
    story = simulated("+1d convert")
    assert codes(story)[-2:] == ["converted", "enrollment.exited whitepaper"]
    assert story.enrollments[0].reason == "converted"


@pytest.mark.parametrize("persona", [HANAKO, HANAKO.model_copy(update={"email": "hanako@gmail.com"})])
def test_open_opportunity_stops_marketing_mail_only(persona: Persona) -> None:
    asks = a_bundle(policy=Policy(skips_open_opportunities=True))
    story = simulated("+1d opportunity opens; +5d opportunity closes", persona, asks)
    assert codes(story)[4:] == [
        "send.accepted whitepaper-delivery",
        "wait wait-3-days",
        "opportunity.open",
        "send.skipped case-study",
        "enrollment.finished whitepaper",
        "opportunity.closed",
    ]
    assert "メール「…様へ」を送信しなかった: 商談中" in render_transcript(story.lines, "Asia/Tokyo", "ja")
    closed = simulated("+1d opportunity opens; +2d opportunity closes", persona, asks)
    assert "send.accepted case-study" in codes(closed)


def test_opportunity_has_no_effect_without_the_policy() -> None:
    story = simulated("+1d opportunity opens")
    assert "impossible" in codes(story)
    assert "send.accepted case-study" in codes(story)


@pytest.mark.parametrize("event", ["+1d opportunity", "+1d opportunity won"])
def test_opportunity_event_needs_opens_or_closes(event: str) -> None:
    with pytest.raises(Failure):
        simulated(event, bundle=a_bundle(policy=Policy(skips_open_opportunities=True)))
