"""The words of a lead's card, in Japanese and English. `accept`, `not_fit`, `release` and `open` are its buttons."""

_WORDS = {
    "ja": {
        "nobody": "お名前未入力",
        "no_news": "行動の記録はまだありません",
        "hot": "ホット",
        "warm": "ウォーム",
        "cold": "コールド",
        "score": "*{total}点* {rank}　（適合度 {fit}・関心度 {engagement}）",
        "points": "{total}点",
        "first": "初回",
        "lead": "獲得",
        "last": "直近",
        "accept": "担当する",
        "not_fit": "見送り",
        "release": "担当を外れる",
        "open": "Salesforce で開く",
        "accepting": "⏳ 担当の手続き中: {who}　{when}",
        "releasing": "⏳ 担当を外す手続き中: {who}　{when}",
        "accepted": "✅ 担当者: {who}　{when}",
        "asked": "💬 {owner} さんに相談を依頼: {who}　{when}",
        "not a fit": "🚫 見送り: {who}　{when}",
        "owner": "Salesforce の担当者: {owner}",
        "unassigned": "未割り当て",
        "unproven": "差出人を確認できません（DMARC 認証なし）。本人ではない可能性があります。シナリオは続いています。"
        "返信するときは、このメールへの返信ではなく、登録済みのアドレスに送ってください。",
        "doubtful": "自動返信かもしれません。シナリオは続いています。"
        "退職・異動の知らせなら、Salesforce で「メール送信除外」をオンにしてください。",
        "asks": "🙋 連絡を希望しています（{form}）",
        "handed_off": "🤝 営業への引き渡し",
        "no_proof": "点数はホットに足りています。メールのクリックか返信があると、ホットになります。",
        "hot_in_model": "モデル「{model}」でホットになりました（{total}点）。",
        "requests_left_out": "この日はこのほかに {count} 件の送信があり、表示していません。",
        "left_out": "この日はこのほかに {count} 通あり、表示していません。",
        "typed": "別の入力あり（未確認）: {values}",
        "sep": " ・ ",
    },
    "en": {
        "nobody": "Name not given",
        "no_news": "No activity yet",
        "hot": "hot",
        "warm": "warm",
        "cold": "cold",
        "score": "*{total} points* {rank}  (fit {fit}, engagement {engagement})",
        "points": "{total} points",
        "first": "First",
        "lead": "Converted",
        "last": "Latest",
        "accept": "Accept",
        "not_fit": "Not a fit",
        "release": "Release",
        "open": "Open in Salesforce",
        "accepting": "⏳ Being accepted by {who}  {when}",
        "releasing": "⏳ Being released by {who}  {when}",
        "accepted": "✅ Accepted by {who}  {when}",
        "asked": "💬 {who} asked {owner} to get in touch  {when}",
        "not a fit": "🚫 Not a fit: {who}  {when}",
        "owner": "Salesforce owner: {owner}",
        "unassigned": "nobody yet",
        "unproven": "The sender is not proven (no DMARC pass): this may be somebody else. The journeys go on. "
        "Write to the lead's known address instead of replying to this mail.",
        "doubtful": "This may be an automatic reply. The journeys go on. "
        "If it says that the lead has left the company, set Email Opt Out in Salesforce.",
        "asks": "🙋 Asks to be contacted ({form})",
        "handed_off": "🤝 Handed off to sales",
        "no_proof": "Has the points for hot; a click in a mail or a reply is still missing.",
        "hot_in_model": "Turned hot in the model “{model}” ({total} points).",
        "requests_left_out": "Further requests of that day that are not shown: {count}.",
        "left_out": "Further replies of that day that are not shown: {count}.",
        "typed": "Also typed, not proven: {values}",
        "sep": " · ",
    },
}


def card_words(locale: str) -> dict[str, str]:
    """Return the card's words in that locale; in English for a locale without words."""
    return _WORDS.get(locale, _WORDS["en"])
