"""Check Slack: the token, its scopes, and the channels."""

from collections.abc import Iterable, Iterator, Mapping
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import URLError

from ruamel.yaml import YAML
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from cli.doctor.finding import Check, Finding, Owner
from ripen.cause import Cause
from ripen.operations.slack_error_words import in_words, next_step
from ripen.slack.slack_errors import NO_CHANNEL, NOT_AN_ID, cause, is_channel_id
from ripen.words import Words

TOKEN = Check(Words("Slack token", "Slack トークン"), Owner.SLACK)
SCOPES = Check(Words("Slack scopes", "Slack スコープ"), Owner.SLACK)
CHANNEL = Check(Words("Slack channel", "Slack チャンネル"), Owner.SLACK)
_MANIFEST = Path(__file__).resolve().parents[2] / "infra/slack/manifest.yaml"
_SECONDS = 10
_SERVER_ERROR = 500
_CREATE = Words(
    "Create the app, install it, and put its bot token into the secret: docs/slack-setup.md.",
    "アプリを作成してインストールし、ボットトークンをシークレットに入れてください: docs/slack-setup.ja.md。",
)
_ADDRESS = Words(
    "If Slack has none, check the stack's parameter SlackApi.",
    "障害がないときは、スタックのパラメーター SlackApi を確かめてください。",
)
_SHARED = Words(
    "Its people see the cards, with names and addresses, but may not press the buttons. Take a channel of your own.",
    "その会社の人にも、氏名やアドレスの入ったカードが見えます（ボタンは押せません）。社内のチャンネルに替えてください。",
)


def workspace(token: str, api: str, channels: Iterable[str]) -> Iterator[Finding]:
    """Yield the findings; the first channel is the sales channel. Without a token that works, only the token's."""
    if not token:
        yield TOKEN.fail(
            Words("slack_bot_token is not in the secret", "シークレットに slack_bot_token がありません"), _CREATE
        )
        return
    client = WebClient(token, base_url=api, timeout=_SECONDS, retry_handlers=[])
    try:
        who = client.auth_test()
    except (SlackApiError, OSError, HTTPException) as error:
        yield _refused_token(_code(error))
        return
    user, team = who.get("user"), who.get("team")
    if who.get("is_enterprise_install"):
        found = Words(f"the app {user} in the whole organisation {team}", f"組織全体（{team}）のアプリ {user}")
    else:
        found = Words(f"the app {user} in the workspace {team}", f"ワークスペース {team} のアプリ {user}")
    yield TOKEN.ok(found)
    yield scopes(who.headers)
    for channel in dict.fromkeys(channels):
        yield membership(channel, client)


def _refused_token(code: str) -> Finding:
    step = next_step(code)
    if cause(code) is Cause.OUTAGE:
        step = Words(f"{step.en} {_ADDRESS.en}", f"{step.ja}{_ADDRESS.ja}")
    return TOKEN.fail(in_words(code), step)


def scopes(headers: Mapping[str, Any]) -> Finding:
    """Check the scopes, which Slack puts into a header of each answer."""
    wanted = set(YAML(typ="safe").load(_MANIFEST)["oauth_config"]["scopes"]["bot"])
    granted = next((value for name, value in headers.items() if name.lower() == "x-oauth-scopes"), None)
    if granted is None:
        return SCOPES.warn(
            Words("Slack does not name the scopes", "Slack がスコープを返しません"),
            Words(
                f"Compare them with the manifest: {', '.join(sorted(wanted))}.",
                f"マニフェストと比べてください: {', '.join(sorted(wanted))}。",
            ),
        )
    if missing := wanted - {scope.strip() for scope in str(granted).split(",")}:
        names = ", ".join(sorted(missing))
        return SCOPES.fail(Words(f"missing: {names}", f"不足: {names}"), next_step("missing_scope"))
    return SCOPES.ok(Words("the app has all scopes of the manifest", "マニフェストのスコープがすべてあります"))


def membership(channel: str, client: WebClient) -> Finding:
    """Check that the app is in the channel and can post there."""
    if not channel:
        return CHANNEL.fail(in_words(NO_CHANNEL), next_step(NO_CHANNEL))
    if not is_channel_id(channel):
        return CHANNEL.fail(_of(channel, NOT_AN_ID), next_step(NOT_AN_ID))
    try:
        found = client.conversations_info(channel=channel)["channel"]
    except (SlackApiError, OSError, HTTPException) as error:
        code = _code(error)
        return CHANNEL.fail(_of(channel, code), next_step(code))
    name = f"#{found['name']}"
    for wrong, code in (("is_archived", "is_archived"), ("is_read_only", "restricted_action_read_only_channel")):
        if found.get(wrong):
            return CHANNEL.fail(_of(name, code), next_step(code))
    if not found.get("is_member"):
        return CHANNEL.fail(_of(name, "not_in_channel"), next_step("not_in_channel"))
    if found.get("is_ext_shared"):
        shared = Words(f"{name} is shared with another company", f"{name} は社外と共有されています")
        return CHANNEL.warn(shared, _SHARED)
    return CHANNEL.ok(Words(f"{name} ({channel})", f"{name}（{channel}）"))


def _of(name: str, code: str) -> Words:
    words = in_words(code)
    return Words(f"{name}: {words.en}", f"{name}: {words.ja}")


def _code(error: Exception) -> str:
    """Return Slack's code; without one, the HTTP status or the name of the network error."""
    match error:
        case SlackApiError(response=answer):
            code = str(answer.get("error") or "")
            return code if code.isidentifier() and answer.status_code < _SERVER_ERROR else str(answer.status_code)
        case URLError(reason=Exception() as reason):
            return type(reason).__name__
        case _:
            return type(error).__name__
