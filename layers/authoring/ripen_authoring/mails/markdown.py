"""Markdown (CommonMark) as MJML: each block a part of the house's frame.

Liquid is kept as it is. `[Words](https://… "button")` alone in a paragraph is a button, an image alone an image.
"""

import re
from html import escape

from markdown_it import MarkdownIt
from markdown_it.token import Token

PLACE = "<!-- body -->"
"""Where in the frame the words go."""

_LIQUID = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_STASHED = re.compile(r"LIQUID(\d+)DIUQIL")
_HEADINGS = {"h1": "24px", "h2": "20px", "h3": "17px"}
_parser = MarkdownIt("commonmark", {"html": False})


def framed(text: str, frame: str) -> str:
    """The whole mail in MJML. ValueError where the frame has no place for it."""
    if PLACE not in frame:
        raise ValueError(f"the frame has no {PLACE} where the words go")
    kept: list[str] = []

    def keep(found: re.Match[str]) -> str:
        kept.append(found[0])
        return f"LIQUID{len(kept) - 1}DIUQIL"

    blocks = _blocks(_parser.parse(_LIQUID.sub(keep, text)))
    return frame.replace(PLACE, _STASHED.sub(lambda found: kept[int(found[1])], blocks))


def _blocks(tokens: list[Token]) -> str:
    made, at = [], 0
    while at < len(tokens):
        end = _end(tokens, at)
        made.append(_block(tokens[at : end + 1]))
        at = end + 1
    return "\n".join(made)


def _end(tokens: list[Token], at: int) -> int:
    """The last token of the block that begins there."""
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
    inline = tokens[1].children or [] if len(tokens) == 3 else []
    if first.type == "heading_open":
        size = _HEADINGS.get(first.tag, "16px")
        words = _parser.renderer.render(tokens[1:2], _parser.options, {})
        level = first.tag
        return (
            f'<mj-text font-size="{size}" font-weight="bold" line-height="1.5" padding="6px 0 14px">'
            f'<{level} style="margin:0;font-size:{size};line-height:1.5">{words}</{level}></mj-text>'
        )
    if first.type == "paragraph_open" and (button := _button(inline)):
        return button
    if first.type == "paragraph_open" and len(inline) == 1 and inline[0].type == "image":
        image = inline[0]
        source, words = str(image.attrs["src"]), image.content
        alt = f' alt="{escape(words)}"' if words else ""
        return f'<mj-image src="{escape(source)}"{alt} padding="0 0 20px" />'
    if first.type == "paragraph_open":
        return f"<mj-text>{_parser.renderer.render(tokens[1:2], _parser.options, {})}</mj-text>"
    return f"<mj-text>{_parser.renderer.render(tokens, _parser.options, {})}</mj-text>"


def _button(inline: list[Token]) -> str:
    if not inline or inline[0].type != "link_open" or inline[-1].type != "link_close":
        return ""
    if inline[0].attrs.get("title") != "button" or sum(token.type == "link_open" for token in inline) != 1:
        return ""
    words = _parser.renderer.render([Token("inline", "", 0, children=inline[1:-1])], _parser.options, {})
    return f'<mj-button href="{escape(str(inline[0].attrs["href"]))}">{words}</mj-button>'
