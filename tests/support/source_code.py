"""Our own source code, parsed for the tests of its shape."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path


def nodes(file: Path, *words: str) -> Iterator[ast.AST]:
    """Yield the nodes of a file that contains one of the words; to parse all files for each rule takes long."""
    text = file.read_text()
    return ast.walk(ast.parse(text)) if any(word in text for word in words) else iter(())


@cache
def _import_statements(file: Path) -> tuple[ast.Import | ast.ImportFrom, ...]:
    return tuple(node for node in nodes(file, "import") if isinstance(node, ast.Import | ast.ImportFrom))


def imports(file: Path) -> Iterator[str]:
    for node in _import_statements(file):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif node.module:
            yield node.module


def imported_names(file: Path) -> Iterator[str]:
    """Dotted names of all that a file imports, in `from a import b` both parts."""
    for node in _import_statements(file):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
