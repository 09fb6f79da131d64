"""The errors of pydantic in words, by their type, and the patterns of the models in words."""

from ripen.words import Words

_NOT_EMPTY = Words("this must not be empty", "空にはできません")
_KEYS_AND_VALUES = Words("write keys and values here", "ここにはキーと値を書いてください")
_WHOLE_NUMBER = Words("write a whole number here", "ここには整数を書いてください")
_NUMBER = Words("write a number here", "ここには数値を書いてください")
_TRUE_OR_FALSE = Words("write true or false", "true か false を書いてください")

DESCRIPTIONS = {
    "string_type": Words(
        "write a text here (in quotes if it looks like a number)",
        "ここには文字列を書いてください（数字だけなら引用符で囲みます）",
    ),
    "string_too_long": Words("this text is too long; write a shorter one", "文字列が長すぎます。短くしてください"),
    "bool_type": _TRUE_OR_FALSE,
    "bool_parsing": _TRUE_OR_FALSE,
    "dict_type": _KEYS_AND_VALUES,
    "model_type": _KEYS_AND_VALUES,
    "tuple_type": Words("write a list here", "ここにはリストを書いてください"),
    "too_short": _NOT_EMPTY,
    "string_too_short": _NOT_EMPTY,
    "too_long": Words("there are too many entries here; remove some", "項目が多すぎます。減らしてください"),
    "int_type": _WHOLE_NUMBER,
    "int_parsing": _WHOLE_NUMBER,
    "int_from_float": _WHOLE_NUMBER,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": _NUMBER,
    "invalid_key": Words("put this key in quotes", "このキーを引用符で囲んでください"),
}
"""Errors whose words need nothing from the file."""
PATTERNS = {
    r"^[a-z0-9][a-z0-9_-]{0,63}$": Words(
        "small letters, digits, - and _, such as case-study", "小文字、数字、-、_ だけで（例: case-study）"
    ),
    r"^[a-z][a-z0-9_]{0,39}$": Words(
        "small letters, digits and _, such as job_title", "小文字、数字、_ だけで（例: job_title）"
    ),
    r"^[A-Za-z][A-Za-z0-9_]{0,79}$": Words(
        "the API name of a field, such as Industry or Budget__c", "項目の API 参照名（例: Industry、Budget__c）で"
    ),
    r"^#[0-9a-fA-F]{6}$": Words('a colour such as "#0f766e", in quotes', '"#0f766e" のような色を引用符で囲んで'),
    r"^https?://[a-z0-9.-]+(:[0-9]+)?$": Words(
        "a site such as https://www.example.com, with nothing after it",
        "https://www.example.com のようなサイトを、そのあとに何も付けずに",
    ),
    r"^(https?://\S+)?$": Words("an address that begins with https://", "https:// で始まるアドレスを"),
    r"^/": Words("a path, which begins with /", "/ で始まるパスを"),
    r"^[a-z]{2}$": Words("a language in two small letters, such as ja", "ja のような小文字 2 文字の言語を"),
    r"^[^@\s]+@[^@\s]+$": Words("an e-mail address", "メールアドレスを"),
    r"^(005[A-Za-z0-9]{12}([A-Za-z0-9]{3})?|[^@\s]+@[^@\s]+)$": Words(
        "the id (005…) or the username of a Salesforce user", "Salesforce ユーザーの ID（005…）かユーザー名を"
    ),
    r"^https://[^\s/@{}]+(/[^\s{}]*)?$": Words(
        "an address that begins with https:// and has no variable in it",
        "https:// で始まり変数を含まないアドレスを",
    ),
    r"^[A-D][1-4]$": Words("a grade with a level, such as A3", "A3 のようにグレードとレベルを"),
    r"^([CG][A-Z0-9]{5,})?$": Words(
        "the id of a Slack channel, such as C0123ABCD (docs/slack-setup.md says where it is shown)",
        "C0123ABCD のような Slack のチャンネル ID を（調べ方は docs/slack-setup.ja.md）",
    ),
}
"""The value to write instead, by the pattern of the model."""
