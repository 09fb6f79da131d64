"""Errors in the fields of a submission: in English for scripts, in the reader's language on a page."""

from collections.abc import Sequence

from msgspec import Struct

from ripen.errors import Rejected
from ripen.lead import address

REQUIRED = "this field is required"
NOT_AN_OPTION = "choose one of the options"
NOT_A_DATE = "write the date as 2026-12-31"

_JAPANESE = {
    REQUIRED: "入力してください。",
    NOT_AN_OPTION: "選択肢の中から選んでください。",
    NOT_A_DATE: "日付は 2026-12-31 の形で入力してください。",
    address.NOT_AN_ADDRESS: "メールアドレスの形式が正しくありません。",
    address.NOT_ASCII: "@より前に日本語などの文字を含むアドレスには、メールをお送りできません。",
    address.TOO_LONG: "メールアドレスが長すぎます。",
}


class FieldError(Struct, frozen=True):
    """`text` is one of the English sentences above, which is also the key of its translation."""

    field: str
    text: str

    def translated(self, locale: str) -> str:
        """Return the text in that locale."""
        return _JAPANESE.get(self.text, self.text) if locale == "ja" else self.text

    def sentence(self, locale: str) -> str:
        """Return the text as a sentence, which stands beside the field."""
        text = self.translated(locale)
        return text if text.endswith("。") else f"{text[:1].upper()}{text[1:]}."


class InvalidSubmission(Rejected):
    """A submission has errors: the first one is the reason, and all of them are shown on the page."""

    def __init__(self, errors: Sequence[FieldError]) -> None:
        first = errors[0]
        super().__init__(first.translated("en"), field=first.field, status=400)
        self.errors = tuple(errors)
