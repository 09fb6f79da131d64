"""Renders the Liquid of the playbook's pages, mails and reasons, with limits on time and output.

There are two environments: HTML, where every value is escaped, and plain text, for subjects, text parts and Slack.
There is no loader, no clock ("now" is an ordinary argument) and no filter that multiplies a string.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from ripen.lead.text import one_line
from ripen.playbook.template_limits import MAX_OUTPUT

if TYPE_CHECKING:
    from liquid import BoundTemplate

_VALUE = re.compile(r"\{\{\s*([a-z_]\w*(?:\.[a-z_]\w*)*)\s*\}\}", re.ASCII)


def render_html(source: str, variables: Mapping[str, object]) -> str:
    """Render the template with every value escaped for HTML. Raises TemplateError."""
    return _render(parse(source, html=True), variables)


def render_text(source: str, variables: Mapping[str, object]) -> str:
    """Render the template as plain text, with values as they are. Raises TemplateError."""
    text = _without_liquid(source, variables)
    return _render(parse(source), variables) if text is None else text


def render_line(source: str, variables: Mapping[str, object]) -> str:
    """Render the template as one line of plain text. Raises TemplateError.

    Line breaks and control characters become one space, so that a value cannot start a mail header.
    """
    return one_line(render_text(source, variables))


@lru_cache(maxsize=2048)
def parse(source: str, html: bool = False) -> "BoundTemplate":
    """Parse the template; the result is cached. Raises TemplateError."""
    from ripen.playbook import limited_liquid  # slow to load

    return limited_liquid.parse(source, html)


def _render(template: "BoundTemplate", variables: Mapping[str, object]) -> str:
    from ripen.playbook import limited_liquid

    return limited_liquid.render(template, variables)


def _without_liquid(source: str, variables: Mapping[str, object]) -> str | None:
    """Return the text of a template that only inserts known values; None for a template that needs Liquid."""
    parts = _VALUE.split(source)
    if any(mark in part for part in parts[::2] for mark in ("{{", "}}", "{%")):
        return None
    for at in range(1, len(parts), 2):
        value = _value(parts[at], variables)
        if value is None:
            return None
        parts[at] = value
    text = "".join(parts)
    # Liquid turns every line break into a line feed, so a text with carriage returns needs it.
    return text if len(text) <= MAX_OUTPUT and "\r" not in text else None


def _value(path: str, variables: Mapping[str, object]) -> str | None:
    """Return the text or whole number at the dotted path; None for anything else."""
    found: object = variables
    for name in path.split("."):
        if not isinstance(found, Mapping) or name not in found:
            return None
        found = found[name]
    return str(found) if type(found) in (str, int) else None
