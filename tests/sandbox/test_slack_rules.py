"""The stand-in is as strict as Slack about scopes, membership, organisations and people; driven by Slack's library."""

from collections.abc import Iterator
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox.slack.scopes import granted
from tests.support.slack_workspace import TOKEN, Workspace, running


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    with running(tmp_path_factory.mktemp("slack")) as workspace:
        yield workspace


@pytest.fixture
def workspace(started: Workspace) -> Workspace:
    started.reset()
    return started


@pytest.fixture
def client(workspace: Workspace) -> WebClient:
    return WebClient(TOKEN, base_url=workspace.api, retry_handlers=[])


def error_of(client: WebClient, method: str, **arguments: Any) -> dict[str, Any]:
    with pytest.raises(SlackApiError) as refused:
        client.api_call(method, json=arguments)
    return dict(refused.value.response.data)


def test_missing_scope_is_named(client: WebClient, workspace: Workspace) -> None:
    workspace.control("rules", scopes=sorted(granted() - {"groups:history"}))

    error = error_of(client, "conversations.history", channel="C0SALES")

    assert (error["error"], error["needed"]) == ("missing_scope", "groups:history")
    assert "chat:write" in error["provided"].split(",")


@pytest.mark.parametrize(
    ("rules", "method", "error"),
    [
        ({"absent": ["C0SALES"]}, "chat.postMessage", "not_in_channel"),
        ({"absent": ["C0SALES"]}, "conversations.history", "not_in_channel"),
        ({"absent": ["C0SALES"], "private": ["C0SALES"]}, "chat.postMessage", "channel_not_found"),
        ({"absent": ["C0SALES"], "private": ["C0SALES"]}, "conversations.info", "channel_not_found"),
        ({"archived": ["C0SALES"]}, "chat.postMessage", "is_archived"),
        ({"restricted": ["C0SALES"]}, "chat.postMessage", "restricted_action_read_only_channel"),
        ({"refused": "ekm_access_denied"}, "chat.postMessage", "ekm_access_denied"),
    ],
)
def test_channel_that_forbids_it(
    client: WebClient, workspace: Workspace, rules: dict[str, Any], method: str, error: str
) -> None:
    workspace.control("rules", **rules)

    assert error_of(client, method, channel="C0SALES", text="x")["error"] == error


def test_scope_for_public_channels_posts_without_membership(client: WebClient, workspace: Workspace) -> None:
    workspace.control("rules", scopes=[*granted(), "chat:write.public"], absent=["C0SALES"])

    assert client.chat_postMessage(channel="C0SALES", text="x")["ok"]


@pytest.mark.parametrize("method", ["conversations.list", "users.conversations", "users.list"])
def test_organisation_wide_token_needs_a_team_id(client: WebClient, workspace: Workspace, method: str) -> None:
    workspace.control("rules", organisation=True)

    assert error_of(client, method, user="U0ALICE")["error"] == "missing_argument"
    assert client.api_call(method, json={"user": "U0ALICE", "team_id": "T0RIPEN"})["ok"]


def test_organisation_wide_app_says_so(client: WebClient, workspace: Workspace) -> None:
    workspace.control("rules", organisation=True)

    found = client.auth_test()

    assert (found["enterprise_id"], found["is_enterprise_install"]) == ("E0RIPEN", True)


def test_history_of_an_unknown_channel_is_refused(client: WebClient) -> None:
    assert error_of(client, "conversations.history", channel="C0NOWHERE")["error"] == "channel_not_found"


@pytest.mark.parametrize(("name", "trait"), [("dan", "is_restricted"), ("hal", "deleted")])
def test_guests_and_deactivated_users_are_shown_as_such(client: WebClient, name: str, trait: str) -> None:
    assert client.users_info(user=f"U0{name.upper()}")["user"][trait] is True


@pytest.mark.parametrize("name", ["hal", "eve"])
def test_address_of_nobody_who_is_active_here_is_not_found(client: WebClient, name: str) -> None:
    error = error_of(client, "users.lookupByEmail", email=f"{name}@ripen.example")

    assert error["error"] == "users_not_found"


def test_unknown_rule_is_refused(workspace: Workspace) -> None:
    assert workspace.control("rules", banned=["C0SALES"]).status_code == 400
