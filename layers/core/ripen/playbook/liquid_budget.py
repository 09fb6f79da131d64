"""Bound the work of one rendering: the characters that loops execute, and those that filters and captures make.

python-liquid bounds only nested loops. Loops one after another, long loop bodies, a range in a filter, and filters that
multiply a text would still take minutes or gigabytes.
"""

from collections.abc import Callable, Iterator, Sized
from typing import Any, TextIO

from liquid import BoundTemplate, RenderContext
from liquid.ast import BlockNode, Node
from liquid.builtin.expressions import LoopExpression
from liquid.builtin.expressions.primitive import RangeLiteral
from liquid.builtin.tags.for_tag import ForNode, ForTag
from liquid.exceptions import LiquidSyntaxError, LoopIterationLimitError, ResourceLimitError
from liquid.expression import Expression
from liquid.token import Token

from ripen.playbook.template_limits import MAX_ITERATIONS, MAX_WORK

_ITERATION = 10
"""The work of an iteration with an empty body."""


class WorkLimitError(ResourceLimitError):
    """The rendering would take too much work."""


class BudgetedContext(RenderContext):
    """A rendering that may take MAX_WORK characters of work."""

    __slots__ = ("_left",)

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._left = MAX_WORK

    def spend(self, characters: int) -> None:
        """Count work that is about to be done. Raise WorkLimitError if it is too much."""
        self._left -= characters
        if self._left < 0:
            raise WorkLimitError("work limit reached", token=None)

    def filter(self, name: str, token: Token | None) -> Callable[..., object]:
        """Return the filter of that name. It spends the lengths of its values before it is applied."""
        apply = super().filter(name, token)

        def spending(value: object, *arguments: object, **named: object) -> object:
            repeated = _length(value) if name == "join" else 1
            self.spend(_length(value) + sum(_length(argument) for argument in arguments) * repeated)
            return apply(value, *arguments, **named)

        return spending

    def assign(self, key: str, val: Any) -> None:
        """Set a variable, and spend its length: a captured text was just made."""
        self.spend(_length(val))
        super().assign(key, val)


class BudgetedTemplate(BoundTemplate):
    """A template whose renderings are bounded."""

    context_class = BudgetedContext


class BudgetedFor(ForTag):
    """The `for` tag. It refuses a long list before it starts, and its body spends its length at each iteration."""

    class Loop(ForNode):
        def __init__(
            self, token: Token, expression: LoopExpression, block: BlockNode, default: BlockNode | None = None
        ) -> None:
            super().__init__(token, expression, _Body(block), default)

        def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
            items = self.expression.iterable.evaluate(context)
            # Liquid itself makes a list of a reversed range, and walks to an offset, before it counts.
            if isinstance(items, Sized) and not isinstance(items, str) and len(items) > MAX_ITERATIONS:
                raise LoopIterationLimitError("loop iteration limit reached", token=self.token)
            return super().render_to_output(context, buffer)

    node_class = Loop


class _Body(BlockNode):
    """The body of a loop."""

    __slots__ = ("_length",)

    def __init__(self, block: BlockNode) -> None:
        super().__init__(block.token, block.nodes)
        self._length = _ITERATION + len(str(block))

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        if isinstance(context, BudgetedContext):
            context.spend(self._length)
        return super().render_to_output(context, buffer)


def check_ranges(template: BoundTemplate) -> None:
    """Raise LiquidSyntaxError for a range such as (1..9) in another place than `for i in (1..9)`.

    A filter would make a list of it, and `contains` would walk through it.
    """
    for expression in expressions(template):
        inner = expression.children() if isinstance(expression, LoopExpression) else [expression]
        is_first = isinstance(expression, LoopExpression)
        for each in inner:
            _check_range(each, may_be_range=is_first)
            is_first = False


def expressions(template: BoundTemplate) -> Iterator[Expression]:
    """Yield the expressions of all tags and outputs of the template, also of nested ones."""
    for node in _nodes(template.nodes, template.context_class(template)):
        yield from node.expressions()


def _check_range(expression: Expression, may_be_range: bool = False) -> None:
    if isinstance(expression, RangeLiteral) and not may_be_range:
        raise LiquidSyntaxError("a range such as (1..9) belongs after 'for … in'", token=expression.token)
    for inside in expression.children():
        _check_range(inside)


def _nodes(nodes: Any, context: RenderContext) -> Iterator[Node]:
    for node in nodes:
        yield node
        yield from _nodes(node.children(context, include_partials=False), context)


def _length(value: object) -> int:
    """Return the length of a text or list, 1 for anything else."""
    return len(value) if isinstance(value, str | list | tuple | dict) else 1
