"""ripen route: who would get a lead, and why."""

from copy import replace
from typing import Any

import pytest

from ripen.adapters.playbook import Live
from ripen.adapters.table import Create, Replace, Table, keys
from ripen.failure import Failure
from ripen.hand_off.hand_off import Turns, Waiting
from ripen.lead.history import history_entry
from ripen.lead.lead import CrmLink
from ripen.operations.leads.route import Explanation, explain_route
from ripen.playbook.clause import Condition
from ripen.playbook.routing import OWNER, Member, Routing, Rule, Team
from tests.cli.test_lead_report import Held
from tests.cli.test_score import write_lead
from tests.support.builders import a_bundle, a_lead, an_activity
from tests.support.fakes import NOON

ANN, BOB = "ann@ripen.example", "bob@ripen.example"
SALES = Team(name="sales", members=(Member(who=ANN, most=1), Member(who=BOB)))
SENIOR = Rule(name="senior", when=Condition(field="job_title", contains=("部長",)), to="sales")
OWNED = Rule(name="owner", to=OWNER)
LINK = CrmLink(object="Lead", id="00Q1", url="https://acme.example/00Q1", owner="0051", owner_email=BOB)


class Routed(Held):
    """The secrets of a stack, and a playbook with these rules."""

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        self._rules = rules

    def live(self) -> Live:
        routing = Routing(teams={"sales": SALES}, rules=self._rules) if self._rules else None
        return Live(replace(a_bundle(), routing=routing), "https://site.example")


def explained(table: Table, *rules: Rule, locale: str = "en") -> Explanation:
    held: Any = Routed(rules)
    return explain_route(a_lead().email, table, held, held, NOON, locale)


@pytest.fixture
def known(table: Table) -> Table:
    entries = [history_entry(an_activity(at=NOON, received=NOON))]
    write_lead(table, [*entries, *entries])
    return table


def test_rule_and_turn_are_explained_in_both_languages(known: Table) -> None:
    found = explained(known, SENIOR)
    assert (found.rule, found.team, found.owner) == ("senior", "sales", ANN)
    assert found.because == f"job title contains “部長”; it is the turn of {ANN} in sales"
    assert explained(known, SENIOR, locale="ja").because == f"役職に「部長」を含む。sales で {ANN} の番"


def test_turns_and_waiting_hand_offs_count(known: Table) -> None:
    known.write(
        Create(keys.turns("sales"), Turns(last=BOB)),
        Create(keys.waiting_hand_off("sales", "a"), Waiting(lead="lead9", alert="a", owner=ANN, since=NOON)),
    )
    assert explained(known, SENIOR).owner == BOB


def test_owner_of_the_record_comes_first(known: Table) -> None:
    row = known.get(keys.profile(a_lead().id))
    assert row
    known.write(Replace(row.key, replace(row.value, crm=LINK), row.version))
    found = explained(known, OWNED, SENIOR)
    assert (found.rule, found.owner) == ("owner", BOB)
    assert found.because == f"the owner of the record in Salesforce is in a team; the rule names {BOB}"


def test_lead_that_no_rule_takes_says_so(known: Table) -> None:
    found = explained(known, OWNED)
    assert (found.rule, found.team, found.owner) == ("", "", "")
    assert found.because == "no rule holds for this lead"


def test_disqualified_lead_gets_nobody(known: Table) -> None:
    row = known.get(keys.state(a_lead().id))
    assert row
    known.write(Replace(row.key, replace(row.value, disqualified="student"), row.version))
    assert explained(known, SENIOR).because == "the lead is disqualified"


def test_playbook_without_routing_is_a_clear_error(known: Table) -> None:
    with pytest.raises(Failure, match="has no routing"):
        explained(known)
