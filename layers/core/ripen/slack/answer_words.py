"""The answers to the person who pressed a button or typed a command, in Japanese and English."""

from collections.abc import Mapping

from ripen.slack.access import Refusal

_WORDS: dict[str, dict[str, str]] = {
    "ja": {
        "late": "{who} さんが先に「担当する」を押しました。",
        "closed": "{who} さんがすでに見送りにしています。",
        Refusal.OTHER_COMPANY: "この操作は、Ripen を導入した会社の Slack メンバーだけができます。",
        Refusal.GUEST: "ゲストはこの操作ができません。ワークスペースのメンバーに依頼してください。",
        Refusal.DEACTIVATED: "この Slack アカウントは停止されています。",
        Refusal.NOT_IN_CHANNEL: "`/ripen lead` は、営業チャンネル（{channel}）のメンバーだけが使えます。",
        "unchecked": "Slack が応答しないため、権限を確認できませんでした。少し待ってからもう一度お試しください。",
    },
    "en": {
        "late": "{who} was first and is on it.",
        "closed": "{who} has already marked this as not a fit.",
        Refusal.OTHER_COMPANY: "Only Slack members of the company that installed Ripen can do this.",
        Refusal.GUEST: "Guests cannot do this. Please ask a member of the workspace.",
        Refusal.DEACTIVATED: "This Slack account is deactivated.",
        Refusal.NOT_IN_CHANNEL: "Only members of the sales channel ({channel}) can use `/ripen lead`.",
        "unchecked": "Slack did not answer, so your rights could not be checked. Please try again in a moment.",
    },
}


def answer_words(locale: str) -> Mapping[str, str]:
    """Return the words in that locale; in English for a locale without words."""
    return _WORDS.get(locale, _WORDS["en"])
