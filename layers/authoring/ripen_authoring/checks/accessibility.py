"""Can everybody read the mail: pictures with words for them, and letters that stand out from what is behind them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from html.parser import HTMLParser

from ripen_authoring.files.includes import ExpandedTemplate
from ripen_authoring.problem import Problem

_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
_TAKEN_OUT = {"script", "iframe", "form", "video", "audio", "object", "embed"}
"""https://www.caniemail.com: of no use in Gmail, Outlook or Yahoo."""
_HEX = re.compile(r"#([0-9a-f]{3}|[0-9a-f]{6})")
_PIXELS = re.compile(r"(\d+(?:\.\d+)?)px")
_NAMED = {"white": "#ffffff", "black": "#000000", "red": "#ff0000", "gray": "#808080", "grey": "#808080"}
_ENOUGH, _ENOUGH_FOR_LARGE = 4.5, 3.0


@dataclass(frozen=True)
class _Style:
    """What is known of the letters there: "" and None where it is not."""

    tag: str = ""
    color: str = ""
    behind: str = "#ffffff"
    pixels: float = 16
    bold: bool = False
    hidden: bool = False


def poor(source: ExpandedTemplate, html: str) -> Iterator[Problem]:
    """Pictures without words, or that are nowhere, are mistakes; pale letters (WCAG 2.2, 1.4.3) are warnings."""
    reader = _read(html)
    for address in reader.unreachable:
        message = f"nobody can fetch the picture {address[:60]!r}; write where it is on the web, https://…"
        yield source.problem(*source.at(max(source.text.find(address), 0)), message)
    for tag in sorted(reader.taken_out):
        place = source.at(max(source.text.find(f"<{tag}"), 0))
        yield source.warning(*place, f"mailbox providers take <{tag}> out of a mail; write it as words and a link")
    for picture in reader.wordless:
        message = (
            f'the picture {picture} has no words for who cannot see it; write alt="…", or alt="" for mere decoration'
        )
        yield source.problem(*source.at(max(source.text.find(picture), 0)), message)
    for words, ratio, style in reader.pale:
        place = source.at(max(source.text.find(words), 0))
        message = f"{words[:30]!r} is hard to read: {style.color} on {style.behind} has a contrast of {ratio:.1f}"
        yield source.warning(*place, f"{message}, at least {_wanted(style)} is needed")


@lru_cache(maxsize=256)
def _read(html: str) -> "_Reader":
    reader = _Reader()
    reader.feed(html)
    return reader


def contrast(color: str, behind: str) -> float:
    """The ratio of two colours, from 1 to 21 (WCAG 2.2, relative luminance)."""
    light, dark = sorted((_luminance(color), _luminance(behind)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _wanted(style: _Style) -> float:
    large = style.pixels >= 24 or (style.bold and style.pixels >= 18.66)
    return _ENOUGH_FOR_LARGE if large else _ENOUGH


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.wordless: list[str] = []
        self.unreachable: list[str] = []
        self.taken_out: set[str] = set()
        self.pale: list[tuple[str, float, _Style]] = []
        self._open = [_Style()]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag == "img" and "alt" not in attributes:
            self.wordless.append(attributes.get("src", ""))
        if tag == "img" and not attributes.get("src", "").strip().startswith(("https://", "http://", "{{")):
            self.unreachable.append(attributes.get("src", ""))
        if tag in _TAKEN_OUT:
            self.taken_out.add(tag)
        if tag not in _VOID:
            self._open.append(_within(self._open[-1], tag, attributes))

    def handle_endtag(self, tag: str) -> None:
        for at in range(len(self._open) - 1, 0, -1):
            if self._open[at].tag == tag:
                del self._open[at:]
                return

    def handle_data(self, data: str) -> None:
        style, words = self._open[-1], data.strip()
        if not words or style.hidden or not style.color or not style.behind:
            return
        ratio = contrast(style.color, style.behind)
        if ratio < _wanted(style) and all(style != other for _, _, other in self.pale):
            self.pale.append((words, ratio, style))


def _within(outer: _Style, tag: str, attributes: dict[str, str]) -> _Style:
    said = _declared(attributes.get("style", ""))
    behind = said.get("background-color") or said.get("background") or attributes.get("bgcolor")
    color = said.get("color")
    unknown = "" if tag == "a" else outer.color  # a style sheet may colour links
    pixels = _PIXELS.fullmatch(said.get("font-size", ""))
    weight = said.get("font-weight", "bold" if tag in ("b", "strong", "h1", "h2", "h3", "th") else "")
    return _Style(
        tag=tag,
        color=_plain(color) if color else unknown,
        behind=_plain(behind) if behind and behind != "transparent" else outer.behind,
        pixels=float(pixels[1]) if pixels else outer.pixels,
        bold=weight in ("bold", "600", "700", "800", "900") if weight else outer.bold,
        hidden=outer.hidden or tag in ("style", "title", "script", "head") or said.get("display") == "none",
    )


def _declared(style: str) -> dict[str, str]:
    pairs = (part.partition(":") for part in style.split(";"))
    return {name.strip().lower(): value.replace("!important", "").strip().lower() for name, _, value in pairs if value}


def _plain(color: str) -> str:
    """#rrggbb, or "" for what is not understood (a picture, a gradient, a transparency)."""
    found = _HEX.fullmatch(_NAMED.get(color, color))
    if not found:
        return ""
    return "#" + ("".join(letter * 2 for letter in found[1]) if len(found[1]) == 3 else found[1])


def _luminance(color: str) -> float:
    red, green, blue = (int(color[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in (red, green, blue)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
