"""Check and compile MJML. The compiler itself ignores many errors silently."""

import html
import re
from collections.abc import Iterator
from functools import lru_cache
from xml.parsers import expat

from mjml import mjml2html

from ripen.nearest import nearest
from ripen.words import Words
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
_HTML_INSIDE = Words("; put HTML inside <mj-text> or <mj-raw>", "。HTML は <mj-text> か <mj-raw> の中に書いてください")
_REASONS = {
    "mismatched tag": "開始タグと終了タグが対応していません",
    "not well-formed (invalid token)": "正しくない文字があります",
    "unclosed token": "タグが閉じていません",
    "no element found": "タグが閉じていないか、内容がありません",
    "duplicate attribute": "同じ属性が 2 回書かれています",
    "junk after document element": "最後の終了タグのあとに余分な内容があります",
    "undefined entity": "定義のない文字参照があります",
}
"""The errors of the parser that people make, in Japanese."""
_PADDING = re.compile(r"""\bpadding(?:-[a-z]+)?\s*=\s*(?:"[^"<]*"|'[^'<]*')""")
_ZERO = re.compile(r"(?<![\w.{])0(?![\w.%}])")
_ENTITY = re.compile(r"&(?!amp;|lt;|gt;|quot;|apos;|#)(\w+);")


def problems(source: ExpandedTemplate) -> Iterator[Problem]:
    """Yield errors in the markup: XML that is not well formed, and tags that MJML does not have."""
    parser = expat.ParserCreate()
    found: list[Problem] = []
    open_tags: list[str] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        if not _CONTENT & set(open_tags) and tag not in _KNOWN and "mj-attributes" not in open_tags:
            hint = nearest(tag, _KNOWN) if tag.startswith("mj-") else _HTML_INSIDE
            message = Words(f"MJML has no <{tag}>{hint.en}", f"MJML に <{tag}> はありません{hint.ja}")
            found.append(source.problem(parser.CurrentLineNumber, parser.CurrentColumnNumber + 1, message))
        open_tags.append(tag)

    def end(tag: str) -> None:
        open_tags.pop()

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    try:
        parser.Parse(_ENTITY.sub(lambda entity: html.unescape(entity[0]), source.text).encode(), True)
    except expat.ExpatError as error:
        yield source.problem(error.lineno, error.offset + 1, _malformed(expat.ErrorString(error.code)))
    yield from found


def _malformed(reason: str) -> Words:
    return Words(
        f"MJML: {reason} (write & as &amp; and < as &lt;)",
        f"MJML のエラー: {_REASONS.get(reason, reason)}（& は &amp;、< は &lt; と書いてください）",
    )


@lru_cache(maxsize=256)
def to_html(source: str) -> str:
    """Return HTML for mail programs. Raise ValueError where the compiler refuses the markup.

    The compiler takes the widths that Outlook needs from the paddings, and skips a shorthand with a 0 that has no unit.
    """
    return str(mjml2html(_PADDING.sub(lambda found: _ZERO.sub("0px", found[0]), source), fonts={}))
