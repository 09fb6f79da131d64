"""Check Slack: the token, its scopes, and whether the app is in the sales channel."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from http.client import HTTPException
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from cli.doctor.finding import Check, Finding, Owner
from ripen.adapters.table import Table
from ripen.operations.slack_cards import waiting_cards
from ripen.operations.slack_error_words import in_words, next_step
from ripen.slack.card_retry import needs_a_person
from ripen.slack.slack_errors import WaitingCards
from ripen.words import Words

TOKEN = Check(Words("Slack token", "Slack トークン"), Owner.SLACK)
SCOPES = Check(Words("Slack scopes", "Slack スコープ"), Owner.SLACK)
CHANNEL = Check(Words("Slack channel", "Slack チャンネル"), Owner.SLACK)
CARDS = Check(Words("Cards in Slack", "Slack のカード"), Owner.SLACK)
_MANIFEST = Path(__file__).resolve().parents[2] / "infra/slack/manifest.yaml"
_SECONDS = 10
_PAGE = 200
_INVITE = Words(
    "In Slack, type /invite @Ripen in the channel that the stack's parameter SalesChannel names.",
    "Slack で、スタックのパラメーター SalesChannel のチャンネルに /invite @Ripen と入力してください。",
)
_CREATE = Words(
    "Create the app from infra/slack/manifest.yaml, install it, and put its bot token into the secret.",
    "infra/slack/manifest.yaml からアプリを作成してインストールし、ボットトークンをシークレットに入れてください。",
)


def workspace(token: str, api: str, channel: str) -> Iterator[Finding]:
    """Yield the findings. Without a token that works, only the token's."""
    if not token:
        yield TOKEN.fail(
            Words("slack_bot_token is not in the secret", "シークレットに slack_bot_token がありません"), _CREATE
        )
        return
    client = WebClient(token, base_url=api, timeout=_SECONDS, retry_handlers=[])
    try:
        who = client.auth_test()
    except SlackApiError as error:
        yield TOKEN.fail(_refusal(error), _CREATE)
        return
    except (OSError, HTTPException) as error:
        yield TOKEN.fail(
            Words(f"Slack does not answer: {error}", f"Slack が応答しません: {error}"),
            Words(
                "Try again. If it fails again, check the stack's parameter SlackApi.",
                "もう一度試してください。続くときは、スタックのパラメーター SlackApi を確かめてください。",
            ),
        )
        return
    user, team = who.get("user"), who.get("team")
    yield TOKEN.ok(Words(f"the app {user} in the workspace {team}", f"ワークスペース {team} のアプリ {user}"))
    yield scopes(who.headers)
    try:
        yield membership(_channel(client, channel), channel)
    except SlackApiError as error:
        yield CHANNEL.fail(_refusal(error), _INVITE)


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
        return SCOPES.fail(
            Words(f"missing: {names}", f"不足: {names}"),
            Words(
                "Update the app to infra/slack/manifest.yaml, and install it again.",
                "アプリを infra/slack/manifest.yaml に合わせて更新し、再インストールしてください。",
            ),
        )
    return SCOPES.ok(Words("the app has all scopes of the manifest", "マニフェストのスコープがすべてあります"))


def membership(found: Mapping[str, Any] | None, channel: str) -> Finding:
    """Check that the app is in the channel. `found` is the channel as Slack shows it, or None."""
    if not channel:
        return CHANNEL.fail(
            Words("no channel is set", "チャンネルが設定されていません"),
            Words(
                "Deploy the stack with the parameter SalesChannel.",
                "パラメーター SalesChannel を指定して、スタックを配備してください。",
            ),
        )
    if found is None:
        missing = f"there is no channel {channel}, or the app cannot see it"
        return CHANNEL.fail(Words(missing, f"チャンネル {channel} がないか、アプリから見えません"), _INVITE)
    if found.get("is_archived"):
        return CHANNEL.fail(
            Words(f"{channel} is archived", f"{channel} はアーカイブされています"),
            Words(
                "Name another channel in the stack's parameter SalesChannel.",
                "スタックのパラメーター SalesChannel に別のチャンネルを指定してください。",
            ),
        )
    if not found.get("is_member", True):
        return CHANNEL.fail(Words(f"the app is not in {channel}", f"アプリが {channel} に参加していません"), _INVITE)
    name = f"#{found.get('name', channel)}"
    return CHANNEL.ok(Words(name, name))


def cards(table: Table, now: datetime) -> Finding:
    """Check that no card waits for Slack."""
    waiting = waiting_cards(table, now)
    if not waiting:
        return CARDS.ok(Words("no card waits", "投稿待ちのカードはありません"))
    en, ja = (_listed(waiting, lang) for lang in ("en", "ja"))
    found = Words(f"cards wait for Slack: {en}", f"Slack に投稿できないカードがあります: {ja}")
    step = next_step(waiting[0].code)
    is_urgent = any(needs_a_person(alert, now) for each in waiting for alert in each.alerts)
    return CARDS.fail(found, step) if is_urgent else CARDS.warn(found, step)


def _listed(waiting: Iterable[WaitingCards], lang: str) -> str:
    parts = [(in_words(each.code).in_language(lang), f"{each.since:%Y-%m-%d %H:%M} UTC", each) for each in waiting]
    if lang == "ja":
        return "、".join(f"{why}: {len(each.alerts)} 枚（{since} から）" for why, since, each in parts)
    return ", ".join(f"{why}: {len(each.alerts)} since {since}" for why, since, each in parts)


def _refusal(error: SlackApiError) -> Words:
    code = error.response.get("error")
    return Words(f"Slack refuses: {code}", f"Slack が拒否しました: {code}")


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
