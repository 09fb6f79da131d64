"""Why the acceptance of a lead failed for good, in words for sales, in Japanese and English."""

from enum import StrEnum

from ripen.crm.upsert import DELETED
from ripen.slack.blocks import cut, escape
from ripen.words import Words


class Failure(StrEnum):
    """Our own reasons. Salesforce gives others, as a code with a message behind a colon."""

    NO_USER = "no active Salesforce user, or more than one, has this address"
    NO_EMAIL = "Slack shows no e-mail address of this person"
    NO_RECORD = "not in Salesforce"
    KEPT_OUT = "kept out of Salesforce"
    """Behind a colon follows what the lead waits for, as in CrmMark.waits_for."""
    NO_ANSWER = "no answer from Salesforce"
    DELETED = DELETED


_RIGHTS = Words(
    "Ripen may not change this record in Salesforce. Ask your Salesforce administrator to assign the permission set "
    "of Ripen.",
    "Ripen に Salesforce のこのレコードを変更する権限がありません。Salesforce の管理者に、Ripen の権限セットの"
    "割り当てを依頼してください。",
)
_LOCKED = Words(
    "The record is locked in Salesforce, for example by an approval.",
    "レコードが Salesforce の承認申請などでロックされています。",
)
_RULE = Words("A rule in Salesforce refused it: {message}", "Salesforce の入力規則などで拒否されました: {message}")
_LACKS = Words(
    "It is not in Salesforce yet: {fields} missing.", "Salesforce にまだ登録されていません（{fields}が未入力です）。"
)
_FIELDS = {"last_name": Words("last name", "姓"), "company": Words("company", "会社名")}
"""The fields that Salesforce requires of a Lead."""
_OTHER = Words("Salesforce refused it ({code}).", "Salesforce に拒否されました（{code}）。")
_WORDS = {
    Failure.NO_USER: Words(
        "No active Salesforce user, or more than one, has the e-mail address of this Slack account.",
        "Slack と同じメールアドレスの有効なユーザーが Salesforce にいないか、複数います。",
    ),
    Failure.NO_EMAIL: Words(
        "Slack does not show the e-mail address of this account, so the Salesforce user cannot be found.",
        "Slack アカウントのメールアドレスが見えないため、Salesforce のユーザーを特定できません。",
    ),
    Failure.NO_RECORD: Words(
        "The lead was not saved to Salesforce within a day. Ask the people who run Ripen.",
        "1日待ちましたが、Salesforce に登録されませんでした。Ripen の管理者に確認してください。",
    ),
    Failure.KEPT_OUT: Words(
        "It is not in Salesforce, because the rules of ripen.yaml keep it out (sync).",
        "ripen.yaml の sync の条件に合わないため、Salesforce に登録されていません。",
    ),
    Failure.NO_ANSWER: Words("Salesforce could not be reached for a day.", "Salesforce に1日接続できませんでした。"),
    Failure.DELETED: Words("The record was deleted in Salesforce.", "レコードが Salesforce で削除されています。"),
    "API_DISABLED_FOR_ORG": _RIGHTS,
    "INSUFFICIENT_ACCESS_OR_READONLY": _RIGHTS,
    "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY": _RIGHTS,
    "INVALID_FIELD": _RIGHTS,
    "INVALID_FIELD_FOR_INSERT_UPDATE": _RIGHTS,
    "INVALID_TYPE": _RIGHTS,
    "TRANSFER_REQUIRES_READ": Words(
        "This person's Salesforce user may not read such records, so it cannot own one.",
        "この方の Salesforce ユーザーには参照権限がないため、担当者になれません。",
    ),
    "ENTITY_IS_LOCKED": _LOCKED,
    "FIELD_CUSTOM_VALIDATION_EXCEPTION": _RULE,
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY": _RULE,
}
"""By Failure, and by Salesforce's code. Source: Salesforce, SOAP API Developer Guide, "StatusCode"."""


def is_lasting(reason: str, permanent: bool) -> bool:
    """Return whether a refusal stays as it is until a person acts. The presser is told so at once, and not a day later.

    A missing right counts: for other writes it is worth an hourly retry, but here a person is waiting.
    """
    return permanent or _WORDS.get(_code(reason)) is _RIGHTS


def failure_words(reason: str, locale: str) -> str:
    """Return why it failed, as a sentence for a message in Slack."""
    code, _, message = reason.partition(": ")
    lacks = [_FIELDS[field].in_language(locale) for field in message.split(", ") if field in _FIELDS]
    if code == Failure.KEPT_OUT and lacks:
        return _LACKS.in_language(locale).format(fields=("・" if locale == "ja" else ", ").join(lacks))
    words = _WORDS.get(reason) or _WORDS.get(code) or _OTHER
    return words.in_language(locale).format(code=escape(cut(code, "word")), message=escape(cut(message, "reason")))


def _code(reason: str) -> str:
    return reason.partition(":")[0]
