"""python-liquid with limits: no loader, no clock, few tags and filters, and bounded loops.

This module is slow to load, and many functions need it only for templates that do more than insert values
(template.py).
"""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType

from ripen.playbook.liquid_markup import check_markup
from ripen.playbook.template_limits import FILTERS, MAX_ITERATIONS, MAX_OUTPUT, TemplateError


@contextmanager
def _without_extras() -> Iterator[None]:
    """Keep Liquid from loading its extra tags and filters, and Babel for them, which take half of its load time.

    An empty module replaces them during the import; a later import still gets the real one.
    """
    name = "liquid.extra"
    known = sys.modules.get(name)
    stand_in = ModuleType(name)
    stand_in.add_tags_and_filters = None  # type: ignore[attr-defined]
    sys.modules[name] = known or stand_in
    try:
        yield
    finally:
        if known is None:
            del sys.modules[name]


with _without_extras():
    from liquid import BoundTemplate, Environment, FalsyStrictUndefined
    from liquid.exceptions import LiquidError, LiquidSyntaxError, UndefinedError, UnknownFilterError

    from ripen.playbook.liquid_budget import BudgetedFor, BudgetedTemplate, check_ranges
    from ripen.playbook.liquid_conditions import make_blank_false

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
_TOO_DEEP = "Liquid stopped: a tag is nested too deeply"


class _LimitedEnvironment(Environment):
    """A Liquid environment with few tags and filters, and with limits on depth, loops, work and output."""

    context_depth_limit = 12
    loop_iteration_limit = MAX_ITERATIONS
    local_namespace_limit = 50_000
    output_stream_limit = MAX_OUTPUT
    template_class = BudgetedTemplate

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        super().setup_tags_and_filters(extra=extra)
        self.add_tag(BudgetedFor)
        self.tags = {name: tag for name, tag in self.tags.items() if name in _TAGS}
        self.filters = {name: filter for name, filter in self.filters.items() if name in FILTERS}


_HTML = _LimitedEnvironment(undefined=FalsyStrictUndefined, autoescape=True)
_PLAIN = _LimitedEnvironment(undefined=FalsyStrictUndefined)


def parse(source: str, html: bool) -> BoundTemplate:
    """Parse a template; `html` escapes its values. Raises TemplateError."""
    check_markup(source)
    try:
        template = (_HTML if html else _PLAIN).from_string(source)
        check_ranges(template)
        make_blank_false(template)
    except LiquidError as error:
        raise _template_error(error) from None
    except RecursionError:
        raise TemplateError(_TOO_DEEP) from None
    return template


def render(template: BoundTemplate, variables: Mapping[str, object]) -> str:
    """Render a parsed template. Raises TemplateError."""
    try:
        return template.render(**variables)
    except LiquidError as error:
        raise _template_error(error) from None
    except RecursionError:
        raise TemplateError(_TOO_DEEP) from None
    except (ValueError, OverflowError):  # a number with too many digits to print
        raise TemplateError("Liquid stopped: a number is too large") from None


def _template_error(error: LiquidError) -> TemplateError:
    where = error.context()
    line, column = (where[0], where[1] + 1) if where else (1, 1)
    if isinstance(error, LiquidSyntaxError | UndefinedError | UnknownFilterError):
        return TemplateError(str(error.message), line, column)
    return TemplateError(f"Liquid stopped: {type(error).__name__}", line, column)
