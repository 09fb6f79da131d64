"""A campaign's halt by itself: when too much of it went wrong, and how Slack is told."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from ripen.blocks import escape, mrkdwn, plain, section
from ripen.bundle import Campaign

_ENOUGH = {"bounced": (50, 3), "unsubscribed": (50, 3), "complained": (200, 2)}
"""From how many mails on, and from how many cases on, a rate says anything."""
_AT_LEAST = 2
"""Cases that are enough once all canaries are out, however few they were."""
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


class Halt(Struct, frozen=True, kw_only=True):
    """Why a campaign halted; `what` is bounced, complained or unsubscribed."""

    campaign: str
    what: str
    count: int
    taken: int
    limit: float
    by: str = ""
    """Who scheduled it."""

    @property
    def reason(self) -> str:
        return f"{self.count} of {self.taken} mails {self.what}: more than {self.limit:.1%}"


def too_many(campaign: Campaign, counts: Mapping[str, int], canaries_are_out: bool = False) -> Halt | None:
    """Why the campaign must halt; None where it need not."""
    taken = counts.get("accepted", 0)
    limits = {
        "bounced": campaign.halt_bounces,
        "complained": campaign.halt_complaints,
        "unsubscribed": campaign.halt_unsubscribes,
    }
    for what, limit in limits.items():
        mails, cases = (1, _AT_LEAST) if canaries_are_out else _ENOUGH[what]
        count = counts.get(what, 0)
        if taken >= mails and count >= cases and count > limit * taken:
            return Halt(campaign=campaign.name, what=what, count=count, taken=taken, limit=limit)
    return None


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
