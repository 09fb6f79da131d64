"""What sales made of a lead: the latest outcome, as of the first."""

from datetime import timedelta

from ripen.backtest.outcome import LeadOutcome, Outcome, combined, recorded_outcome
from ripen.lead.activity import Kind
from tests.support.builders import a_lead, an_activity
from tests.support.fakes import NOON

DAY = timedelta(days=1)


def test_latest_outcome_counts_from_the_first_on() -> None:
    found = [LeadOutcome(Outcome.WON, NOON + 9 * DAY), LeadOutcome(Outcome.OPPORTUNITY, NOON + DAY)]
    assert combined(found) == LeadOutcome(Outcome.WON, NOON + DAY)
    assert combined([]) is None


def test_conversion_and_rejection_are_outcomes_and_acceptance_is_none() -> None:
    accepted = an_activity(id="a", kind=Kind.ACCEPTED_BY_SALES)
    rejected = an_activity(id="r", kind=Kind.REJECTED_BY_SALES, at=NOON + DAY, received=NOON + DAY)
    converted = an_activity(id="c", kind=Kind.CONVERTED, at=NOON + 2 * DAY, received=NOON + 2 * DAY)
    lead = a_lead()
    assert recorded_outcome(lead, [accepted]) is None
    assert recorded_outcome(lead, [accepted, rejected]) == LeadOutcome(Outcome.NOT_A_FIT, NOON + DAY)
    assert recorded_outcome(lead, [converted, rejected]) == LeadOutcome(Outcome.CONVERTED, NOON + DAY)


def test_conversion_is_known_from_the_profile_where_its_activity_has_expired() -> None:
    assert recorded_outcome(a_lead(converted=NOON), []) == LeadOutcome(Outcome.CONVERTED, NOON)


def test_good_outcomes_are_those_that_sales_works_on() -> None:
    assert {outcome for outcome in Outcome if outcome.is_good} == {
        Outcome.WON,
        Outcome.OPPORTUNITY,
        Outcome.CONVERTED,
    }
