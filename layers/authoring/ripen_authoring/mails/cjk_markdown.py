"""Markdown beside Japanese, which has no spaces between words: emphasis, and line breaks within a paragraph.

CommonMark leaves `**重要：**必ず` as it is, because a letter follows the punctuation. The rule here is that of the
CJK-friendly amendments to CommonMark 0.31 (https://github.com/tats-u/markdown-cjk-friendly, specification.md).
"""

from collections.abc import Sequence
from typing import Any, override
from unicodedata import east_asian_width

from markdown_it import MarkdownIt
from markdown_it.common.utils import isMdAsciiPunct, isPunctChar, isWhiteSpace
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_inline.state_inline import Scanned, StateInline
from markdown_it.token import Token

_HANGUL = ((0x1100, 0x11FF), (0x3130, 0x318F), (0xA960, 0xA97F), (0xAC00, 0xD7FF))
_EMOJI = ((0x231A, 0x2B55), (0x1F000, 0x1FAFF))
"""The blocks in which a wide character is an emoji, and not writing."""
_VARIANTS = ((0xFE00, 0xFE0E), (0xE0100, 0xE01EF))
"""Selectors of a variant of the character before them."""


def cjk_parser() -> MarkdownIt:
    """Return a parser of CommonMark with tables and ~~strikethrough~~, which shows HTML as text."""
    parser = MarkdownIt("zero")
    parser.inline = _Inline()
    parser.configure("commonmark", {"html": False}).enable(["table", "strikethrough"])
    parser.add_render_rule("softbreak", _soft_break)
    return parser


class _Inline(ParserInline):
    def parse(self, src: str, md: MarkdownIt, env: Any, tokens: list[Token]) -> list[Token]:
        state = _State(src, md, env, tokens)
        self.tokenize(state)
        for rule in self.ruler2.getRules(""):
            rule(state)
        return state.tokens


class _State(StateInline):
    @override
    def scanDelims(self, start: int, canSplitWord: bool) -> Scanned:
        """Return the length of a run of `*`, `_` or `~`, and whether it can open and close emphasis."""
        end = start + super().scanDelims(start, canSplitWord).length
        before, after = _before(self.src[:start]), self.src[end : self.posMax][:1] or " "
        left, right = _flanks(after, before), _flanks(before, after)
        return Scanned(
            can_open=left and (canSplitWord or not right or _is_punctuation(before)),
            can_close=right and (canSplitWord or not left or _is_punctuation(after)),
            length=end - start,
        )


def _before(text: str) -> str:
    """Return the last character, without the selector of its variant. The start of a text is like a space."""
    if len(text) > 1 and _is_in(text[-1], _VARIANTS):
        return text[-2]
    return text[-1:] or " "


def _flanks(inner: str, outer: str) -> bool:
    """Return whether a run of delimiters belongs to the word on its inner side."""
    if isWhiteSpace(ord(inner)):
        return False
    if is_cjk(inner) or not _is_punctuation(inner):
        return True
    return isWhiteSpace(ord(outer)) or _is_punctuation(outer) or is_cjk(outer)


def is_cjk(character: str) -> bool:
    """Return whether it is a character of Chinese, Japanese or Korean, punctuation included."""
    is_wide = east_asian_width(character) in ("W", "F", "H") and not _is_in(character, _EMOJI)
    return is_wide or _is_in(character, _HANGUL)


def _is_in(character: str, blocks: Sequence[tuple[int, int]]) -> bool:
    return any(first <= ord(character) <= last for first, last in blocks)


def _is_punctuation(character: str) -> bool:
    return isMdAsciiPunct(ord(character)) or isPunctChar(character)


def _soft_break(renderer: object, tokens: Sequence[Token], at: int, options: object, env: object) -> str:
    """Return a line break, which a browser shows as a space; nothing between two characters of Japanese."""
    before = next((token.content[-1] for token in reversed(tokens[:at]) if token.content), " ")
    after = next((token.content[0] for token in tokens[at + 1 :] if token.content), " ")
    return "" if is_cjk(before) and is_cjk(after) else "\n"
