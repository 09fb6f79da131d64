"""The facts about a lead that every card shows."""

from copy import replace

from ripen.lead.state import Rank, State
from ripen.playbook.clause import Condition
from ripen.playbook.scoring import Disqualifier
from ripen.slack.card import lead_summary
from ripen.slack.card_facts import card_facts
from tests.support.builders import a_bundle, a_lead
from tests.support.fakes import NOON


def test_card_says_that_only_a_proof_is_missing() -> None:
    # given a lead whose points are enough for hot
    bundle = a_bundle()
    wary = replace(bundle, scoring=replace(bundle.scoring, hot=replace(bundle.scoring.hot, needs="proof")))
    kept = State(lead="lead1", rank=Rank.WARM, fit=bundle.scoring.hot.enter)
    # then its card says so, until it is proven
    words = "a click in a mail or a reply is still missing"
    assert words in str(lead_summary(card_facts(a_lead(), kept, wary, NOON), "en"))
    for other in (replace(kept, proven=NOON), replace(kept, fit=0)):
        assert words not in str(lead_summary(card_facts(a_lead(), other, wary, NOON), "en"))


def test_card_says_why_a_lead_is_disqualified_and_its_grade_and_level() -> None:
    bundle = a_bundle()
    rival = Disqualifier(
        code="rival", when=(Condition(field="company", present=True),), words={"ja": "競合", "en": "Rival"}
    )
    scoring = replace(bundle.scoring, disqualify=(rival,))
    state = State(lead="lead1", fit=200, disqualified="rival", grade="A", level=3)
    card = str(lead_summary(card_facts(a_lead(), state, replace(bundle, scoring=scoring), NOON), "ja"))
    assert "対象外: 競合" in card
    assert "コールド A3" in card
