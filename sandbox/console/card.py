"""Show a Slack message on this page: Block Kit's text with its bold and its links, the rest as typed."""

import re
from collections.abc import Iterator, Mapping
from html import unescape
from typing import Any

_RUNS = re.compile(r"\*([^*\n]+)\*|<(https?://[^|>\s]+)(?:\|([^>]*))?>|<@(\w+)>")

type Part = dict[str, Any]

_END: Part = {"text": "\n", "bold": False, "url": ""}


def parts(blocks: list[Part], people: Mapping[str, str]) -> list[Part]:
    """Return one part per block: {"kind": "header" | "text" | "small" | "buttons", …}; other blocks are left out.

    `people` are the names of the people who may be mentioned, by their Slack id.
    """
    return [part for block in blocks if (part := _part(block, people))]


def _part(block: Part, people: Mapping[str, str]) -> Part | None:
    match block.get("type"):
        case "header":
            return {"kind": "header", "runs": list(_runs(block["text"], people))}
        case "section" if "text" in block:
            return {"kind": "text", "runs": list(_runs(block["text"], people))}
        case "context":
            texts = [[*_runs(element, people), _END] for element in block["elements"] if "text" in element]
            return {"kind": "small", "runs": [run for text in texts for run in text]}
        case "actions":
            return {"kind": "buttons", "buttons": [_button(element) for element in block["elements"]]}
        case _:
            return None


def _button(element: Part) -> Part:
    text = element.get("text", {}).get("text", "")
    return {"text": text, "url": _web(element.get("url", "")), "style": element.get("style", "")}


def _runs(text: Part, people: Mapping[str, str]) -> Iterator[Part]:
    """Yield the pieces of the text: {"text", "bold", "url"}. Plain text has no bold and no links."""
    said = str(text.get("text", ""))
    if text.get("type") != "mrkdwn":
        yield {"text": said, "bold": False, "url": ""}
        return
    end = 0
    for found in _RUNS.finditer(said):
        yield {"text": unescape(said[end : found.start()]), "bold": False, "url": ""}
        bold, url, label, person = found.groups()
        named = f"@{people.get(person, person)}" if person else bold or label or url
        yield {"text": unescape(named), "bold": bool(bold), "url": _web(unescape(url or ""))}
        end = found.end()
    yield {"text": unescape(said[end:]), "bold": False, "url": ""}


def _web(url: str) -> str:
    return url if url.startswith(("https://", "http://")) else ""
