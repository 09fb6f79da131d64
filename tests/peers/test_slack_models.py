"""Slack's own Python library understands every card that we post, in every state and language."""

from copy import replace
from itertools import product
from typing import Any

import pytest
from slack_sdk.models.blocks import ActionsBlock, Block, ContextBlock, HeaderBlock, SectionBlock

from ripen.lead.lead import CrmLink, Touch
from ripen.lead.state import Rank
from ripen.scoring.score import Score
from ripen.slack.alert import Alert, AlertOutcome, Asked
from ripen.slack.card import lead_card, lead_summary
from ripen.slack.card_facts import CardFacts
from tests.support.builders import a_lead
from tests.support.fakes import NOON

TOUCH = Touch(at=NOON, url="https://go.example.jp/pages/whitepaper", utm_source="google", utm_campaign="春" * 500)
CRM = CrmLink(object="Lead", id="00Q1", url="https://acme.example/00Q1", owner="005", owner_name="<Bob> & " + "長" * 99)
PEOPLE = {
    "known": a_lead(department="マーケティング部", first_touch=TOUCH, last_touch=replace(TOUCH, utm_source="x")),
    "in Salesforce": a_lead(crm=CRM),
    "nobody": a_lead(last_name="", first_name="", company="", job_title="", phone=""),
    "too much": a_lead(
        **dict.fromkeys(("last_name", "first_name", "company", "department", "job_title", "phone"), "寿限無" * 2000),
        crm=CRM,
        first_touch=TOUCH,
    ),
    "hostile": a_lead(
        last_name="<!channel> *bold* {{ 7*7 }}", company="<https://evil.example|here> & <@U123>", job_title="‮\r\n👩‍💻"
    ),
}
STATES: tuple[dict[str, Any], ...] = (
    {},
    {"outcome": AlertOutcome.ACCEPTING, "by": "U123", "by_name": "alice", "acted": NOON},
    {"asked": Asked(by="U123", by_name="", owner="005", owner_name="<!here> " + "b" * 300, at=NOON)},
    {"outcome": AlertOutcome.ACCEPTED, "by": "U123", "by_name": "alice", "acted": NOON},
    {"outcome": AlertOutcome.NOT_A_FIT, "by": "", "by_name": "<!here> " + "b" * 300, "acted": NOON},
)
REASONS: tuple[tuple[str, ...], ...] = ((), ("料金ページを本日3回閲覧", "<b>&", "理由" * 3000, "弱い理由"))
KINDS = {"header": HeaderBlock, "section": SectionBlock, "context": ContextBlock, "actions": ActionsBlock}


@pytest.mark.parametrize("locale", ["ja", "en"])
@pytest.mark.parametrize("person", PEOPLE)
def test_each_card_is_valid_for_the_library_of_slack(person: str, locale: str) -> None:
    for state, reasons, rank in product(STATES, REASONS, Rank):
        alert = Alert(id="a" * 26, lead="lead1", kind="hot", planned=NOON, **state)
        standing = _standing(person, rank, reasons)
        for said in (lead_card(alert, standing, locale, "Asia/Tokyo"), lead_summary(standing, locale)):
            _is_understood(said)


def _standing(person: str, rank: Rank, reasons: tuple[str, ...]) -> CardFacts:
    return CardFacts(
        profile=PEOPLE[person],
        rank=rank,
        score=Score(fit=45.4, engagement=32.6, total=78),
        news=reasons[-1] if reasons else "",
        reasons=reasons,
    )


def _is_understood(said: dict[str, Any]) -> None:
    """Assert that each block has a class, breaks none of its rules, and survives a round trip."""
    blocks = Block.parse_all(said["blocks"])
    assert [type(block) for block in blocks] == [KINDS[block["type"]] for block in said["blocks"]]
    for block, ours in zip(blocks, said["blocks"], strict=True):
        block.validate_json()
        assert block.to_dict() == ours  # to_dict also validates nested objects
    assert len(blocks) <= 50
    assert len(said["text"]) < 4000
