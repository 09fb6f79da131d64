"""Why a text is not an RRULE, in both languages: dateutil raises errors of Python, and only in English."""

import re

from ripen.words import Words

_MEANINGS = (
    (r"empty string", Words("it is empty", "空です")),
    (r"unknown parameter '(.*)'", Words("{} is not part of an RRULE", "{} という項目はありません")),
    (r"invalid '(.*)': ", Words("the value of {} is not valid", "{} の値が正しくありません")),
    (r"argument: 'freq'", Words("FREQ is missing", "FREQ がありません")),
    (r"not enough values", Words("each part must be NAME=VALUE", "各項目は「名前=値」の形で書いてください")),
    (r"index out of range", Words("no month has such a day", "そのような日のある月はありません")),
)


def rrule_error(error: Exception) -> Words:
    """Return why dateutil could not read the rule, or its own text for a rare reason."""
    reason = str(error)
    for pattern, meaning in _MEANINGS:
        if match := re.search(pattern, reason):
            return Words(meaning.en.format(*match.groups()), meaning.ja.format(*match.groups()))
    return Words(reason, f"読み取れません: {reason}")
