"""ripen secret: the key by which a receiver knows our webhooks, and the one by which we know who asks leads in."""

from typing import Annotated

import typer

from cli.output.json_output import AsJson, tell
from cli.stack.stack import connect
from ripen.failure import Failure

_SHARED = ("webhook", "api")
"""Keys that somebody outside is to have; no other is ever shown."""


def secret(
    name: Annotated[str, typer.Argument(help="webhook or api", metavar="webhook|api")],
    as_json: AsJson = False,
) -> None:
    """Print a key that you share with others, in hex: `webhook` checks the signature of what webhook steps post, `api` signs
    requests that ask leads into journeys. Whoever has one can sign in its name: into a secret store with it, and into no ticket."""
    if name not in _SHARED:
        raise Failure(f"There is no key {name!r} to share.", f"Known: {', '.join(_SHARED)}")
    key = connect().secrets.key(name).hex()
    if as_json:
        tell({name: key})
    else:
        print(key)
