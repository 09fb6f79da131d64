"""Messages that Slack refuses before it looks into the workspace."""

from typing import Any

from sandbox.slack.blocks import MOST_CHARACTERS, characters, refused

_MOST_TEXT = 40_000
Answer = dict[str, Any]


def bad_message(method: str, asked: Answer) -> Answer | None:
    """Return Slack's error for the message of a call, None if it is taken."""
    if method not in ("chat.postMessage", "chat.update", "chat.postEphemeral"):
        return None
    blocks = asked.get("blocks")
    if not blocks and not asked.get("text"):
        return _no("no_text")
    if len(asked.get("text") or "") > _MOST_TEXT:
        return _no("msg_too_long")
    if blocks and (wrong := refused(blocks)):
        return _no("invalid_blocks") | {"errors": wrong, "response_metadata": {"messages": wrong}}
    if blocks and characters(blocks) > MOST_CHARACTERS:
        return _no("msg_blocks_too_long")
    return None


def _no(error: str) -> Answer:
    return {"ok": False, "error": error}
