"""The layers that `sam build` makes: for Lambda's processor, with byte code, within Lambda's limit of size."""

import os
import struct
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]
MACHINES = {"arm64": 183, "x86_64": 62}
"""e_machine of an ELF file: EM_AARCH64 and EM_X86_64 (elf.h)."""
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
