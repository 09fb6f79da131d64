"""What people are told after a press: in the thread of the card, and in an answer that only the presser sees."""

from msgspec import Struct

from ripen.slack.access import Refusal
from ripen.slack.action import RELEASE, CardAction, PressOutcome
from ripen.slack.alert import Alert
from ripen.slack.answer_words import answer_words
from ripen.slack.blocks import cut, escape, mention
from ripen.slack.press_failure import failure_words
from ripen.words import Words

_ASKED = Words(
    "{owner}: {user} would like to speak with you about this lead. You own it in Salesforce and find a task there.",
    "{owner} さん: この見込み客について、{user} さんが相談したいとのことです。"
    "Salesforce の担当者はあなたのままで、ToDo を作成しました。",
)
_STAYS = Words(
    "{owner} owns this record in Salesforce and keeps it. {owner} got a task and a message in the card's thread.",
    "Salesforce の担当者は {owner} さんなので、担当は変わりません。{owner} さんに ToDo を作成し、"
    "カードのスレッドで知らせました。",
)
_STAYS_UNSEEN = Words(
    "{owner} owns this record in Salesforce and keeps it. {owner} got a task. Nobody in Slack has the same "
    "e-mail address, so please also tell {owner} yourself.",
    "Salesforce の担当者は {owner} さんなので、担当は変わりません。{owner} さんに ToDo を作成しましたが、"
    "同じメールアドレスのメンバーが Slack に見つからないため、直接お知らせください。",
)
_ASKED_BEFORE = Words(
    "{owner} owns this record in Salesforce and was already asked by {who}.",
    "Salesforce の担当者は {owner} さんで、{who} さんがすでに相談を依頼しています。",
)
_FAILED = Words(
    "{user} could not take over this lead. {why} The card is open again.",
    "{user} さんは担当になれませんでした。{why}カードのボタンはまた押せます。",
)
_NOT_RELEASED = Words(
    "{user} could not release this lead. {why} {user} is still the one who accepted it.",
    "{user} さんは担当を外れられませんでした。{why}担当は {user} さんのままです。",
)
_RELEASED = Words(
    "{user} released this lead. The card is open again.",
    "{user} さんが担当を外れました。カードのボタンはまた押せます。",
)
_OWNED = Words("Its owner in Salesforce is {owner}.", "Salesforce の担当者は {owner} です。")
_NOT_YOURS = Words(
    "Only {who}, who accepted this lead, can release it.", "担当を外れられるのは、担当の {who} さんだけです。"
)
_ABOUT_ANOTHER = (PressOutcome.TOO_LATE, PressOutcome.CLOSED, PressOutcome.NOT_YOURS)


class Messages(Struct, frozen=True):
    """The texts; an empty one is not said."""

    thread: str = ""
    answer: str = ""


def press_messages(action: CardAction, alert: Alert, locale: str, owner: str) -> Messages:
    """Return what to say about a settled press.

    `owner` is the Slack user id of the owner who was asked, "" if it is unknown.
    """
    words = answer_words(locale)
    who, user = _name(alert.by_name), mention(action.user, action.user_name)
    asked = alert.asked
    if action.outcome in _ABOUT_ANOTHER and not alert.by:
        return Messages()  # the card has been opened meanwhile
    match action.outcome:
        case PressOutcome.TOO_LATE:
            return Messages(answer=words["late"].format(who=who))
        case PressOutcome.CLOSED:
            return Messages(answer=words["closed"].format(who=who))
        case PressOutcome.NOT_ALLOWED:
            return Messages(answer=words[Refusal(action.reason)])
        case PressOutcome.FAILED:
            why = failure_words(action.reason, locale)
            failed = _NOT_RELEASED if action.verb == RELEASE else _FAILED
            return Messages(thread=failed.in_language(locale).format(user=user, why=why))
        case PressOutcome.RELEASED:
            owned = _OWNED.in_language(locale).format(owner=_name(action.owner_name)) if action.owner_name else ""
            released = _RELEASED.in_language(locale).format(user=user)
            return Messages(thread=("" if locale == "ja" else " ").join(filter(None, (released, owned))))
        case PressOutcome.NOT_YOURS:
            return Messages(answer=_NOT_YOURS.in_language(locale).format(who=who))
        case PressOutcome.ASKED if asked:
            stays = (_STAYS if owner else _STAYS_UNSEEN).in_language(locale)
            return Messages(
                thread=_ASKED.in_language(locale).format(
                    owner=mention(owner, asked.owner_name) if owner else _name(asked.owner_name), user=user
                ),
                answer=stays.format(owner=_name(asked.owner_name)),
            )
        case PressOutcome.ASKED_BEFORE if asked:
            told = _ASKED_BEFORE.in_language(locale)
            return Messages(answer=told.format(owner=_name(asked.owner_name), who=_name(asked.by_name)))
        case _:
            return Messages()


def _name(name: str) -> str:
    return escape(cut(name, "name"))
