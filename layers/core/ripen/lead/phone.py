"""Phone numbers: read as people in Japan write them, kept so that any system can dial them."""

import re
from unicodedata import normalize

from phonenumbers import NumberParseException, PhoneNumberFormat, format_number, is_valid_number, parse

_EXTENSION = re.compile(r"[(\s]*(?:内線|内)[\s:.]*(\d+)\)?")
_SWITCHBOARD = re.compile(r"\(?(?:代表|代)\)?")


def phone(typed: str, region: str = "JP") -> str:
    """E.164, with ";ext=" where there is an extension (RFC 3966); as typed where no number can be read in it.

    `region` is whose national numbers these are, for a number without "+".
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
