"""What happens to the lead in a simulation, as a marketer writes it: "+2d click whitepaper-delivery"."""

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
    "scan": "scan EMAIL (a machine fetches its links)",
    "view": "view PAGE",
    "read": "read PAGE",
    "download": "download FILE",
    "unsubscribe": "unsubscribe [EMAIL]",
    "reply": "reply EMAIL [text …] (a person answers)",
    "autoreply": "autoreply EMAIL [text …] (a machine answers)",
    "bounce": "bounce [EMAIL]",
    "complain": "complain [EMAIL]",
    "convert": "convert (sales makes a Contact of the Lead in Salesforce)",
    "opportunity": "opportunity opens, opportunity closes (with the lead's company in Salesforce)",
    "campaign": "campaign NAME [status] (is a member of a Salesforce campaign; the status is Sent unless said)",
    "set": "set field=value …",
    "tag": "tag NAME …",
    "untag": "untag NAME …",
    "enter": "enter JOURNEY (by hand; with fact=value … as a request asks)",
}
_UNITS = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
_AFTER = re.compile(r"\+((?:\d+[wdhms])+|0)\s+(.+)", re.DOTALL)
_AT = re.compile(r"(\d{4}-\d\d-\d\d[ T]\d\d:\d\d)\s+(.+)", re.DOTALL)


@dataclass(frozen=True)
class Happening:
    at: datetime
    verb: str
    words: tuple[str, ...]
    written: str

    @property
    def usage(self) -> str:
        """How it is written in full."""
        return VERBS[self.verb]


def happenings(text: str | tuple[str, ...], start: datetime, zone: str) -> list[Happening]:
    """What is written, by ";" or line by line, in its order in time. Offsets count from `start`; dates are local to `zone`.
    Raises Failure with what to write instead."""
    phrases = re.split(r"[;；\n]", text) if isinstance(text, str) else text
    found = [_happening(_narrow(phrase.strip()), start, zone) for phrase in phrases if phrase.strip()]
    return sorted(found, key=lambda happening: happening.at)


def _happening(phrase: str, start: datetime, zone: str) -> Happening:
    if after := _AFTER.fullmatch(phrase):
        units = re.findall(r"(\d+)([wdhms])", after[1])
        at, rest = start, after[2]
        try:
            for amount, unit in units:
                at += timedelta(**{_UNITS[unit]: int(amount)})
        except OverflowError:
            raise Failure(f"+{after[1]} is too long to wait for.", "Write e.g. +90d") from None
    elif fixed := _AT.fullmatch(phrase):
        at, rest = _local(fixed[1]).replace(tzinfo=ZoneInfo(zone)).astimezone(start.tzinfo), fixed[2]
    else:
        raise Failure(
            f"{phrase!r} does not say when.", 'Begin with +2d, +90m or a date: "+2d click case-study; +3d unsubscribe"'
        )
    verb, *words = _words(rest)
    if verb not in VERBS:
        raise Failure(
            f"{verb!r} is nothing that can happen{nearest(verb, VERBS)}", f"Known: {'; '.join(VERBS.values())}"
        )
    return Happening(at, verb, tuple(words), phrase)


def _narrow(phrase: str) -> str:
    """Spaces and the sign before it as a Japanese keyboard writes them, as they are meant."""
    return re.sub("^＋", "+", phrase.replace("　", " "))


def _local(written: str) -> datetime:
    try:
        return datetime.fromisoformat(written)
    except ValueError:
        raise Failure(f"There is no time {written!r}.", "Write e.g. 2026-11-24 10:00") from None


def _words(written: str) -> list[str]:
    try:
        return shlex.split(written)
    except ValueError:
        raise Failure(f"In {written!r} a quote is not closed.", 'Write e.g. set company="Acme Inc."') from None
