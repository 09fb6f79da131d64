"""The facts about a lead that every card shows."""

from copy import replace

from ripen.lead.state import Rank, State
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
