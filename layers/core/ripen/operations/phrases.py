"""One sentence in Japanese and English for each thing that happens to a lead, for `ripen simulate` and `ripen why`."""

from collections.abc import Mapping
from typing import Literal

Lang = Literal["ja", "en"]

_SENTENCES: dict[str, tuple[str, str]] = {
    "form_submitted": ("フォーム {subject} を送信した", "filled in the form {subject}"),
    "page_viewed": ("ページ {subject} を見た", "looked at the page {subject}"),
    "page_read": ("ページ {subject} を読んだ", "read the page {subject}"),
    "file_downloaded": ("{subject} をダウンロードした", "downloaded {subject}"),
    "link_followed": ("リンク {subject} をたどった", "followed a link to {subject}"),
    "link_clicked": ("メール {subject} のリンクをクリックした", "clicked a link in {subject}"),
    "unsubscribed": ("配信を停止した", "unsubscribed"),
    "bounced": ("メール {subject} が届かなかった", "{subject} bounced"),
    "complained": ("メール {subject} を迷惑メールとして報告した", "reported {subject} as spam"),
    "replied": ("メール {subject} に返信した", "replied to {subject}"),
    "converted": ("営業が Salesforce で取引先責任者にした", "was made a Contact in Salesforce by sales"),
    "opportunity.open": (
        "営業が会社との商談を始めた（Salesforce）",
        "sales opens an opportunity with the company in Salesforce",
    ),
    "opportunity.closed": (
        "会社との商談が終わった（Salesforce）",
        "no opportunity with the company is open in Salesforce any more",
    ),
    "reply.answered": ("返信を営業に知らせる", "sales is told of the answer"),
    "reply.automatic": ("自動返信が届いた: 何も変わらない", "an automatic answer came: it changes nothing"),
    "reply.gone": (
        "自動返信が届いた: このアドレスはもう使われていない",
        "an automatic answer came: nobody reads that address any more",
    ),
    "campaign_joined": (
        "Salesforce キャンペーン {subject} のメンバー（{status}）",
        "is a member ({status}) of the Salesforce campaign {subject}",
    ),
    "rejected_by_sales": ("営業が見送りとした", "was turned down by sales"),
    "accepted_by_sales": ("営業が対応を始めた", "was accepted by sales"),
    "updated": ("登録内容が変わった", "its data changed"),
    "points_given": ("シナリオ {subject} が点を付けた", "was given points by {subject}"),
    "entry_asked": ("シナリオ {subject} への登録が求められた", "was to enter {subject}"),
    "activity": ("{kind} {subject}", "{kind} {subject}"),
    "verdict.machine": (
        "{subject} へのアクセスは機械によるもの: {reason}",
        "the hit on {subject} was a machine's: {reason}",
    ),
    "verdict.human": ("{subject} へのアクセスは本人によるもの", "the hit on {subject} was a person's"),
    "score": (
        "スコア {before} → {after}（属性 {fit}、行動 {engagement}）",
        "score {before} → {after} (fit {fit}, engagement {engagement})",
    ),
    "rank": ("ランク {before} → {after}", "rank {before} → {after}"),
    "rank.rose": ("ランクが {subject} に上がった（{reason}）", "rank rose to {subject} ({reason})"),
    "rank.told": (
        "{subject} のまま活動があったので営業に知らせる（{reason}）",
        "is {subject} and did something: sales is told ({reason})",
    ),
    "rank.fell": ("ランクが {subject} に下がった（{reason}）", "rank fell to {subject} ({reason})"),
    "segment.joined": ("セグメント {subject} に入った", "joined the segment {subject}"),
    "segment.left": ("セグメント {subject} から外れた", "left the segment {subject}"),
    "schedule.returned": (
        "予定の時刻: セグメント {subject} にいるので対象",
        "the schedule returns for all in {subject}",
    ),
    "schedule.passed": (
        "予定の時刻: セグメント {subject} にいないので対象外",
        "the schedule returns for all in {subject}; the lead is not in it",
    ),
    "enrollment.entered": ("シナリオ {subject} を開始した", "entered {subject}"),
    "enrollment.refused": ("シナリオ {subject} は開始しない: {reason}", "did not enter {subject}: {reason}"),
    "enrollment.finished": ("シナリオ {subject} を最後まで終えた", "finished {subject}"),
    "enrollment.exited": ("シナリオ {subject} を離れた: {reason}", "left {subject}: {reason}"),
    "step.took": ("{subject} の {step}: {reason} へ進む", "{step} of {subject}: takes {reason}"),
    "step.failed": ("{subject} の {step} は失敗: {reason}", "{step} of {subject} failed: {reason}"),
    "step.moved": ("{subject} の {step} から {reason} へ移った", "was moved from {step} of {subject} to {reason}"),
    "wait": ("{until} まで待つ（{subject}）", "waits until {until} ({subject})"),
    "wait.open": ("待つ（{subject}）", "waits ({subject})"),
    "profile": ("登録内容を変更: {changes}", "changed: {changes}"),
    "send.accepted": ("メール {subject}{title} を送信した", "sent {subject}{title}"),
    "send.skipped": ("メール {subject} は送らない: {reason}", "did not send {subject}: {reason}"),
    "send.failed": ("メール {subject} を送れなかった: {reason}", "could not send {subject}: {reason}"),
    "send.held": ("メール {subject} を保留した: {reason}", "held {subject}: {reason}"),
    "send.unknown": (
        "メール {subject} の結果が分からない: {reason}",
        "does not know what became of {subject}: {reason}",
    ),
    "send.postponed": ("メール {subject} は待つ: {reason}", "{subject} waits: {reason}"),
    "send.released": ("保留していたメール {subject} を送る: {reason}", "sends {subject}, which was held: {reason}"),
    "send.would have sent": ("メール {subject}{title} を送るところだった", "would have sent {subject}{title}"),
    "send.waits": ("メール {subject} は {until} まで待つ", "{subject} waits until {until}"),
    "alert.planned": ("Slack に知らせる（{subject}）", "tells sales in Slack ({subject})"),
    "alert.posted": ("Slack に知らせた（{subject}）", "told sales in Slack ({subject})"),
    "alert.failed": ("Slack に知らせられなかった: {reason}", "could not tell sales in Slack: {reason}"),
    "alert.would have posted": (
        "Slack に知らせるところだった（{subject}）",
        "would have told sales in Slack ({subject})",
    ),
    "alert.accepted": ("営業が Slack で対応を始めた", "was accepted in Slack"),
    "alert.not a fit": ("営業が Slack で見送りとした", "was turned down in Slack"),
    "enrollment.stuck": ("シナリオ {subject} は進めない: {reason}", "is stuck in {subject}: {reason}"),
    "crm.due": ("Salesforce に書き込む", "writes to Salesforce"),
    "crm.created": ("Salesforce に {subject} を作成した", "made the {subject} in Salesforce"),
    "crm.updated": ("Salesforce の {subject} を更新した", "updated the {subject} in Salesforce"),
    "crm.waits": ("Salesforce への書き込みは待つ: {reason}", "does not write to Salesforce yet: {reason}"),
    "crm.refused": ("Salesforce が {subject} を受け付けない: {reason}", "Salesforce refused the {subject}: {reason}"),
    "crm.done": ("Salesforce で行った: {subject}", "did in Salesforce: {subject}"),
    "crm.not done": (
        "Salesforce でできなかった: {subject}（{reason}）",
        "could not do in Salesforce: {subject} ({reason})",
    ),
    "crm.owner set": ("Salesforce の所有者を設定した", "set the owner in Salesforce"),
    "crm.owner not set": (
        "Salesforce の所有者を設定できなかった: {reason}",
        "could not set the owner in Salesforce: {reason}",
    ),
    "crm.would have written": (
        "Salesforce に書き込むところだった（{subject}）",
        "would have written the {subject} to Salesforce",
    ),
    "webhook.answered": ("ウェブフック {subject} が応答した", "the webhook {subject} answered"),
    "webhook.failed": ("ウェブフック {subject} は失敗: {reason}", "the webhook {subject} failed: {reason}"),
    "webhook.would have called": (
        "ウェブフック {subject} を呼ぶところだった",
        "would have called the webhook {subject}",
    ),
    "outside": ("{kind}: {told}", "{kind}: {told}"),
    "impossible": ("「{written}」は起こらない: {reason}", '"{written}" cannot happen: {reason}'),
    "never": ("シナリオ {subject} には入らなかった", "never entered {subject}"),
    "ends": ("ここで終わり、まだ {subject} の {step} にいる", "the simulation ends; still in {subject}, at {step}"),
    "other": ("{what} {subject}: {outcome}{because}", "{what} {subject}: {outcome}{because}"),
}
_REASONS: dict[str, str] = {
    "no consent": "同意がない",
    "left the journey": "シナリオを離脱済み",
    "unsubscribed": "配信停止",
    "bounced": "不達",
    "complained": "迷惑メール報告",
    "suppressed": "配信禁止のアドレス",
    "capped": "配信数の上限",
    "expired": "期限切れ",
    "quiet hours": "配信しない時間帯",
    "open opportunity": "商談中",
    "shadow": "シャドーモード",
    "replied": "返信があった",
    "converted": "営業が取引先責任者にした",
    "goal reached": "目標に到達",
    "exit condition met": "終了条件に合った",
    "exit step": "終了ステップ",
    "dropped": "取りやめた",
    "released": "保留を解いた",
    "entered once already": "一度入っている",
    "entered lately": "最近入ったばかり",
    "still in it": "まだ途中にいる",
    "entered for this already": "この件では一度入っている",
    "not whom it is for": "対象者ではない",
    "came too late": "時期を過ぎている",
    "erased": "登録が削除された",
    "went in circles": "同じところを回り続けた",
    "the journey was changed": "シナリオが変更された",
    "campaign stopped": "キャンペーンを中止した",
    "playbook changed": "プレイブックの変更による",
    "activity": "行動による",
    "decay": "時間の経過による",
    "verdicts revised": "判定の見直しによる",
    "no answer from SES": "SES から応答がない",
    "no answer, sent again": "応答がなかったので、もう一度送った",
    "render": "文面を作れない",
}


_TURNS = {
    "step.took": 1,
    "step.failed": 1,
    "step.moved": 1,
    "send.accepted": 2,
    "send.skipped": 2,
    "send.waits": 2,
    "wait": 3,
    "wait.open": 3,
    "enrollment.finished": 4,
    "enrollment.exited": 4,
}
_SHORT = {"activity": "by what the lead did", "decay": "by time alone"}
"""Reasons that need more English words to be understood."""


def say(code: str, facts: Mapping[str, str], lang: str) -> str:
    """Return the sentence for a code, or its facts if there is none."""
    ja, en = _SENTENCES.get(code) or ("{facts}", "{facts}")
    known = {"facts": " ".join((code, *facts.values()))} | dict(facts)
    if "reason" in known:
        known["reason"] = reason(known["reason"], lang)
    return (ja if lang == "ja" else en).format_map(_Blank(known)).strip()


def reason(text: str, lang: str) -> str:
    """Return a reason in that language. An unknown reason stays as it is."""
    return (_REASONS if lang == "ja" else _SHORT).get(text, text)


def turn(code: str) -> int:
    """Return the order of a code within one moment: 0 for activities, more for what follows from them."""
    return _TURNS.get(code, 0)


def codes() -> tuple[str, ...]:
    """Return every code that has a sentence."""
    return tuple(_SENTENCES)


def knows(code: str) -> bool:
    """Tell whether the code has a sentence."""
    return code in _SENTENCES


class _Blank(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return ""
