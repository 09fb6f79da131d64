"""The blocks that Slack refuses, with a pointer to the mistake."""

from typing import Any

import pytest

from sandbox.slack.blocks import characters, refused


def text(length: int, type: str = "mrkdwn") -> dict[str, Any]:
    return {"type": type, "text": "x" * length}


def button(**changes: Any) -> dict[str, Any]:
    return {"type": "button", "action_id": "a", "text": text(5, "plain_text")} | changes


def section(length: int = 5, **changes: Any) -> dict[str, Any]:
    return {"type": "section", "text": text(length)} | changes


def actions(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements)}


def context(count: int) -> dict[str, Any]:
    return {"type": "context", "elements": [text(5)] * count}


@pytest.mark.parametrize(
    "blocks",
    [
        [section(3000)],
        [section()] * 50,
        [{"type": "header", "text": text(150, "plain_text")}],
        [{"type": "divider"}],
        [context(10)],
        [actions(*[button(action_id=str(n)) for n in range(25)])],
        [actions(button(text=text(75, "plain_text"), value="v" * 2000, url="https://" + "u" * 2992, style="danger"))],
        [{"type": "section", "fields": [text(2000)] * 10}],
    ],
)
def test_blocks_within_the_limits_are_accepted(blocks: list[Any]) -> None:
    assert refused(blocks) == []


@pytest.mark.parametrize(
    ("blocks", "pointer"),
    [
        ("no list", "/blocks"),
        ([], "/blocks"),
        ([section()] * 51, "/blocks"),
        ([section(block_id="a"), section(block_id="a")], "/blocks/1/block_id"),
        ([section(block_id="x" * 256)], "/blocks/0/block_id"),
        ([{"type": "nope"}], "/blocks/0/type"),
        (["nope"], "/blocks/0/type"),
        ([section(3001)], "/blocks/0/text/text"),
        ([section(0)], "/blocks/0/text/text"),
        ([section(text="bare")], "/blocks/0/text"),
        ([{"type": "section"}], "/blocks/0/text"),
        ([section(fields=[text(2001)])], "/blocks/0/fields/0/text"),
        ([section(fields=[text(5)] * 11)], "/blocks/0/fields"),
        ([{"type": "header", "text": text(151, "plain_text")}], "/blocks/0/text/text"),
        ([{"type": "header", "text": text(5)}], "/blocks/0/text"),
        ([context(11)], "/blocks/0/elements"),
        ([context(0)], "/blocks/0/elements"),
        ([section(), actions(*[button()] * 26)], "/blocks/1/elements"),
        ([actions(button(text=text(76, "plain_text")))], "/blocks/0/elements/0/text/text"),
        ([actions(button(), button(value="v" * 2001))], "/blocks/0/elements/1/value"),
        ([actions(button(url="u" * 3001))], "/blocks/0/elements/0/url"),
        ([actions(button(style="loud"))], "/blocks/0/elements/0/style"),
    ],
)
def test_blocks_beyond_a_limit_are_refused_with_their_place(blocks: Any, pointer: str) -> None:
    assert any(fault.endswith(f"[json-pointer:{pointer}]") for fault in refused(blocks))


def test_the_characters_of_all_strings_are_counted() -> None:
    assert characters([{"a": "xx", "b": ["x", {"c": "xxx"}], "d": 5}]) == 6
