"""ripen stop, ripen resume: the one switch that halts all sending (DESIGN rule 11)."""

from copy import replace
from datetime import timedelta
from getpass import getuser
from itertools import product
from time import sleep

from rich.console import Console

from cli.output.json_output import AsJson, tell
from cli.stack.stack import Stack, connect
from ripen.adapters.table import Create, Key, Replace, keys
from ripen.agenda import SHARDS, Lane
from ripen.mail.ledger import Send, SendState
from ripen.settings import Stop

_UNTIL_NO_CLAIM_SECONDS = 2.0
_LEASE = timedelta(minutes=6)
"""A claimed send stands on the agenda at the end of its lease of five minutes."""


def stop(as_json: AsJson = False) -> None:
    """Stop all sending. Returns when nothing can be claimed any more, and says what was on its way."""
    stack = connect()
    console = Console(highlight=False)
    row = stack.table.get(keys.STOP)
    sign = row.value if row and row.value.on else Stop(on=True, at=stack.clock.now(), by=getuser())
    already = row is not None and row.value.on
    if not already:
        stack.table.write(Replace(keys.STOP, sign, row.version) if row else Create(keys.STOP, sign))
        sleep(_UNTIL_NO_CLAIM_SECONDS)
    flying = in_flight(stack)
    if as_json:
        tell({"stopped": True, "already": already, "since": sign.at.isoformat(), "in_flight": flying})
        return
    if already:
        console.print(f"Sending is stopped already, since {sign.at:%Y-%m-%d %H:%M} UTC.")
    console.print(f"[bold]Sending is stopped.[/] In flight: {flying}. What is due waits; ripen resume goes on.")


def resume(as_json: AsJson = False) -> None:
    """Go on sending. What waited goes out within a minute or two, once."""
    stack = connect()
    row = stack.table.get(keys.STOP)
    was = row is not None and row.value.on
    if row and was:
        sign = replace(row.value, on=False, at=stack.clock.now(), by=getuser())
        stack.table.write(Replace(keys.STOP, sign, row.version))
    console = Console(highlight=False)
    if as_json:
        tell({"stopped": False, "was_stopped": was})
    elif not was:
        console.print("Sending was not stopped.")
    else:
        console.print("Sending goes on. What waited is taken from the agenda within a minute or two.")


def in_flight(stack: Stack) -> int:
    """Sends that were claimed before the stop and have no outcome yet; what is still to be released was not claimed."""
    until = stack.clock.now() + _LEASE
    found: list[Key[Send]] = []
    for lane, shard in product((Lane.HOT, Lane.BULK), range(SHARDS)):
        refs = (due.ref for due in stack.table.all_due(lane, shard, until))
        found += [keys.typed(keys.parse(ref), Send) for ref in refs if keys.kind(ref) == "send"]
    rows = stack.table.get_many(found) if found else []
    return sum(1 for row in rows if row and row.value.state is SendState.CLAIMED)
