"""The layers that `sam build` makes: for Lambda's processor, with byte code, within Lambda's limit of size."""

import ast
import importlib.util
import os
import platform
import re
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.stack_template import FUNCTIONS

PROJECT = Path(__file__).resolve().parents[1]
MACHINES = {"arm64": 183, "x86_64": 62}
"""e_machine of an ELF file: EM_AARCH64 and EM_X86_64 (elf.h)."""
RUNTIME = ("boto3", "botocore", "s3transfer", "jmespath", "urllib3", "dateutil")
MOST_BYTES = 250 * 1024 * 1024
"""Unzipped, with the function (AWS, "Lambda quotas")."""


@pytest.fixture(scope="module", params=MACHINES)
def dependencies(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    folder = tmp_path_factory.mktemp(request.param)
    _make("dependencies", "build-DependenciesLayer", folder, request.param)
    return request.param, folder / "python"


def test_the_wheels_are_for_the_requested_processor(dependencies: tuple[str, Path]) -> None:
    architecture, folder = dependencies
    libraries = list(folder.rglob("*.so"))
    assert libraries
    for library in libraries:
        [machine] = struct.unpack_from("<H", library.read_bytes()[:20], 18)
        assert machine == MACHINES[architecture], library.name


def test_every_function_imports_with_the_layer_alone(dependencies: tuple[str, Path], tmp_path: Path) -> None:
    """Beside the layer there are only the libraries that Lambda's runtime brings."""
    architecture, folder = dependencies
    if platform.machine() not in (architecture, {"arm64": "aarch64"}.get(architecture)):
        pytest.skip("the wheels are for another processor")
    for name in RUNTIME:
        [found] = importlib.util.find_spec(name).submodule_search_locations or []  # type: ignore[union-attr]
        (tmp_path / name).symlink_to(found)
    places = [str(PROJECT / "functions"), str(PROJECT / "layers/core"), str(folder), str(tmp_path)]
    modules, variables = _imported()
    script = f"import sys; sys.path[:0] = {places}\nfrom importlib import import_module\n" + "".join(
        f"import_module({name!r})\n" for name in sorted(modules)
    )
    command, settings = [sys.executable, "-I", "-S", "-c", script], {"AWS_DEFAULT_REGION": "ap-northeast-1"}
    environment = dict.fromkeys(variables, "https://sqs.example/queue") | settings
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


def _imported() -> tuple[set[str], set[str]]:
    """Return all functions, the modules that they and the core import, early or late, and the variables they read."""
    found, variables = {function["Handler"].removesuffix(".handler") for function in FUNCTIONS.values()}, set[str]()
    assert len(found) >= 15
    for folder in (PROJECT / "functions", PROJECT / "layers/core/ripen"):
        for file in folder.rglob("*.py"):
            text = file.read_text()
            variables |= set(re.findall(r'os\.environ\["(\w+)"\]', text))
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.Import):
                    found |= {alias.name for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module:
                    found.add(node.module)
    return found, variables


def test_each_module_has_unchecked_byte_code(dependencies: tuple[str, Path]) -> None:
    _, folder = dependencies
    for source in (folder / "pydantic").rglob("*.py"):
        code = source.parent / "__pycache__" / f"{source.stem}.cpython-313.pyc"
        assert struct.unpack_from("<I", code.read_bytes(), 4) == (0b01,), code  # PEP 552: hash-based, unchecked


def test_the_layer_is_within_the_size_limit_of_lambda(dependencies: tuple[str, Path]) -> None:
    _, folder = dependencies
    assert sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) < MOST_BYTES / 2


def test_the_core_layer_has_our_modules_and_their_byte_code(tmp_path: Path) -> None:
    _make("core", "build-CoreLayer", tmp_path, "arm64")
    sources = {path.relative_to(PROJECT / "layers/core") for path in (PROJECT / "layers/core/ripen").rglob("*.py")}
    built = {path.relative_to(tmp_path / "python") for path in (tmp_path / "python").rglob("*.py")}
    assert built == sources
    for source in built:
        file = tmp_path / "python" / source
        assert (file.parent / "__pycache__" / f"{file.stem}.cpython-313.pyc").exists()


def _make(layer: str, target: str, folder: Path, architecture: str) -> None:
    path = os.pathsep.join((str(Path(sys.executable).parent), str(PROJECT / ".tools/uv/bin"), os.environ["PATH"]))
    environment = dict(os.environ) | {"PATH": path, "ARTIFACTS_DIR": str(folder), "ARCHITECTURE": architecture}
    environment.pop("MAKEFLAGS", None)
    done = subprocess.run(
        ["make", "--directory", str(PROJECT / "layers" / layer), target],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
