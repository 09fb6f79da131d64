"""The house keeps its shape: imports run functions → core ← adapters, and core stays pure."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
CORE = ROOT / "layers/core/ripen"
PURE = {
    "pydantic",
    "msgspec",
    "dateutil",
    "holidays",
    "liquid",
    "phonenumbers",
    "email_validator",
    "markupsafe",
    "idna",
}
IMPURE_STANDARD = {"os", "socket", "subprocess", "random", "time", "threading", "asyncio", "urllib.request", "http"}


def imports(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def core_files() -> list[Path]:
    return [file for file in CORE.rglob("*.py") if "adapters" not in file.parts]


def test_core_imports_only_what_is_pure() -> None:
    allowed = (set(sys.stdlib_module_names) - IMPURE_STANDARD) | PURE | {"ripen"}
    wrong = [
        f"{file.relative_to(ROOT)}: {name}"
        for file in core_files()
        for name in imports(file)
        if name.partition(".")[0] not in allowed or name in IMPURE_STANDARD or name.startswith("ripen.adapters")
    ]
    assert wrong == []


def test_core_asks_no_clock_and_no_chance() -> None:
    asked = {"now", "utcnow", "today", "uuid4", "uuid1", "token_hex", "monotonic"}
    wrong = [
        f"{file.relative_to(ROOT)}:{node.lineno} {node.func.attr}"
        for file in core_files()
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in asked
        if isinstance(node.func.value, ast.Name)
        and node.func.value.id in {"datetime", "date", "uuid", "secrets", "time"}
    ]
    assert wrong == []


def test_adapters_and_core_know_no_function() -> None:
    areas = {"capture", "score", "nurture", "notify", "report", "functions"}
    wrong = [
        f"{file.relative_to(ROOT)}: {name}"
        for file in CORE.rglob("*.py")
        for name in imports(file)
        if name.partition(".")[0] in areas
    ]
    assert wrong == []


def test_only_the_top_of_a_function_file_reads_the_environment() -> None:
    inside = [
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for file in [*CORE.rglob("*.py"), *(ROOT / "functions").rglob("*.py")]
        for function in ast.walk(ast.parse(file.read_text()))
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}
    ]
    assert inside == []


def test_whoever_tries_again_after_a_conflict_steps_back_first() -> None:
    loops = [
        (file, node)
        for file in (ROOT / "functions").rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.For) and "except Conflict" in ast.unparse(node)
    ]
    wrong = [f"{file.relative_to(ROOT)}:{node.lineno}" for file, node in loops if "step_back" not in ast.unparse(node)]
    assert (wrong, len(loops) > 10) == ([], True)
