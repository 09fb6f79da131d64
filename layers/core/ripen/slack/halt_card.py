"""The Slack card about a campaign that was halted."""

from typing import Any

from ripen.campaign.halt import Halt
from ripen.slack.blocks import context, cut, escape, mrkdwn, plain, section
from ripen.words import Words, quoted

_WORDS = {
    "ja": {
        "title": "🛑 キャンペーン{name}を自動で停止しました",
        "bounced": "送信した{taken}通のうち{count}通が届かずに戻りました（{rate}、上限 {limit}）。",
        "complained": "送信した{taken}通のうち{count}通が迷惑メールとして報告されました（{rate}、上限 {limit}）。",
        "unsubscribed": "送信した{taken}通のうち{count}通から配信が停止されました（{rate}、上限 {limit}）。",
        "next": "残りのメールは送信していません。宛先と内容を確認し、"
        "`ripen` コマンドで続けるか中止するかを決めてください。",
        "look": "状況を見る",
        "resume": "続ける",
        "stop": "中止する",
        "by": "予約した人: {by}",
    },
    "en": {
        "title": "🛑 The campaign {name} was halted",
        "bounced": "{count} of {taken} mails bounced ({rate}; the limit is {limit}).",
        "complained": "{count} of {taken} mails were reported as spam ({rate}; the limit is {limit}).",
        "unsubscribed": "{count} of {taken} mails led to an unsubscription ({rate}; the limit is {limit}).",
        "next": "The other mails have not been sent. Check the audience and the mail, then use the `ripen` command:",
        "look": "Show its progress",
        "resume": "Resume",
        "stop": "Stop for good",
        "by": "Scheduled by {by}",
    },
}
_COMMANDS = {"look": "show", "resume": "resume", "stop": "stop"}


def halt_card(halt: Halt, title: Words, locale: str) -> dict[str, Any]:
    """Return the card as {"text", "blocks"}: the campaign by its title, the rate that halted it, and the commands."""
    words = _WORDS.get(locale, _WORDS["en"])
    name = cut(title.in_language(locale), "name")
    heading = words["title"].format(name=quoted(Words(name, name)).in_language(locale))
    rates = {"rate": f"{halt.count / halt.taken:.1%}", "limit": f"{halt.limit:.1%}"}
    why = words[halt.what].format(count=halt.count, taken=halt.taken, **rates)
    file = escape(halt.campaign)
    commands = [f"• {words[word]}: `ripen campaign {verb} {file}`" for word, verb in _COMMANDS.items()]
    blocks = [
        {"type": "header", "block_id": "halted", "text": plain(heading)},
        section("why", why),
        section("next", words["next"], *commands),
    ]
    if halt.by:
        blocks.append(context("by", mrkdwn(words["by"].format(by=escape(halt.by)))))
    return {"text": f"{escape(heading)} – {why}", "blocks": blocks}
