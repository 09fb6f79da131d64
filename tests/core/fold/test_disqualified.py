"""A disqualified lead is cold and announced to nobody by its score, and the decision says why."""

from copy import replace

import pytest

from ripen.decision import Outcome
from ripen.fold.consequences import ContactRequested, LeadTurnedHot
from ripen.fold.lead_history import LeadHistory
from ripen.fold.refold import refold
from ripen.lead.state import Rank, State
from ripen.playbook.clause import Condition
from ripen.playbook.scoring import Disqualifier
from tests.support.builders import a_bundle, an_activity
from tests.support.fakes import NOON
from tests.support.pure_folds import JUNIOR, folded

RIVAL = Disqualifier(code="rival", when=(Condition(field="domain", any_of=("example.co.jp",)),), words={})
PLAIN = a_bundle(journeys={})
BUNDLE = replace(PLAIN, scoring=replace(PLAIN.scoring, disqualify=(RIVAL,)))
FORMS = [an_activity(id=f"form{number}") for number in range(4)]


def test_disqualified_lead_is_cold_and_starts_no_alert() -> None:
    found = folded(*FORMS, bundle=BUNDLE)
    assert found.score.total > BUNDLE.scoring.hot.enter
    assert found.state.rank is Rank.COLD
    assert not [each for each in found.consequences if isinstance(each, LeadTurnedHot)]
    assert [each.reason for each in found.decisions if each.outcome is Outcome.REFUSED] == ["disqualified: rival"]
    # and the decision is made once
    again = folded(an_activity(id="more"), state=found.state, bundle=BUNDLE)
    assert not [each for each in again.decisions if each.outcome is Outcome.REFUSED]


def test_disqualified_lead_that_asks_for_contact_is_shown() -> None:
    asking = replace(BUNDLE, forms={"whitepaper": replace(BUNDLE.forms["whitepaper"], hand_off=True)})
    assert [each for each in folded(*FORMS, bundle=asking).consequences if isinstance(each, ContactRequested)]


@pytest.mark.parametrize(
    ("rules", "rank", "reasons"), [(BUNDLE, Rank.COLD, ["disqualified: rival"]), (PLAIN, Rank.HOT, [])]
)
def test_new_rules_reach_the_lead(rules: object, rank: Rank, reasons: list[str]) -> None:
    before: State = folded(*FORMS, bundle=BUNDLE if rules is PLAIN else PLAIN).state
    found = refold(LeadHistory(profile=JUNIOR, state=before), (), rules, NOON)  # type: ignore[arg-type]
    assert found.state.rank is rank
    assert [each.reason for each in found.decisions if each.outcome is Outcome.REFUSED] == reasons
