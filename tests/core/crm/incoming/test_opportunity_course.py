"""What happened to an opportunity since it was last read."""

from datetime import timedelta

import pytest

from ripen.crm.incoming.opportunity import Opportunity
from ripen.crm.incoming.opportunity_course import KnownOpportunity, course, known_now
from ripen.lead.activity import Kind
from tests.support.crm_opportunities import an_opportunity
from tests.support.fakes import NOON

OPEN = an_opportunity(stage="Prospecting")
MOVED = an_opportunity(stage="Proposal")
WON = an_opportunity(stage="Closed Won", is_closed=True, is_won=True, amount="1200000")
LOST = an_opportunity(stage="Closed Lost", is_closed=True)


def kinds(before: Opportunity | None, found: Opportunity) -> list[Kind]:
    known = known_now(before, ("lead1",)) if before else None
    return [each.kind for each in course(known, found, ("lead1",), NOON, NOON)]


@pytest.mark.parametrize(
    ("before", "found", "happened"),
    [
        (None, OPEN, [Kind.OPPORTUNITY_OPENED]),
        (None, WON, [Kind.OPPORTUNITY_OPENED, Kind.OPPORTUNITY_WON]),
        (OPEN, OPEN, []),
        (OPEN, MOVED, [Kind.OPPORTUNITY_MOVED]),
        (OPEN, WON, [Kind.OPPORTUNITY_WON]),
        (OPEN, LOST, [Kind.OPPORTUNITY_LOST]),
        (WON, WON, []),
        (LOST, LOST, []),
        (WON, LOST, [Kind.OPPORTUNITY_LOST]),
        (LOST, WON, [Kind.OPPORTUNITY_WON]),
        (LOST, MOVED, [Kind.OPPORTUNITY_MOVED]),
    ],
)
def test_each_change_happens_once(before: Opportunity | None, found: Opportunity, happened: list[Kind]) -> None:
    assert kinds(before, found) == happened


def test_an_opportunity_from_before_we_watched_is_only_kept() -> None:
    old = an_opportunity(created=NOON - timedelta(seconds=1), is_closed=True, is_won=True)
    assert kinds(None, old) == []


def test_a_lead_that_is_added_to_an_opportunity_becomes_part_of_it() -> None:
    known = KnownOpportunity(stage="Prospecting", leads=("lead1",))
    found = list(course(known, OPEN, ("lead1", "lead2"), NOON, NOON))
    assert [(each.lead, each.kind) for each in found] == [("lead2", Kind.OPPORTUNITY_OPENED)]


def test_an_activity_has_the_stage_and_the_amount() -> None:
    [won] = course(known_now(OPEN, ("lead1",)), WON, ("lead1",), NOON, NOON + timedelta(minutes=1))
    assert (won.at, won.facts, won.values) == (
        NOON,
        {"opportunity": "0061", "stage": "Closed Won"},
        {"amount": "1200000"},
    )
