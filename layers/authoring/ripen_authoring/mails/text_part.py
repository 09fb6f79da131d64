"""Make the text part of a mail from its html."""

import re
from functools import lru_cache
from html import escape

from inscriptis import get_text
from inscriptis.css_profiles import RELAXED_CSS_PROFILE
from inscriptis.model.config import ParserConfig

from ripen_authoring.mails.html_links import html_links

_HIDDEN = re.compile(r'<div style="display:none;.*?</div>', re.DOTALL)
_CONDITIONAL = re.compile(r"<!--.*?-->", re.DOTALL)
_BETWEEN_ROWS = re.compile(r"(</tr>|<tbody>)\s*((?:\{%[^%]*%\}\s*)+)(?=<tr|</tbody>)")
_STRUCK = re.compile(r"<(?:s|del|strike)\b[^<>]*>(.*?)</(?:s|del|strike)>", re.DOTALL | re.IGNORECASE)
_LIST_TAG = re.compile(r"<(/?)(ul|ol|li)\b[^<>]*>(?:\s*<(?:p|div)\b[^<>]*>)?", re.IGNORECASE)
_DEEPER = "\ue000"
"""A letter that nobody writes: one for each list around an item, because layout tables indent all lines."""
_ITEM = re.compile(rf"(\S+) ({_DEEPER}+) *")


@lru_cache(maxsize=256)
def plain_text(html: str) -> str:
    """Return the text part of a mail with numbered links.

    The address of each link follows its words on a new line. A picture is its description in brackets.
    """
    shown = _with_addresses(_CONDITIONAL.sub("", _HIDDEN.sub("", html)))
    shown = shown.replace("| newline_to_br", "").replace("</td></tr>", "<br></td></tr>")
    shown = _BETWEEN_ROWS.sub(r"\1<tr><td>\2</td></tr>", shown)  # a parser would move the tag out of the table
    shown = _with_depths(_STRUCK.sub(r"~~\1~~", shown))
    plain = get_text(shown, ParserConfig(css=RELAXED_CSS_PROFILE, display_links=False, display_images=True))
    lines = [_ITEM.sub(_indented, line.strip(), count=1) for line in plain.splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines).replace(_DEEPER, "")).strip() + "\n"


def _with_addresses(html: str) -> str:
    """Return the html with the address of each link after its words, or after the description of an image map's area.

    Addresses for mail and phones, and anchors, are no use in a text.
    """
    made, at = [], 0
    for link in sorted(html_links(html), key=lambda link: link.end):
        if re.match("mailto:|tel:|sms:|#", link.target, re.IGNORECASE):
            continue
        words, place = (f"<br>{escape(link.alt)}", link.tag_end) if link.tag == "area" else ("", link.end)
        made += [html[at:place], f"{words}<br>{link.target}<br>"]
        at = place
    return "".join((*made, html[at:]))


def _with_depths(html: str) -> str:
    """Return the html with a mark at the start of each item of a list for each list around it."""
    depth = 0

    def mark(found: re.Match[str]) -> str:
        nonlocal depth
        if found[2].lower() != "li":
            depth = max(depth - 1, 0) if found[1] else depth + 1
        return found[0] + (_DEEPER * depth if found[2].lower() == "li" and not found[1] else "")

    return _LIST_TAG.sub(mark, html)


def _indented(item: re.Match[str]) -> str:
    bullet = item[1] if item[1][0].isdigit() else "-"
    return f"{'  ' * (len(item[2]) - 1)}{bullet} "
