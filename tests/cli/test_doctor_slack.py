"""ripen doctor against a workspace with nothing set up, and against one that forbids a thing."""

from collections.abc import Iterator
from typing import Any

import pytest

from cli.doctor import slack
from cli.doctor.finding import Finding, State
from tests.support.slack_workspace import TOKEN, Workspace, running


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    with running(tmp_path_factory.mktemp("slack")) as workspace:
        yield workspace


@pytest.fixture
def workspace(started: Workspace) -> Workspace:
    started.reset()
    return started


def found(workspace: Workspace, channel: str = "C0SALES", token: str = TOKEN) -> dict[str, Finding]:
    return {finding.check.title.en: finding for finding in slack.workspace(token, workspace.api, [channel])}


def test_workspace_that_is_set_up_is_ok(workspace: Workspace) -> None:
    findings = found(workspace)

    assert {finding.state for finding in findings.values()} == {State.OK}
    assert findings["Slack channel"].found.en == "#sales (C0SALES)"


def test_organisation_wide_app_is_ok_without_a_team_id(workspace: Workspace) -> None:
    workspace.control("rules", organisation=True)

    findings = found(workspace)

    assert {finding.state for finding in findings.values()} == {State.OK}
    assert "whole organisation" in findings["Slack token"].found.en


@pytest.mark.parametrize(
    ("rules", "channel", "state", "says"),
    [
        ({}, "", State.FAIL, "no sales channel is set"),
        ({}, "sales", State.FAIL, "sales: the channel is given by its name and not by its id"),
        ({}, "C0NOWHERE", State.FAIL, "C0NOWHERE: the channel does not exist"),
        ({"absent": ["C0SALES"]}, "C0SALES", State.FAIL, "#sales: the app is not in the channel"),
        ({"absent": ["C0SALES"], "private": ["C0SALES"]}, "C0SALES", State.FAIL, "C0SALES: the channel does not exist"),
        ({"archived": ["C0SALES"]}, "C0SALES", State.FAIL, "#sales: the channel is archived"),
        ({"restricted": ["C0SALES"]}, "C0SALES", State.FAIL, "#sales: only some people may post"),
        ({"shared": ["C0SALES"]}, "C0SALES", State.WARN, "#sales is shared with another company"),
    ],
)
def test_channel_that_cannot_be_used_is_explained(
    workspace: Workspace, rules: dict[str, Any], channel: str, state: State, says: str
) -> None:
    workspace.control("rules", **rules)

    finding = found(workspace, channel)["Slack channel"]

    assert (finding.state, finding.found.en.startswith(says)) == (state, True)
    assert finding.next_step.ja


@pytest.mark.parametrize("code", ["ekm_access_denied", "account_inactive", "org_login_required"])
def test_refused_token_is_explained(workspace: Workspace, code: str) -> None:
    workspace.control("rules", refused=code)

    [finding] = found(workspace).values()

    assert (finding.check, finding.state) == (slack.TOKEN, State.FAIL)
    assert f"({code})" in finding.found.en


@pytest.mark.parametrize("mode", ["down", "drop_after"])
def test_outage_is_no_reason_to_install_the_app_again(workspace: Workspace, mode: str) -> None:
    workspace.control("faults", mode=mode, method="auth.test")

    [finding] = found(workspace).values()

    assert (finding.check, finding.state) == (slack.TOKEN, State.FAIL)
    assert finding.found.en.startswith("Slack does not answer (")
    assert "slack-status.com" in finding.next_step.en
    assert "nstall" not in finding.next_step.en
