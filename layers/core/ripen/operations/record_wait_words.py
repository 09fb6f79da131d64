"""What a card says of a lead that has no record in Salesforce yet."""

from datetime import datetime
from typing import assert_never
from zoneinfo import ZoneInfo

from ripen.calendar.minute import format_minute
from ripen.crm.record_wait import RecordWait, Wait
from ripen.operations.phrases import reason
from ripen.words import Words

_FIELDS = {"last_name": Words("the last name", "姓"), "company": Words("the company", "会社名")}


def in_words(wait: RecordWait, locale: str, zone: str, now: datetime) -> str:
    """Return one sentence; in English for a locale without words."""
    return _sentence(wait, zone, now).in_language(locale)


def _sentence(wait: RecordWait, zone: str, now: datetime) -> Words:
    since = _clock(wait.since, zone, now)
    match wait.why:
        case Wait.SAVING:
            return Words("Saving to Salesforce…", "Salesforce に登録中…")
        case Wait.MISSING:
            return _missing(wait.detail.split(", "))
        case Wait.BLOCKED:
            en, ja = (reason(wait.detail, lang) for lang in ("en", "ja"))
            return Words(f"Not in Salesforce: {en}", f"Salesforce に未登録: {ja}")
        case Wait.REFUSED:
            en, ja = (reason(wait.detail, lang) for lang in ("en", "ja"))
            return Words(f"Salesforce refused the record: {en}", f"Salesforce が登録を受け付けません: {ja}")
        case Wait.NOT_CONNECTED:
            return Words(
                f"Not in Salesforce yet: Ripen has had no access to Salesforce since {since.en}.",
                f"Salesforce に未登録: {since.ja} から Salesforce に接続する権限がありません。",
            )
        case Wait.UNREACHABLE:
            return Words(
                f"Salesforce has been unreachable since {since.en}. The record follows by itself.",
                f"{since.ja} から Salesforce に接続できません。つながり次第、自動で登録します。",
            )
        case _:
            assert_never(wait.why)


def _missing(names: list[str]) -> Words:
    en = " and ".join(_FIELDS[name].en for name in names)
    ja = "と".join(_FIELDS[name].ja for name in names)
    verb = "is" if len(names) == 1 else "are"
    return Words(f"Not in Salesforce yet: {en} {verb} missing", f"Salesforce に未登録: {ja}が未入力です")


def _clock(at: datetime | None, zone: str, now: datetime) -> Words:
    """Return the time of day, with the date unless it is today."""
    if at is None:
        return Words("", "")
    local, today = at.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone)).date()
    if local.date() == today:
        return Words(*[local.strftime("%H:%M")] * 2)
    return Words(format_minute(at, zone, "en"), format_minute(at, zone, "ja"))
