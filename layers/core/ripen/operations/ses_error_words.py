"""What SES's refusals mean, in the words of adapters/ses/mailer.py and in Japanese."""

from ripen.words import Words

_JAPANESE = {
    "SES cannot be reached": "SES に接続できない",
    "SES is not available": "SES を利用できない",
    "no secure connection to SES": "SES と安全に接続できない",
    "the connection to SES was lost": "SES との接続が切れた",
    "no answer from SES": "SES から応答がない",
    "the answer from SES has no message id": "SES の応答にメッセージ ID がない",
    "SES answered": "SES がエラーを返した",
    "SES accepts no more mails per second": "SES の送信速度の上限に達した",
    "no AWS credentials for SES": "SES を使うための AWS の認証情報がない",
    "SES accepts no mail now": "SES がアカウントのメールを受け付けない",
    "refused by SES": "SES がメールを拒否した",
}
"""By the beginning of the reason; a detail follows it."""


def in_words(text: str) -> Words | None:
    """Return a reason of SES's in both languages; None for any other text."""
    for start, japanese in _JAPANESE.items():
        if text.startswith(start):
            detail = text.removeprefix(start).strip(" ():")
            return Words(text, f"{japanese}（{detail}）" if detail else japanese)
    return None
