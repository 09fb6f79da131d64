"""Forecast the mails of the next 24 hours: run the real workers on copies of the leads with something due by then."""

from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product
from typing import Any

from ripen.adapters.playbook import Playbook
from ripen.adapters.secrets import Secrets
from ripen.adapters.table import Due, Row, Table, keys
from ripen.agenda import SHARDS, Lane
from ripen.journey.enrollment import Enrollment, EnrollmentState
from ripen.lead.address import address_hash
from ripen.lead.lead import Profile
from ripen.mail.ledger import Send, SendState
from ripen.operations.progress import Progress, silent
from ripen.playbook.bundle import Bundle
from ripen_authoring.simulation.simulator import ADDRESS_KEY, Simulator

AHEAD = timedelta(hours=24)
_THREADS = 8


@dataclass(frozen=True)
class Forecast:
    """Mails by (origin, mail, "sent" or the reason) of `leads` people. `more` people are beyond the limit."""

    mails: Counter[tuple[str, str, str]]
    leads: int
    more: int


@dataclass(frozen=True)
class Source:
    """Where the forecast reads: of the stack, and nothing is written to it."""

    table: Table
    playbook: Playbook
    secrets: Secrets
    site: str


def forecast(
    source: Source,
    new: Bundle,
    enrollments: Iterable[Enrollment],
    most: int,
    now: datetime,
    progress: Progress = silent,
) -> Forecast:
    """Return what would happen if `new` were live from now on and no lead did anything.

    Of the leads with something due, the first `most` are simulated.
    """
    due = _due(source.table, now) | {each.lead: now for each in enrollments if _leaves(each, new)}
    leads = sorted(due, key=lambda lead: (due[lead], lead))[:most]
    mails: Counter[tuple[str, str, str]] = Counter()
    for number, lead in enumerate(leads, 1):
        mails += _simulated(lead, source, new, now)
        progress(number, len(leads))
    return Forecast(mails, len(leads), len(due) - len(leads))


def _due(table: Table, now: datetime) -> dict[str, datetime]:
    """Return the leads with a journey or a mail due by then, each with the earliest due time."""

    def shard(place: tuple[Lane, int]) -> list[Due]:
        return [due for due in table.all_due(*place, now + AHEAD) if keys.kind(due.ref) in ("enrollment", "send")]

    found: dict[str, datetime] = {}
    with ThreadPoolExecutor(_THREADS) as threads:
        for rows in threads.map(shard, product(Lane, range(SHARDS))):
            for due in rows:
                lead = keys.parse(due.ref).lead
                found[lead] = min(due.at, found.get(lead, due.at))
    return found


def _leaves(enrollment: Enrollment, new: Bundle) -> bool:
    """Tell whether the new playbook moves people away from this step."""
    journey = new.journeys.get(enrollment.journey)
    move = journey.moves.get(enrollment.step) if journey else None
    return move is not None and move.how != "stay"


def _simulated(lead: str, source: Source, new: Bundle, now: datetime) -> Counter[tuple[str, str, str]]:
    rows = list(source.table.under(lead, ""))
    pinned = {row.value.bundle for row in rows if isinstance(row.value, Enrollment | Send) and row.value.bundle}
    bundles = [source.playbook.bundle(hash) for hash in sorted(pinned - {new.hash})]
    simulator = Simulator(new, now, *bundles, site=source.site)
    for row in rows:
        simulator.table.put(row)
        if isinstance(row.value, Enrollment) and row.value.state is EnrollmentState.ACTIVE:
            simulator.queue.wake(row.key.ref)
    _copy_suppression(source, simulator, rows)
    simulator.run(now + AHEAD)
    return Counter(_outcomes(simulator))


def _copy_suppression(source: Source, simulator: Simulator, rows: list[Row[Any]]) -> None:
    """Copy the suppression of the lead's address, under the key of the simulated world."""
    for profile in (row.value for row in rows if isinstance(row.value, Profile)):
        refusal = source.table.get(keys.suppression(address_hash(source.secrets.key("address"), profile.email)))
        if refusal:
            key = keys.suppression(address_hash(ADDRESS_KEY, profile.email))
            simulator.table.put(Row(key, refusal.value, refusal.version))


def _outcomes(simulator: Simulator) -> list[tuple[str, str, str]]:
    found = []
    for row in simulator.written:
        before, after = row.before, row.after
        if not isinstance(after, Send) or (before and before.state is after.state):
            continue
        if after.state is SendState.ACCEPTED:
            found.append((after.origin, after.email, "sent"))
        elif after.state in (SendState.SKIPPED, SendState.HELD, SendState.FAILED):
            found.append((after.origin, after.email, after.reason))
    return found
