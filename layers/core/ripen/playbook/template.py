"""Liquid, as the playbook's pages, mails and reasons use it: values come out as text, and no template can run away.

Two environments: html, where every value is escaped, and plain, for subjects, text parts and words in Slack. There is no
loader, no clock ("now" is an argument like any other) and no filter that multiplies a string.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from ripen.lead.text import one_line
from ripen.playbook.template_limits import LONGEST

if TYPE_CHECKING:
    from liquid import BoundTemplate

_VALUE = re.compile(r"\{\{\s*([a-z_]\w*(?:\.[a-z_]\w*)*)\s*\}\}", re.ASCII)


def render_html(source: str, variables: Mapping[str, object]) -> str:
    """The template with every value escaped for HTML. Raises TemplateError."""
    return _render(parse(source, html=True), variables)


def render_text(source: str, variables: Mapping[str, object]) -> str:
    """The template with values as they are, for what is no HTML. Raises TemplateError."""
    filled = _filled(source, variables)
    return _render(parse(source), variables) if filled is None else filled


def render_line(source: str, variables: Mapping[str, object]) -> str:
    """As render_text, on one line: whatever breaks a line, control characters included, becomes one space, so that a
    value cannot begin a header of its own."""
    return one_line(render_text(source, variables))


@lru_cache(maxsize=2048)
def parse(source: str, html: bool = False) -> "BoundTemplate":
    """The parsed template, kept. Raises TemplateError."""
    from ripen.playbook import limited_liquid  # slow to load

    return limited_liquid.parse(source, html)


def _render(template: "BoundTemplate", variables: Mapping[str, object]) -> str:
    from ripen.playbook import limited_liquid

    return limited_liquid.render(template, variables)


def _filled(source: str, variables: Mapping[str, object]) -> str | None:
    """The text of a template that only names values which are there, and so needs no Liquid; None for any other."""
    parts = _VALUE.split(source)
    if any(mark in part for part in parts[::2] for mark in ("{{", "}}", "{%")):
        return None
    for at in range(1, len(parts), 2):
        value = _named(parts[at], variables)
        if value is None:
            return None
        parts[at] = value
    text = "".join(parts)
    return text if len(text) <= LONGEST and "\r" not in text else None  # Liquid makes every line break a line feed


def _named(path: str, variables: Mapping[str, object]) -> str | None:
    found: object = variables
    for name in path.split("."):
        if not isinstance(found, Mapping) or name not in found:
            return None
        found = found[name]
    return str(found) if type(found) in (str, int) else None
