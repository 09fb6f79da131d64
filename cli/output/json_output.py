"""What scripts read: every command has --json, and prints one value then."""

import json
from typing import Annotated, Any

import typer

AsJson = Annotated[bool, typer.Option("--json", help="For scripts.")]


def tell(value: Any) -> None:
    """As JSON to the standard output; nothing else goes there."""
    print(json.dumps(value, ensure_ascii=False, indent=2))
