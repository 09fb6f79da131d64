"""The Slack card about a campaign that halted by itself."""

from typing import Any

from ripen.campaign.halt import Halt
from ripen.slack.blocks import escape, mrkdwn, plain, section

_WORDS = {
    "ja": {
        "title": "🛑 キャンペーン「{name}」を自動で停止しました",
        "bounced": "送信した{taken}通のうち{count}通が届かずに戻りました（{rate}、上限 {limit}）。",
        "complained": "送信した{taken}通のうち{count}通が迷惑メールとして報告されました（{rate}、上限 {limit}）。",
        "unsubscribed": "送信した{taken}通のうち{count}通から配信が停止されました（{rate}、上限 {limit}）。",
        "next": "残りのメールは送られていません。宛先と内容を確かめてから、`ripen` コマンドを使える人が決めてください。",
        "look": "状況を見る",
        "resume": "続ける",
        "stop": "中止する",
        "by": "予約した人: {by}",
    },
    "en": {
        "title": "🛑 The campaign {name} halted by itself",
        "bounced": "{count} of {taken} mails bounced ({rate}; the limit is {limit}).",
        "complained": "{count} of {taken} mails were reported as spam ({rate}; the limit is {limit}).",
        "unsubscribed": "{count} of {taken} mails made their readers unsubscribe ({rate}; the limit is {limit}).",
        "next": "The rest has not been sent. Look at the audience and the mail; then whoever uses the `ripen` command decides.",
        "look": "Look at it",
        "resume": "Go on",
        "stop": "Stop for good",
        "by": "Scheduled by {by}",
    },
}
_COMMANDS = {"look": "", "resume": " --resume", "stop": " --stop"}


def halt_card(halt: Halt, locale: str) -> dict[str, Any]:
    """{"text", "blocks"}: which campaign, why, and what whom to do about it."""
    words = _WORDS.get(locale, _WORDS["en"])
    title = words["title"].format(name=halt.campaign)
    rates = {"rate": f"{halt.count / halt.taken:.1%}", "limit": f"{halt.limit:.1%}"}
    why = words[halt.what].format(count=halt.count, taken=halt.taken, **rates)
    name = escape(halt.campaign)
    ways = [f"• {words[verb]}: `ripen campaign {name}{option}`" for verb, option in _COMMANDS.items()]
    blocks = [
        {"type": "header", "block_id": "halted", "text": plain(title)},
        section("why", why),
        section("next", words["next"], *ways),
    ]
    if halt.by:
        blocks.append(
            {"type": "context", "block_id": "by", "elements": [mrkdwn(words["by"].format(by=escape(halt.by)))]}
        )
    return {"text": f"{escape(title)} – {why}", "blocks": blocks}
