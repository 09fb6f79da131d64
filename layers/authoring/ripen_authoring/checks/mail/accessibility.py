"""Check that people with impaired sight can read a mail: pictures have descriptions, and text has enough contrast."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from ripen.words import Words
from ripen_authoring.checks.mail.colors import hex_color
from ripen_authoring.files.includes import ExpandedTemplate
from ripen_authoring.mails.html_links import MailParser
from ripen_authoring.problem import Problem

_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
_REMOVED = {"script", "iframe", "form", "video", "audio", "object", "embed"}
"""Tags that Gmail, Outlook or Yahoo remove (https://www.caniemail.com)."""
_ON_THE_WEB = ("https://", "http://", "{{")
_SIZE = re.compile(r"(\d*\.?\d+)(px|pt)")
_SMALLEST = 10
"""In pixels. People enlarge smaller letters, or do not read them; spam filters count them."""
_LEAST, _LEAST_FOR_LARGE = 4.5, 3.0


@dataclass(frozen=True)
class _Style:
    """What is known about the text inside a tag. A colour that is not known is ""."""

    tag: str = ""
    color: str = ""
    background: str = "#ffffff"
    pixels: float = 16
    bold: bool = False
    hidden: bool = False


def check(source: ExpandedTemplate, html: str) -> Iterator[Problem]:
    """Yield errors for pictures that lack a description or an address, and warnings for low contrast.

    Contrast is defined in WCAG 2.2, 1.4.3.
    """
    reader = _read(html)
    for address in reader.unreachable:
        message = Words(
            f"mail programs cannot load the picture {address[:60]!r}; write its address on the web, https://…",
            f"メールソフトは画像 {address[:60]!r} を読み込めません。https://… で始まるアドレスを書いてください",
        )
        yield source.problem(*source.at(max(source.text.find(address), 0)), message)
    for tag in sorted(reader.removed_tags):
        message = Words(
            f"mailbox providers remove <{tag}> from a mail; use text and a link instead",
            f"<{tag}> はメールサービスがメールから取り除きます。文章とリンクにしてください",
        )
        yield source.warning(*source.at(max(source.text.find(f"<{tag}"), 0)), message)
    for picture in reader.undescribed:
        message = Words(
            f'the picture {picture} has no description; write alt="…", or alt="" if it is only decoration',
            f'画像 {picture} に説明がありません。alt="…" を書いてください。飾りだけの画像なら alt="" とします',
        )
        yield source.problem(*source.at(max(source.text.find(picture), 0)), message)
    for words in reader.tiny[:1]:
        message = Words(
            f"{words[:30]!r} is smaller than {_SMALLEST} pixels; make it larger, so that people can read it",
            f"{words[:30]!r} の文字が {_SMALLEST} ピクセルより小さいです。読める大きさにしてください",
        )
        yield source.warning(*source.at(max(source.text.find(words), 0)), message)
    for words, ratio, style in reader.low_contrast:
        place = source.at(max(source.text.find(words), 0))
        colors, least = (style.color, style.background), _least_contrast(style)
        message = Words(
            f"{words[:30]!r} is hard to read: the contrast of {colors[0]} on {colors[1]} is {ratio:.1f};"
            f" choose colours with at least {least}",
            f"{words[:30]!r} は読みにくい色です。背景 {colors[1]} に文字 {colors[0]} のコントラストは {ratio:.1f}。"
            f"{least} 以上になる色を選んでください",
        )
        yield source.warning(*place, message)


@lru_cache(maxsize=256)
def _read(html: str) -> "_Reader":
    reader = _Reader()
    reader.feed(html)
    return reader


def contrast_ratio(color: str, background: str) -> float:
    """Return the contrast of two colours, from 1 to 21 (WCAG 2.2, relative luminance)."""
    light, dark = sorted((_luminance(color), _luminance(background)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _least_contrast(style: _Style) -> float:
    large = style.pixels >= 24 or (style.bold and style.pixels >= 18.66)
    return _LEAST_FOR_LARGE if large else _LEAST


class _Reader(MailParser):
    """Collects what is wrong with the pictures, tags and colours of a mail."""

    def __init__(self) -> None:
        super().__init__()
        self.undescribed: list[str] = []
        self.unreachable: list[str] = []
        self.removed_tags: set[str] = set()
        self.tiny: list[str] = []
        self.low_contrast: list[tuple[str, float, _Style]] = []
        self._open = [_Style()]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag == "img" and "alt" not in attributes:
            self.undescribed.append(attributes.get("src", ""))
        self.unreachable += [address for address in _pictures(tag, attributes) if not address.startswith(_ON_THE_WEB)]
        if tag in _REMOVED or tag.startswith("amp-"):
            self.removed_tags.add(tag)
        if tag not in _VOID:
            self._open.append(_inner_style(self._open[-1], tag, attributes))

    def handle_endtag(self, tag: str) -> None:
        for at in range(len(self._open) - 1, 0, -1):
            if self._open[at].tag == tag:
                del self._open[at:]
                return

    def handle_comment(self, data: str) -> None:
        """Read the pictures of a conditional comment, which only Outlook shows."""
        if data.startswith("[if"):
            self.unreachable += _read(data.partition("]>")[2]).unreachable

    def handle_data(self, data: str) -> None:
        style, words = self._open[-1], data.strip()
        if words.strip("\xa0\u200c\u034f") and not style.hidden and style.pixels < _SMALLEST:
            self.tiny.append(words)
        if not words or style.hidden or not style.color or not style.background:
            return
        ratio = contrast_ratio(style.color, style.background)
        if ratio < _least_contrast(style) and all(style != other for _, _, other in self.low_contrast):
            self.low_contrast.append((words, ratio, style))


def _pictures(tag: str, attributes: dict[str, str]) -> Iterator[str]:
    """Yield the addresses of pictures: of an image, of VML, which has a colon in its tags, and of a background."""
    if tag == "img" or (":" in tag and "src" in attributes):
        yield attributes.get("src", "").strip()
    if "background" in attributes:
        yield attributes["background"].strip()


def _inner_style(outer: _Style, tag: str, attributes: dict[str, str]) -> _Style:
    style = _declarations(attributes.get("style", ""))
    background = style.get("background-color") or style.get("background") or attributes.get("bgcolor")
    color = style.get("color")
    inherited = "" if tag == "a" else outer.color  # a style sheet may colour links
    size = _SIZE.fullmatch(style.get("font-size", ""))
    weight = style.get("font-weight", "bold" if tag in ("b", "strong", "h1", "h2", "h3", "th") else "")
    return _Style(
        tag=tag,
        color=hex_color(color) if color else inherited,
        background=hex_color(background) if background and background != "transparent" else outer.background,
        pixels=float(size[1]) * (4 / 3 if size[2] == "pt" else 1) if size else outer.pixels,
        bold=weight in ("bold", "600", "700", "800", "900") if weight else outer.bold,
        hidden=outer.hidden or tag in ("style", "title", "script", "head") or style.get("display") == "none",
    )


def _declarations(style: str) -> dict[str, str]:
    pairs = (part.partition(":") for part in style.split(";"))
    return {name.strip().lower(): value.replace("!important", "").strip().lower() for name, _, value in pairs if value}


def _luminance(color: str) -> float:
    red, green, blue = (int(color[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in (red, green, blue)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
