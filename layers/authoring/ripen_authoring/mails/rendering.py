"""Number the links of a mail."""

import re
from collections.abc import Callable
from pathlib import PurePosixPath

from ripen.mail.content.link_target import link_target
from ripen_authoring.mails.addresses import replace_addresses
from ripen_authoring.mails.html_links import html_links

_KEPT = re.compile(r"\{\{\s*unsubscribe_url\s*\}\}|(?:mailto|tel|sms):.+|#.*", re.IGNORECASE | re.DOTALL)
"""Links that are not counted: to unsubscribe, to write or to call, and to a place in the same mail."""


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
