"""What Slack's errors mean, and what an administrator does about each.

Source: docs.slack.dev, the errors on the page of chat.postMessage.
"""

from ripen.cause import Cause
from ripen.slack.slack_errors import EARLIER_CARD, NO_CARD, NO_CHANNEL, NO_TOKEN, NOT_AN_ID, OUR_CODES, cause
from ripen.words import Words

_INVITE = Words(
    "In Slack, type /invite @Ripen in the channel.", "Slack のチャンネルで /invite @Ripen と入力してください。"
)
_TOKEN = Words(
    "Install the app again, and put its new bot token into the secret: docs/slack-setup.md.",
    "アプリをインストールし直し、新しいボットトークンをシークレットに入れてください: docs/slack-setup.ja.md。",
)
_DEAD_TOKEN = Words("the bot token is not valid any more", "ボットトークンが無効になっている")
_ORG = Words(
    "Ask the administrator of the Enterprise organisation to add the app to the channel's workspace and to approve it.",
    "Enterprise の管理者に、チャンネルのあるワークスペースへのアプリの追加と承認を依頼してください。",
)
_POSTING = Words(
    "Let the app post there: the channel's settings → Posting permissions; or choose another channel.",
    "アプリの投稿を許可してください: チャンネルの設定 →「投稿権限」。または別のチャンネルを指定してください。",
)
_RESTRICTED = Words("only some people may post in the channel", "チャンネルに投稿できる人が限られている")
_CHANNEL_ID = Words(
    "Give the channel's id (C0123ABCD): docs/slack-setup.md says where it is shown.",
    "チャンネルの ID（C0123ABCD）を指定してください。調べ方: docs/slack-setup.ja.md。",
)
_NOTHING = Words("Nothing to do: it goes on by itself.", "対応は不要です。自動で再開します。")
_WAIT = Words(
    "Nothing to do here. Does Slack have an outage? slack-status.com",
    "対応は不要です。Slack の障害情報: slack-status.com",
)
_MEANINGS: dict[str, tuple[Words, Words]] = {
    NO_TOKEN: (Words("no bot token is set", "ボットトークンが設定されていない"), _TOKEN),
    NO_CHANNEL: (
        Words("no sales channel is set", "営業チャンネルが設定されていない"),
        Words(
            "Deploy the stack with the parameter SalesChannel.",
            "パラメーター SalesChannel を指定して、スタックを配備してください。",
        ),
    ),
    NOT_AN_ID: (
        Words("the channel is given by its name and not by its id", "チャンネルが ID でなく名前で指定されている"),
        _CHANNEL_ID,
    ),
    "not_in_channel": (Words("the app is not in the channel", "アプリがチャンネルに参加していない"), _INVITE),
    "channel_not_found": (
        Words(
            "the channel does not exist, or it is private and the app is not in it",
            "チャンネルがないか、非公開でアプリが参加していない",
        ),
        Words(f"{_INVITE.en} {_CHANNEL_ID.en}", f"{_INVITE.ja}{_CHANNEL_ID.ja}"),
    ),
    "is_archived": (
        Words("the channel is archived", "チャンネルがアーカイブされている"),
        Words(
            "Restore the channel, or give another one.",
            "アーカイブを解除するか、別のチャンネルを指定してください。",
        ),
    ),
    "not_authed": (_DEAD_TOKEN, _TOKEN),
    "invalid_auth": (_DEAD_TOKEN, _TOKEN),
    "account_inactive": (_DEAD_TOKEN, _TOKEN),
    "token_revoked": (_DEAD_TOKEN, _TOKEN),
    "token_expired": (_DEAD_TOKEN, _TOKEN),
    "missing_scope": (
        Words("the app lacks a scope", "アプリにスコープが足りない"),
        Words(
            "Update the app to its manifest, and install it again: docs/slack-setup.md.",
            "アプリをマニフェストに合わせて更新し、再インストールしてください: docs/slack-setup.ja.md。",
        ),
    ),
    "restricted_action": (_RESTRICTED, _POSTING),
    "restricted_action_read_only_channel": (_RESTRICTED, _POSTING),
    "restricted_action_non_threadable_channel": (_RESTRICTED, _POSTING),
    "restricted_action_thread_only_channel": (_RESTRICTED, _POSTING),
    "team_access_not_granted": (
        Words("the app may not work in the channel's workspace", "チャンネルのワークスペースでアプリが未許可"),
        _ORG,
    ),
    "enterprise_is_restricted": (
        Words("the Enterprise organisation does not allow this call", "Enterprise の設定でこの操作が許可されていない"),
        _ORG,
    ),
    "org_login_required": (
        Words("the workspace is being moved to an Enterprise organisation", "ワークスペースが Enterprise に移行中"),
        Words(
            "Wait for the end of the move, then install the app again.",
            "移行が終わったら、アプリをインストールし直してください。",
        ),
    ),
    "ekm_access_denied": (
        Words(
            "the company's key management does not let Slack read or write",
            "会社のキー管理（EKM）により Slack の読み書きが停止されている",
        ),
        Words("Ask those who hold the keys (EKM).", "キー（EKM）の管理者に確認してください。"),
    ),
    NO_CARD: (Words(NO_CARD, "カードが未投稿"), _NOTHING),
    EARLIER_CARD: (Words(EARLIER_CARD, "この見込み客の前のカードが未投稿"), _NOTHING),
    "ratelimited": (Words("Slack takes no more messages for now", "Slack の送信数の制限に達した"), _NOTHING),
}
_OUTAGE = Words("Slack does not answer", "Slack が応答しない")
_UNKNOWN = Words(
    "Look for the code on the page of chat.postMessage at docs.slack.dev.",
    "docs.slack.dev の chat.postMessage のページで、このコードを調べてください。",
)


def meaning(code: str) -> Words:
    """Return what the code means. An HTTP status or the name of a network error means that Slack does not answer."""
    if code in _MEANINGS:
        return _MEANINGS[code][0]
    if cause(code) is Cause.OUTAGE:
        return _OUTAGE
    return Words("Slack refuses", "Slack が受け付けない")


def next_step(code: str) -> Words:
    """Return what an administrator does about the code."""
    if code in _MEANINGS:
        return _MEANINGS[code][1]
    return _WAIT if cause(code) is Cause.OUTAGE else _UNKNOWN


def in_words(code: str) -> Words:
    """Return the meaning with the code behind it; our own words need none."""
    words = meaning(code)
    if code in OUR_CODES:
        return words
    return Words(f"{words.en} ({code})", f"{words.ja}（{code}）")
