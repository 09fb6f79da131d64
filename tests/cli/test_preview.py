"""`ripen preview`: a mail as one lead would get it. Test mails go only to the team and are not counted."""

import json
from pathlib import Path
from shutil import copytree
from types import SimpleNamespace
from typing import Any

import pytest

from cli.commands import preview as command
from cli.stack.stack import Stack
from ripen.adapters.ses import mailer
from ripen.adapters.ses.mailer import Ses
from ripen.adapters.table import Table
from ripen.failure import Failure
from ripen.operations.sending.preview import as_test, preview
from tests.support.builders import a_bundle, a_lead
from tests.support.fakes import NOON, FakeClock
from tests.support.memory_stack import a_known_lead, a_stack

PLAYBOOK = Path(__file__).resolve().parents[2] / "playbook"
SITE = "https://site.example"


@pytest.fixture
def stack(table: Table, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Stack:
    stack = a_stack(table, clock)
    monkeypatch.setattr(command, "connect", lambda: stack)
    a_known_lead(table)
    return stack


class Sent:
    """What SES was given."""

    meta = SimpleNamespace(region_name="ap-northeast-1")

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []

    def send_email(self, **request: Any) -> dict[str, str]:
        self.requests.append(request)
        return {"MessageId": "m1"}

    def close(self) -> None:
        pass


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Sent:
    client = Sent()
    monkeypatch.setattr(mailer, "Ses", lambda name: Ses(name, client))
    return client


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return copytree(PLAYBOOK, tmp_path / "playbook")


def test_links_of_a_preview_lead_to_their_targets_and_are_not_counted() -> None:
    mail = preview("case-study", a_lead(), a_bundle(), SITE, NOON)
    assert 'href="https://site.example/pages/whitepaper-read"' in mail.html
    assert "https://site.example/pages/whitepaper-read" in mail.text
    assert "/c/" not in mail.html + mail.text
    assert mail.subject == "山田様へ"


def test_unknown_mail_gets_a_suggestion() -> None:
    with pytest.raises(Failure, match="did you mean 'case-study'"):
        preview("case-stud", a_lead(), a_bundle(), SITE, NOON)


def test_test_mail_is_marked_and_not_counted() -> None:
    test = as_test(preview("case-study", a_lead(), a_bundle(), SITE, NOON), "mika@ripen.example")
    assert (test.to, test.subject, test.headers) == ("mika@ripen.example", "[TEST] 山田様へ", {})
    assert "send_id" not in test.tags


def test_html_and_text_are_written_for_a_persona(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command.preview("case-study", lead="hanako", out=tmp_path / "out", folder=folder)
    written = {path.name for path in (tmp_path / "out").iterdir()}
    assert written == {"case-study.ja.html", "case-study.ja.txt"}
    assert capsys.readouterr().out.startswith("From リペン編集部 <news@ripen.example>\n")
    assert "山田" in (tmp_path / "out" / "case-study.ja.txt").read_text("utf-8")


def test_path_with_brackets_is_printed_as_it_is(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "o[" / "]x[red]"
    command.preview("case-study", lead="hanako", out=out, folder=folder)
    assert str(out / "case-study.ja.html") in capsys.readouterr().out


def test_entry_facts_can_be_given(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = ["webinar_date=2026-12-10"]
    command.preview("webinar-tomorrow", lead="ken", entry=given, as_json=True, folder=folder)
    assert json.loads(capsys.readouterr().out)["locale"] == "en"


def test_test_mail_goes_to_the_team_outside_all_statistics(
    stack: Stack, table: Table, sent: Sent, folder: Path
) -> None:
    before = len(list(table.under("lead1", "")))
    command.preview("case-study", lead="hanako@example.co.jp", send_to="mika@ripen.example", folder=folder)
    [request] = sent.requests
    assert request["Destination"] == {"ToAddresses": ["mika@ripen.example"]}
    assert request["Content"]["Simple"]["Subject"]["Data"].startswith("[TEST] ")
    assert "ConfigurationSetName" not in request
    assert len(list(table.under("lead1", ""))) == before


def test_test_mail_goes_to_nobody_outside_the_team(stack: Stack, sent: Sent, folder: Path) -> None:
    with pytest.raises(Failure, match="not a member of the team"):
        command.preview("case-study", lead="hanako@example.co.jp", send_to="rival@example.com", folder=folder)
    assert sent.requests == []
