"""ripen account: one company, with its people."""

import json

import pytest

from cli.commands import account as command
from cli.stack.stack import Stack
from ripen.adapters.table import Create, Table, keys
from ripen.crm.incoming.opportunity import OpenOpportunities
from ripen.failure import Failure
from ripen.lead.state import Rank, State
from tests.support.builders import a_bundle, a_lead
from tests.support.fakes import FakeClock
from tests.support.memory_stack import a_stack
from tests.support.quick_dynamodb import QuickDynamoDB


@pytest.fixture
def stack(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Stack:
    table = Table("table", QuickDynamoDB())
    stack = a_stack(table, clock, a_bundle())
    monkeypatch.setattr(command, "connect", lambda: stack)
    monkeypatch.setenv("COLUMNS", "200")
    people = {"taro@jp.acme.com": "部長", "hanako@acme.com": "課長", "spy@acme.com": "", "ken@gmail.com": "社長"}
    for number, (email, title) in enumerate(people.items()):
        lead, rank = f"lead{number}", Rank.HOT if number == 0 else Rank.COLD
        state = State(lead=lead, rank=rank, fit=20 - number, disqualified="competitor" if "spy" in email else "")
        table.write(
            Create(keys.profile(lead), a_lead(id=lead, email=email, company="Acme", department="", job_title=title)),
            Create(keys.state(lead), state),
        )
    table.write(Create(keys.deal("acme.com"), OpenOpportunities(count=1)))
    return stack


@pytest.mark.usefixtures("stack")
@pytest.mark.parametrize("typed", ["acme.com", "JP.Acme.com", "taro@jp.acme.com"])
def test_a_company_is_shown_to_scripts(typed: str, capsys: pytest.CaptureFixture[str]) -> None:
    command.account(typed, as_json=True)
    found = json.loads(capsys.readouterr().out)
    people = found.pop("people")
    assert [(person["email"], person["roles"], person["score"]) for person in people] == [
        ("taro@jp.acme.com", ["decider"], 20),
        ("hanako@acme.com", ["user"], 19),
    ]
    assert set(people[0]) == {"name", "email", "title", "roles", "rank", "score"}
    assert found == {
        **{"domain": "acme.com", "name": "Acme", "score": 49, "rank": "hot", "tier": "", "opportunities": 1},
        **{"coverage": {"decider": 1, "budget": 0, "user": 1}, "read": 4, "all": True},
    }


@pytest.mark.usefixtures("stack")
def test_a_company_is_shown_to_people(capsys: pytest.CaptureFixture[str]) -> None:
    command.account("acme.com")
    shown = capsys.readouterr().out
    assert "Acme (acme.com): hot, score 49" in shown
    assert "decider 1, budget 0, user 1" in shown
    assert "open opportunity" in shown
    assert "hanako@acme.com" in shown


@pytest.mark.usefixtures("stack")
@pytest.mark.parametrize(
    ("typed", "why"),
    [("gmail.com", "many companies"), ("other.example", "No lead has"), ("not a domain", "is not a domain")],
)
def test_what_is_no_company_of_ours_is_said(typed: str, why: str) -> None:
    with pytest.raises(Failure, match=why):
        command.account(typed)
