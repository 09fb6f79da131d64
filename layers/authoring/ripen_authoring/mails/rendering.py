"""From a mail's MJML to what is sent: html with its links numbered, and a text part with the same links."""

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
_HEAVIEST = 100_000


class BadLink(Exception):
    """A link whose target is not fixed at publish."""


def as_written(target: str) -> str:
    return target


def numbered(html: str, final: Callable[[str], str] = as_written) -> tuple[str, tuple[str, ...]]:
    """The html with {{ links[n] }} for each target, and the targets, as `final` makes them. Raises BadLink.

    The unsubscribe link, mail addresses and phone numbers stay as they are.
    """
    targets: list[str] = []

    def replace(found: re.Match[str]) -> str:
        target = markup.unescape(found[2]).strip()
        if _UNSUBSCRIBE.fullmatch(target) or target.startswith(("mailto:", "tel:")):
            return found[0]
        if not is_fixed(target):
            raise BadLink(target)
        target = final(target)
        if target not in targets:
            targets.append(target)
        return f"{found[1]}{{{{ links[{targets.index(target)}] }}}}{found[3]}"

    return _LINK.sub(replace, html), tuple(targets)


def numbered_text(
    text: str, links: tuple[str, ...], final: Callable[[str], str] = as_written
) -> tuple[str, tuple[str, ...]]:
    """A text with {{ links[n] }} for each address in it, and the targets: those of the html first."""
    targets = list(links)

    def replace(found: re.Match[str]) -> str:
        written = found[0].rstrip(_AFTER_ADDRESS)
        target = final(written)
        if target not in targets:
            targets.append(target)
        return f"{{{{ links[{targets.index(target)}] }}}}{found[0][len(written) :]}"

    return _ADDRESS.sub(replace, text), tuple(targets)


def is_fixed(target: str) -> bool:
    """A target that is known at publish: https://… or a path on our own site, without Liquid and line breaks."""
    if not target.isprintable() or " " in target or "{{" in target or "{%" in target or "\\" in target:
        return False
    return bool(re.fullmatch(r"https?://[^/]+.*", target)) or bool(re.fullmatch(r"/[^/].*", target))


def own_page(target: str) -> str:
    """The page of ours that a target leads to, "" if it leads elsewhere."""
    path = PurePosixPath(target.partition("?")[0].partition("#")[0])
    return path.name if target.startswith("/pages/") else ""


@lru_cache(maxsize=256)
def text_of(html: str) -> str:
    """The text part of a numbered html: what is read, in order, each link's address on a line after its words."""
    shown = _CONDITIONAL.sub("", _HIDDEN.sub("", html))
    shown = _ANCHOR.sub(lambda link: _with_address(link[1], link[2]), shown)
    shown = shown.replace("| newline_to_br", "").replace("</td></tr>", "<br></td></tr>")
    shown = _BETWEEN_ROWS.sub(r"\1<tr><td>\2</td></tr>", shown)  # else a parser moves the tag out of the table
    plain = get_text(shown, ParserConfig(css=RELAXED_CSS_PROFILE, display_links=False))
    lines = [line.strip() for line in plain.splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


def is_too_heavy(html: str) -> bool:
    """Large mails are cut off by some mailbox providers, unsubscribe link and all."""
    return len(html.encode()) > _HEAVIEST


def _with_address(target: str, words: str) -> str:
    if target.startswith(("mailto:", "tel:")):
        return words
    return f"{words}<br>{target}<br>"
