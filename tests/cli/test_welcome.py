"""The addresses of the local cloud and what to do with them fit on a screen of 80 columns."""

import pytest
from rich.cells import cell_len
from rich.text import Text

from cli.local.home import LocalCloud
from cli.local.welcome import welcome
from cli.output import language
from ripen.words import Lang

HERE = "http://127.0.0.1:65535"
CLOUD = LocalCloud(pid=1, ready=True, api=HERE, mailbox=HERE, slack=HERE, salesforce=HERE, aws=HERE, ca="")


@pytest.mark.parametrize("lang", ["en", "ja"])
@pytest.mark.parametrize("detached", [True, False])
def test_no_line_is_broken_on_a_screen_of_80_columns(lang: Lang, detached: bool) -> None:
    language.use(lang)
    lines = Text.from_markup(welcome(CLOUD, detached)).plain.splitlines()
    assert [line for line in lines if cell_len(line) > 80] == []
