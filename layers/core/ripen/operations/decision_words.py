"""The words of decisions in both languages: each kind with its outcomes, and each reason.

`ripen why`, `ripen simulate` and the console use them. A pair of kind and outcome that is not here cannot be decided.
The sentences about everything else that happens to a lead are in phrases.py.
"""

from ripen.decision import DecisionKind as Kind
from ripen.decision import Outcome, Reason
from ripen.operations import ses_error_words
from ripen.operations.crm_error_words import OWN_WORDS, meaning
from ripen.operations.slack_error_words import in_words
from ripen.slack.slack_errors import error_code, is_of_slack
from ripen.words import Words

OUTCOMES: dict[tuple[Kind, Outcome], Words] = {
    (Kind.SEND, Outcome.ACCEPTED): Words("sent {subject}", "メール {subject} を送信した"),
    (Kind.SEND, Outcome.SKIPPED): Words(
        "did not send {subject}: {reason}", "メール {subject} を送信しなかった: {reason}"
    ),
    (Kind.SEND, Outcome.FAILED): Words(
        "could not send {subject}: {reason}", "メール {subject} を送信できなかった: {reason}"
    ),
    (Kind.SEND, Outcome.HELD): Words("held {subject}: {reason}", "メール {subject} を保留した: {reason}"),
    (Kind.SEND, Outcome.UNKNOWN): Words(
        "it is not known whether {subject} was sent: {reason}", "メール {subject} が送信されたかどうか不明: {reason}"
    ),
    (Kind.SEND, Outcome.POSTPONED): Words("{subject} waits: {reason}", "メール {subject} の送信を延期した: {reason}"),
    (Kind.SEND, Outcome.RELEASED): Words(
        "sends {subject} after all: {reason}", "保留していたメール {subject} を送信する: {reason}"
    ),
    (Kind.SEND, Outcome.WOULD_HAVE_SENT): Words(
        "would have sent {subject}", "シャドーモードのため、メール {subject} の送信を見合わせた"
    ),
    (Kind.ENROLLMENT, Outcome.ENTERED): Words("entered {subject}", "シナリオ {subject} を開始した"),
    (Kind.ENROLLMENT, Outcome.REFUSED): Words(
        "did not enter {subject}: {reason}", "シナリオ {subject} を開始しなかった: {reason}"
    ),
    (Kind.ENROLLMENT, Outcome.FINISHED): Words("finished {subject}", "シナリオ {subject} を最後まで進んだ"),
    (Kind.ENROLLMENT, Outcome.EXITED): Words("left {subject}: {reason}", "シナリオ {subject} を途中終了した: {reason}"),
    (Kind.ENROLLMENT, Outcome.STUCK): Words(
        "is stuck in {subject}: {reason}", "シナリオ {subject} が進まなくなった: {reason}"
    ),
    (Kind.STEP, Outcome.TOOK): Words(
        "{step} of {subject}: takes the path {reason}", "シナリオ {subject} の {step}: {reason} へ進む"
    ),
    (Kind.STEP, Outcome.FAILED): Words(
        "{step} of {subject} failed: {reason}", "シナリオ {subject} の {step} に失敗した: {reason}"
    ),
    (Kind.STEP, Outcome.MOVED): Words(
        "was moved from {step} of {subject} to {reason}", "シナリオ {subject} の {step} から {reason} へ移った"
    ),
    (Kind.RANK, Outcome.ROSE): Words("rank rose to {subject} ({reason})", "ランクが {subject} に上がった（{reason}）"),
    (Kind.RANK, Outcome.FELL): Words("rank fell to {subject} ({reason})", "ランクが {subject} に下がった（{reason}）"),
    (Kind.RANK, Outcome.REFUSED): Words(
        "stays cold, however many points it has: {reason}", "点数にかかわらず、コールドのままにする: {reason}"
    ),
    (Kind.RANK, Outcome.WAITS): Words(
        "has the points for {subject} but does not get the rank yet: {reason}",
        "点数は {subject} に足りるが、ランクはまだ上げない: {reason}",
    ),
    (Kind.RANK, Outcome.ANNOUNCED): Words(
        "is {subject} and active: sales is alerted ({reason})",
        "{subject} のまま活動があったので営業に知らせる（{reason}）",
    ),
    (Kind.VERDICT, Outcome.MACHINE): Words(
        "a machine clicked the link in {subject}: {reason}", "メール {subject} のクリックは機械によるもの: {reason}"
    ),
    (Kind.VERDICT, Outcome.HUMAN): Words(
        "a person clicked the link in {subject}", "メール {subject} のクリックは人によるもの"
    ),
    (Kind.VERDICT, Outcome.REPEATED): Words(
        "clicked the same link in {subject} again within seconds, which counts once",
        "メール {subject} の同じリンクを数秒のうちにもう一度クリックした（1 回と数える）",
    ),
    (Kind.ALERT, Outcome.POSTED): Words("alerted sales in Slack ({subject})", "Slack に知らせた（{subject}）"),
    (Kind.ALERT, Outcome.FAILED): Words(
        "could not alert sales in Slack: {reason}", "Slack に知らせられなかった: {reason}"
    ),
    (Kind.ALERT, Outcome.WOULD_HAVE_POSTED): Words(
        "would have alerted sales in Slack ({subject})", "シャドーモードのため、Slack への通知を見合わせた（{subject}）"
    ),
    (Kind.ALERT, Outcome.ACCEPTED): Words("was accepted in Slack", "営業が Slack で担当になった"),
    (Kind.ALERT, Outcome.NOT_A_FIT): Words("was marked as not a fit in Slack", "営業が Slack で見送りとした"),
    (Kind.ALERT, Outcome.RELEASED): Words("was released in Slack", "営業が Slack で担当を外れた"),
    (Kind.ALERT, Outcome.HANDED_OFF): Words("was handed off to {owner} ({rule})", "{owner} に引き渡した（{rule}）"),
    (Kind.ALERT, Outcome.REMINDED): Words(
        "reminded {owner} after {minutes} business minutes", "営業時間で {minutes} 分たったので {owner} に再度知らせた"
    ),
    (Kind.ALERT, Outcome.ESCALATED): Words(
        "escalated to {owner} after {minutes} business minutes",
        "営業時間で {minutes} 分たったので {owner} にエスカレーションした",
    ),
    (Kind.ALERT, Outcome.REASSIGNED): Words(
        "reassigned to {owner} after {minutes} business minutes",
        "営業時間で {minutes} 分たったので {owner} に引き渡し直した",
    ),
    (Kind.CRM, Outcome.CREATED): Words("created the {subject} in Salesforce", "Salesforce に {subject} を作成した"),
    (Kind.CRM, Outcome.UPDATED): Words("updated the {subject} in Salesforce", "Salesforce の {subject} を更新した"),
    (Kind.CRM, Outcome.WAITS): Words(
        "does not write to Salesforce yet: {reason}", "Salesforce への書き込みを延期した: {reason}"
    ),
    (Kind.CRM, Outcome.REFUSED): Words(
        "Salesforce refused the {subject}: {reason}", "Salesforce が {subject} を受け付けなかった: {reason}"
    ),
    (Kind.CRM, Outcome.SKIPPED): Words(
        "is not written to Salesforce until it changes, as {by} decided: {reason}",
        "{by} の判断により、変更があるまで Salesforce に書き込まない: {reason}",
    ),
    (Kind.CRM, Outcome.DONE): Words("done in Salesforce: {subject}", "Salesforce で実行した: {subject}"),
    (Kind.CRM, Outcome.NOT_DONE): Words(
        "could not be done in Salesforce: {subject} ({reason})", "Salesforce で実行できなかった: {subject}（{reason}）"
    ),
    (Kind.CRM, Outcome.WOULD_HAVE_BEEN_DONE): Words(
        "would have been done in Salesforce: {subject}",
        "シャドーモードのため、Salesforce での実行を見合わせた: {subject}",
    ),
    (Kind.CRM, Outcome.OWNER_SET): Words("set the owner in Salesforce", "Salesforce の担当者を設定した"),
    (Kind.CRM, Outcome.OWNER_NOT_SET): Words(
        "could not set the owner in Salesforce: {reason}", "Salesforce の担当者を設定できなかった: {reason}"
    ),
    (Kind.CRM, Outcome.OWNER_ASKED): Words(
        "is owned by {reason}, who was asked to get in touch with sales", "担当者の {reason} さんに相談を依頼した"
    ),
    (Kind.CRM, Outcome.WOULD_HAVE_SET_OWNER): Words(
        "would have set the owner in Salesforce", "シャドーモードのため、Salesforce の担当者の設定を見合わせた"
    ),
    (Kind.CRM, Outcome.WOULD_HAVE_WRITTEN): Words(
        "would have written the {subject} to Salesforce",
        "シャドーモードのため、Salesforce への書き込みを見合わせた（{subject}）",
    ),
    (Kind.WEBHOOK, Outcome.ANSWERED): Words("the webhook {subject} answered", "ウェブフック {subject} が応答した"),
    (Kind.WEBHOOK, Outcome.FAILED): Words(
        "the webhook {subject} failed: {reason}", "ウェブフック {subject} の呼び出しに失敗した: {reason}"
    ),
    (Kind.WEBHOOK, Outcome.WOULD_HAVE_CALLED): Words(
        "would have called the webhook {subject}",
        "シャドーモードのため、ウェブフック {subject} の呼び出しを見合わせた",
    ),
    (Kind.REPLY, Outcome.ANSWERED): Words("a reply came: sales is alerted", "返信があったので営業に知らせた"),
    (Kind.REPLY, Outcome.UNPROVEN): Words(
        "a reply came whose sender is not proven: sales is alerted, nothing else changes",
        "差出人を確認できない返信が届いた: 営業に知らせるだけで、何も変わらない",
    ),
    (Kind.REPLY, Outcome.DOUBTFUL): Words(
        "a reply came that may be automatic: sales is alerted, nothing else changes",
        "自動返信かもしれない返信が届いた: 営業に知らせるだけで、何も変わらない",
    ),
    (Kind.REPLY, Outcome.AUTOMATIC): Words(
        "an automatic reply came: it changes nothing", "自動返信が届いた: 何も変わらない"
    ),
    (Kind.REPLY, Outcome.GONE): Words(
        "an automatic reply came: the address is no longer in use",
        "自動返信が届いた: このアドレスはもう使われていない",
    ),
    (Kind.ANSWER, Outcome.JOINED): Words(
        "several values were sent for {subject}: they were joined",
        "{subject} に複数の値が送られたので、つないで保存した",
    ),
    (Kind.ANSWER, Outcome.CLEANED): Words(
        "characters that a text cannot have were removed from {subject}",
        "{subject} から、文字として扱えない文字（制御文字など）を取り除いた",
    ),
    (Kind.ANSWER, Outcome.CUT): Words("the answer {subject} was cut: {reason}", "{subject} の回答を短くした: {reason}"),
    (Kind.ANSWER, Outcome.LEFT_OUT): Words(
        "part of the answer {subject} was left out: {reason}", "{subject} の回答の一部を保存しなかった: {reason}"
    ),
    (Kind.SUPPRESSION, Outcome.RELEASED): Words(
        "{by} let mail go to the address again: {reason}", "{by} が配信禁止を解除した: {reason}"
    ),
}
REASONS: dict[Reason, Words] = {
    Reason.NO_CONSENT: Words("no consent", "同意がない"),
    Reason.UNSUBSCRIBED: Words("unsubscribed", "配信停止"),
    Reason.BOUNCED: Words("bounced", "不達"),
    Reason.COMPLAINED: Words("complained", "迷惑メール報告"),
    Reason.SUPPRESSED: Words("suppressed", "配信禁止のアドレス"),
    Reason.POLICY: Words("policy", "配信ポリシー"),
    Reason.OPTED_OUT: Words("opted out in Salesforce", "Salesforce でメール送信除外または電話不可"),
    Reason.OPEN_OPPORTUNITY: Words("open opportunity", "商談中"),
    Reason.QUIET_HOURS: Words("quiet hours", "配信しない時間帯"),
    Reason.CAPPED: Words("capped", "配信数の上限"),
    Reason.WARMING_UP: Words(
        "the warm-up's cap of the day for this mailbox provider",
        "ウォームアップ中で、このメールサービスへの 1 日の上限",
    ),
    Reason.REQUESTED_TOO_OFTEN: Words("requested too often", "請求の回数が上限を超えた"),
    Reason.OVER_HOURLY_LIMIT: Words("over the hourly limit", "1時間あたりの上限を超えた"),
    Reason.EXPIRED: Words("expired", "期限切れ"),
    Reason.LEFT_JOURNEY: Words("left the journey", "シナリオを途中終了した"),
    Reason.CAMPAIGN_STOPPED: Words("campaign stopped", "キャンペーンを中止した"),
    Reason.SENDING_STOPPED: Words("stopped", "配信を停止中"),
    Reason.SHADOW: Words("shadow", "シャドーモード"),
    Reason.NO_LEAD: Words("no such lead", "該当する見込み客がいない"),
    Reason.NO_SUCH_MAIL: Words("the playbook no longer has this mail", "このメールがプレイブックからなくなっている"),
    Reason.CANNOT_RENDER: Words("the text cannot be filled in for this person", "この人に合わせた文面を作れない"),
    Reason.TOO_LARGE: Words("the mail is too large", "メールが大きすぎる"),
    Reason.REFUSED_BY_SES: Words("SES did not accept the mail", "SES がメールを受け付けなかった"),
    Reason.NO_ANSWER: Words("no answer from SES", "SES から応答がない"),
    Reason.SENT_AGAIN: Words("no answer, sent again", "応答がなかったので、もう一度送った"),
    Reason.WORKER_LOST: Words("the worker did not come back", "処理が途中で止まった"),
    Reason.REJECTED_BY_SES: Words("rejected by SES", "SES に拒否された"),
    Reason.RENDERING_FAILED: Words("rendering failed", "SES で文面を作れなかった"),
    Reason.RELEASED: Words("released", "保留を解いた"),
    Reason.DROPPED: Words("dropped", "取りやめた"),
    Reason.GOAL_REACHED: Words("goal reached", "目標に到達"),
    Reason.EXIT_CONDITION: Words("exit condition met", "終了条件に合った"),
    Reason.EXIT_STEP: Words("exit step", "終了の手順"),
    Reason.REPLIED: Words("replied", "返信があった"),
    Reason.CONVERTED: Words("converted", "営業が取引先責任者に変換した"),
    Reason.ERASED: Words("erased", "登録が削除された"),
    Reason.WENT_IN_CIRCLES: Words("went in circles", "同じところを回り続けた"),
    Reason.JOURNEY_CHANGED: Words("the journey was changed", "シナリオが変更された"),
    Reason.TAKEN_OUT: Words("taken out", "シナリオから外された"),
    Reason.NO_JOURNEY: Words("no such journey", "そのシナリオは存在しない"),
    Reason.ENTERED_ONCE: Words("entered once already", "すでに一度開始している"),
    Reason.ENTERED_LATELY: Words("entered recently", "最近開始したばかり"),
    Reason.ASKED_AGAIN: Words(
        "asked for the mail again: `again` allows nothing else of the journey",
        "もう一度請求したため、請求したメールだけを送信（ほかの手順は again により対象外）",
    ),
    Reason.STILL_IN_IT: Words("still in it", "まだ途中にいる"),
    Reason.ENTERED_FOR_THIS: Words("entered for this already", "この件ではすでに開始している"),
    Reason.NOT_FOR_IT: Words("does not match `who`", "対象者（who）ではない"),
    Reason.TOO_LATE: Words("came too late", "時期を過ぎている"),
    Reason.PLAYBOOK_CHANGED: Words("playbook changed", "プレイブックの変更による"),
    Reason.ACTIVITY: Words("by what the lead did", "行動による"),
    Reason.DECAY: Words("by time alone", "時間の経過による"),
    Reason.VERDICTS_REVISED: Words("verdicts revised", "判定の見直しによる"),
    Reason.DISQUALIFIED: Words("disqualified", "対象外"),
    Reason.NO_PROOF: Words("no click or reply proves the address", "クリックや返信がなく、本人か確認できない"),
    Reason.HIDDEN_LINK: Words("fetched the hidden link", "隠しリンクを開いた"),
    Reason.HIDDEN_LINK_BY_ANOTHER: Words(
        "another browser of this network fetched the hidden link",
        "隠しリンクを開いたのは、同じネットワークの別のブラウザー",
    ),
    Reason.SCANNER: Words("identifies itself as a scanner", "スキャナーを名乗っている"),
    Reason.NO_BROWSER: Words("does not identify itself as a browser", "ブラウザーを名乗っていない"),
    Reason.NOT_A_PAGE_REQUEST: Words("not requested like a page", "ページを開くときの要求ではない"),
    Reason.HEAD_REQUEST: Words("requested with HEAD", "HEAD で要求された"),
    Reason.PERSON_FOLLOWED: Words("followed by a person", "続けて人の操作があった"),
    Reason.FOLLOWS_MACHINE: Words("follows a machine's click", "機械のクリックに続いている"),
    Reason.MORE_VALUES: Words("more than one value", "値が2つ以上ある"),
    Reason.MORE_ADDRESSES: Words("more than one address", "メールアドレスが2つ以上ある"),
    Reason.NOT_AN_OPTION: Words("not one of the options", "選択肢にない"),
    Reason.NOT_A_DATE: Words("not a date", "日付ではない"),
    Reason.NO_CLEAR_YES: Words("not a clear yes", "同意とはっきり読み取れない"),
    Reason.TOO_LONG: Words("too long", "長すぎる"),
}


def sentence(kind: str, outcome: str) -> Words | None:
    """Return the sentence of a decision, with {subject}, {reason} … in it; None for one that is not known."""
    try:
        return OUTCOMES.get((Kind(kind), Outcome(outcome)))
    except ValueError:
        return None


def reason_in_words(text: str, lang: str) -> str:
    """Return a reason in that language. The words of an outside system, and details, stay as they are.

    The codes of Salesforce and Slack are explained, and shown for the administrator.
    """
    if words := _words(text):
        return words.in_language(lang)
    if explained := meaning(text.partition(":")[0]):
        return f"{explained.ja}（{text}）" if lang == "ja" else f"{explained.en} ({text})"
    if is_of_slack(text):
        return in_words(error_code(text)).in_language(lang)
    if of_ses := ses_error_words.in_words(text):
        return of_ses.in_language(lang)
    for mark in (": ", " by "):
        head, _, detail = text.partition(mark)
        if detail and (words := _words(head)):
            return f"{words.ja}（{detail}）" if lang == "ja" else f"{words.en}{mark}{detail}"
    parts = text.split(", ")
    return ", ".join(reason_in_words(part, lang) for part in parts) if len(parts) > 1 else text


def _words(text: str) -> Words | None:
    try:
        return REASONS.get(Reason(text))
    except ValueError:
        return OWN_WORDS.get(text)
