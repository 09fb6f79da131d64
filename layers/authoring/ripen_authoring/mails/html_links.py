"""Find the links of a mail's html with a parser, each with its place in the text, so that only the address changes.

Liquid stays: the parser sees letters in its place. Conditional comments, which only Outlook reads, are parsed too.
"""

import html as markup
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import accumulate

_LIQUID = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_CONDITION = re.compile(r"\[if\b[^\]]*\]>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([^\s"'<>/=]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+))?""")
_LINKS = ("a", "area")
"""HTML's tags with a link that people follow. A tag with a colon is Outlook's VML."""


@dataclass(frozen=True)
class HtmlLink:
    """A tag with a link: where its value is, with its quotation marks, and where the tag and what it contains end."""

    tag: str
    target: str
    value: slice
    tag_end: int
    end: int
    """Where the words of an <a> end."""
    alt: str = ""


def html_links(html: str) -> Iterator[HtmlLink]:
    """Yield the links in the order of the text."""
    scanner = _Scanner(_LIQUID.sub(lambda found: "x" * len(found[0]), html))
    for tag, start, source in scanner.tags:
        attributes = _attributes(html[start + len(tag) + 1 : start + len(source)], start + len(tag) + 1)
        if "href" in attributes:
            target, value = attributes["href"]
            end = min((at for at in scanner.ends if at > start), default=len(html)) if tag == "a" else start
            alt = attributes["alt"][0] if "alt" in attributes else ""
            yield HtmlLink(tag, target, value, start + len(source), end, alt)


class MailParser(HTMLParser):
    """A parser that skips every `<![…]>`; Python's raises AssertionError for one that it does not know."""

    def parse_marked_section(self, i: int, report: int = 1) -> int:
        end = self.rawdata.find(">", i)
        return end + 1 if end >= 0 else -1


class _Scanner(MailParser):
    """Collects the tags with links, and where an <a> ends, with their positions."""

    def __init__(self, html: str, offset: int = 0) -> None:
        super().__init__(convert_charrefs=False)
        self.tags: list[tuple[str, int, str]] = []
        self.ends: list[int] = []
        self._offset = offset
        self._lines = [0, *accumulate(len(line) for line in html.split("\n"))]
        self.feed(html)
        self.close()

    def _at(self) -> int:
        line, column = self.getpos()
        return self._offset + self._lines[line - 1] + line - 1 + column

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _LINKS or ":" in tag:
            self.tags.append((tag, self._at(), self.get_starttag_text() or ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self.ends.append(self._at())

    def handle_comment(self, data: str) -> None:
        if condition := _CONDITION.match(data):
            inside = _Scanner(data[condition.end() :], self._at() + len("<!--") + condition.end())
            self.tags += inside.tags
            self.ends += inside.ends


def _attributes(source: str, offset: int) -> dict[str, tuple[str, slice]]:
    """Return value and place of each attribute in the text of a tag; the first of a name counts."""
    hidden = _LIQUID.sub(lambda found: "x" * len(found[0]), source)
    found: dict[str, tuple[str, slice]] = {}
    for attribute in _ATTRIBUTE.finditer(hidden):
        if attribute[2] is not None:
            start, end = attribute.span(2)
            value = markup.unescape(_unquoted(source[start:end])).strip()
            found.setdefault(attribute[1].lower(), (value, slice(offset + start, offset + end)))
    return found


def _unquoted(value: str) -> str:
    return value[1:-1] if value[:1] in ("'", '"') else value
