"""Blocks that Slack refuses and local-slack accepts: limits by type, with JSON pointers as Slack gives them.

Source: Slack, "Block Kit reference". The size limit of a whole message is measured, not documented.
"""

from collections.abc import Iterator
from typing import Any

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block

MOST_BLOCKS = 50
MOST_CHARACTERS = 13_200
_TYPES = {
    "actions",
    "context",
    "divider",
    "header",
    "image",
    "input",
    "markdown",
    "rich_text",
    "section",
    "table",
    "video",
}
_TEXTS = {"header": ({"plain_text"}, 150), "section": ({"plain_text", "mrkdwn"}, 3000)}
_ELEMENTS = {"actions": 25, "context": 10}


def refused(blocks: Any) -> list[str]:
    """Return all errors as Slack words them in response_metadata.messages; empty if the message is valid."""
    if not isinstance(blocks, list):
        return [_error("must be an array", "/blocks")]
    return [*_of_all(blocks), *(fault for n, block in enumerate(blocks) for fault in _of_block(block, f"/blocks/{n}"))]


def characters(blocks: Any) -> int:
    """Return the number of characters in all strings of the blocks."""
    match blocks:
        case str():
            return len(blocks)
        case dict():
            return sum(characters(value) for value in blocks.values())
        case list():
            return sum(characters(value) for value in blocks)
    return 0


def _of_all(blocks: list[Any]) -> Iterator[str]:
    if not 0 < len(blocks) <= MOST_BLOCKS:
        yield _error(f"must have between 1 and {MOST_BLOCKS} items", "/blocks")
    seen = set()
    for n, block in enumerate(blocks):
        id = block.get("block_id") if isinstance(block, dict) else None
        if id and id in seen:
            yield _error(f"block_id already exists: {id}", f"/blocks/{n}/block_id")
        seen.add(id)


def _of_block(block: Any, at: str) -> Iterator[str]:
    if not isinstance(block, dict) or block.get("type") not in _TYPES:
        yield _error("unsupported type", f"{at}/type")
        return
    if len(str(block.get("block_id", ""))) > 255:
        yield _error("must be less than 256 characters", f"{at}/block_id")
    yield from _of_texts(block, at)
    yield from _of_elements(block, at)
    try:
        parsed = Block.parse(block)
        if parsed:
            parsed.validate_json()
    except (SlackObjectFormationError, TypeError, AttributeError) as error:
        yield _error(str(error), at)


def _of_texts(block: dict[str, Any], at: str) -> Iterator[str]:
    kinds, most = _TEXTS.get(block["type"], (set(), 0))
    if kinds and ("text" in block or not block.get("fields")):
        yield from _of_text(block.get("text"), kinds, most, f"{at}/text")
    fields = block.get("fields", []) if block["type"] == "section" else []
    if len(fields) > 10:
        yield _error("no more than 10 items allowed", f"{at}/fields")
    for n, field in enumerate(fields):
        yield from _of_text(field, {"plain_text", "mrkdwn"}, 2000, f"{at}/fields/{n}")


def _of_text(text: Any, kinds: set[str], most: int, at: str) -> Iterator[str]:
    if not isinstance(text, dict) or text.get("type") not in kinds or not isinstance(text.get("text"), str):
        yield _error("failed to match all allowed schemas", at)
    elif not text["text"]:
        yield _error("must be more than 0 characters", f"{at}/text")
    elif len(text["text"]) > most:
        yield _error(f"must be less than {most + 1} characters", f"{at}/text")


def _of_elements(block: dict[str, Any], at: str) -> Iterator[str]:
    most = _ELEMENTS.get(block["type"])
    if most is None:
        return
    elements = block.get("elements")
    if not isinstance(elements, list) or not 0 < len(elements) <= most:
        yield _error(f"must have between 1 and {most} items", f"{at}/elements")
        return
    for n, element in enumerate(elements):
        place = f"{at}/elements/{n}"
        if block["type"] == "actions" and isinstance(element, dict) and element.get("type") == "button":
            yield from _of_button(element, place)
        elif block["type"] == "context" and isinstance(element, dict) and element.get("type") != "image":
            yield from _of_text(element, {"plain_text", "mrkdwn"}, 3000, place)


def _of_button(button: dict[str, Any], at: str) -> Iterator[str]:
    yield from _of_text(button.get("text"), {"plain_text"}, 75, f"{at}/text")
    for name, most in (("action_id", 255), ("value", 2000), ("url", 3000)):
        if len(str(button.get(name, ""))) > most:
            yield _error(f"must be less than {most + 1} characters", f"{at}/{name}")
    if button.get("style", "primary") not in ("primary", "danger"):
        yield _error("must be one of primary, danger", f"{at}/style")


def _error(what: str, at: str) -> str:
    return f"[ERROR] {what} [json-pointer:{at}]"
