"""What is wrong with one field of a submission: said in English to scripts, in the reader's language on a page."""

from collections.abc import Sequence

from msgspec import Struct

from ripen.errors import Rejected
from ripen.lead import address

REQUIRED = "this is needed"
LIMIT = "too long: at most {limit} characters"
UNREADABLE = "this holds characters that cannot be kept, such as control characters"
TWICE = "given twice, with different values"
NO_TEXT = "a single value is wanted here, not a list or an object"

_JAPANESE = {
    REQUIRED: "入力してください。",
    LIMIT: "{limit}文字以内で入力してください。",
    UNREADABLE: "使用できない文字(制御文字など)が含まれています。",
    TWICE: "異なる値が二重に送信されています。",
    NO_TEXT: "値を1つだけ入力してください。",
    address.NOT_AN_ADDRESS: "メールアドレスの形式が正しくありません。",
    address.NOT_ASCII: "@より前に日本語などの文字を含むアドレスには、メールをお送りできません。",
    address.TOO_LONG: "メールアドレスが長すぎます。",
}


class FieldError(Struct, frozen=True):
    """`text` is one of the English sentences above, which is also the key to the others."""

    field: str
    text: str
    limit: int = 0

    def said(self, locale: str) -> str:
        text = _JAPANESE.get(self.text, self.text) if locale == "ja" else self.text
        return text.replace("{limit}", str(self.limit))

    def sentence(self, locale: str) -> str:
        """For people, who read it beside the field."""
        said = self.said(locale)
        return said if said.endswith("。") else f"{said[:1].upper()}{said[1:]}."


class InvalidSubmission(Rejected):
    """A submission with something wrong in it: the first complaint is the reason, all of them are kept for the page."""

    def __init__(self, complaints: Sequence[FieldError]) -> None:
        first = complaints[0]
        super().__init__(first.said("en"), field=first.field, status=400)
        self.complaints = tuple(complaints)
