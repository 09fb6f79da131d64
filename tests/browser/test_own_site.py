"""A company's own site, on an origin of its own, posts the form by script."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Route

from tests.support.browser import Device, Visitor
from tests.support.local_cloud import RunningCloud

pytestmark = pytest.mark.timeout(600)

_POST = """async ([url, answers]) => {
  try {
    const headers = {"content-type": "application/json"};
    const answer = await fetch(url, {method: "POST", headers, body: JSON.stringify(answers)});
    return {status: answer.status, said: await answer.json()};
  } catch (error) {
    return {status: 0, said: {}};
  }
}"""


@dataclass
class Site:
    """A page on `origin`, served as by that company's own server."""

    origin: str
    visitor: Visitor

    def posts(self, **answers: str) -> dict[str, Any]:
        """Post the form and return what the page's script sees; status 0 if the browser hides the answer."""
        page = self.visitor.page
        page.route(f"{self.origin}/**", _blank)
        page.goto(f"{self.origin}/contact")
        form = f"{self.visitor.cloud.status['api']}/forms/whitepaper"
        seen: dict[str, Any] = page.evaluate(_POST, [form, answers])
        return seen


def _blank(route: Route) -> None:
    route.fulfill(content_type="text/html", body="<!doctype html><title>Contact us</title>")


def test_a_listed_site_may_post_with_its_own_field_names(browser: Browser, cloud: RunningCloud) -> None:
    with Visitor.arrives(browser, cloud, Device.DESK, "ja") as visitor:
        seen = Site("https://www.ripen.example", visitor).posts(メールアドレス=visitor.email, 氏名="山田 花子")

        assert seen["status"] == 202
        assert seen["said"]["activity"]
        assert cloud.lead(visitor.email)["profile"]["last_name"] == "山田"


def test_a_listed_site_reads_the_error(browser: Browser, cloud: RunningCloud) -> None:
    with Visitor.arrives(browser, cloud, Device.DESK, "ja") as visitor:
        seen = Site("https://www.ripen.example", visitor).posts(mail="hanako@")
        assert (seen["status"], seen["said"]["field"]) == (400, "email")


def test_an_unlisted_site_may_not_post(browser: Browser, cloud: RunningCloud) -> None:
    with Visitor.arrives(browser, cloud, Device.DESK, "ja") as visitor:
        email = f"{uuid4().hex[:12]}@visitor.example.jp"
        seen = Site("https://elsewhere.example", visitor).posts(email=email)
        assert seen["status"] == 0
        assert cloud.tried("lead", email, "--json").returncode == 1
