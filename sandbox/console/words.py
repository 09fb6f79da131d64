"""The console's words in Japanese and English, by the word in code.

The words for states and outcomes are those of `ripen lead`.
"""

from ripen.operations.state_words import WORDS

_WORDS: dict[str, tuple[str, str]] = {
    "console": ("コンソール", "Console"),
    "lede": ("ひとりの見込み客に起きることを、起きたそばから映します。", "Watch one lead's life as it happens."),
    "now": ("ローカル環境の時計", "The local cloud's clock"),
    "time_passes": ("時間を進めています", "Time is passing"),
    "stopped": ("配信は停止中です（ripen resume で再開）", "Sending is stopped (resume it with: ripen resume)"),
    "shadow_on": (
        "シャドーモードです。判定だけを行い、外部には送信も書き込みもしません（ripen shadow off で終了）",
        "Shadow mode is on: everything is judged, nothing is sent or written outside (ripen shadow off ends it)",
    ),
    "kept_back": ("シャドーモードで見合わせたこと", "What would have been done"),
    "try_it": ("試してみる", "Try it"),
    "leads": ("最近の見込み客", "Recent leads"),
    "find": ("メールアドレスで開く", "Open by e-mail address"),
    "open": ("開く", "Open"),
    "new": ("別の人で始める", "Start with a new person"),
    "do_form": ("フォームを送信する", "Send the form"),
    "do_click": ("メールのリンクをクリック", "Click the link in the mail"),
    "do_visit": ("料金ページを見る", "Look at the pricing page"),
    "do_accept": ("Slack で「担当する」を押す", "Press Accept (担当する) in Slack"),
    "do_not_fit": ("Slack で「見送り」を押す", "Press Not a fit (見送り) in Slack"),
    "do_minutes": ("3分進める", "Let 3 minutes pass"),
    "do_days": ("3日進める", "Let 3 days pass"),
    "do_unsubscribe": ("配信を停止する", "Unsubscribe"),
    "consent": ("ご案内メールの受け取りに同意する", "Agrees to receive news by mail"),
    "email": ("メールアドレス", "E-mail"),
    "last_name": ("姓", "Last name"),
    "first_name": ("名", "First name"),
    "company": ("会社名", "Company"),
    "department": ("部署", "Department"),
    "job_title": ("役職", "Job title"),
    "phone": ("電話番号", "Phone"),
    "nobody": ("まだ誰も選ばれていません", "No lead is selected yet"),
    "nobody_hint": (
        "このページのフォームを送信し、届いたメールのリンクをクリックしてください。最近の見込み客も選べます。",
        "Send the form on this page, then click the link in the mail. Or select one of the recent leads.",
    ),
    "score": ("スコア", "Score"),
    "points": ("点", "points"),
    "fit": ("適合度", "Fit"),
    "engagement": ("関心度", "Engagement"),
    "forecast": ("このまま何もなければ", "If nothing more happens"),
    "reasons": ("理由", "Why"),
    "hot": ("ホット", "Hot"),
    "warm": ("ウォーム", "Warm"),
    "cold": ("コールド", "Cold"),
    "next": ("これから起きること", "Due next"),
    "nothing_next": ("予定はありません。", "Nothing is due."),
    "activities": ("行動の記録", "Activities"),
    "mails": ("送信したメール", "Mails as sent"),
    "no_mails": ("まだ送っていません。", "None sent yet."),
    "slack": ("Slack のカード", "Slack card"),
    "no_card": (
        "メールのリンクをクリックしてホットになると、ここにカードが届きます。",
        "The card appears when the lead turns hot: click the link in the mail.",
    ),
    "salesforce": ("Salesforce のレコード", "Salesforce record"),
    "no_record": ("まだ登録されていません。", "Not there yet."),
    "decisions": ("判断とその理由", "Decisions, and why"),
    "nothing": ("まだありません。", "Nothing yet."),
    "open_there": ("開く", "Open"),
    "consent_yes": ("マーケティングメール: 同意あり", "Marketing mail: agreed"),
    "consent_no": ("マーケティングメール: 同意なし", "Marketing mail: not agreed"),
    "unsubscribed_since": ("配信停止", "Unsubscribed"),
    "form_submitted": ("フォームを送信", "Sent the form"),
    "suppressed": ("配信禁止", "suppressed"),
    "deferred": ("遅延", "deferred"),
    "page_viewed": ("ページを閲覧", "Looked at a page"),
    "page_read": ("ページを読んだ", "Read a page"),
    "file_downloaded": ("ファイルをダウンロード", "Downloaded a file"),
    "link_followed": ("外部リンクへ移動", "Followed a link to another site"),
    "link_clicked": ("メールのリンクをクリック", "Clicked a link"),
    "unsubscribed": ("配信を停止", "Unsubscribed"),
    "resubscribed": ("配信停止を取り消した", "Took the unsubscription back"),
    "confirmed": ("確認のボタンを押した", "Confirmed"),
    "bounced": ("メールが届かなかった", "Mail bounced"),
    "complained": ("迷惑メールとして報告", "Complained"),
    "rejected_by_sales": ("営業が見送り", "Turned down by sales"),
    "opportunity_lost": ("商談を失注", "Opportunity lost"),
    "accepted_by_sales": ("営業が担当になった", "Accepted by sales"),
    "points_given": ("シナリオから点が付いた", "Got points from a journey"),
    "entry_asked": ("シナリオへの登録", "Entry into a journey requested"),
    "campaign_joined": ("Salesforce キャンペーンのメンバーになった", "Became a member of a Salesforce campaign"),
    "converted": ("営業が取引先責任者に変換", "Converted by sales"),
    "replied": ("メールに返信", "Replied to a mail"),
    "human": ("人", "human"),
    "machine": ("機械", "machine"),
    "unproven": ("差出人未確認", "sender not proven"),
    "doubtful": ("自動返信の可能性", "perhaps automatic"),
    "unjudged": ("判定待ち", "not judged yet"),
    "enrollment": ("シナリオ", "Journey"),
    "send": ("メール", "Mail"),
    "alert": ("Slack 通知", "Slack alert"),
    "activity": ("行動の反映", "Activity to count"),
    "verdict": ("クリックの判定", "Click to judge"),
    "due#crm": ("Salesforce への書き込み", "Write to Salesforce"),
    "join": ("以前の訪問を引き継ぐ", "Add earlier visits"),
    "action": ("Slack での操作を反映", "Apply the action from Slack"),
    "request": ("シナリオからの作業", "Salesforce step of a journey"),
    "call": ("Webhook の呼び出し", "Webhook call"),
    "state": ("スコアを計算し直す", "Recalculate the score"),
    "segment": ("セグメント", "Segment"),
    "waiting": ("待機", "waiting"),
    "outdated": ("未更新", "not up to date"),
    "due": ("予定", "due"),
    "joined": ("加入", "joined"),
    "left": ("離脱", "left"),
    "Open - Not Contacted": ("未対応", "Open - Not Contacted"),
    "Working - Contacted": ("対応中", "Working - Contacted"),
    "Not Started": ("未着手", "Not Started"),
    "Completed": ("完了", "Completed"),
    "closed": ("終了", "closed"),
    "accepted": ("送信", "sent"),
    "unknown": ("確認中", "unknown"),
    "Name": ("氏名", "Name"),
    "Company": ("会社名", "Company"),
    "Title": ("役職", "Title"),
    "Phone": ("電話", "Phone"),
    "Status": ("状況", "Status"),
    "Rank": ("ランク", "Rank"),
    "Score": ("スコア", "Score"),
    "Reasons": ("理由", "Reasons"),
    "Owner": ("担当者", "Owner"),
    "Task": ("ToDo", "Task"),
}


def words(lang: str) -> dict[str, str]:
    """Return all words of the page in that language."""
    shared = {name: said.in_language(lang) for name, said in WORDS.items()}
    return shared | {name: said[0 if lang == "ja" else 1] for name, said in _WORDS.items()}


def say(name: str, lang: str) -> str:
    """Return a word of the code in that language; an unknown word stays as it is."""
    return words(lang).get(name, name.replace("_", " "))


def say_outcome(what: str, outcome: str, lang: str) -> str:
    """Return the words for a decision's outcome: "accepted" by sales is not "accepted" by SES."""
    own = f"{what}.{outcome}"
    return say(own if own in WORDS else outcome, lang)
