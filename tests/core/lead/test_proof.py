"""What proves that a lead reads the mails to its address."""

import pytest

from ripen.decision import Reason
from ripen.lead.activity import Classification, Kind, Verdict
from ripen.lead.proof import is_proof
from tests.support.builders import an_activity


@pytest.mark.parametrize(
    ("kind", "facts", "proves"),
    [
        (Kind.LINK_CLICKED, {"send": "s1", "link": "1"}, True),
        (Kind.REPLIED, {"send": "s1"}, True),
        (Kind.CONFIRMED, {"send": "s1"}, True),
        (Kind.PAGE_VIEWED, {"visitor": "v1234567", "click": "c1"}, True),
        (Kind.PAGE_VIEWED, {"visitor": "v1234567"}, False),
        (Kind.PAGE_READ, {"visitor": "v1234567", "likely": "yes"}, False),
        (Kind.FORM_SUBMITTED, {"source": "form"}, False),
        (Kind.FORM_SUBMITTED, {"source": "form", "click": "typed"}, False),
        (Kind.ENTRY_ASKED, {"click": "sent with the request"}, False),
        (Kind.LINK_FOLLOWED, {"target": "https://example.com"}, False),
        (Kind.POINTS_GIVEN, {"points": "50"}, False),
        (Kind.CAMPAIGN_JOINED, {"member": "m1"}, False),
        (Kind.UNSUBSCRIBED, {"send": "s1"}, False),
    ],
)
def test_only_an_act_that_needs_the_mail_is_a_proof(kind: Kind, facts: dict[str, str], proves: bool) -> None:
    assert is_proof(an_activity(kind=kind, facts=facts)) is proves


@pytest.mark.parametrize("verdict", [Verdict.MACHINE, Verdict.UNJUDGED])
@pytest.mark.parametrize("kind", [Kind.LINK_CLICKED, Kind.PAGE_VIEWED])
def test_what_no_person_did_is_no_proof(kind: Kind, verdict: Verdict) -> None:
    assert not is_proof(an_activity(kind=kind, facts={"click": "c1"}, verdict=verdict))


@pytest.mark.parametrize(
    ("points", "why", "proves"),
    [
        (0, (), True),
        (-100, (Reason.PERSON_FOLLOWED,), True),
        (30, ("clicked within 10 s of delivery",), False),
        (40, (Reason.NOT_A_PAGE_REQUEST,), False),
        (-70, ("clicked within 10 s of delivery", Reason.PERSON_FOLLOWED), False),
    ],
    ids=["nothing", "person followed", "soon after delivery", "bare request", "soon, then a form or a visit"],
)
def test_click_with_points_for_a_machine_is_no_proof(points: int, why: tuple[str, ...], proves: bool) -> None:
    classification = Classification(points=points, rules_version=2, why=why)
    click = an_activity(kind=Kind.LINK_CLICKED, facts={"send": "s1", "link": "1"}, classification=classification)
    assert is_proof(click) is proves
