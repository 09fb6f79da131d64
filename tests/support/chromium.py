"""Decide which Chromium the page tests and docs/story.py start. Nothing else decides it.

It is the first of these that runs: the one that CHROME names, the system's, Playwright's own, and the one that
`make test` takes from npm where it may not use apt (tests/support/install_chromium.py).
"""

import os
import shutil
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from subprocess import DEVNULL, PIPE, run

from playwright.sync_api import Browser, Playwright

PROJECT = Path(__file__).parents[2]
FROM_NPM = PROJECT / ".tools/chromium"
FONTS = FROM_NPM / "fonts.conf"
APT = ("chromium", "fonts-noto-cjk", "fontconfig")
BY_HAND = f"Install one yourself (sudo apt-get install {' '.join(APT)}), or name one in CHROME."
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def launch(playwright: Playwright, *arguments: str) -> Browser:
    """Start the browser, headless. Raise LookupError, which says what to do, where there is none."""
    return playwright.chromium.launch(executable_path=chromium(), args=arguments, env=environment())


@cache
def chromium() -> str:
    """Return the path of the first Chromium that runs. Raise LookupError, which says what to do, where none does."""
    named = os.environ.get("CHROME")
    failures: list[str] = []
    for path in [named] if named else _candidates():
        failure = _failure(path)
        if not failure:
            return path
        failures.append(f"{path} does not run: {failure}")
    raise LookupError("\n".join([*failures, f"There is no Chromium for the page tests. {BY_HAND}"]))


def environment() -> dict[str, str | float | bool]:
    """Return the environment for the browser: the libraries and the font from npm are in it, where they were needed."""
    added = _libraries() if chromium().startswith(str(FROM_NPM)) else {}
    return {**os.environ, **added, **({"FONTCONFIG_FILE": str(FONTS)} if FONTS.exists() else {})}


def has_japanese_font() -> bool:
    """Return whether the browser finds a font with Japanese letters."""
    if FONTS.exists():
        return True
    return bool(shutil.which("fc-list") and run(["fc-list", ":lang=ja"], stdout=PIPE, check=False).stdout)


def _candidates() -> Iterator[str]:
    yield from filter(None, map(shutil.which, _NAMES))
    cached = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache/ms-playwright")
    for pattern in ("chromium-*/chrome-linux*/chrome", "chromium_headless_shell-*/*/*headless*shell"):
        yield from map(str, sorted(cached.glob(pattern), reverse=True))
    if (FROM_NPM / "chromium").exists():
        yield str(FROM_NPM / "chromium")


def _failure(path: str) -> str:
    """Return why this Chromium does not run, "" if it does: Ubuntu's chromium-browser, for one, only points to snap."""
    added = _libraries() if path.startswith(str(FROM_NPM)) else {}
    try:
        tried = run(
            [path, "--version"], stdin=DEVNULL, capture_output=True, text=True, env={**os.environ, **added}, check=False
        )
    except OSError as error:
        return error.strerror or type(error).__name__
    return "" if tried.returncode == 0 else (tried.stderr.strip().splitlines() or ["it fails without a word"])[-1]


def _libraries() -> Mapping[str, str]:
    """Return where the Chromium from npm finds the libraries that came with it, which a fresh Debian lacks."""
    found = [str(FROM_NPM / "lib"), os.environ.get("LD_LIBRARY_PATH", "")]
    return {"LD_LIBRARY_PATH": ":".join(filter(None, found))}
