"""After a publication that judges otherwise: every lead is put on the agenda, in the bulk lane, to be folded anew."""

from rich.console import Console

from cli.stack.roster import walk
from cli.stack.stack import Stack
from ripen.adapters.table import Conflict, Replace, keys
from ripen.agenda import Lane
from ripen.failure import Failure
from ripen.marks import RefoldMark
from ripen.playbook.bundle import Bundle
from ripen.scoring.rules_version import rules_version

_TRIES = 3


def judges_otherwise(stack: Stack, bundle: Bundle) -> bool:
    """Whether scoring, segments or what lets into journeys are others in the bundle than in the live one."""
    live = stack.table.get(keys.LIVE)
    return live is not None and rules_version(stack.playbook.bundle(live.value.bundle)) != rules_version(bundle)


def renew(stack: Stack, screen: Console) -> int:
    """Has every lead judged anew, and says so; how many they are."""
    screen.print("Scoring, segments or what lets into journeys are others now. If this stops: ripen reclassify --all")
    count = mark_all(stack)
    screen.print(f"To be judged anew: {count} leads. Nobody enters a journey or is told of by that alone.")
    return count


def mark_all(stack: Stack) -> int:
    """Has every lead folded anew soon; how many they are. Whoever it does not reach is at the next activity."""
    return sum(walk(stack.table, "Leads to be judged anew", lambda lead: mark(lead, stack)))


def mark(lead: str, stack: Stack) -> int:
    """Puts the lead on the agenda, where the tick finds it."""
    for _ in range(_TRIES):
        row, due = stack.table.get(keys.refold_mark(lead)), stack.clock.now()
        again = Replace(
            keys.refold_mark(lead), RefoldMark(lead=lead), row.version if row else 0, due=due, lane=Lane.BULK
        )
        try:
            stack.table.write(again)
        except Conflict:
            continue
        return 1
    raise Failure(f"The lead {lead} is being written all the time.", "Try again.")
