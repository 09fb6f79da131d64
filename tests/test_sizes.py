"""Files and functions are short enough to be read at once."""

import ast

from tests.test_architecture import ROOT


def test_files_and_functions_are_short() -> None:
    """A file has at most 300 lines, a function at most 40."""
    for folder in ("functions", "layers", "cli", "sandbox", "bench", "tests", "docs"):
        for file in (ROOT / folder).rglob("*.py"):
            if "node_modules" in file.parts:
                continue
            text = file.read_text()
            assert text.count("\n") <= 300, file
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    assert (node.end_lineno or 0) - node.lineno < 40, f"{file}: {node.name}"
