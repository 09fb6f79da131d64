"""Break code on purpose: each mutant is a function with one small change.

The changes are those that break a rule: a threshold moves by one step, a condition is turned round or dropped, a guard
or a call goes, a number grows by one. Words, arguments and types are left alone: to break them shows little.
"""

import ast
from collections import Counter
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

_SWAPPED: dict[type[ast.AST], type[Any]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
    ast.And: ast.Or, ast.Or: ast.And, ast.Add: ast.Sub, ast.Sub: ast.Add,
}  # fmt: skip

type _Breaks = Iterator[tuple[str, Callable[[Any], ast.AST]]]


@dataclass(frozen=True)
class Mutant:
    path: Path
    place: str
    """The qualified name of the function."""
    line: int
    change: str
    site: tuple[int, int]
    """The number of the node within its place, and that of the break among the node's."""

    @property
    def name(self) -> str:
        """What it is known by as long as its line stays the same, wherever that line moves."""
        return f"{self.path} {self.place}: {self.change}"

    def tree(self) -> ast.Module:
        """Return the broken module."""
        tree = ast.parse(self.path.read_text())
        definition = dict(_places(tree))[self.place]
        target = list(_nodes(definition))[self.site[0]]
        _, broken = list(_breaks(target))[self.site[1]]
        _Replacement(target, ast.copy_location(broken(target), target)).visit(definition)
        return ast.fix_missing_locations(tree)


def mutants_of(path: Path) -> Iterator[Mutant]:
    """Yield each mutant of a file. Those of one place that would have the same name are numbered."""
    source = path.read_text()
    lines = source.splitlines()
    for place, definition in _places(ast.parse(source)):
        seen = Counter[str]()
        for number, node in enumerate(_nodes(definition)):
            for variant, (change, _) in enumerate(_breaks(node)):
                line = getattr(node, "lineno", definition.lineno)
                where = f", in {lines[line - 1].strip()}" if isinstance(node, ast.Constant) else ""
                seen[change + where] += 1
                again = f" [{count}]" if (count := seen[change + where]) > 1 else ""
                yield Mutant(path, place, line, change + where + again, (number, variant))


class _Replacement(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> Any:
        return self.new if node is self.old else self.generic_visit(node)


def _places(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    for node in tree.body:
        match node:
            case ast.FunctionDef():
                yield node.name, node
            case ast.ClassDef():
                yield from (
                    (f"{node.name}.{part.name}", part) for part in node.body if isinstance(part, ast.FunctionDef)
                )


def _nodes(function: ast.FunctionDef) -> Iterator[ast.AST]:
    """Yield the nodes of the body: defaults and decorators are not in a function's code."""
    for statement in function.body:
        yield from ast.walk(statement)


def _breaks(node: ast.AST) -> _Breaks:
    """Yield what can be broken in a node: a description, and what takes the place of the node."""
    match node:
        case ast.Compare() | ast.BoolOp() | ast.UnaryOp() | ast.BinOp():
            yield from _broken_conditions(node)
        case ast.Constant(value=bool(value)):
            yield f"{value} → {not value}", lambda old: ast.Constant(not old.value)
        case ast.Constant(value=int(value) | float(value)):
            yield f"{value} → {value + 1}", lambda old: ast.Constant(old.value + 1)
        case ast.If(orelse=[]) | ast.Raise() | ast.AugAssign() | ast.Expr(value=ast.Call()):
            yield f"without: {_first_line(node)}", lambda old: ast.Pass()
        case (
            ast.If(test=ast.Name() | ast.Call() | ast.Attribute())
            | ast.IfExp(test=ast.Name() | ast.Call() | ast.Attribute())
        ):
            yield f"not: {_first_line(node)}", lambda old: _with(old, test=ast.UnaryOp(ast.Not(), old.test))
        case ast.comprehension(ifs=[_, *_]):
            yield f"without: if {ast.unparse(node.ifs[0])}", lambda old: _with(old, ifs=old.ifs[1:])
        case ast.match_case(guard=ast.expr() as guard):
            yield f"without: if {ast.unparse(guard)}", lambda old: _with(old, guard=None)


def _broken_conditions(node: ast.expr) -> _Breaks:
    match node:
        case ast.Compare(ops=[op]) if type(op) in _SWAPPED:
            yield _turned(node, lambda old: _with(old, ops=[_SWAPPED[type(old.ops[0])]()]))
        case ast.BoolOp():
            yield _turned(node, lambda old: _with(old, op=_SWAPPED[type(old.op)]()))
            for index in range(len(node.values)):
                yield _turned(node, partial(_without, index=index))
        case ast.UnaryOp(op=ast.Not()):
            yield _turned(node, lambda old: old.operand)
        case ast.BinOp(op=ast.Add() | ast.Sub()):
            yield _turned(node, lambda old: _with(old, op=_SWAPPED[type(old.op)]()))


def _turned(node: ast.expr, broken: Callable[[Any], ast.AST]) -> tuple[str, Callable[[Any], ast.AST]]:
    return f"{ast.unparse(node)} → {ast.unparse(broken(deepcopy(node)))}", broken


def _with(node: ast.AST, **fields: Any) -> ast.AST:
    for name, value in fields.items():
        setattr(node, name, value)
    return node


def _without(node: ast.BoolOp, index: int) -> ast.AST:
    kept = [value for number, value in enumerate(node.values) if number != index]
    return kept[0] if len(kept) == 1 else _with(node, values=kept)


def _first_line(node: ast.AST) -> str:
    return ast.unparse(node).splitlines()[0]
