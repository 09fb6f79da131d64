"""ripen secret: the key that verifies our webhooks, and the key that signs requests to our API."""

from typing import Annotated

import typer

from cli.output.json_output import AsJson, print_json
from cli.stack.stack import connect
from ripen.failure import Failure

_SHARED = ("webhook", "api")
"""The keys that are shared with other systems. No other key is ever shown."""


def secret(
    name: Annotated[str, typer.Argument(help="webhook or api", metavar="webhook|api")],
    as_json: AsJson = False,
) -> None:
    """Print a key that you share with other systems, in hex.

    `webhook` verifies the signature of the posts of webhook steps; `api` signs requests that enrol leads in journeys.
    Keep the key in a secret store, and put it into no ticket: a person who has it can sign in your name.
    """
    if name not in _SHARED:
        raise Failure(f"There is no shared key {name!r}.", f"Known: {', '.join(_SHARED)}")
    key = connect().secrets.key(name).hex()
    if as_json:
        print_json({name: key})
    else:
        print(key)
