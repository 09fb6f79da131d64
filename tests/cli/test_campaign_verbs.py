"""ripen campaign VERB NAME, and ripen campaign NAME."""

import json

import pytest
from typer.main import get_group

from cli.commands import campaign as command
from ripen.adapters.table import Create, Table, keys
from ripen.campaign.campaign_run import CampaignRun, RunState
from ripen.ids import digest
from ripen.mail.ledger import SendState
from tests.support.fakes import NOON, FakeClock
from tests.support.memory_stack import a_stack
from tests.support.planned_mails import a_send


@pytest.mark.parametrize(
    ("arguments", "verb"),
    [
        (["autumn"], "show"),
        (["autumn", "--json"], "show"),
        (["pause", "autumn"], "pause"),
        (["schedule", "autumn", "--now"], "schedule"),
    ],
)
def test_name_without_a_verb_shows_the_campaign(arguments: list[str], verb: str) -> None:
    group = get_group(command.app)
    name, _, rest = group.resolve_command(group.make_context("campaign", ["show"]), arguments)
    assert (name, rest[0]) == (verb, "autumn")


def test_verb_that_does_not_exist_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        get_group(command.app)(["pausee", "autumn"])
    assert ended.value.code == 2
    assert "No such command 'pausee'" in capsys.readouterr().err


def test_json_counts_the_mails_that_are_in_flight(
    table: Table, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # given a campaign of which a mail is claimed, a mail of a journey that is claimed, too, and a planned mail
    run = CampaignRun(name="autumn", bundle="bundle1", state=RunState.RUNNING, at=NOON, since=NOON, rest=NOON)
    table.write(Create(keys.campaign("autumn"), run))
    claimed, ours = {"state": SendState.CLAIMED, "claimed": NOON}, {"campaign": True, "origin": "autumn"}
    for number, known in enumerate((claimed | ours, claimed, ours)):
        send = a_send(id=digest("mail", number), **known)
        table.write(Create(keys.send(send.lead, send.id), send, due=NOON))
    monkeypatch.setattr(command, "connect", lambda: a_stack(table, clock))

    command.show("autumn", as_json=True)

    assert json.loads(capsys.readouterr().out)["in_flight"] == 1
