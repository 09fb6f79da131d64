"""Take the README's pictures, docs/story.png and docs/story.ja.png, from the running local cloud (`make pictures`).

For each language: publish the playbook with that language first, which Slack and Salesforce then use; let a visitor ask
for the guide and open it by the link in the mail; put side by side what the visitor, sales and Salesforce see; restore
the playbook.
"""

import base64
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from playwright.sync_api import Browser, Page

from cli.local.home import PROJECT, Home
from cli.stack.stack import local
from tests.support import apt
from tests.support.browser import Device, Visitor
from tests.support.chromium import browser, has_emoji_font
from tests.support.local_cloud import RunningCloud, eventually

_WIDTH = 1800
_LOCALES = {"en": "[en, ja]", "ja": "[ja, en]"}
"""The locales in ripen.yaml that put a language first."""
_EMOJI = ("fonts-noto-color-emoji", "fontconfig")
_CAPTIONS = {
    "en": ("A form is filled in", "The link in the mail is read", "Sales hears why in Slack", "Salesforce knows too"),
    "ja": ("フォームに入力すると", "届いたメールから資料を開き", "営業にはSlackで理由まで届き", "Salesforceにも残る"),
}
_PAGE = """<!doctype html><meta charset="utf-8"><style>
*{box-sizing:border-box} body{margin:0;width:1800px;padding:44px 52px 52px;background:#e9efee;color:#16211f;
font:600 24px/1.4 system-ui,"Noto Sans CJK JP","Noto Sans JP",sans-serif}
main{display:grid;grid-template-columns:320px 440px 450px 1fr;gap:36px;align-items:start}
figure{margin:0} figcaption{display:flex;gap:.6em;align-items:center;margin-bottom:20px;white-space:nowrap}
b{flex:none;width:1.7em;height:1.7em;border-radius:50%%;background:#0f766e;color:#fff;
display:grid;place-items:center;font-size:.8em}
div{background:#fff;border-radius:16px;overflow:hidden;box-shadow:0 14px 34px #0d33301f;max-height:640px}
div.phone{border:9px solid #14201e;border-radius:38px} div.slack{padding:10px 12px} img{display:block;width:100%%}
</style><main>%s</main>"""


@dataclass(frozen=True)
class Pictures:
    """The screens of visitor, mailbox, sales and Salesforce, as PNG."""

    page: bytes
    mail: bytes
    card: bytes
    record: bytes


def main() -> None:
    """Take the pictures of both languages."""
    _need_emoji()
    cloud = RunningCloud(Home.here().folder, asdict(local()))
    with browser() as chromium:
        for lang in _LOCALES:
            with _published(cloud, lang):
                pictures = _taken(chromium, cloud, lang)
            target = PROJECT / "docs" / ("story.png" if lang == "en" else f"story.{lang}.png")
            target.write_bytes(_composed(chromium, pictures, lang))
            print(f"{target.relative_to(PROJECT)}: {target.stat().st_size // 1024} KB")


def _need_emoji() -> None:
    """Install a font with emoji where there is none, or exit with the next step: a card without one shows boxes."""
    if not has_emoji_font() and (reason := apt.install(_EMOJI)):
        sys.exit(f"No font with emoji, and {reason}. Next: sudo apt-get install {' '.join(_EMOJI)}")


@contextmanager
def _published(cloud: RunningCloud, lang: str) -> Iterator[None]:
    """Publish the playbook with this language first for as long as the block lasts."""
    with TemporaryDirectory() as folder:
        playbook = Path(folder) / "playbook"
        shutil.copytree(PROJECT / "playbook", playbook)
        settings = playbook / "ripen.yaml"
        settings.write_text(re.sub(r"(?m)^locales: .*", f"locales: {_LOCALES[lang]}", settings.read_text()))
        cloud.ripen("publish", str(playbook))
    try:
        yield
    finally:
        cloud.ripen("publish", str(PROJECT / "playbook"))


def _taken(browser: Browser, cloud: RunningCloud, lang: str) -> Pictures:
    """Let a visitor ask for the guide and read it, and return what comes of it."""
    with Visitor.arrives(browser, cloud, Device.PHONE, lang) as visitor:
        visitor.opens("pages/whitepaper")
        page = visitor.page.screenshot()
        visitor.email = f"{visitor.email[:4]}@sample.example.com"
        visitor.has_asked_for_the_paper()
        cloud.reads_mail(visitor.email)
        lead = eventually(lambda: _settled(cloud, visitor.email))
        mails = httpx.get(f"{cloud.status['mailbox']}/list.json").json()
        mail = next(mail["id"] for mail in mails if mail["to"] == visitor.email)
        return Pictures(
            page=page,
            mail=_picture(visitor.page, f"{cloud.status['mailbox']}/messages/{mail}/html", 520, 756),
            record=_picture(visitor.page, f"{lead['profile']['crm']['url']}?lang={lang}", 470, 800),
            card=_card(visitor.page, cloud.status["slack"], visitor.email),
        )


def _picture(page: Page, url: str, width: int, height: int) -> bytes:
    page.set_viewport_size({"width": width, "height": height})
    page.goto(url)
    return page.screenshot()


def _card(page: Page, slack: str, email: str) -> bytes:
    """Return a picture of the last card about this lead."""
    page.set_viewport_size({"width": 680, "height": 900})
    page.goto(slack)
    card = page.locator(".msg", has_text=email).locator(".msg-body").last
    card.wait_for()
    return card.screenshot()


def _settled(cloud: RunningCloud, email: str) -> dict[str, dict[str, dict[str, str]]]:
    """Return the lead once its mail is sent and its card has the link to Salesforce; {} before."""
    lead = cloud.lead(email)
    linked = any("url" in str(card["blocks"]) for card in cloud.cards(email))
    return lead if lead["profile"]["crm"] and linked and cloud.mails(email) else {}


def _composed(browser: Browser, pictures: Pictures, lang: str) -> bytes:
    """Return one picture of the four, side by side, each under its caption."""
    kinds = ("phone", "mail", "slack", "record")
    shown = (pictures.page, pictures.mail, pictures.card, pictures.record)
    figures = [
        f'<figure><figcaption><b>{number}</b>{escape(caption)}</figcaption><div class="{kind}">'
        f'<img src="data:image/png;base64,{base64.b64encode(picture).decode()}"></div></figure>'
        for number, (caption, kind, picture) in enumerate(zip(_CAPTIONS[lang], kinds, shown, strict=True), start=1)
    ]
    page = browser.new_page(viewport={"width": _WIDTH, "height": 600})
    page.set_content(_PAGE % "".join(figures))
    picture = page.screenshot(full_page=True)
    page.close()
    return picture


if __name__ == "__main__":
    main()
