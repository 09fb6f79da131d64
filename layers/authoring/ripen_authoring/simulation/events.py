"""Parse the events of a scenario, as a marketer writes them: "+2d click whitepaper-delivery"."""

import re
import shlex
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ripen.failure import Failure
from ripen.nearest import nearest
from ripen.words import Words
from ripen_authoring.expressions import FIRST_YEAR, LAST_YEAR

VERBS = {
    "form": Words("form NAME [field=value …]", "form フォーム [項目=値 …]"),
    "click": Words("click EMAIL [number of the link]", "click メール [リンクの番号]"),
    "scan": Words("scan EMAIL (a machine follows its links)", "scan メール（機械がリンクをたどる）"),
    "view": Words("view PAGE", "view ページ"),
    "read": Words("read PAGE", "read ページ"),
    "download": Words("download FILE", "download ファイル"),
    "unsubscribe": Words("unsubscribe [EMAIL]", "unsubscribe [メール]"),
    "reply": Words("reply EMAIL [text …] (the lead replies)", "reply メール [本文 …]（見込み客が返信する）"),
    "autoreply": Words("autoreply EMAIL [text …] (a machine replies)", "autoreply メール [本文 …]（自動返信）"),
    "bounce": Words("bounce [EMAIL]", "bounce [メール]"),
    "complain": Words("complain [EMAIL]", "complain [メール]"),
    "convert": Words(
        "convert (sales converts the Lead to a Contact in Salesforce)",
        "convert（営業が Salesforce で取引先責任者に変換する）",
    ),
    "opportunity": Words(
        "opportunity opens, opportunity closes (with the lead's company in Salesforce)",
        "opportunity opens、opportunity closes（見込み客の会社との商談）",
    ),
    "campaign": Words(
        "campaign NAME [status] (the lead is a member of a Salesforce campaign; the default status is Sent)",
        "campaign 名前 [状況]（Salesforce キャンペーンのメンバーになる。状況の既定値は Sent）",
    ),
    "set": Words("set field=value …", "set 項目=値 …"),
    "tag": Words("tag NAME …", "tag タグ …"),
    "untag": Words("untag NAME …", "untag タグ …"),
    "enter": Words(
        "enter JOURNEY (by hand; with fact=value … as an entry request)",
        "enter シナリオ（手動。「値の名前=値」を付けると登録リクエスト）",
    ),
}
_SHOWN = 20
_UNITS = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
_AFTER = re.compile(r"\+((?:\d+[wdhms])+|0)\s+(.+)", re.DOTALL)
_AT = re.compile(r"(\d{4}-\d\d-\d\d[ T]\d\d:\d\d)\s+(.+)", re.DOTALL)


@dataclass(frozen=True)
class ScenarioEvent:
    """One event of a scenario: its time, its verb, and the words after the verb."""

    at: datetime
    verb: str
    words: tuple[str, ...]
    written: str
    """The event as it was written."""

    @property
    def usage(self) -> Words:
        """Return how to write this event in full."""
        return VERBS[self.verb]

    @property
    def remedy(self) -> Words:
        """Return the next step for an event that is written wrongly."""
        return Words(f"Write: {self.usage.en}", f"書き方: {self.usage.ja}")


def parse_events(text: str | tuple[str, ...], start: datetime, zone: str) -> list[ScenarioEvent]:
    """Return the events in the order of their times. Raise Failure with what to write instead.

    Events are separated by ";" or a line break. Offsets count from `start`; dates are local to `zone`.
    """
    phrases = re.split(r"[;；\n]", text) if isinstance(text, str) else text
    events = [_parse_event(_half_width(phrase.strip()), start, zone) for phrase in phrases if phrase.strip()]
    return sorted(events, key=lambda event: event.at)


def _parse_event(phrase: str, start: datetime, zone: str) -> ScenarioEvent:
    at, rest = _parse_time(phrase, start, zone)
    verb, *words = _split(rest)
    if verb not in VERBS:
        hint = nearest(verb, VERBS)
        known = Words("; ".join(usage.en for usage in VERBS.values()), "; ".join(usage.ja for usage in VERBS.values()))
        raise Failure(
            Words(f"There is no event {verb!r}{hint.en}", f"行動 {verb!r} はありません{hint.ja}"),
            Words(f"The events are: {known.en}", f"使える行動: {known.ja}"),
        )
    return ScenarioEvent(at, verb, tuple(words), phrase)


def _parse_time(phrase: str, start: datetime, zone: str) -> tuple[datetime, str]:
    """Return when the event happens, and the rest of the phrase."""
    if after := _AFTER.fullmatch(phrase):
        at = start
        try:
            for amount, unit in re.findall(r"(\d+)([wdhms])", after[1]):
                at += timedelta(**{_UNITS[unit]: int(amount)})
        except (OverflowError, ValueError):  # int() refuses over 4,300 digits
            raise _too_far(after[1]) from None
        if at.year > LAST_YEAR:
            raise _too_far(after[1])
        return at, after[2]
    if fixed := _AT.fullmatch(phrase):
        return local_time(_date_and_time(fixed[1]), zone).astimezone(start.tzinfo), fixed[2]
    example = '"+2d click case-study; +3d unsubscribe"'
    raise Failure(
        Words(f"{phrase!r} does not say when.", f"{phrase!r} がいつのことか書かれていません。"),
        Words(f"Begin with +2d, +90m or a date: {example}", f"+2d、+90m、または日付で始めてください: {example}"),
    )


def local_time(written: datetime, zone: str) -> datetime:
    """Return the time of that zone. Raise Failure outside the years that a simulation can reckon with."""
    if not FIRST_YEAR <= written.year <= LAST_YEAR:
        raise Failure(
            Words(
                f"{written.isoformat(' ', 'minutes')} is not in the years {FIRST_YEAR} to {LAST_YEAR}.",
                f"{written.isoformat(' ', 'minutes')} は {FIRST_YEAR} 年から {LAST_YEAR} 年までの日時ではありません。",
            ),
            Words("Write e.g. 2026-11-24 10:00", "書き方の例: 2026-11-24 10:00"),
        )
    return written.replace(tzinfo=ZoneInfo(zone))


def _too_far(span: str) -> Failure:
    shown = span if len(span) <= _SHOWN else f"{span[:_SHOWN]}…"
    return Failure(
        Words(f"+{shown} is too far in the future.", f"+{shown} は先すぎます。"),
        Words("Write e.g. +90d", "書き方の例: +90d"),
    )


def _half_width(phrase: str) -> str:
    """Return the phrase with the full-width space and plus sign of a Japanese keyboard replaced."""
    return re.sub("^＋", "+", phrase.replace("　", " "))


def _date_and_time(written: str) -> datetime:
    try:
        return datetime.fromisoformat(written)
    except ValueError:
        raise Failure(
            Words(f"There is no date and time {written!r}.", f"{written!r} という日時はありません。"),
            Words("Write e.g. 2026-11-24 10:00", "書き方の例: 2026-11-24 10:00"),
        ) from None


def _split(written: str) -> list[str]:
    try:
        return shlex.split(written)
    except ValueError:
        raise Failure(
            Words(f"A quotation mark in {written!r} is never closed.", f"{written!r} の引用符が閉じていません。"),
            Words('Write e.g. set company="Acme Inc."', '書き方の例: set company="Acme Inc."'),
        ) from None
