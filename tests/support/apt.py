"""Install Debian packages where that needs nobody's password."""

import shutil
from collections.abc import Iterable
from os import geteuid
from pathlib import Path
from subprocess import DEVNULL, STDOUT, run

LOG = Path(__file__).parents[2] / ".tools/last.log"


def install(packages: Iterable[str]) -> str:
    """Install the packages with apt. Return the reason if that was not possible, else ""."""
    if not shutil.which("apt-get"):
        return "there is no apt"
    if geteuid() == 0:
        sudo: list[str] = []
    elif shutil.which("sudo") and runs("sudo", "-n", "true"):
        sudo = ["sudo", "-n"]
    else:
        return "apt needs root, and sudo a password"
    print(f"· {' '.join(packages)}, with apt", flush=True)
    apt = [*sudo, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y", "-o", "DPkg::Lock::Timeout=300"]
    runs(*apt, "update")
    return "" if runs(*apt, "install", "--no-install-recommends", *packages) else "apt could not install them"


def runs(*command: str) -> bool:
    """Run a command, its output into the log. Return whether it succeeded."""
    LOG.parent.mkdir(exist_ok=True)
    with LOG.open("wb") as log:
        return run(command, stdin=DEVNULL, stdout=log, stderr=STDOUT, check=False).returncode == 0
