"""Files and functions are short enough to be read at once."""

import ast
from collections.abc import Iterator

from tests.test_architecture import ROOT


def test_files_and_functions_are_short() -> None:
    """A file has at most 300 lines, a function at most 40."""
    for folder in ("functions", "layers", "cli", "sandbox", "bench", "tests", "docs"):
        for file in (ROOT / folder).rglob("*.py"):
            if "node_modules" in file.parts:
                continue
            text = file.read_text()
            assert text.count("\n") <= 300, file
            for node in _functions(ast.parse(text)):
                assert (node.end_lineno or 0) - node.lineno < 40, f"{file}: {node.name}"


def _functions(node: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield the functions within a node; only statements hold any, and most nodes are expressions."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield child
        if isinstance(child, ast.stmt | ast.ExceptHandler | ast.match_case):
            yield from _functions(child)
