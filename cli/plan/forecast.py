"""What would be sent in the next 24 hours: the real workers on a copy in memory of each lead who has something due by then."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cli.roster import walk
from cli.simulation.world import ADDRESS_KEY, World
from cli.stack import Stack
from ripen.adapters.table import Row, keys
from ripen.address import address_hash
from ripen.bundle import Bundle
from ripen.journey import Enrollment, EnrollmentState
from ripen.lead import Profile
from ripen.ledger import OPEN, Send, SendState

AHEAD = timedelta(hours=24)


@dataclass(frozen=True)
class Forecast:
    """Mails by (origin, mail, "sent" or the reason why not), for `leads` people; `more` had something due too, but the
    bound was reached."""

    mails: Counter[tuple[str, str, str]]
    leads: int
    more: int


def forecast(stack: Stack, new: Bundle, most: int) -> Forecast:
    """As if `new` were live from now on, and nobody did anything."""
    now = stack.clock.now()
    due = list(walk(stack.table, "Due in 24 hours", lambda lead: lead if _is_due(lead, stack, new, now) else None))
    mails: Counter[tuple[str, str, str]] = Counter()
    for lead in due[:most]:
        mails += _lived(lead, stack, new, now)
    return Forecast(mails, min(len(due), most), max(0, len(due) - most))


def _is_due(lead: str, stack: Stack, new: Bundle, now: datetime) -> bool:
    """A journey that goes on, or a mail that is planned, by then; or a step that the new playbook moves people from."""
    rows: list[Row[Any]] = [*stack.table.under(lead, "enrollment#"), *stack.table.under(lead, "send#")]
    return any(_soon(row, new, now) for row in rows)


def _soon(row: Row[Any], new: Bundle, now: datetime) -> bool:
    match row.value:
        case Enrollment(state=EnrollmentState.ACTIVE) as enrollment:
            journey = new.journeys.get(enrollment.journey)
            moved = journey is not None and enrollment.step in journey.moves
            return moved or (row.due is not None and row.due <= now + AHEAD)
        case Send(state=state):
            return state in OPEN and row.due is not None and row.due <= now + AHEAD
    return False


def _lived(lead: str, stack: Stack, new: Bundle, now: datetime) -> Counter[tuple[str, str, str]]:
    rows = list(stack.table.under(lead, ""))
    pinned = {row.value.bundle for row in rows if isinstance(row.value, Enrollment | Send) and row.value.bundle}
    bundles = [stack.playbook.bundle(hash) for hash in sorted(pinned - {new.hash})]
    world = World(new, now, *bundles, site=stack.site)
    for row in rows:
        world.table.put(row)
        if isinstance(row.value, Enrollment) and row.value.state is EnrollmentState.ACTIVE:
            world.bell.wake(row.key.ref)
    _suppress(stack, world, rows)
    world.run(now + AHEAD)
    return Counter(_outcomes(world))


def _suppress(stack: Stack, world: World, rows: list[Row[Any]]) -> None:
    """The refusal of the address, under the key of the world's own."""
    for profile in (row.value for row in rows if isinstance(row.value, Profile)):
        refusal = stack.table.get(keys.suppression(address_hash(stack.secrets.key("address"), profile.email)))
        if refusal:
            key = keys.suppression(address_hash(ADDRESS_KEY, profile.email))
            world.table.put(Row(key, refusal.value, refusal.version))


def _outcomes(world: World) -> list[tuple[str, str, str]]:
    found = []
    for row in world.written:
        before, after = row.before, row.after
        if not isinstance(after, Send) or (before and before.state is after.state):
            continue
        if after.state is SendState.ACCEPTED:
            found.append((after.origin, after.email, "sent"))
        elif after.state in (SendState.SKIPPED, SendState.FAILED):
            found.append((after.origin, after.email, after.reason))
    return found
