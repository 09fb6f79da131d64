"""A lead that a new playbook made hot gets its card at its next activity."""

from copy import replace
from datetime import datetime

from ripen.adapters.rows.fold_rows import Queues
from ripen.adapters.table import Create, Mark, Table, keys
from ripen.lead.activity import Activity, Kind
from ripen.lead.state import Rank
from ripen.playbook.scoring import HotThreshold
from tests.support.builders import a_bundle, a_lead, an_activity
from tests.support.fakes import NOON, FakeClock
from tests.support.folded_activities import captured, react

MILD = a_bundle()
STRICT = replace(MILD, scoring=replace(MILD.scoring, hot=HotThreshold(enter=500, leave=400, needs="nothing")))


def a_view(at: datetime) -> Activity:
    return an_activity(id=f"view{at}", kind=Kind.PAGE_VIEWED, subject="pricing", at=at, received=at)


def test_lead_refolded_before_its_next_activity_gets_one_card(table: Table, clock: FakeClock, queues: Queues) -> None:
    table.write(Create(keys.profile("lead1"), a_lead()))
    react(captured(table, an_activity()), table, STRICT, clock, queues)

    # given a lead that was refolded by the new playbook: it is hot, and sales was not alerted
    clock.move(hours=1)
    table.write(Mark(keys.state("lead1"), clock.now()))
    react([keys.state("lead1").ref], table, MILD, clock, queues)
    state = table.get(keys.state("lead1"))
    assert state
    assert (state.value.rank, list(table.under("lead1", "alert#"))) == (Rank.HOT, [])

    # when the lead does something, twice
    for _ in range(2):
        clock.move(hours=1)
        react(captured(table, a_view(clock.now())) * 2, table, MILD, clock, queues)

    # then there is one card
    [card] = table.under("lead1", "alert#")
    assert (card.value.kind, card.value.planned) == ("hot", NOON.replace(hour=NOON.hour + 2))


def test_activity_that_meets_the_new_playbook_first_makes_one_card(
    table: Table, clock: FakeClock, queues: Queues
) -> None:
    table.write(Create(keys.profile("lead1"), a_lead()))
    react(captured(table, an_activity()), table, STRICT, clock, queues)
    clock.move(hours=1)
    react(captured(table, a_view(clock.now())), table, MILD, clock, queues)
    assert len(list(table.under("lead1", "alert#"))) == 1
