"""The browser that the page tests drive: CHROME, the system's, or Playwright's. None is a failure, not a skip."""

import os
import shutil
import sys
from pathlib import Path

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def chrome() -> str:
    """Path of a Chromium. Raises LookupError with what to do."""
    named = os.environ.get("CHROME")
    if named:
        if found := shutil.which(named):
            return found
        raise LookupError(f"CHROME names {named}, which cannot be run.")
    for name in _NAMES:
        if found := shutil.which(name):
            return found
    cache = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    for pattern in ("chromium-*/chrome-linux*/chrome", "chromium_headless_shell-*/*/*headless*shell"):
        for candidate in sorted(cache.glob(pattern), reverse=True):
            return str(candidate)
    raise LookupError(
        "No Chromium for the page tests: sudo apt-get install chromium fonts-noto-cjk – or name one in CHROME."
    )


if __name__ == "__main__":
    try:
        chrome()
    except LookupError as error:
        sys.exit(str(error))
