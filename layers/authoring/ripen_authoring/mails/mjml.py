"""Check and compile MJML. The compiler itself ignores many errors silently."""

import html
import re
from collections.abc import Iterator
from functools import lru_cache
from xml.parsers import expat

from mjml import mjml2html

from ripen.nearest import nearest
from ripen_authoring.files.includes import ExpandedTemplate
from ripen_authoring.problem import Problem

_CONTENT = {
    "mj-text",
    "mj-button",
    "mj-table",
    "mj-raw",
    "mj-style",
    "mj-title",
    "mj-preview",
    "mj-accordion-title",
} | {
    "mj-accordion-text",
    "mj-social-element",
    "mj-navbar-link",
}
_KNOWN = (
    {"mjml", "mj-head", "mj-body", "mj-attributes", "mj-all", "mj-class", "mj-breakpoint", "mj-font", "mj-section"}
    | {"mj-column", "mj-group", "mj-wrapper", "mj-hero", "mj-image", "mj-divider", "mj-spacer", "mj-social"}
    | {"mj-navbar", "mj-accordion", "mj-accordion-element", "mj-carousel", "mj-carousel-image"}
    | _CONTENT
)
_ENTITY = re.compile(r"&(?!amp;|lt;|gt;|quot;|apos;|#)(\w+);")


def problems(source: ExpandedTemplate) -> Iterator[Problem]:
    """Yield errors in the markup: XML that is not well formed, and tags that MJML does not have."""
    parser = expat.ParserCreate()
    found: list[Problem] = []
    open_tags: list[str] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        if not _CONTENT & set(open_tags) and tag not in _KNOWN and "mj-attributes" not in open_tags:
            hint = nearest(tag, _KNOWN).en if tag.startswith("mj-") else "; put HTML inside <mj-text> or <mj-raw>"
            message = f"MJML has no <{tag}>{hint}"
            found.append(source.problem(parser.CurrentLineNumber, parser.CurrentColumnNumber + 1, message))
        open_tags.append(tag)

    def end(tag: str) -> None:
        open_tags.pop()

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    try:
        parser.Parse(_ENTITY.sub(lambda entity: html.unescape(entity[0]), source.text).encode(), True)
    except expat.ExpatError as error:
        reason = expat.ErrorString(error.code)
        yield source.problem(error.lineno, error.offset + 1, f"MJML: {reason} (write & as &amp; and < as &lt;)")
    yield from found


@lru_cache(maxsize=256)
def to_html(source: str) -> str:
    """Return HTML for mail programs. Raise ValueError where the compiler refuses the markup."""
    return str(mjml2html(source, fonts={}))
