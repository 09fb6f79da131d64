"""Parse the events of a scenario, as a marketer writes them: "+2d click whitepaper-delivery"."""

import re
import shlex
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ripen.failure import Failure
from ripen.nearest import nearest

VERBS = {
    "form": "form NAME [field=value …]",
    "click": "click EMAIL [number of the link]",
    "scan": "scan EMAIL (a machine follows its links)",
    "view": "view PAGE",
    "read": "read PAGE",
    "download": "download FILE",
    "unsubscribe": "unsubscribe [EMAIL]",
    "reply": "reply EMAIL [text …] (the lead replies)",
    "autoreply": "autoreply EMAIL [text …] (a machine replies)",
    "bounce": "bounce [EMAIL]",
    "complain": "complain [EMAIL]",
    "convert": "convert (sales converts the Lead to a Contact in Salesforce)",
    "opportunity": "opportunity opens, opportunity closes (with the lead's company in Salesforce)",
    "campaign": "campaign NAME [status] (the lead is a member of a Salesforce campaign; the default status is Sent)",
    "set": "set field=value …",
    "tag": "tag NAME …",
    "untag": "untag NAME …",
    "enter": "enter JOURNEY (by hand; with fact=value … as an entry request)",
}
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
    def usage(self) -> str:
        """Return how to write this event in full."""
        return VERBS[self.verb]


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
        raise Failure(
            f"There is no event {verb!r}{nearest(verb, VERBS).en}", f"The events are: {'; '.join(VERBS.values())}"
        )
    return ScenarioEvent(at, verb, tuple(words), phrase)


def _parse_time(phrase: str, start: datetime, zone: str) -> tuple[datetime, str]:
    """Return when the event happens, and the rest of the phrase."""
    if after := _AFTER.fullmatch(phrase):
        at = start
        try:
            for amount, unit in re.findall(r"(\d+)([wdhms])", after[1]):
                at += timedelta(**{_UNITS[unit]: int(amount)})
        except OverflowError:
            raise Failure(f"+{after[1]} is too far in the future.", "Write e.g. +90d") from None
        return at, after[2]
    if fixed := _AT.fullmatch(phrase):
        return _local(fixed[1]).replace(tzinfo=ZoneInfo(zone)).astimezone(start.tzinfo), fixed[2]
    raise Failure(
        f"{phrase!r} does not say when.", 'Begin with +2d, +90m or a date: "+2d click case-study; +3d unsubscribe"'
    )


def _half_width(phrase: str) -> str:
    """Return the phrase with the full-width space and plus sign of a Japanese keyboard replaced."""
    return re.sub("^＋", "+", phrase.replace("　", " "))


def _local(written: str) -> datetime:
    try:
        return datetime.fromisoformat(written)
    except ValueError:
        raise Failure(f"There is no date and time {written!r}.", "Write e.g. 2026-11-24 10:00") from None


def _split(written: str) -> list[str]:
    try:
        return shlex.split(written)
    except ValueError:
        raise Failure(
            f"A quotation mark in {written!r} is never closed.", 'Write e.g. set company="Acme Inc."'
        ) from None
