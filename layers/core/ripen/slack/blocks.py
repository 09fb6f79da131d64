"""The blocks that Slack messages are made of. Text that people typed is plain or escaped, and cut to a length.

Limits: Slack, "Block Kit reference" (header 150, section 3000, context 10 elements, button value 2000).
"""

import re
from typing import Any

from ripen.lead.text import one_line

_USER_ID = re.compile(r"[UW][A-Z0-9]{2,20}")

type Block = dict[str, Any]

_LONGEST = {
    "name": 60,
    "company": 60,
    "word": 60,
    "reason": 120,
    "news": 120,
    "touch": 90,
    "note": 2000,
    "answer": 1000,
}


def section(block_id: str, *lines: str) -> Block:
    return {"type": "section", "block_id": block_id, "text": mrkdwn("\n".join(lines))}


def section_of_text(block_id: str, text: str) -> Block:
    """Return a paragraph of plain text."""
    return {"type": "section", "block_id": block_id, "text": plain(text)}


def header(block_id: str, text: str) -> Block:
    """Return a line of large text."""
    return {"type": "header", "block_id": block_id, "text": plain(text)}


def context(block_id: str, *elements: Block) -> Block:
    """Return a line of small text."""
    return {"type": "context", "block_id": block_id, "elements": list(elements)}


def plain(text: str) -> Block:
    """Return text that Slack shows as it is: no formatting and no :emoji: codes."""
    return {"type": "plain_text", "text": text, "emoji": False}


def mrkdwn(text: str) -> Block:
    """Return formatted text. `verbatim` keeps Slack from turning plain words into links and mentions."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def mention(user: str, name: str) -> str:
    """Return the user as Slack notifies them, or only the name if the text is no user id."""
    return f"<@{user}>" if _USER_ID.fullmatch(user) else f"@{escape(cut(name, 'name'))}"


def cut_note(text: str) -> str:
    """Return the lines without control and direction characters, cut to the length of a note; never empty."""
    return _lines(text, "note")


def cut_answer(text: str) -> str:
    """Return the lines of an answer likewise, cut so that other answers have room beside it."""
    return _lines(text, "answer")


def cut(text: str, kind: str) -> str:
    """Return the text on one line without control and direction characters, cut to the length of its kind."""
    return _shortened(one_line(text), kind)


def _lines(text: str, kind: str) -> str:
    return _shortened("\n".join(one_line(line) for line in text.splitlines()).strip(), kind) or "…"


def _shortened(text: str, kind: str) -> str:
    return text if len(text) <= _LONGEST[kind] else text[: _LONGEST[kind] - 1] + "…"
