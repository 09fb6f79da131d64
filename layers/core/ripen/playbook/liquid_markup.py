"""Check that every tag and output of a template is closed and short, before python-liquid reads it.

The lexer of python-liquid is one regular expression. Its time grows with the square of the template's length where a
tag is never closed, and with the square of the spaces inside a tag.
"""

import re

from ripen.playbook.template_limits import MAX_MARKUP, MAX_SOURCE, MAX_SPACES, TemplateError

_OPENING = re.compile(r"\{\{|\{%")
_RAW = re.compile(r"\{%-?\s*(raw|doc)\s*-?%\}")
_TAG_NAME = re.compile(r"\{%-?\s*(#|\w)")
_SPACES = re.compile(rf"\s{{{MAX_SPACES}}}")


def check_markup(source: str) -> None:
    """Raise TemplateError for a tag that is never closed, has no name or is too long, and for a template too long."""
    if len(source) > MAX_SOURCE:
        raise TemplateError(f"a template has at most {MAX_SOURCE:,} characters")
    at = 0
    while opening := _OPENING.search(source, at):
        at = _end(source, opening)


def _end(source: str, opening: re.Match[str]) -> int:
    """Return the index after the tag or output."""
    start = opening.start()
    # The lexer looks for these first, at any place, also inside a comment.
    if raw := _RAW.match(source, start):
        closing = re.compile(rf"\{{%-?\s*end{raw[1]}\s*-?%\}}").search(source, raw.end())
        if closing is None:
            raise _error(f"expected tag 'end{raw[1]}', found end of file", source, start)
        return closing.end()
    is_output = opening[0] == "{{"
    closed = source.find("}}" if is_output else "%}", opening.end())
    if closed < 0 and is_output:
        raise _error("expected '}}', found end of file", source, start)
    if closed < 0 or not (is_output or _TAG_NAME.match(source, start)):
        raise _error("missing tag name or closing delimiter", source, start)
    if closed - start > MAX_MARKUP or _SPACES.search(source, start, closed):
        raise _error(f"a tag has at most {MAX_MARKUP:,} characters and {MAX_SPACES} spaces in a row", source, start)
    return closed + 2


def _error(reason: str, source: str, at: int) -> TemplateError:
    return TemplateError(reason, source.count("\n", 0, at) + 1, at - source.rfind("\n", 0, at))
