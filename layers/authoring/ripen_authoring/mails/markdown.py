"""Convert Markdown (CommonMark, tables and ~~strikethrough~~) to MJML inside a frame.

Liquid stays as it is. `[Words](https://… "button")` alone in a paragraph becomes a button, an image alone an image.
"""

import re
from collections.abc import Iterator
from html import escape

from markdown_it.token import Token

from ripen_authoring.mails.addresses import addresses
from ripen_authoring.mails.cjk_markdown import cjk_parser
from ripen_authoring.problem import InvalidValue

PLACE = "<!-- body -->"
"""The place in the frame where the text goes."""

_LIQUID = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|LIQUID[0-9]+DIUQIL", re.DOTALL)
"""Liquid, and text that looks like the mark that stands for Liquid meanwhile."""
_STASHED = re.compile(r"LIQUID([0-9]+)DIUQIL")
_HEADINGS = {"h1": "24px", "h2": "20px", "h3": "17px"}
_CELL = "padding:8px;border-bottom:1px solid #dfe7e5;vertical-align:top"
_parser = cjk_parser()


def to_mjml(text: str, frame: str) -> str:
    """Return the whole mail in MJML. Raise InvalidValue where the frame has no place for the text."""
    if PLACE not in frame:
        raise InvalidValue(
            f"the frame has no {PLACE}; write it where the text goes",
            f"枠（_frame.mjml）に {PLACE} がありません。本文を入れる場所に書いてください",
        )
    kept: list[str] = []

    def keep(found: re.Match[str]) -> str:
        kept.append(found[0])
        return f"LIQUID{len(kept) - 1}DIUQIL"

    tokens = _parser.parse(_LIQUID.sub(keep, text))
    for token in tokens:
        token.children = _with_links(token.children) if token.children else token.children
    blocks = _blocks(tokens)
    return frame.replace(PLACE, _STASHED.sub(lambda found: kept[int(found[1])], blocks))


def _with_links(inline: list[Token]) -> list[Token]:
    """Return the tokens of a line, with a link for each bare address on the web that is in no link yet."""
    made: list[Token] = []
    depth = 0
    for token in inline:
        depth += {"link_open": 1, "link_close": -1}.get(token.type, 0)
        made += [token] if depth or token.type != "text" else _linked(token.content)
    return made


def _linked(text: str) -> Iterator[Token]:
    at = 0
    for start, address in addresses(text):
        if address.startswith("http"):
            yield Token("text", "", 0, content=text[at:start])
            yield Token("link_open", "a", 1, attrs={"href": address})
            yield Token("text", "", 0, content=address)
            yield Token("link_close", "a", -1)
            at = start + len(address)
    yield Token("text", "", 0, content=text[at:])


def _blocks(tokens: list[Token]) -> str:
    made, at = [], 0
    while at < len(tokens):
        end = _end(tokens, at)
        made.append(_block(tokens[at : end + 1]))
        at = end + 1
    return "\n".join(made)


def _end(tokens: list[Token], at: int) -> int:
    """Return the index of the last token of the block that begins at `at`."""
    depth = 0
    for number in range(at, len(tokens)):
        depth += tokens[number].nesting
        if depth == 0:
            return number
    return len(tokens) - 1


def _block(tokens: list[Token]) -> str:
    first = tokens[0]
    if first.type == "hr":
        return '<mj-divider border-width="1px" border-color="#dfe7e5" padding="6px 0 24px" />'
    if first.type == "heading_open":
        return _heading(first.tag, _render(tokens[1:2]))
    if first.type == "table_open":
        return _table(tokens)
    if first.type == "paragraph_open":
        inline = tokens[1].children or []
        return _button(inline) or _image(inline) or f"<mj-text>{_render(tokens[1:2])}</mj-text>"
    return f"<mj-text>{_render(tokens)}</mj-text>"


def _render(tokens: list[Token]) -> str:
    return str(_parser.renderer.render(tokens, _parser.options, {}))


def _heading(level: str, words: str) -> str:
    size = _HEADINGS.get(level, "16px")
    return (
        f'<mj-text font-size="{size}" font-weight="bold" line-height="1.5" padding="6px 0 14px">'
        f'<{level} style="margin:0;font-size:{size};line-height:1.5">{words}</{level}></mj-text>'
    )


def _table(tokens: list[Token]) -> str:
    for token in tokens:
        if token.type in ("th_open", "td_open"):
            token.attrs["style"] = f"{_CELL};{token.attrs.get('style', 'text-align:left')}"
    return f"<mj-table>{_render(tokens[1:-1])}</mj-table>"


def _image(inline: list[Token]) -> str:
    """Return an image, if it stands alone in its paragraph."""
    if len(inline) != 1 or inline[0].type != "image":
        return ""
    source, description = str(inline[0].attrs["src"]), inline[0].content
    alt = f' alt="{escape(description)}"' if description else ""
    return f'<mj-image src="{escape(source)}"{alt} padding="0 0 20px" />'


def _button(inline: list[Token]) -> str:
    """Return a button, if a link with the title "button" stands alone in its paragraph."""
    if not inline or inline[0].type != "link_open" or inline[-1].type != "link_close":
        return ""
    if inline[0].attrs.get("title") != "button" or sum(token.type == "link_open" for token in inline) != 1:
        return ""
    words = _render([Token("inline", "", 0, children=inline[1:-1])])
    return f'<mj-button href="{escape(str(inline[0].attrs["href"]))}">{words}</mj-button>'
