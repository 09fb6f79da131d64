"""A real browser on the local cloud, as a phone and as a desktop: Chromium, or with BROWSER=firefox Firefox."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.support.browser import Device, Visitor
from tests.support.chromium import browser as chromium
from tests.support.firefox import firefox
from tests.support.local_cloud import RunningCloud

_ARGUMENTS = ["--disable-features=LocalNetworkAccessChecks"]
"""No person can press "allow" when a company's own page wants to talk to this machine, where the local cloud is."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start one browser per module: Playwright's event loop must not outlive the tests that use it."""
    with firefox() if os.environ.get("BROWSER") == "firefox" else chromium(*_ARGUMENTS) as started:
        yield started


@pytest.fixture(params=["ja", "en"])
def lang(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=list(Device))
def device(request: pytest.FixtureRequest) -> Device:
    return Device(request.param)


@pytest.fixture
def visitor(browser: Browser, cloud: RunningCloud, device: Device, lang: str) -> Iterator[Visitor]:
    """Return a visitor for each language and device, unless the test names its own."""
    with Visitor.arrives(browser, cloud, device, lang) as visitor:
        yield visitor
