"""Number the links of a mail, and make its text part from its html."""

import re
from collections.abc import Callable
from functools import lru_cache
from html import escape
from pathlib import PurePosixPath

from inscriptis import get_text
from inscriptis.css_profiles import RELAXED_CSS_PROFILE
from inscriptis.model.config import ParserConfig

from ripen.mail.link_target import link_target
from ripen_authoring.mails.addresses import replace_addresses
from ripen_authoring.mails.html_links import html_links

_KEPT = re.compile(r"\{\{\s*unsubscribe_url\s*\}\}|(?:mailto|tel|sms):.+|#.*", re.IGNORECASE | re.DOTALL)
"""Links that are not counted: to unsubscribe, to write or to call, and to a place in the same mail."""
_HIDDEN = re.compile(r'<div style="display:none;.*?</div>', re.DOTALL)
_CONDITIONAL = re.compile(r"<!--.*?-->", re.DOTALL)
_BETWEEN_ROWS = re.compile(r"(</tr>|<tbody>)\s*((?:\{%[^%]*%\}\s*)+)(?=<tr|</tbody>)")


class BadLink(Exception):
    """A link whose target is not fixed when the playbook is published."""


def number_links(html: str, change: Callable[[str], str] = str) -> tuple[str, tuple[str, ...]]:
    """Return the html with {{ links[n] }} for each target, and the targets after `change`. Raise BadLink.

    The unsubscribe link, addresses for mail and phones, and anchors stay as they are.
    """
    numbers = _Numbers((), change)
    made, at = [], 0
    for link in html_links(html):
        if not _KEPT.fullmatch(link.target):
            made += [html[at : link.value.start], f'"{numbers.variable(link.target)}"']
            at = link.value.stop
    return "".join((*made, html[at:])), numbers.targets


def number_text_links(
    text: str, links: tuple[str, ...], change: Callable[[str], str] = str
) -> tuple[str, tuple[str, ...]]:
    """Return the text with {{ links[n] }} for each address, and the targets: those of the html come first.

    Raise BadLink.
    """
    numbers = _Numbers(links, change)
    return replace_addresses(text, numbers.variable), numbers.targets


class _Numbers:
    """Gives each target a number."""

    def __init__(self, targets: tuple[str, ...], change: Callable[[str], str]) -> None:
        self.targets = targets
        self._change = change

    def variable(self, written: str) -> str:
        """Return {{ links[n] }} for this link. Raise BadLink."""
        target = link_target(written)
        if not target:
            raise BadLink(written)
        target = self._change(target)
        if target not in self.targets:
            self.targets += (target,)
        return f"{{{{ links[{self.targets.index(target)}] }}}}"


def own_page(target: str) -> str:
    """Return the name of our page that the target leads to, or "" where it leads elsewhere."""
    path = PurePosixPath(target.partition("?")[0].partition("#")[0])
    return path.name if target.startswith("/pages/") else ""


@lru_cache(maxsize=256)
def plain_text(html: str) -> str:
    """Return the text part of a mail with numbered links. The address of each link follows its words on a new line."""
    shown = _with_addresses(_CONDITIONAL.sub("", _HIDDEN.sub("", html)))
    shown = shown.replace("| newline_to_br", "").replace("</td></tr>", "<br></td></tr>")
    shown = _BETWEEN_ROWS.sub(r"\1<tr><td>\2</td></tr>", shown)  # a parser would move the tag out of the table
    plain = get_text(shown, ParserConfig(css=RELAXED_CSS_PROFILE, display_links=False))
    lines = [line.strip() for line in plain.splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


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
