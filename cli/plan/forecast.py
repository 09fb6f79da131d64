"""What would be sent in the next 24 hours: the real workers on a copy in memory of each lead who has something due by then."""

from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product
from typing import Any

from rich.console import Console
from rich.progress import Progress

from cli.stack.stack import Stack
from ripen.adapters.table import Due, Row, keys
from ripen.agenda import SHARDS, Lane
from ripen.journey.enrollment import Enrollment, EnrollmentState
from ripen.lead.address import address_hash
from ripen.lead.lead import Profile
from ripen.mail.ledger import Send, SendState
from ripen.playbook.bundle import Bundle
from ripen_authoring.simulation.world import ADDRESS_KEY, World

AHEAD = timedelta(hours=24)
_THREADS = 8


@dataclass(frozen=True)
class Forecast:
    """Mails by (origin, mail, "sent" or the reason why not), for `leads` people; `more` had something due too, but the
    bound was reached."""

    mails: Counter[tuple[str, str, str]]
    leads: int
    more: int


def forecast(stack: Stack, new: Bundle, enrollments: Iterable[Enrollment], most: int) -> Forecast:
    """As if `new` were live from now on, and nobody did anything. Of who has something due, the first `most`."""
    now = stack.clock.now()
    due = _due(stack, now) | {each.lead: now for each in enrollments if _goes(each, new)}
    leads = sorted(due, key=lambda lead: (due[lead], lead))
    mails: Counter[tuple[str, str, str]] = Counter()
    with Progress(console=Console(stderr=True), transient=True) as progress:
        for lead in progress.track(leads[:most], description="The next 24 hours"):
            mails += _lived(lead, stack, new, now)
    return Forecast(mails, min(len(due), most), max(0, len(due) - most))


def _due(stack: Stack, now: datetime) -> dict[str, datetime]:
    """Who is on the agenda by then with a journey or a mail, and since when."""

    def there(place: tuple[Lane, int]) -> list[Due]:
        return [due for due in stack.table.all_due(*place, now + AHEAD) if keys.kind(due.ref) in ("enrollment", "send")]

    found: dict[str, datetime] = {}
    with ThreadPoolExecutor(_THREADS) as threads:
        for some in threads.map(there, product(Lane, range(SHARDS))):
            for due in some:
                lead = keys.parse(due.ref).lead
                found[lead] = min(due.at, found.get(lead, due.at))
    return found


def _goes(enrollment: Enrollment, new: Bundle) -> bool:
    """Whether it stands on a step from which the new playbook moves people."""
    journey = new.journeys.get(enrollment.journey)
    move = journey.moves.get(enrollment.step) if journey else None
    return move is not None and move.how != "stay"


def _lived(lead: str, stack: Stack, new: Bundle, now: datetime) -> Counter[tuple[str, str, str]]:
    rows = list(stack.table.under(lead, ""))
    pinned = {row.value.bundle for row in rows if isinstance(row.value, Enrollment | Send) and row.value.bundle}
    bundles = [stack.playbook.bundle(hash) for hash in sorted(pinned - {new.hash})]
    world = World(new, now, *bundles, site=stack.site)
    for row in rows:
        world.table.put(row)
        if isinstance(row.value, Enrollment) and row.value.state is EnrollmentState.ACTIVE:
            world.queue.wake(row.key.ref)
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
