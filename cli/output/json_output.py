"""JSON for scripts: every command has --json, and prints one value then."""

import json
from typing import Annotated, Any

import typer

from cli.output.language import say

AsJson = Annotated[
    bool, typer.Option("--json", help=say("Print JSON, for scripts.", "スクリプト用に JSON を出力します。"))
]


def print_json(value: Any) -> None:
    """Print the value to the standard output, where nothing else goes."""
    print(json.dumps(value, ensure_ascii=False, indent=2))
