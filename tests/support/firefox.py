"""Firefox for the page tests of `make test-long`: Debian's firefox-esr, driven over WebDriver BiDi.

Playwright's own Firefox is a patched one, which only its makers' download server has. Its channel "moz-firefox" drives
an unchanged one.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

from tests.support import apt
from tests.support.chromium import node

_PACKAGE = "firefox-esr"


@contextmanager
def firefox() -> Iterator[Browser]:
    """Start Firefox, headless, and close it at the end."""
    os.environ["PLAYWRIGHT_NODEJS_PATH"] = node()
    with sync_playwright() as started:
        opened = started.firefox.launch(channel="moz-firefox", executable_path=shutil.which(_PACKAGE))
        yield opened
        opened.close()


def missing() -> str:
    """Install Firefox with apt where it is missing. Return the reason if it cannot be had, else ""."""
    if shutil.which(_PACKAGE):
        return ""
    reason = apt.install([_PACKAGE])
    return f"no Firefox: {reason} (sudo apt-get install {_PACKAGE})" if reason else ""
