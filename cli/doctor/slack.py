"""Check Slack: the token, its scopes, and whether the app is in the sales channel."""

from collections.abc import Iterator, Mapping
from http.client import HTTPException
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from cli.doctor.finding import Check, Finding, Owner

TOKEN = Check("Slack token", Owner.SLACK)
SCOPES = Check("Slack scopes", Owner.SLACK)
CHANNEL = Check("Slack channel", Owner.SLACK)
_MANIFEST = Path(__file__).resolve().parents[2] / "infra/slack/manifest.yaml"
_SECONDS = 10
_PAGE = 200
_INVITE = "In Slack: /invite @Ripen in the channel that the stack's parameter SalesChannel names."


def workspace(token: str, api: str, channel: str) -> Iterator[Finding]:
    """Yield the findings. Without a token that works, only the token's."""
    make = "Make the app from infra/slack/manifest.yaml, install it, and put its bot token into the secret."
    if not token:
        yield TOKEN.fail("slack_bot_token is not in the secret", make)
        return
    client = WebClient(token, base_url=api, timeout=_SECONDS, retry_handlers=[])
    try:
        who = client.auth_test()
    except SlackApiError as error:
        yield TOKEN.fail(f"Slack says {error.response.get('error')}", make)
        return
    except (OSError, HTTPException) as error:
        yield TOKEN.fail(f"Slack does not answer: {error}", "Try again; is the parameter SlackApi right?")
        return
    yield TOKEN.ok(f"{who.get('user')} in {who.get('team')}")
    yield scopes(who.headers)
    try:
        yield membership(_channel(client, channel), channel)
    except SlackApiError as error:
        yield CHANNEL.fail(f"Slack says {error.response.get('error')}", _INVITE)


def scopes(headers: Mapping[str, Any]) -> Finding:
    """Check the scopes, which Slack puts into a header of each answer."""
    wanted = set(YAML(typ="safe").load(_MANIFEST)["oauth_config"]["scopes"]["bot"])
    granted = next((value for name, value in headers.items() if name.lower() == "x-oauth-scopes"), None)
    if granted is None:
        return SCOPES.warn("Slack does not name them", f"Compare them with the manifest: {', '.join(sorted(wanted))}.")
    if missing := wanted - {scope.strip() for scope in str(granted).split(",")}:
        return SCOPES.fail(
            f"missing: {', '.join(sorted(missing))}",
            "Bring the app up to infra/slack/manifest.yaml and install it again.",
        )
    return SCOPES.ok("all of the manifest's")


def membership(found: Mapping[str, Any] | None, channel: str) -> Finding:
    if not channel:
        return CHANNEL.fail("no channel is set", "Deploy with the parameter SalesChannel.")
    if found is None:
        return CHANNEL.fail(f"there is no {channel}, or the app cannot see it", _INVITE)
    if found.get("is_archived"):
        return CHANNEL.fail(f"{channel} is archived", "Name another one in the stack's parameter SalesChannel.")
    if not found.get("is_member", True):
        return CHANNEL.fail(f"the app is not in {channel}", _INVITE)
    return CHANNEL.ok(f"#{found.get('name', channel)}")


def _channel(client: WebClient, wanted: str) -> dict[str, Any] | None:
    name, cursor = wanted.removeprefix("#"), ""
    while name:
        page = client.conversations_list(types="public_channel,private_channel", limit=_PAGE, cursor=cursor or None)
        for channel in page.get("channels") or []:
            if name in (channel["id"], channel["name"]):
                return dict(channel)
        cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            break
    return None
