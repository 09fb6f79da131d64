"""A mail from outside, parsed within a budget.

The standard library's time grows with the square of a header's length, and with lines times nested parts: without a
bound, some mails of 250 KB take minutes.
"""

from email.headerregistry import HeaderRegistry
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import EmailPolicy
from typing import cast

from msgspec import Struct

LARGEST = 250_000
"""The number of bytes of a mail that are read: its text comes before its attachments."""
LONGEST_HEADER = 1_000
"""Characters of a header that are parsed."""
MOST_CHARACTERS = 8_000
"""Characters of all parsed headers that describe the content, and as many of the others: so many attachments do not
hide the sender. A repeated value is parsed once."""
MOST_STEPS = 200_000
"""Lines times boundaries: the parser compares each line with the boundary of each part around it."""
_FEWEST_BOUNDARIES = 10
"""Counted for a mail with fewer boundaries, too: with one boundary, each line can begin a part."""


class _HeaderParser:
    """Parses the beginning of a header; "" if the budget is spent or the standard library cannot parse it."""

    def __init__(self, is_spent: bool) -> None:
        self.is_spent = is_spent
        self._registry = HeaderRegistry()
        self._parsed: dict[tuple[str, str], str] = {}
        self._characters = {True: 0, False: 0}

    def __call__(self, name: str, value: str) -> str:
        key = (name, value[:LONGEST_HEADER])
        if key not in self._parsed:
            self._parsed[key] = self._parse(*key) if self._take(*key) else ""
        return self._parsed[key]

    def _take(self, name: str, value: str) -> bool:
        describes_content = name.casefold().startswith("content-")
        self._characters[describes_content] += len(value)
        has_room = self._characters[describes_content] <= MOST_CHARACTERS
        self.is_spent |= not has_room
        return has_room

    def _parse(self, name: str, value: str) -> str:
        try:
            return cast("str", self._registry(name, value))
        except (ValueError, LookupError, TypeError, AttributeError, IndexError, RecursionError):
            return ""


class ParsedMail(Struct, frozen=True):
    message: EmailMessage
    headers: _HeaderParser

    @property
    def is_complete(self) -> bool:
        """Return False if a line, or a header that was asked for until now, was over the budget."""
        return not self.headers.is_spent


def parse(raw: bytes) -> ParsedMail:
    """Return the mail with its parts, or without them if they are nested too deep. No bytes raise an error."""
    whole = raw[:LARGEST]
    lines = whole.splitlines(keepends=True)
    most = MOST_STEPS // max(whole.lower().count(b"boundary"), _FEWEST_BOUNDARIES)
    headers, read = _HeaderParser(is_spent=len(lines) > most), b"".join(lines[:most])
    parser = BytesParser(policy=EmailPolicy(header_factory=headers))
    try:
        message = parser.parsebytes(read)
    except RecursionError:
        message = parser.parsebytes(read, headersonly=True)
    return ParsedMail(message, headers)


def header_text(message: EmailMessage, name: str) -> str:
    """Return the header as text on one line, "" if it is missing."""
    return " ".join(str(message.get(name) or "").encode("utf-8", "replace").decode().split())
