"""The end of a wait in words."""

from ripen.operations.playbook_words.fields import field_words
from ripen.playbook.bundle import Bundle
from ripen.playbook.graph import Until
from ripen.words import Words

DAYS = (
    Words("Monday", "月曜日"),
    Words("Tuesday", "火曜日"),
    Words("Wednesday", "水曜日"),
    Words("Thursday", "木曜日"),
    Words("Friday", "金曜日"),
    Words("Saturday", "土曜日"),
    Words("Sunday", "日曜日"),
)
_UNITS = ((86400, "day", "日"), (3600, "hour", "時間"), (60, "minute", "分"), (1, "second", "秒"))


def wait_words(until: Until, bundle: Bundle) -> Words:
    """Return what a wait does: "wait 3 days", "wait 4 business days, until 10:00"."""
    ja = end_words(until, bundle).ja
    day, lengths, rest = _day(until, bundle), _lengths(until), _rest(until)
    en = " ".join(part.en for part in rest).removeprefix("at ").removeprefix("on ")
    if lengths and not day:
        length = " and ".join(part.en.removeprefix("after ") for part in lengths)
        if not rest:
            return Words(f"wait {length}", f"{ja.removesuffix('後')}待つ")
        return Words(f"wait {length}, until {en}", f"{_spaced(ja)}まで待つ")
    parts = [part.en for part in (*day, *lengths, *rest)]
    return Words(f"wait until {' '.join(parts) if day else en}", f"{_spaced(ja)}まで待つ")


def end_words(until: Until, bundle: Bundle) -> Words:
    """Return when a wait ends: "after 4 business days at 10:00"."""
    parts = [*_day(until, bundle), *_lengths(until), *_rest(until)]
    return Words(" ".join(part.en for part in parts), "の".join(part.ja for part in parts).strip())


def _rest(until: Until) -> list[Words]:
    """Return the weekday, the kind of day and the time of day to which the wait moves on."""
    parts = []
    if until.weekdays:
        en = " or ".join(DAYS[day].en for day in until.weekdays)
        parts.append(Words(f"on the next {en}", f"次の{'か'.join(DAYS[day].ja for day in until.weekdays)}"))
    if until.business:
        parts.append(Words("on a business day", "営業日"))
    if until.at:
        parts.append(Words(f"at {until.at}", f" {until.at} "))
    return parts


def _spaced(text: str) -> str:
    """Return the Japanese text with a blank behind a number, as it is written beside Japanese letters."""
    return f"{text} " if text[-1:].isdigit() else text


def _lengths(until: Until) -> list[Words]:
    lengths = [_length(until.seconds, "")] if until.seconds else []
    lengths += [_length(until.days * 86400, "")] if until.days else []
    lengths += [_length(until.business_days * 86400, "business ")] if until.business_days else []
    return lengths + ([_length(until.business_seconds, "business ")] if until.business_seconds else [])


def _length(seconds: int, kind: str) -> Words:
    size, en, ja = next(unit for unit in _UNITS if seconds % unit[0] == 0)
    count = seconds // size
    counted = f" {count} {'営業' if kind else ''}{ja}後"
    return Words(f"after {count} {kind}{en}{'' if count == 1 else 's'}", counted)


def _day(until: Until, bundle: Bundle) -> list[Words]:
    if until.date:
        return [Words(f"on {until.date}", f" {until.date} ")]
    if not until.field:
        return []
    name, offset = field_words(until.field, bundle), abs(until.offset_days)
    days = f"{offset} day{'' if offset == 1 else 's'}"
    where = Words("before", "前") if until.offset_days < 0 else Words("after", "後")
    yearly = Words(" (each year)", "（毎年）") if until.yearly else Words("", "")
    if not offset:
        return [Words(f"the day of “{name.en}”{yearly.en}", f"「{name.ja}」の日{yearly.ja}")]
    return [Words(f"{days} {where.en} “{name.en}”{yearly.en}", f"「{name.ja}」の {offset} 日{where.ja}{yearly.ja}")]
