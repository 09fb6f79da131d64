"""A person at a browser, who opens pages, types and presses buttons; and pictures of the pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any
from uuid import uuid4

from playwright.sync_api import Browser, Page, expect

from sandbox.console.actions import PEOPLE
from tests.support.local_cloud import RunningCloud

_PICTURES = Path(__file__).parents[1] / "pictures"
_PATIENCE = 120_000
"""Milliseconds. The first call of each function is slow on a busy machine."""

LABELS = {
    "ja": {
        "email": "会社のメールアドレス 必須",
        "last_name": "姓 任意",
        "first_name": "名 任意",
        "company": "会社名 任意",
        "department": "部署 任意",
        "job_title": "役職 任意",
        "phone": "電話番号 任意",
    },
    "en": {
        "email": "Work e-mail Required",
        "last_name": "Last name Optional",
        "first_name": "First name Optional",
        "company": "Company Optional",
        "department": "Department Optional",
        "job_title": "Job title Optional",
        "phone": "Phone Optional",
    },
}
SEND = {"ja": "メールで受け取る", "en": "Send me the guide"}


class Device(StrEnum):
    PHONE = "phone"
    DESK = "desk"


_SIZES: dict[Device, dict[str, Any]] = {
    Device.PHONE: {
        "viewport": {"width": 390, "height": 844},
        "device_scale_factor": 2,
        "is_mobile": True,
        "has_touch": True,
    },
    Device.DESK: {"viewport": {"width": 1280, "height": 900}},
}


@dataclass
class Visitor:
    page: Page
    cloud: RunningCloud
    device: Device
    lang: str
    email: str = field(default_factory=lambda: f"{uuid4().hex[:12]}@visitor.example.jp")
    """This visitor's own address."""

    @classmethod
    @contextmanager
    def arrives(cls, browser: Browser, cloud: RunningCloud, device: Device, lang: str) -> Iterator["Visitor"]:
        """Open a browser that accepts the certificate of Salesforce's stand-in, which is our own."""
        context = browser.new_context(
            **_SIZES[device],
            locale={"ja": "ja-JP", "en": "en-US"}[lang],
            timezone_id="Asia/Tokyo",
            ignore_https_errors=True,
        )
        context.set_default_timeout(_PATIENCE)
        expect.set_options(timeout=_PATIENCE)
        yield cls(context.new_page(), cloud, device, lang)
        context.close()

    def opens(self, path: str) -> None:
        """Open a page of ours in the visitor's language."""
        self.page.goto(f"{self.cloud.status['api']}/{path}?lang={self.lang}")

    def types(self, **answers: str) -> None:
        """Type the answers key by key into the fields with these labels."""
        for name, answer in answers.items():
            self.page.get_by_label(LABELS[self.lang][name], exact=True).press_sequentially(answer, delay=5)

    def sends(self) -> None:
        self.page.get_by_role("button", name=SEND[self.lang]).click()

    def has_asked_for_the_paper(self) -> None:
        """Submit the form by script; typing has a test of its own."""
        answers = {"email": self.email, "consent": "yes", "lang": self.lang} | PEOPLE[self.lang]
        assert self.cloud.submit("whitepaper", **answers).status_code == 202

    def takes_a_picture(self, name: str, whole: bool = True) -> None:
        """Save a picture in tests/pictures for people to look at."""
        _PICTURES.mkdir(exist_ok=True)
        self.page.screenshot(path=_PICTURES / f"{name}-{self.lang}-{self.device}.png", full_page=whole)

    def scrolls_sideways(self) -> bool:
        return bool(self.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))
