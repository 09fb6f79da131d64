"""One sentence in Japanese and English for each thing that happens to a lead, for `ripen simulate` and `ripen why`.

The words of decisions are in decision_words.py.
"""

from collections.abc import Mapping
from typing import Literal

from ripen.lead.activity import Kind
from ripen.lead.unsubscription import REASONS, UnsubscribeReason
from ripen.operations.decision_words import OUTCOMES, reason_in_words, sentence
from ripen.operations.state_words import in_a_word
from ripen.words import Words, filled

Lang = Literal["ja", "en"]

_SENTENCES: dict[str, tuple[str, str]] = {
    "form_submitted": ("フォーム {subject} を送信した", "filled in the form {subject}"),
    "page_viewed": ("ページ {subject} を見た", "looked at the page {subject}"),
    "page_read": ("ページ {subject} を読んだ（3 秒以上）", "read the page {subject} (3 seconds or more)"),
    "file_downloaded": ("{subject} をダウンロードした", "downloaded {subject}"),
    "link_followed": ("リンク {subject} をたどった", "followed a link to {subject}"),
    "link_clicked": ("メール {subject} のリンクをクリックした", "clicked a link in {subject}"),
    "unsubscribed": ("配信を停止した{why}", "unsubscribed{why}"),
    "resubscribed": ("配信停止を取り消した", "took the unsubscription back"),
    "confirmed": ("確認メールのページでボタンを押した", "pressed the button on the page of a confirmation mail"),
    "bounced": ("メール {subject} が届かなかった", "{subject} bounced"),
    "complained": ("メール {subject} を迷惑メールとして報告した", "reported {subject} as spam"),
    "replied": ("メール {subject} に返信した", "replied to {subject}"),
    "converted": ("営業が Salesforce で取引先責任者に変換した", "was made a Contact in Salesforce by sales"),
    "opportunity.open": (
        "営業が会社との商談を始めた（Salesforce）",
        "sales opens an opportunity with the company in Salesforce",
    ),
    "opportunity.closed": (
        "会社との商談が終わった（Salesforce）",
        "no opportunity with the company is open in Salesforce any more",
    ),
    "campaign_joined": (
        "Salesforce キャンペーン {subject} のメンバー（{status}）",
        "is a member ({status}) of the Salesforce campaign {subject}",
    ),
    "rejected_by_sales": ("営業が見送りとした", "was marked as not a fit by sales"),
    "accepted_by_sales": ("営業が担当になった", "was accepted by sales"),
    "status_changed": (
        "営業が Salesforce で状況を「{status}」に変えた",
        "was given the status “{status}” in Salesforce by sales",
    ),
    "owner_changed": ("営業が Salesforce で担当者を変えた", "was given another owner in Salesforce by sales"),
    "opted_out_by_sales": (
        "営業が Salesforce でメール送信除外または電話不可にした",
        "was opted out of mail or calls in Salesforce by sales",
    ),
    "opted_in_by_sales": (
        "営業が Salesforce で配信停止を取り消した",
        "was opted in again in Salesforce by sales",
    ),
    "record_deleted": ("営業が Salesforce でレコードを削除した", "was deleted in Salesforce by sales"),
    "record_restored": ("営業が Salesforce でレコードを復元した", "was restored in Salesforce by sales"),
    "record_merged": (
        "営業が Salesforce でレコードを別のレコードにマージした",
        "was merged into another record in Salesforce by sales",
    ),
    "opportunity_opened": (
        "営業が商談を始めた（フェーズ: {stage}）",
        "became part of an opportunity of sales (stage: {stage})",
    ),
    "opportunity_moved": (
        "営業が商談のフェーズを「{stage}」に変えた",
        "was part of an opportunity that sales moved to the stage “{stage}”",
    ),
    "opportunity_won": ("営業が商談を受注した{worth}", "was part of an opportunity that sales won{worth}"),
    "opportunity_lost": ("営業が商談を失注した", "was part of an opportunity that sales lost"),
    "updated": ("登録内容が変わった", "its data was changed"),
    "points_given": ("シナリオ {subject} が点を付けた", "was given points by {subject}"),
    "entry_asked": ("シナリオ {subject} への登録が求められた", "an entry into {subject} was requested"),
    "activity": ("{kind} {subject}", "{kind} {subject}"),
    "score": (
        "スコア {before} → {after}（適合度 {fit}、関心度 {engagement}）",
        "score {before} → {after} (fit {fit}, engagement {engagement})",
    ),
    "rank": ("ランクが {before} から {after} に変わった", "rank {before} → {after}"),
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
    "wait": ("{until} まで待つ（{subject}）", "waits until {until} ({subject})"),
    "wait.open": ("待つ（{subject}）", "waits ({subject})"),
    "profile": ("登録内容を変更: {changes}", "changed: {changes}"),
    "send.waits": ("メール {subject} の送信を {until} まで延期する", "{subject} waits until {until}"),
    "alert.planned": ("Slack に知らせる（{subject}）", "tells sales in Slack ({subject})"),
    "alert.waits": (
        "カード（{subject}）が Slack を待っている（{from} から）: {reason}。次の試行: {again}",
        "a card ({subject}) has waited for Slack since {from}: {reason}. Next attempt: {again}",
    ),
    "alert.outdated": (
        "カード（{subject}）の更新が Slack を待っている（{from} から）: {reason}。次の試行: {again}",
        "the update of a card ({subject}) has waited for Slack since {from}: {reason}. Next attempt: {again}",
    ),
    "salesforce.waits": (
        "Salesforce への書き込みを待っている（{from} から）: {reason}。次の試行: {again}",
        "has waited for Salesforce since {from}: {reason}. Next attempt: {again}",
    ),
    "request.waits": (
        "シナリオ {subject} の依頼が Salesforce を待っている（{from} から）: {reason}。次の試行: {again}",
        "a request of {subject} has waited for Salesforce since {from}: {reason}. Next attempt: {again}",
    ),
    "press.waits": (
        "カードのボタン操作が待っている（{from} から）: {reason}。次の試行: {again}",
        "a press of a button on the card has waited since {from}: {reason}. Next attempt: {again}",
    ),
    "mail.waits": (
        "メール {subject} が SES を待っている（{from} から）: {reason}。次の試行: {again}",
        "{subject} has waited for SES since {from}: {reason}. Next attempt: {again}",
    ),
    "call.waits": (
        "シナリオ {subject} がウェブフックを待っている（{from} から）: {reason}。次の試行: {again}",
        "{subject} has waited for its webhook since {from}: {reason}. Next attempt: {again}",
    ),
    "crm.due": ("Salesforce に書き込む", "writes to Salesforce"),
    "outside": ("{kind}: {details}", "{kind}: {details}"),
    "impossible": ("「{written}」は起こらない: {reason}", "“{written}” cannot happen: {reason}"),
    "never": ("シナリオ {subject} を開始しなかった", "never entered {subject}"),
    "ends": ("ここで終わり、まだ {subject} の {step} にいる", "the simulation ends; still in {subject}, at {step}"),
    "other": ("{what} {subject}: {outcome}{because}", "{what} {subject}: {outcome}{because}"),
}
_OF_RANKS = ("rank", "alert", "crm")
"""Codes whose subject is a rank, the kind of an alert, or an object of Salesforce."""
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


def say(code: str, facts: Mapping[str, str], lang: str) -> str:
    """Return the sentence for a code, or its facts if there is none."""
    ja, en = _sentence(code) or ("{facts}", "{facts}")
    known = {"facts": " ".join((code, *facts.values()))} | dict(facts)
    if "reason" in known:
        known["reason"] = reason(known["reason"], lang)
    if code == Kind.UNSUBSCRIBED and known.get("why") in REASONS:
        words = REASONS[UnsubscribeReason(known["why"])].in_language(lang)
        known["why"] = f"（{words}）" if lang == "ja" else f" ({words})"
    if code == Kind.OPPORTUNITY_WON:
        known["worth"] = _worth(known.get("amount", ""), lang)
    if lang == "ja" and code.partition(".")[0] in _OF_RANKS:
        known |= {name: in_a_word(known[name], lang) for name in ("subject", "before", "after") if name in known}
    return filled(Words(en, ja), known, lang)


def _worth(amount: str, lang: str) -> str:
    if not amount:
        return ""
    whole, dot, fraction = amount.partition(".")
    number = f"{int(whole):,}{dot}{fraction}"
    return f"（{number}）" if lang == "ja" else f" ({number})"


def reason(text: str, lang: str) -> str:
    """Return a reason in that language. An unknown reason stays as it is."""
    return reason_in_words(text, lang)


def turn(code: str) -> int:
    """Return the order of a code within one moment: 0 for activities, more for what follows from them."""
    return _TURNS.get(code, 0)


def codes() -> tuple[str, ...]:
    """Return every code that has a sentence."""
    return (*_SENTENCES, *(f"{kind}.{outcome}" for kind, outcome in OUTCOMES))


def knows(code: str) -> bool:
    """Tell whether the code has a sentence."""
    return _sentence(code) is not None


def _sentence(code: str) -> tuple[str, str] | None:
    """Return the Japanese and the English sentence of a code."""
    kind, _, outcome = code.partition(".")
    words = sentence(kind, outcome)
    return (words.ja, words.en) if words else _SENTENCES.get(code)
