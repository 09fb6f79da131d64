"""Mistakes in routing.yaml are refused, at their position."""

import pytest

from tests.support.smallest_playbook import FILES, CheckPlaybook, assert_reported

R = "routing.yaml"
TEAM = "teams:\n  sales: {members: [a@b.example], manager: c@b.example, remind: 30 minutes, escalate: 2 hours}\n"
RULES = "rules:\n  - {to: sales}\n"


def test_teams_rules_and_calendars_are_accepted(smallest: CheckPlaybook) -> None:
    text = (
        "teams:\n"
        "  west:\n"
        "    members: [a@b.example, {who: d@b.example, most: 5, away: [2026-12-29 to 2027-01-03]}]\n"
        "    channel: C0123ABCD\n"
        "    reassign: 4 hours\n"
        "    calendar: {country: US, hours: {from: '08:00', to: '17:00'}}\n"
        "    time_zone: America/New_York\n"
        "rules:\n"
        "  - {to: owner}\n"
        "  - {name: gold, when: {plan: gold}, to: a@b.example}\n"
        "  - {to: west}\n"
    )
    assert smallest({R: text}) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (TEAM + "rules:\n  - {to: sale}\n", "4:6: 'sale' is no team and no member of one; did you mean 'sales'?"),
        (TEAM + "rules:\n  - {to: z@b.example}\n", "4:6: 'z@b.example' is no team"),
        (TEAM + "rules:\n  - {when: {plna: gold}, to: sales}\n", "4:13: there is no field 'plna'"),
        (TEAM + RULES + "  - {to: a@b.example}\n", "(warning) 5:5: no lead reaches this rule"),
        (TEAM.replace("manager: c@b.example, ", "") + RULES, "2:3: `escalate` needs `manager`"),
        (TEAM.replace("[a@b.example]", "[a@b.example, A@b.example]") + RULES, "2:3: a member is written twice"),
        (TEAM.replace("remind", "time_zone: Asia/Tokio, remind") + RULES, "there is no time zone 'Asia/Tokio'"),
        (TEAM.replace("remind", "calendar: {country: Japan}, remind") + RULES, "the public holidays of 'Japan'"),
        (TEAM.replace("30 minutes", "soon") + RULES, "'soon' is not a length of time"),
        (TEAM, "`rules`"),
    ],
)
def test_mistakes_are_reported(smallest: CheckPlaybook, text: str, message: str) -> None:
    problems = smallest({R: text})
    if message[:1].isdigit() or message.startswith("("):
        assert_reported(problems, R, message)
    else:
        assert any(message.strip("`") in problem and problem.startswith(R) for problem in problems), problems


def test_playbook_without_routing_is_complete(smallest: CheckPlaybook) -> None:
    assert R not in FILES
    assert smallest({}) == []
