"""Who in sales gets a lead: the first rule that holds, and whose turn it is."""

from datetime import date

import pytest

from ripen.hand_off.routing import Rota, Route, Unassigned, assign, matching_rule, next_member
from ripen.playbook.clause import Condition
from ripen.playbook.condition import LeadFacts, Traits
from ripen.playbook.routing import OWNER, Member, Routing, Rule, Team
from tests.support.fakes import NOON

TODAY = date(2026, 12, 1)
ANN, BOB, CAT = (f"{name}@ripen.example" for name in ("ann", "bob", "cat"))


def a_team(*members: Member | str, name: str = "sales") -> Team:
    return Team(name=name, members=tuple(Member(who=m) if isinstance(m, str) else m for m in members))


EAST, WEST = a_team(ANN, BOB, name="east"), a_team(CAT, name="west")
KANSAI = Rule(name="kansai", when=Condition(field="prefecture", any_of=("大阪府",)), to="west")
NAMED = Rule(name="named", when=Condition(field="domain", any_of=("acme.example",)), to=BOB)
OWNED, ALL = Rule(name="owner", to=OWNER), Rule(name="all", to="east")
ROUTING = Routing(teams={"east": EAST, "west": WEST}, rules=(OWNED, NAMED, KANSAI, ALL))


def routed(traits: Traits, record_owner: str = "", routing: Routing = ROUTING) -> Route:
    return assign(*matching_rule(routing, LeadFacts(traits=traits, now=NOON), record_owner), Rota(), TODAY)


@pytest.mark.parametrize(
    ("traits", "record_owner", "rule", "owner", "by_name"),
    [
        ({}, "", "all", ANN, False),
        ({"prefecture": "大阪府"}, "", "kansai", CAT, False),
        ({"prefecture": "大阪府", "domain": "acme.example"}, "", "named", BOB, True),
        ({"prefecture": "大阪府", "domain": "acme.example"}, CAT.upper(), "owner", CAT, True),
        ({}, "somebody.else@ripen.example", "all", ANN, False),
    ],
)
def test_first_rule_that_holds_decides(traits: Traits, record_owner: str, rule: str, owner: str, by_name: bool) -> None:
    found = routed(traits, record_owner)
    assert found.rule is not None
    assert (found.rule.name, found.owner, found.by_name, found.unassigned) == (rule, owner, by_name, None)


def test_lead_that_no_rule_takes_has_no_owner() -> None:
    found = routed({}, routing=Routing(teams=ROUTING.teams, rules=(KANSAI,)))
    assert found == Route(unassigned=Unassigned.NO_RULE)


@pytest.mark.parametrize(("last", "turn"), [("", ANN), (ANN, BOB), (BOB, CAT), (CAT, ANN), ("gone@x.example", ANN)])
def test_members_take_turns(last: str, turn: str) -> None:
    assert next_member(a_team(ANN, BOB, CAT), Rota(last=last), TODAY) == turn


@pytest.mark.parametrize(("waiting", "turn"), [(1, BOB), (2, CAT), (3, CAT)])
def test_member_with_enough_waiting_is_passed_over(waiting: int, turn: str) -> None:
    team = a_team(ANN, Member(who=BOB, most=2), CAT)
    assert next_member(team, Rota(last=ANN, waiting={BOB: waiting, ANN: 9}), TODAY) == turn


@pytest.mark.parametrize(
    ("away", "turn"),
    [
        (("2026-12-01", "2026-12-01"), BOB),
        (("2026-11-20", "2026-11-30"), ANN),
        (("2026-12-02", "2026-12-09"), ANN),
        (("11-30", "12-02"), BOB),
    ],
)
def test_member_who_is_away_is_passed_over(away: tuple[str, str], turn: str) -> None:
    assert next_member(a_team(Member(who=ANN, away=(away,)), BOB), Rota(), TODAY) == turn


def test_person_whom_a_rule_names_and_who_is_away_leaves_the_lead_to_the_team() -> None:
    absent = a_team(ANN, Member(who=BOB, away=(("12-01", "12-01"),)), name="east")
    found = routed({"domain": "acme.example"}, routing=Routing(teams={"east": absent}, rules=(NAMED,)))
    assert (found.owner, found.by_name) == (ANN, False)


def test_team_in_which_everybody_is_away_gets_the_lead_without_an_owner() -> None:
    absent = a_team(Member(who=ANN, away=(("12-01", "12-01"),)), name="east")
    found = routed({}, routing=Routing(teams={"east": absent}, rules=(ALL,)))
    assert (found.team, found.owner, found.unassigned) == (absent, "", Unassigned.NOBODY_FREE)
    assert next_member(a_team(ANN, BOB), Rota(), TODAY, but={ANN, BOB}) == ""
