"""ripen campaign VERB NAME, and ripen campaign NAME."""

import pytest
from typer.main import get_group

from cli.commands import campaign as command


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
