"""The end of a wait in words."""

from ripen.operations.playbook_words.fields import field_words
from ripen.playbook.bundle import Bundle
from ripen.playbook.graph import Until
from ripen.words import Words

_DAYS = (
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
    """Return what a wait does: "wait 3 days", "wait until 4 business days later at 10:00"."""
    lengths, point = _lengths(until), end_words(until, bundle)
    if [length.en for length in lengths] == [point.en]:
        return Words(f"wait {point.en.removesuffix(' later')}", f"{point.ja.removesuffix('後')}待つ")
    return Words(f"wait until {point.en}", f"{point.ja}まで待つ")


def end_words(until: Until, bundle: Bundle) -> Words:
    """Return when a wait ends: "4 business days later at 10:00"."""
    parts = [*_day(until, bundle), *_lengths(until)]
    if until.weekdays:
        en = " or ".join(_DAYS[day].en for day in until.weekdays)
        parts.append(Words(f"on the next {en}", f"次の{'か'.join(_DAYS[day].ja for day in until.weekdays)}"))
    if until.business:
        parts.append(Words("on a business day", "営業日"))
    if until.at:
        parts.append(Words(f"at {until.at}", f" {until.at} "))
    ja = "の".join(part.ja for part in parts)
    return Words(" ".join(part.en for part in parts), ja.strip())


def _lengths(until: Until) -> list[Words]:
    lengths = [_length(until.seconds, "")] if until.seconds else []
    lengths += [_length(until.days * 86400, "")] if until.days else []
    lengths += [_length(until.business_days * 86400, "business ")] if until.business_days else []
    return lengths + ([_length(until.business_seconds, "business ")] if until.business_seconds else [])


def _length(seconds: int, kind: str) -> Words:
    size, en, ja = next(unit for unit in _UNITS if seconds % unit[0] == 0)
    count = seconds // size
    counted = f" {count} {'営業' if kind else ''}{ja}後"
    return Words(f"{count} {kind}{en}{'' if count == 1 else 's'} later", counted)


def _day(until: Until, bundle: Bundle) -> list[Words]:
    if until.date:
        return [Words(f"on {until.date}", f" {until.date} ")]
    if not until.field:
        return []
    name, offset = field_words(until.field, bundle), abs(until.offset_days)
    days = f"{offset} day{'' if offset == 1 else 's'}"
    where = Words("before", "前") if until.offset_days < 0 else Words("after", "後")
    yearly = Words(" of each year", "（毎年）") if until.yearly else Words("", "")
    if not offset:
        return [Words(f"the day of “{name.en}”{yearly.en}", f"「{name.ja}」の日{yearly.ja}")]
    return [Words(f"{days} {where.en} “{name.en}”{yearly.en}", f"「{name.ja}」の {offset} 日{where.ja}{yearly.ja}")]
