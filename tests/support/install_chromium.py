"""Install what the page tests need: a Chromium and a font with Japanese letters.

1. Where both are there, do nothing and say nothing.
2. As root, or where sudo asks for no password, install what is missing with apt.
3. Elsewhere, or where apt fails, take both from npm (tests/browser/package.json), unpacked under .tools, without root.

One line of output names the way.
"""

import shutil
import sys
import tarfile
from collections.abc import Iterable
from os import environ
from pathlib import Path
from subprocess import run
from xml.sax.saxutils import escape

from tests.support import apt
from tests.support.chromium import FONTS, FROM_NPM, LIBATOMIC, PROJECT, chromium, has_japanese_font, node

_PACKAGES = PROJECT / "tests/browser"
_BROWSER = _PACKAGES / "node_modules/@sparticuz/chromium/bin"
_FONTS = _PACKAGES / "node_modules/@expo-google-fonts/noto-sans-jp"
_INSTALLED = FROM_NPM / "package.json"
"""The packages that FROM_NPM was made from. It is written last, so that half an installation does not count."""
_DECOMPRESS = "process.stdin.pipe(require('zlib').createBrotliDecompress()).pipe(process.stdout)"
_FONTCONFIG = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>{fonts}</dir>
  <cachedir>{cache}</cachedir>
</fontconfig>
"""


def main() -> None:
    """Install what is missing, or exit with the next step for a person."""
    packages = (_PACKAGES / "package.json").read_text()
    if FROM_NPM.exists() and not (_INSTALLED.exists() and _INSTALLED.read_text() == packages):
        shutil.rmtree(FROM_NPM)
    missing = _missing()
    if not missing:
        return
    if reason := _apt(missing):
        print(f"· a Chromium and a Japanese font, from npm into .tools ({reason})", flush=True)
        _npm()
        _INSTALLED.write_text(packages)
    if still := _missing():
        sys.exit("\n".join(dict.fromkeys(still.values())))


def _missing() -> dict[str, str]:
    """Return the missing apt packages, each with the reason. Exit if the browser named in CHROME does not run."""
    missing = {}
    chromium.cache_clear()
    try:
        chromium()
    except LookupError as error:
        if "CHROME" in environ:
            sys.exit(str(error))
        missing["chromium"] = str(error)
    if not has_japanese_font():
        missing |= dict.fromkeys(
            ("fonts-noto-cjk", "fontconfig"), "No Japanese font: sudo apt-get install fonts-noto-cjk"
        )
    try:
        node()
    except LookupError as error:
        missing[LIBATOMIC] = str(error)
    return missing


def _apt(packages: Iterable[str]) -> str:
    """Install the packages with apt. Return the reason if that was not possible, else ""."""
    return apt.install(packages) or ("apt could not install them" if _missing() else "")


def _npm() -> None:
    """Install both from npm: the browser's archives are unpacked, the fonts stay where they are."""
    arguments = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    if not shutil.which("npm"):
        sys.exit("npm is missing: sudo apt-get install npm")
    if not apt.runs("npm", "ci", "--prefix", str(_PACKAGES), *arguments):
        last = "\n".join(apt.LOG.read_text(errors="replace").splitlines()[-20:])
        sys.exit(f"{last}\nThe browser could not be installed from npm.")
    FROM_NPM.mkdir(parents=True, exist_ok=True)
    _decompress("chromium.br", FROM_NPM / "chromium")
    (FROM_NPM / "chromium").chmod(0o755)
    libraries = FROM_NPM / "libraries.tar"
    _decompress("al2023.tar.br", libraries)
    with tarfile.open(libraries) as archive:
        archive.extractall(FROM_NPM, filter="data")
    libraries.unlink()
    FONTS.write_text(_FONTCONFIG.format(fonts=escape(str(_FONTS)), cache=escape(str(FROM_NPM / "font-cache"))))


def _decompress(name: str, target: Path) -> None:
    with (_BROWSER / name).open("rb") as source, target.open("wb") as written:
        run(["node", "-e", _DECOMPRESS], stdin=source, stdout=written, check=True)


if __name__ == "__main__":
    main()
