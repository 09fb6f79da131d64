"""Number the links of a mail, and make its text part from its html."""

import html as markup
import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import PurePosixPath

from inscriptis import get_text
from inscriptis.css_profiles import RELAXED_CSS_PROFILE
from inscriptis.model.config import ParserConfig

_LINK = re.compile(r'(<a\b[^>]*?\shref=")([^"]*)(")', re.IGNORECASE)
_ANCHOR = re.compile(r'<a\b[^>]*?\shref="([^"]*)"[^>]*>(.*?)</a>', re.IGNORECASE | re.DOTALL)
_ADDRESS = re.compile(r"https?://[^\s<>\"'、。，）」』】｝＞]+|(?<![\w/.}])/pages/[\w./?=&%#-]+")
_AFTER_ADDRESS = ".,;:!?)"
_HIDDEN = re.compile(r'<div style="display:none;.*?</div>', re.DOTALL)
_CONDITIONAL = re.compile(r"<!--.*?-->", re.DOTALL)
_UNSUBSCRIBE = re.compile(r"\{\{\s*unsubscribe_url\s*\}\}")
_BETWEEN_ROWS = re.compile(r"(</tr>|<tbody>)\s*((?:\{%[^%]*%\}\s*)+)(?=<tr|</tbody>)")
_LARGEST = 100_000


class BadLink(Exception):
    """A link whose target is not fixed when the playbook is published."""


def number_links(html: str, change: Callable[[str], str] = str) -> tuple[str, tuple[str, ...]]:
    """Return the html with {{ links[n] }} for each target, and the targets after `change`. Raise BadLink.

    The unsubscribe link, mail addresses and phone numbers stay as they are.
    """
    targets: list[str] = []

    def replace(found: re.Match[str]) -> str:
        target = markup.unescape(found[2]).strip()
        if _UNSUBSCRIBE.fullmatch(target) or target.startswith(("mailto:", "tel:")):
            return found[0]
        if not is_fixed(target):
            raise BadLink(target)
        target = change(target)
        if target not in targets:
            targets.append(target)
        return f"{found[1]}{{{{ links[{targets.index(target)}] }}}}{found[3]}"

    return _LINK.sub(replace, html), tuple(targets)


def number_text_links(
    text: str, links: tuple[str, ...], change: Callable[[str], str] = str
) -> tuple[str, tuple[str, ...]]:
    """Return the text with {{ links[n] }} for each address, and the targets: those of the html come first."""
    targets = list(links)

    def replace(found: re.Match[str]) -> str:
        written = found[0].rstrip(_AFTER_ADDRESS)
        target = change(written)
        if target not in targets:
            targets.append(target)
        return f"{{{{ links[{targets.index(target)}] }}}}{found[0][len(written) :]}"

    return _ADDRESS.sub(replace, text), tuple(targets)


def is_fixed(target: str) -> bool:
    """Return whether the target is known at publish: https://… or a path on our own site, without Liquid."""
    if not target.isprintable() or " " in target or "{{" in target or "{%" in target or "\\" in target:
        return False
    return bool(re.fullmatch(r"https?://[^/]+.*", target)) or bool(re.fullmatch(r"/[^/].*", target))


def own_page(target: str) -> str:
    """Return the name of our page that the target leads to, or "" where it leads elsewhere."""
    path = PurePosixPath(target.partition("?")[0].partition("#")[0])
    return path.name if target.startswith("/pages/") else ""


@lru_cache(maxsize=256)
def plain_text(html: str) -> str:
    """Return the text part of a mail with numbered links. The address of each link follows its words on a new line."""
    shown = _CONDITIONAL.sub("", _HIDDEN.sub("", html))
    shown = _ANCHOR.sub(lambda link: _with_address(link[1], link[2]), shown)
    shown = shown.replace("| newline_to_br", "").replace("</td></tr>", "<br></td></tr>")
    shown = _BETWEEN_ROWS.sub(r"\1<tr><td>\2</td></tr>", shown)  # a parser would move the tag out of the table
    plain = get_text(shown, ParserConfig(css=RELAXED_CSS_PROFILE, display_links=False))
    lines = [line.strip() for line in plain.splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


def is_too_large(html: str) -> bool:
    """Return whether mailbox providers would cut the mail off, with its unsubscribe link."""
    return len(html.encode()) > _LARGEST


def _with_address(target: str, words: str) -> str:
    if target.startswith(("mailto:", "tel:")):
        return words
    return f"{words}<br>{target}<br>"
