"""ripen stop, ripen resume: the one switch that stops all sending (DESIGN rule 11)."""

from getpass import getuser
from time import sleep

from rich.console import Console

from cli.output.json_output import AsJson, print_json
from cli.stack.stack import connect
from ripen.operations.sending.switches import UNTIL_SEEN_SECONDS, in_flight, resume_sending, stop_sending


def stop(as_json: AsJson = False) -> None:
    """Stop all sending. Return when no mail can be claimed any more, and say how many were in flight."""
    stack = connect()
    console = Console(highlight=False)
    found, already = stop_sending(getuser(), stack.table, stack.clock.now())
    if not already:
        sleep(UNTIL_SEEN_SECONDS)
    flying = in_flight(stack.table, stack.clock.now())
    if as_json:
        print_json({"stopped": True, "already": already, "since": found.at.isoformat(), "in_flight": flying})
        return
    if already:
        console.print(f"Sending is stopped already, since {found.at:%Y-%m-%d %H:%M} UTC.")
    console.print(f"[bold]Sending is stopped.[/] In flight: {flying}. Due mails wait until: ripen resume")


def resume(as_json: AsJson = False) -> None:
    """Resume sending. Waiting mails go out within a minute or two, each once."""
    stack = connect()
    was = resume_sending(getuser(), stack.table, stack.clock.now())
    if as_json:
        print_json({"stopped": False, "was_stopped": was})
        return
    console = Console(highlight=False)
    if was:
        console.print("Sending goes on. Waiting mails are taken from the agenda within a minute or two.")
    else:
        console.print("Sending was not stopped.")
