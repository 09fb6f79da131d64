"""The answers to the person who pressed a button, and the texts of the Task in Salesforce, in Japanese and English."""

_WORDS = {
    "ja": {
        "late": "{who} さんが先に対応を始めています。",
        "closed": "{who} さんがすでに見送りにしています。",
        "refused": "対応の記録はしましたが、Salesforce の担当者は変更できませんでした（{reason}）。"
        "Salesforce の管理者にご確認ください。",
        "no record": "対応の記録はしましたが、このリードは Salesforce にまだ登録されていないため、"
        "担当者は変更していません。",
        "task": "ホットリードに連絡: {name}",
        "about": "Slack で {who} さんが対応を引き受けました。",
    },
    "en": {
        "late": "{who} was first and is on it.",
        "closed": "{who} has already marked this as not a fit.",
        "refused": "You accepted the lead, but the owner in Salesforce could not be changed ({reason}). "
        "Please ask your Salesforce administrator.",
        "no record": "You accepted the lead, but it is not in Salesforce yet, so no owner was set.",
        "task": "Call a hot lead: {name}",
        "about": "Accepted by {who} in Slack.",
    },
}


def answer_words(locale: str) -> dict[str, str]:
    """Return the words in that locale; in English for a locale without words."""
    return _WORDS.get(locale, _WORDS["en"])
