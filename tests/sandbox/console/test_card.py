"""Slack's blocks on the console: text as text, with Slack's bold and links, and nothing that a browser runs."""

from typing import Any

from sandbox.console.card import parts

PEOPLE = {"U0BOB": "Bob Tanaka"}


def _section(text: str, type: str = "mrkdwn") -> list[dict[str, Any]]:
    return [{"type": "section", "text": {"type": type, "text": text}}]


def _texts(blocks: list[dict[str, Any]]) -> list[tuple[str, bool, str]]:
    return [
        (run["text"], run["bold"], run["url"]) for part in parts(blocks, PEOPLE) for run in part["runs"] if run["text"]
    ]


def test_bold_and_links_are_separate_from_text() -> None:
    found = _texts(_section("*90点* HOT <https://example.com/a|開く>"))
    assert found == [("90点", True, ""), (" HOT ", False, ""), ("開く", False, "https://example.com/a")]


def test_a_mentioned_person_is_named_if_known() -> None:
    assert _texts(_section("<@U0BOB> <@U0ZOE>")) == [
        ("@Bob Tanaka", False, ""),
        (" ", False, ""),
        ("@U0ZOE", False, ""),
    ]


def test_plain_text_has_no_markup() -> None:
    assert _texts(_section("*no* <https://x.example|y>", "plain_text")) == [("*no* <https://x.example|y>", False, "")]


def test_an_escaped_character_is_shown_unescaped() -> None:
    assert _texts(_section("&lt;script&gt; &amp;")) == [("<script> &", False, "")]


def test_only_a_web_address_becomes_a_link() -> None:
    buttons = [{"type": "button", "text": {"text": "x"}, "url": "javascript:alert(1)"}]
    [part] = parts([{"type": "actions", "elements": buttons}], PEOPLE)
    assert part["buttons"] == [{"text": "x", "url": "", "style": ""}]


def test_an_unknown_block_is_left_out() -> None:
    assert parts([{"type": "divider"}, {"type": "section", "fields": []}], PEOPLE) == []
