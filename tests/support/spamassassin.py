"""SpamAssassin for `make test-long`: Debian's package, its local rules only, without network."""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.support import apt

_PACKAGE = "spamassassin"
_PROGRAM = Path(__file__).parents[1] / "long/spam.pl"


def missing() -> str:
    """Install SpamAssassin with apt where it is missing. Return the reason if it cannot be had, else ""."""
    if shutil.which(_PACKAGE):
        return ""
    reason = apt.install([_PACKAGE])
    return f"no SpamAssassin: {reason} (sudo apt-get install {_PACKAGE})" if reason else ""


def points(mails: Sequence[bytes], folder: Path) -> list[dict[str, float]]:
    """Return the points of each mail by rule. One process judges all mails, because its start takes a second."""
    files = [folder / f"{number}.eml" for number in range(len(mails))]
    for file, mail in zip(files, mails, strict=True):
        file.write_bytes(mail)
    done = subprocess.run(["perl", _PROGRAM, *files], capture_output=True, text=True, timeout=300, check=True)
    judged = [line.split() for line in done.stdout.splitlines()]
    return [{rule: float(score) for rule, _, score in (word.partition("=") for word in words)} for words in judged]
