"""The blocks that messages in Slack are made of. What people typed is shown as plain text or escaped, and cut.

Limits: Slack, "Block Kit reference" (header 150, section 3000, context 10 elements, button value 2000).
"""

from typing import Any

from ripen.lead.text import one_line

type Block = dict[str, Any]

_LONGEST = {"name": 60, "company": 60, "word": 60, "reason": 120, "touch": 90, "note": 2000}


def section(block_id: str, *lines: str) -> Block:
    return {"type": "section", "block_id": block_id, "text": mrkdwn("\n".join(lines))}


def plain(text: str) -> Block:
    """Shown as it is: no formatting, no :emoji: codes."""
    return {"type": "plain_text", "text": text, "emoji": False}


def mrkdwn(text: str) -> Block:
    """`verbatim`: Slack makes no links and mentions out of words that merely look like them."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def lines(text: str) -> str:
    """Its lines without control and direction characters, and no longer than a note may be; never empty."""
    flat = "\n".join(one_line(line) for line in text.splitlines()).strip()
    return (flat if len(flat) <= _LONGEST["note"] else flat[: _LONGEST["note"] - 1] + "…") or "…"


def cut(text: str, kind: str) -> str:
    """On one line, without control and direction characters, and no longer than that kind may be."""
    flat = one_line(text)
    return flat if len(flat) <= _LONGEST[kind] else flat[: _LONGEST[kind] - 1] + "…"
