"""Run `sam build` once per state of the source. `make up` and the tests share the build."""

import fcntl
import hashlib
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from cli.local.home import PROJECT, TOOLS

_BUILDS = PROJECT / ".aws-sam" / "local"
_KEPT = 5
_SOURCES = ("functions", "layers", "infra/template.yaml", "sandbox/build.py")
_RULE = "AWS::SES::ReceiptRule"
_RECEIVING = ("AWS::SES::ReceiptRuleSet", _RULE)
"""Resources that the emulator cannot deploy. Our SES stand-in plays them; see receipt_rules."""

_ON_AWS_ONLY = ("AutoPublishAlias", "AutoPublishAliasAllProperties", "VersionDeletionPolicy", "DeploymentPreference")
"""Settings of the functions that the local cloud does without: it runs the newest code, and no versions."""


class CommandFailed(Exception):
    """A tool failed; the message is the end of its output."""


def architecture() -> str:
    """Return this machine's architecture in Lambda's words."""
    return "arm64" if platform.machine() in ("arm64", "aarch64") else "x86_64"


def build() -> tuple[Path, str]:
    """Return the built template and a digest of its source.

    Each state of the source has a folder of its own, so that clouds of different states do not disturb each other. The
    latest few are kept.
    """
    _BUILDS.mkdir(parents=True, exist_ok=True)
    with (_BUILDS / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        digest = _digest()
        folder = _BUILDS / digest[:12]
        template, done = folder / "template.yaml", folder / "done"
        if not done.exists():
            parameters = ("--parameter-overrides", f"Architecture={architecture()}")
            environment = dict(os.environ) | {"ARCHITECTURE": architecture()}
            shutil.rmtree(folder, ignore_errors=True)
            sam("build", *parameters, "--build-dir", str(folder), env=environment)
            _point_to_layers(folder)
            _take_out(folder)
        done.touch()
        for old in sorted(_BUILDS.glob("*/done"), key=lambda file: file.stat().st_mtime)[:-_KEPT]:
            shutil.rmtree(old.parent, ignore_errors=True)
    return template, digest


def sam(*arguments: str, env: dict[str, str]) -> str:
    """Run the SAM command line with the project's own Python and uv. Raises CommandFailed."""
    path = os.pathsep.join((str(Path(sys.executable).parent), str(TOOLS / "uv" / "bin"), env.get("PATH", "")))
    quiet = {"SAM_CLI_TELEMETRY": "0", "SAM_CLI_CHECK_NEWER_VERSION": "0", "PATH": path}
    return run(f"sam {arguments[0]}", str(TOOLS / "sam" / "bin" / "sam"), *arguments, env=env | quiet)


def run(title: str, *command: str, env: dict[str, str]) -> str:
    """Run a command in the project's folder and return its output. Raises CommandFailed."""
    done = subprocess.run(
        command,
        cwd=PROJECT,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CommandFailed(f"{title} failed:\n" + "\n".join(done.stdout.splitlines()[-25:]))
    return done.stdout


def receipt_rules(template: Path) -> list[dict[str, Any]]:
    """Return the properties of the receipt rules that were taken out of the built template."""
    taken = YAML(typ="safe").load(_taken_out(template))
    return [found["Properties"]["Rule"] for found in taken.values() if found["Type"] == _RULE]


def _take_out(folder: Path) -> None:
    yaml, template = YAML(typ="safe"), folder / "template.yaml"
    content = yaml.load(template)
    for property in _ON_AWS_ONLY:
        content["Globals"]["Function"].pop(property)
    resources = content["Resources"]
    taken = {name: resources.pop(name) for name, found in list(resources.items()) if _is_unknown(found)}
    yaml.dump(taken, _taken_out(template))
    yaml.dump(content, template)


def _is_unknown(resource: dict[str, Any]) -> bool:
    """Tell whether the emulator cannot make the resource: the receiving part of SES, and alarms on several metrics."""
    return resource["Type"] in _RECEIVING or "Metrics" in resource.get("Properties", {})


def _taken_out(template: Path) -> Path:
    return template.with_name("receiving.yaml")


def _point_to_layers(folder: Path) -> None:
    """Move each built layer aside and leave a pointer to it.

    The emulator unpacks the layers for every process that it starts, which takes seconds with thousands of files. The
    pointer is a .pth file that starts with "import": Python's site module runs it.
    """
    for layer in folder.glob("*Layer"):
        real = folder / "opt" / layer.name
        real.parent.mkdir(exist_ok=True)
        layer.rename(real)
        pointer = layer / "python/lib/python3.13/site-packages/layer.pth"
        pointer.parent.mkdir(parents=True)
        pointer.write_text(f"import sys; sys.path.insert(0, {str(real / 'python')!r})\n")


def _digest() -> str:
    found = hashlib.sha256(f"{architecture()} {PROJECT}".encode())
    for source in _SOURCES:
        root = PROJECT / source
        for file in sorted(root.rglob("*")) if root.is_dir() else [root]:
            if file.is_file() and "__pycache__" not in file.parts:
                found.update(str(file.relative_to(PROJECT)).encode() + b"\0" + file.read_bytes())
    return found.hexdigest()
