"""Phone numbers: parsed as people in Japan write them, kept in a form that any system can dial."""

import re
from unicodedata import normalize

from phonenumbers import NumberParseException, PhoneNumberFormat, format_number, is_valid_number, parse

_EXTENSION = re.compile(r"[(\s]*(?:内線|内)[\s:.]*(\d+)\)?")
_SWITCHBOARD = re.compile(r"\(?(?:代表|代)\)?")


def phone(typed: str, region: str = "JP") -> str:
    """Return the number in E.164, with ";ext=" before an extension (RFC 3966), or the text as typed if it is no number.

    `region` is the country of a number without "+".
    """
    text = _EXTENSION.sub(r" ext. \1", _SWITCHBOARD.sub("", normalize("NFKC", typed)))
    try:
        number = parse(text, region)
    except NumberParseException:
        return typed
    if not is_valid_number(number):
        return typed
    extension = f";ext={number.extension}" if number.extension else ""
    return format_number(number, PhoneNumberFormat.E164) + extension
