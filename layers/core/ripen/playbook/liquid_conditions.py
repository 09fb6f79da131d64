"""Conditions in which a blank text is false, as in `{% if lead.company %}`.

In Liquid only nil and false are false. All values of a lead are texts, and a blank one means that there is none.
"""

from liquid import BoundTemplate, RenderContext
from liquid.builtin.expressions import BooleanExpression
from liquid.builtin.expressions.logical import LogicalAndExpression, LogicalNotExpression, LogicalOrExpression
from liquid.expression import Expression

from ripen.playbook.liquid_budget import expressions


class _NotBlank(Expression):
    """The value of an expression; False for a blank text."""

    __slots__ = ("_of",)

    def __init__(self, of: Expression) -> None:
        super().__init__(of.token)
        self._of = of

    def __str__(self) -> str:
        return str(self._of)

    def evaluate(self, context: RenderContext) -> object:
        value = self._of.evaluate(context)
        return False if isinstance(value, str) and not value.strip() else value

    def children(self) -> list[Expression]:
        return [self._of]


def make_blank_false(template: BoundTemplate) -> None:
    """Change the conditions of a template that was just parsed."""
    for expression in expressions(template):
        _change(expression)


def _change(expression: Expression) -> None:
    for inside in expression.children():
        _change(inside)
    match expression:
        case BooleanExpression():
            expression.expression = _operand(expression.expression)
        case LogicalNotExpression():
            expression.right = _operand(expression.right)
        case LogicalAndExpression() | LogicalOrExpression():
            expression.left, expression.right = _operand(expression.left), _operand(expression.right)


def _operand(expression: Expression) -> Expression:
    is_logical = isinstance(expression, LogicalAndExpression | LogicalOrExpression | LogicalNotExpression)
    return expression if is_logical else _NotBlank(expression)
