"""The guide docs/salesforce-setup.md, followed literally from an org with nothing set."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from cli.doctor import salesforce as doctor
from cli.doctor.finding import State
from ripen.adapters.salesforce.records import Salesforce
from sandbox.certificates import certificate
from sandbox.salesforce.app import build
from sandbox.salesforce.connected_app import ConnectedApp, connected_app
from sandbox.server import Server
from tests.support.fakes import FakeClock
from tests.support.salesforce_administrator import Administrator, Refused, blocks
from tests.support.salesforce_org import FixedSecrets, a_wish, written
from tests.support.slack_workspace import free_port

PROJECT = Path(__file__).parents[1]
GUIDES = [PROJECT / "docs" / name for name in ("salesforce-setup.md", "salesforce-setup.ja.md")]


@pytest.fixture
def administrator(tmp_path: Path) -> Administrator:
    return Administrator(tmp_path / "deployed")


@contextmanager
def an_org(
    administrator: Administrator, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[str, ConnectedApp]]:
    """Serve the org as the administrator has left it; yield its address and the app of the guide's section 3."""
    tls, port = certificate(folder), free_port()
    url = f"https://127.0.0.1:{port}"
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tls.authorities))
    server = Server(build(folder / "org", FakeClock().now, url, administrator.deployed), port, tls.chain)
    server.start()
    knobs = {"permission_set": administrator.has_permission_set}
    requests.post(f"{url}/_control/knobs", json=knobs, timeout=5).raise_for_status()
    yield url, connected_app(folder / "org")
    server.stop()


def refused_checks(settings: dict[str, str]) -> set[str]:
    """Return the titles of the doctor's checks that fail."""
    return {each.check.title.en for each in doctor.org(settings) if each.state is State.FAIL}


def secret_keys(guide: Path) -> set[str]:
    """Return the keys of the secret that the table of section 3 names."""
    section = guide.read_text().partition("\n## 3.")[2].partition("\n## 4.")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.strip().startswith("| `")]
    return {key for row in rows for key in re.findall(r"`(\w+)`", row)}


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.name)
def test_an_org_that_is_set_up_by_the_guide_passes_the_doctor_and_takes_a_lead(
    guide: Path, administrator: Administrator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given all commands of sections 1 and 2, in their order
    for command in (command for block in blocks(guide)[:2] for command in block):
        administrator.run(command)
    with an_org(administrator, tmp_path, monkeypatch) as (url, app):
        # when the secret has the values that the guide names, for either of the two flows
        for secret in (app.secret(url), app.secret_by_key(url)):
            assert secret.keys() <= secret_keys(guide)
            # then the doctor finds nothing wrong
            assert refused_checks(secret) == set()
        # and a lead is written with all that we know
        assert written(a_wish(), Salesforce(FixedSecrets(app.secret(url)))).object == "Lead"
    assert secret_keys(guide) == app.secret("").keys() | app.secret_by_key("").keys()


def test_the_doctor_names_what_is_missing_in_an_org_with_nothing_set(
    administrator: Administrator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with an_org(administrator, tmp_path, monkeypatch) as (url, app):
        assert refused_checks(app.secret(url)) >= {"Salesforce fields", "Salesforce permission set"}


def test_commands_in_another_order_are_refused(administrator: Administrator) -> None:
    licence, permission_set = blocks(GUIDES[0])[1]
    with pytest.raises(Refused, match="license"):
        administrator.run(permission_set)
    administrator.run(licence)
    with pytest.raises(Refused, match="no permission set"):
        administrator.run(permission_set)


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.name)
def test_uninstalling_by_the_guide_leaves_nothing(guide: Path, administrator: Administrator) -> None:
    installs, assigns, _, uninstalls = blocks(guide)
    for command in (*installs, *assigns):
        administrator.run(command)
    with pytest.raises(Refused):
        administrator.run(uninstalls[0])
    administrator.has_permission_set = False
    for command in uninstalls:
        administrator.run(command)
    assert [path for path in administrator.deployed.glob("**/*") if path.is_file()] == []


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.name)
def test_japanese_labels_are_deployed_by_the_command_that_the_guide_gives(guide: Path) -> None:
    [command] = re.findall(r"`(python in_japanese\.py [^`]+)`", guide.read_text())
    folders = re.findall(r"--source-dir (\S+)", command)
    assert command.startswith("python in_japanese.py ja && (cd ja && sf project deploy start ")
    assert folders == ["force-app", "sales"]
