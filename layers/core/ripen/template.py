"""Liquid, as the playbook's pages, mails and reasons use it: values come out as text, and no template can run away.

Two environments: html, where every value is escaped, and plain, for subjects, text parts and words in Slack. There is no
loader, no clock ("now" is an argument like any other) and no filter that multiplies a string.
"""

from collections.abc import Mapping
from functools import lru_cache

from liquid import BoundTemplate, Environment, FalsyStrictUndefined
from liquid.exceptions import LiquidError, LiquidSyntaxError, UndefinedError, UnknownFilterError

from ripen.text import one_line

_TAGS = frozenset(
    [
        "content",
        "output",
        "illegal",
        "#",
        "assign",
        "break",
        "capture",
        "case",
        "comment",
        "continue",
        "echo",
        "for",
        "if",
        "unless",
    ]
)
FILTERS = frozenset(
    [
        "append",
        "at_least",
        "at_most",
        "capitalize",
        "default",
        "downcase",
        "escape",
        "first",
        "join",
        "last",
        "minus",
        "newline_to_br",
        "plus",
        "prepend",
        "size",
        "strip",
        "truncate",
        "upcase",
        "url_encode",
    ]
)
"""What a template may do to a value."""


class TemplateError(Exception):
    """The template does not parse, asks for what it was not given, or exceeds its limits. The text says which and where,
    and never holds a value."""

    def __init__(self, reason: str, line: int = 1, column: int = 1) -> None:
        super().__init__(f"{reason} (line {line}, column {column})")
        self.reason = reason
        self.line = line
        self.column = column


class _Limited(Environment):
    context_depth_limit = 12
    loop_iteration_limit = 5_000
    local_namespace_limit = 50_000
    output_stream_limit = 1_000_000

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        super().setup_tags_and_filters(extra=extra)
        self.tags = {name: tag for name, tag in self.tags.items() if name in _TAGS}
        self.filters = {name: filter for name, filter in self.filters.items() if name in FILTERS}


_HTML = _Limited(undefined=FalsyStrictUndefined, autoescape=True)
_PLAIN = _Limited(undefined=FalsyStrictUndefined)


def render_html(source: str, variables: Mapping[str, object]) -> str:
    """The template with every value escaped for HTML. Raises TemplateError."""
    return _render(parse(source, html=True), variables)


def render_text(source: str, variables: Mapping[str, object]) -> str:
    """The template with values as they are, for what is no HTML. Raises TemplateError."""
    return _render(parse(source), variables)


def render_line(source: str, variables: Mapping[str, object]) -> str:
    """As render_text, on one line: whatever breaks a line, control characters included, becomes one space, so that a
    value cannot begin a header of its own."""
    return one_line(render_text(source, variables))


@lru_cache(maxsize=2048)
def parse(source: str, html: bool = False) -> BoundTemplate:
    """The parsed template, kept. Raises TemplateError."""
    try:
        return (_HTML if html else _PLAIN).from_string(source)
    except LiquidError as error:
        raise _told(error) from None


def _render(template: BoundTemplate, variables: Mapping[str, object]) -> str:
    try:
        return template.render(**variables)
    except LiquidError as error:
        raise _told(error) from None
    except (ValueError, OverflowError):  # a number too long to be written out
        raise TemplateError("Liquid stopped: a number is too large") from None


def _told(error: LiquidError) -> TemplateError:
    where = error.context()
    line, column = (where[0], where[1] + 1) if where else (1, 1)
    if isinstance(error, LiquidSyntaxError | UndefinedError | UnknownFilterError):
        return TemplateError(str(error.message), line, column)
    return TemplateError(f"Liquid stopped: {type(error).__name__}", line, column)
