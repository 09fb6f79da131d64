"""A real Chromium on the local cloud, as a phone and as a desk see it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.support.browser import Device, Visitor
from tests.support.chromium import browser
from tests.support.local_cloud import Running

_ARGUMENTS = ["--disable-features=LocalNetworkAccessChecks"]
"""Nobody is here to allow a company's own page to talk to this machine, where the local cloud is."""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One for each module: Playwright's event loop must not outlive the tests that know of it."""
    with browser(*_ARGUMENTS) as started:
        yield started


@pytest.fixture(params=["ja", "en"])
def lang(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=list(Device))
def device(request: pytest.FixtureRequest) -> Device:
    return Device(request.param)


@pytest.fixture
def visitor(chromium: Browser, cloud: Running, device: Device, lang: str) -> Iterator[Visitor]:
    """For each language and device, unless the test names its own."""
    with Visitor.arrives(chromium, cloud, device, lang) as visitor:
        yield visitor
