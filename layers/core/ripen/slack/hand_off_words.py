"""What is said about a hand-off: to a person, in the thread of its card, and on the card."""

from ripen.hand_off.hand_off import HandOff
from ripen.hand_off.routing import Unassigned
from ripen.slack.alert import ESCALATION, OWN_HAND_OFF, REASSIGNMENT, REMINDER
from ripen.slack.blocks import cut, escape, mention
from ripen.words import Words

_DIRECT = {
    OWN_HAND_OFF: Words(
        "📨 This lead is handed off to you (rule: {rule}). Press Accept if you take it.",
        "📨 あなたに引き渡された見込み客です（ルール: {rule}）。担当するときは「担当する」を押してください。",
    ),
    REMINDER: Words(
        "⏰ Nobody has accepted this lead yet, after {minutes} business minutes.",
        "⏰ 営業時間で {minutes} 分たちましたが、まだ誰も「担当する」を押していません。",
    ),
    ESCALATION: Words(
        "🚨 Nobody has accepted this lead for {minutes} business minutes. It was handed off to {owner}.",
        "🚨 営業時間で {minutes} 分たっても、誰も「担当する」を押していません。引き渡し先: {owner}",
    ),
    REASSIGNMENT: Words(
        "📨 This lead is now handed off to you: nobody accepted it for {minutes} business minutes.",
        "📨 営業時間で {minutes} 分のあいだ誰も担当しなかったため、あなたに引き渡し直しました。",
    ),
}
_THREAD = {
    REMINDER: Words(
        "⏰ {owner}: nobody has accepted this lead yet, after {minutes} business minutes.",
        "⏰ {owner} 営業時間で {minutes} 分たちましたが、まだ誰も「担当する」を押していません。",
    ),
    ESCALATION: Words(
        "🚨 Escalated to the manager after {minutes} business minutes.",
        "🚨 営業時間で {minutes} 分たったので、マネージャーに知らせました。",
    ),
    REASSIGNMENT: Words(
        "🔁 Handed off to {owner} after {minutes} business minutes.",
        "🔁 営業時間で {minutes} 分たったので、{owner} に引き渡し直しました。",
    ),
}
_ON_CARD = Words("📨 Handed off to {owner}", "📨 引き渡し先: {owner}")
_UNASSIGNED = {
    Unassigned.NO_RULE: Words(
        "⚠️ No rule of routing.yaml takes this lead. Press Accept if you take it.",
        "⚠️ routing.yaml のどのルールにも当てはまりません。担当できる方が「担当する」を押してください。",
    ),
    Unassigned.NOBODY_FREE: Words(
        "⚠️ Everybody in {team} is away or has enough leads. Press Accept if you take it.",
        "⚠️ {team} の全員が不在か、受け持ちの上限に達しています。担当できる方が「担当する」を押してください。",
    ),
    Unassigned.DISQUALIFIED: Words("No deadline: the lead is disqualified.", "対象外のため、対応の期限はありません。"),
}


def direct_words(kind: str, hand_off: HandOff, minutes: int, locale: str) -> str:
    """Return the line above the card in a direct message, as mrkdwn."""
    return _filled(_DIRECT[kind], hand_off, minutes, locale)


def thread_words(kind: str, hand_off: HandOff, minutes: int, locale: str) -> str:
    """Return the line in the thread of the card, as mrkdwn."""
    return _filled(_THREAD[kind], hand_off, minutes, locale)


def card_line(hand_off: HandOff | None, locale: str) -> str:
    """Return who got the lead, or why nobody in particular, as mrkdwn; "" if it was not routed."""
    if hand_off is None or not (hand_off.owner or hand_off.unassigned):
        return ""
    words = _ON_CARD if hand_off.owner or hand_off.unassigned is None else _UNASSIGNED[hand_off.unassigned]
    return _filled(words, hand_off, 0, locale)


def _filled(words: Words, hand_off: HandOff, minutes: int, locale: str) -> str:
    team, rule = escape(cut(hand_off.team, "word")), escape(cut(hand_off.rule, "word"))
    owner = mention(hand_off.owner_id, hand_off.owner) if hand_off.owner else team
    return words.in_language(locale).format(owner=owner, team=team, rule=rule, minutes=minutes)
