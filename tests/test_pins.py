"""Everything that is installed is pinned by its hash, and no pin names the host that it came from."""

import json
import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]
COMPILED = sorted(PROJECT.glob("requirements*.txt")) + [
    PROJECT / place / name
    for place, name in (
        ("layers/dependencies", "requirements.txt"),
        ("sandbox", "requirements-emulator.txt"),
        ("bench", "requirements.txt"),
    )
]
LOCKS = [PROJECT / folder / "package-lock.json" for folder in ("sandbox", "tests/peers", "tests/browser", "tests/long")]


@pytest.mark.parametrize("file", COMPILED, ids=lambda file: file.name)
def test_each_python_package_has_a_version_and_hashes(file: Path) -> None:
    text = file.read_text()
    assert "://" not in text
    assert re.fullmatch(
        r"(?:[A-Za-z0-9._-]+==[^\s;]+(?: ;[^\n\\]+)? \\\n(?: +--hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)+", text
    )


@pytest.mark.parametrize("file", LOCKS, ids=lambda file: file.parent.name)
def test_each_npm_package_has_its_integrity(file: Path) -> None:
    locked = json.loads(file.read_text())["packages"]
    for package in locked.values():
        assert "://" not in json.dumps({key: package[key] for key in package.keys() - {"funding", "license"}})
    wanted = json.loads((file.parent / "package.json").read_text())["dependencies"]
    assert locked.pop("")["dependencies"] == wanted
    assert all(package["integrity"].startswith("sha512-") and "resolved" not in package for package in locked.values())


def test_every_installation_checks_the_hashes() -> None:
    makefiles = (PROJECT / "Makefile").read_text() + (PROJECT / "layers/dependencies/Makefile").read_text()
    lines = [line for line in re.sub(r"\\\n", "", makefiles).splitlines() if re.search(r"\s-r\s", line)]

    assert len(lines) >= 7
    assert all("--require-hashes" in line or "$(INSTALL)" in line for line in lines)
    assert "INSTALL := $(UV) pip install --require-hashes\n" in makefiles
    assert not re.search(r"npm install(?!.*--package-lock-only)", makefiles)
