"""Decide which Chromium the page tests and docs/story.py start. No other file decides it.

If CHROME is set, it names the browser. Otherwise the first of these that runs is used: the system's, Playwright's own,
and the one that `make test` installs from npm where it may not use apt (tests/support/install_chromium.py).
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from subprocess import DEVNULL, PIPE, run

import playwright
from playwright.sync_api import Browser, sync_playwright

PROJECT = Path(__file__).parents[2]
FROM_NPM = PROJECT / ".tools/chromium"
FONTS = FROM_NPM / "fonts.conf"
"""A configuration of fontconfig that adds the font from npm to the system's."""
LIBATOMIC = "libatomic1"
_CHROMIUM_FROM_NPM = FROM_NPM / "chromium"
_OLDEST_NODE = 20
"""The oldest version that Playwright's driver supports."""
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


@contextmanager
def browser(*arguments: str) -> Iterator[Browser]:
    """Start the browser, headless, and close it at the end. Raise LookupError with the next step if none runs."""
    os.environ["PLAYWRIGHT_NODEJS_PATH"] = node()
    path = chromium()
    with sync_playwright() as started:
        opened = started.chromium.launch(executable_path=path, args=arguments, env={**_environment(path)})
        yield opened
        opened.close()


@cache
def chromium() -> str:
    """Return the path of the first Chromium that runs. Raise LookupError with the next step if none does."""
    reasons = []
    for path in _candidates():
        try:
            _version(path)
        except LookupError as error:
            reasons.append(str(error))
        else:
            return path
    raise LookupError("\n".join([*reasons, "No Chromium runs: sudo apt-get install chromium, or name one in CHROME."]))


@cache
def node() -> str:
    """Return the Node.js that runs Playwright: its own, or the system's where the library libatomic is missing.

    Raise LookupError with the next step if the system's is missing or too old.
    """
    own = str(Path(playwright.__file__).parent / "driver/node")
    try:
        _version(own)
    except LookupError as error:
        system = shutil.which("node")
        if system and int(_version(system).lstrip("v").partition(".")[0]) >= _OLDEST_NODE:
            return system
        needed = f"libatomic (sudo apt-get install {LIBATOMIC}) or Node.js {_OLDEST_NODE} or newer"
        raise LookupError(f"{error}\nPlaywright needs {needed}.") from error
    return own


def has_japanese_font() -> bool:
    """Return whether the browser finds a font with Japanese letters."""
    return FONTS.exists() or _has_font("lang=ja")


def has_emoji_font() -> bool:
    """Return whether the browser finds a font with the 🔥 of a hot card."""
    return _has_font("charset=1f525")


def _has_font(pattern: str) -> bool:
    """Return whether the system has a font that matches this pattern of fontconfig."""
    return bool(shutil.which("fc-list") and run(["fc-list", f":{pattern}"], stdout=PIPE, check=False).stdout)


def _candidates() -> Iterator[str]:
    if named := os.environ.get("CHROME"):
        yield shutil.which(named) or named
        return
    yield from filter(None, map(shutil.which, _NAMES))
    cached = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache/ms-playwright")
    for pattern in ("chromium-*/chrome-linux*/chrome", "chromium_headless_shell-*/*/*headless*shell"):
        yield from map(str, sorted(cached.glob(pattern), reverse=True))
    if _CHROMIUM_FROM_NPM.exists():
        yield str(_CHROMIUM_FROM_NPM)


def _version(path: str) -> str:
    """Return the output of --version. Raise LookupError if the program does not run, as Ubuntu's pointer to snap."""
    command = [path, "--version"]
    try:
        tried = run(command, stdin=DEVNULL, capture_output=True, text=True, env=_environment(path), check=False)
    except OSError as error:
        raise LookupError(f"{path} does not run: {error.strerror}") from error
    if tried.returncode != 0:
        raise LookupError(f"{path} does not run: {tried.stderr.strip() or 'it does not say why'}")
    return tried.stdout.strip()


def _environment(path: str) -> dict[str, str]:
    """Return a program's environment, with the font from npm and, for the Chromium from npm, its libraries."""
    environment = dict(os.environ)
    if FONTS.exists():
        environment["FONTCONFIG_FILE"] = str(FONTS)
    if path == str(_CHROMIUM_FROM_NPM):
        found = [str(FROM_NPM / "lib"), os.environ.get("LD_LIBRARY_PATH", "")]
        environment["LD_LIBRARY_PATH"] = ":".join(filter(None, found))
    return environment
