"""A playbook is made live: in force once every function knows of it, for all of them at one moment."""

from datetime import UTC, datetime
from time import sleep

from rich.console import Console

from cli.stack.stack import Stack
from ripen.adapters.playbook import SEEN_BY_ALL
from ripen.adapters.table import Conflict, keys
from ripen.failure import Failure
from ripen.operations.publish import publish
from ripen.playbook.bundle import Bundle


def make_live(bundle: Bundle, stack: Stack, screen: Console) -> bool:
    """Whether it was not so before; returns when it is in force. Raises Failure."""
    try:
        if not publish(bundle, stack.table, stack.playbook, stack.site, stack.clock.now(), SEEN_BY_ALL):
            return False
    except Conflict:
        raise Failure("Somebody else published at the same moment.", "Look first: ripen rollback --list") from None
    live = stack.table.get(keys.LIVE)
    if live and live.value.in_force_from:
        with screen.status("Until every function knows of it, a few seconds"):
            sleep(max((live.value.in_force_from - datetime.now(UTC)).total_seconds(), 0))
    return True
