"""Find the addresses in a text, as a reader sees them: without the punctuation and the kana around them."""

import re
from collections.abc import Callable, Iterator

_LETTER = r"[^\s<>\"'\u2010-\u205f\u3000-\u3004\u3008-\u30ff\uff00-\uffef]"
"""The characters of an address: no quotation marks, Japanese punctuation, kana and full-width forms.

Kanji belong to it, because people copy them from a browser. Kana do not: 「…/guideをご覧ください」 is more frequent.
"""
_LIQUID = r"\{\{.*?\}\}|\{%.*?%\}"
_ADDRESS = re.compile(
    rf"(?P<liquid>{_LIQUID})"
    r"|(?<=<)(?P<bracketed>https?://[^\s<>]+)(?=>)"
    rf"|(?P<bare>https?://(?:{_LIQUID}|{_LETTER})+|(?<![A-Za-z0-9_/.}}])/pages/(?:{_LIQUID}|{_LETTER})+)",
    re.DOTALL,
)
_AFTER = ".,;:!?"
_BRACKETS = {")": "(", "]": "[", "}": "{"}
_GLUED = re.compile(r"[A-Za-z0-9][^\x00-\u2fff]")
_KANA = re.compile(r"[\u3041-\u309f\u30a1-\u30fa\u30fc]")


def replace_addresses(text: str, replace: Callable[[str], str]) -> str:
    """Return the text with each address replaced. Liquid stays as it is."""
    made, at = [], 0
    for start, address in addresses(text):
        made += [text[at:start], replace(address)]
        at = start + len(address)
    return "".join((*made, text[at:]))


def addresses(text: str) -> Iterator[tuple[int, str]]:
    """Yield each address with its place: https://…, or a path of our own pages."""
    for found in _ADDRESS.finditer(text):
        if found["bracketed"]:
            yield found.start(), found["bracketed"]
        elif found["bare"]:
            yield found.start(), _trimmed(found["bare"])


def unclear_addresses(text: str) -> Iterator[tuple[int, str]]:
    """Yield each bare address whose end is not clear: at words in Japanese that may belong to it, or may not."""
    for start, address in addresses(text):
        end = start + len(address)
        is_bracketed = text[start - 1 : start] == "<" and text[end : end + 1] == ">"
        is_word_in_latin = address[-1].isalnum() and address[-1].isascii()
        runs_on = not is_word_in_latin and _KANA.match(text, end) is not None
        if not is_bracketed and (runs_on or _GLUED.search(address)):
            yield start, address


def _trimmed(address: str) -> str:
    """Return the address without punctuation at its end, and without a bracket that it does not open."""
    while address:
        last = address[-1]
        is_closing = last in _BRACKETS and address.count(last) > address.count(_BRACKETS[last])
        if last not in _AFTER and not is_closing:
            break
        address = address[:-1]
    return address
