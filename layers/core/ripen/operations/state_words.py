"""One word for each rank, state, outcome and kind of a lead's rows, for tables. Whole sentences are in phrases.py."""

from ripen.words import Words

WORDS: dict[str, Words] = {
    # ranks
    "cold": Words("cold", "コールド"),
    "warm": Words("warm", "ウォーム"),
    "hot": Words("hot", "ホット"),
    # what a decision or an alert is about
    "send": Words("Mail", "メール"),
    "enrollment": Words("Journey", "シナリオ"),
    "step": Words("Step", "手順"),
    "suppression": Words("Suppression", "配信禁止"),
    "rank": Words("Rank", "ランク"),
    "verdict": Words("Click", "クリックの判定"),
    "alert": Words("Alert", "通知"),
    "crm": Words("Salesforce", "Salesforce"),
    "webhook": Words("Webhook", "ウェブフック"),
    "contact request": Words("Contact request", "問い合わせ"),
    "hand-off": Words("Hand-off", "引き渡し"),
    "your hand-off": Words("Direct message to the owner", "担当者への DM"),
    "reminder": Words("Reminder", "再度の通知"),
    "escalation": Words("Escalation", "エスカレーション"),
    "reassignment": Words("Reassignment", "引き渡し直し"),
    "reply": Words("Reply", "返信"),
    "answer": Words("Answer", "回答"),
    "unproven reply": Words("Reply, sender not proven", "返信（差出人未確認）"),
    "doubtful reply": Words("Reply, perhaps automatic", "返信（自動返信の可能性）"),
    "note": Words("Note", "連絡"),
    "halt": Words("Halt", "自動停止"),
    "task": Words("task", "ToDo"),
    "campaign": Words("campaign member", "キャンペーンのメンバー"),
    "owner": Words("owner", "担当者"),
    "Lead": Words("Lead", "リード"),
    "Contact": Words("Contact", "取引先責任者"),
    # states and outcomes
    "active": Words("active", "途中"),
    "entered": Words("entered", "開始"),
    "refused": Words("refused", "対象外"),
    "finished": Words("finished", "最後まで進んだ"),
    "exited": Words("exited", "途中終了"),
    "stuck": Words("stuck", "停止"),
    "took": Words("took a path", "分岐"),
    "moved": Words("moved", "移動"),
    "planned": Words("planned", "予定"),
    "claimed": Words("in flight", "送信中"),
    "accepted": Words("sent", "送信済み"),
    "skipped": Words("skipped", "送信せず"),
    "failed": Words("failed", "失敗"),
    "held": Words("held", "保留"),
    "unknown": Words("not known yet", "結果不明"),
    "postponed": Words("postponed", "延期"),
    "released": Words("released", "保留を解除"),
    "rose": Words("rose", "上昇"),
    "fell": Words("fell", "下降"),
    "announced": Words("sales alerted", "営業に通知"),
    "machine": Words("machine", "機械"),
    "human": Words("human", "人"),
    "repeated": Words("repeated", "重複"),
    "handed off": Words("handed off", "引き渡し"),
    "reminded": Words("reminded", "再度通知"),
    "escalated": Words("escalated", "エスカレーション"),
    "reassigned": Words("reassigned", "引き渡し直し"),
    "posted": Words("posted", "投稿"),
    "shadow": Words("shadow mode", "シャドーモード"),
    "accepting": Words("being accepted", "担当の手続き中"),
    "alert.accepted": Words("accepted", "担当決定"),
    "releasing": Words("being released", "担当を外す手続き中"),
    "alert.released": Words("released", "担当を外れた"),
    "not a fit": Words("not a fit", "見送り"),
    "created": Words("created", "作成"),
    "updated": Words("updated", "更新"),
    "waits": Words("waits", "待機"),
    "done": Words("done", "実行"),
    "not done": Words("not done", "実行できず"),
    "unproven": Words("sender not proven", "差出人を確認できず"),
    "doubtful": Words("perhaps automatic", "自動返信の可能性"),
    "owner set": Words("owner set", "担当者を設定"),
    "owner asked": Words("owner asked", "担当者に相談"),
    "owner not set": Words("owner not set", "担当者を設定できず"),
    "answered": Words("answered", "応答あり"),
    "automatic": Words("automatic", "自動返信"),
    "gone": Words("address no longer in use", "使われていないアドレス"),
    "joined": Words("joined", "つないで保存"),
    "cleaned": Words("cleaned", "文字を除去"),
    "cut": Words("cut", "短縮"),
    "left out": Words("left out", "保存せず"),
    "would have sent": Words("would have sent", "送信を見合わせ"),
    "would have posted": Words("would have posted", "投稿を見合わせ"),
    "would have written": Words("would have written", "書き込みを見合わせ"),
    "would have set the owner": Words("would have set the owner", "担当者の設定を見合わせ"),
    "would have been done": Words("would have been done", "実行を見合わせ"),
    "would have called": Words("would have called", "呼び出しを見合わせ"),
}
"""By the word in code. "alert.accepted" is the outcome "accepted" of an alert: sales took the lead."""


def in_a_word(name: str, lang: str) -> str:
    """Return the word in that language. An unknown word stays as it is."""
    return WORDS[name].in_language(lang) if name in WORDS else name


def outcome_in_a_word(what: str, outcome: str, lang: str) -> str:
    """Return the word for the outcome of a decision of that kind."""
    own = f"{what}.{outcome}"
    return in_a_word(own if own in WORDS else outcome, lang)
