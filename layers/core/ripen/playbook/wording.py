"""How names, greetings, phone numbers and dates are written in each locale."""

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from ripen.lead.lead import Profile
from ripen.lead.text import is_shown

_LONGEST_NAME = 40
_UNLIKE_A_NAME = ("://", "www.", "@", "http", "/")
_HONORIFICS = (" 様", "様", "さま", "さん")


def full_name(profile: Profile) -> str:
    """Return the name of a lead as name_in_order writes it."""
    return name_in_order(profile.last_name, profile.first_name)


def name_in_order(last: str, first: str) -> str:
    """Return the family name first if the name is in an East Asian script, else the given name first; "" if unknown."""
    last, first = last.strip(), first.strip()
    return (f"{last} {first}" if any(map(_is_east_asian, last + first)) else f"{first} {last}").strip()


def with_honorific(name: str) -> str:
    """Return the name with 様 if it is in an East Asian script, else the name alone."""
    plain = _without_honorific(name)
    return f"{plain} 様" if any(map(_is_east_asian, plain)) else plain


def greeting(profile: Profile, locale: str) -> str:
    """Return the greeting of a mail: 山田 様, or ご担当者様 (below the company) if the name is unknown.

    A "name" that is an address, a link or a sentence is not used, so that nobody can send a message to a stranger
    through a form.
    """
    name = full_name(profile)
    if not _could_be_a_name(name):
        name = ""
    if locale != "ja":
        return f"Dear {name}," if name else "Hello,"
    if name:
        return f"{_without_honorific(name)} 様"
    company = profile.company.strip()
    return f"{company}\nご担当者様" if _could_be_a_name(company) else "ご担当者様"


@lru_cache(maxsize=16)
def display_phone(phone: str) -> str:
    """Return an E.164 number as people dial it: 03-1234-5678 in Japan, +1 650-253-0000 elsewhere.

    Extensions are kept, and a text that is no number is returned as it is. The number of one lead is asked for several
    times in a row, and parsing takes a tenth of a millisecond.
    """
    import phonenumbers  # slow to load

    if not phone.startswith("+"):
        return phone
    try:
        number = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        return phone
    extension, number.extension = number.extension, None
    if number.country_code == 81:
        shown = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
        return f"{shown} (内線 {extension})" if extension else shown
    shown = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return f"{shown} ext. {extension}" if extension else shown


def long_date(at: datetime, locale: str, tz: str) -> str:
    """Return the date in that time zone as 2026年11月21日 or 21 November 2026."""
    day = at.astimezone(ZoneInfo(tz))
    if locale == "ja":
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def _without_honorific(name: str) -> str:
    """Return the name without an honorific that was typed with it, to avoid 様様."""
    for honorific in _HONORIFICS:
        if name.endswith(honorific) and len(name) > len(honorific):
            return name.removesuffix(honorific).rstrip()
    return name


def _could_be_a_name(text: str) -> bool:
    lower = text.casefold()
    return (
        0 < len(text) <= _LONGEST_NAME
        and all(map(is_shown, text))
        and not any(sign in lower for sign in _UNLIKE_A_NAME)
    )


def _is_east_asian(letter: str) -> bool:
    """Return whether the character is kana (of any width), a CJK ideograph or Hangul."""
    return (
        "\u3040" <= letter <= "\u30ff"
        or "\u3400" <= letter <= "\u9fff"
        or "\uac00" <= letter <= "\ud7af"
        or "\uf900" <= letter <= "\ufaff"
        or "\uff66" <= letter <= "\uff9d"
        or "\U00020000" <= letter <= "\U0003ffff"
        or letter in "々〆ヶ"
    )
