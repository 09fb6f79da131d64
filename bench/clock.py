"""Measure `ripen clock +1d` on a local cloud with 500 leads and one campaign, and with Salesforce and Slack down.

The floor is the workers' calls to the table and to SES, made again in a row by one client against the same emulator
and stand-in. Calls of the tick do not count: to look for what is due is the clock's own work.

    python -m bench.clock [--quick]
"""

import os
import shutil
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, time
from zoneinfo import ZoneInfo

import boto3
import httpx

from bench.clock_floor import calls, copy_table, seconds
from bench.outside import PROJECT
from bench.report import Time, show
from cli.local.clock import drain, walk
from cli.stack.stack import Stack, connect
from ripen.adapters.table import Create, keys
from ripen.agenda import Lane
from ripen.lead.address import address_hash
from ripen.pointers import Pointer
from ripen.slack.alert import HOT, Alert
from ripen_authoring.simulation.persona import Persona

_LEADS, _FEW = 500, 20
_ALERTED = 10
"""Every so many leads have a card in Slack to come."""
_DAY = timedelta(days=1)
_BAR = 3.0
_ZONE = ZoneInfo("Asia/Tokyo")
_SCENARIOS = {"a day": (), "a day of outage": ("salesforce", "slack")}
"""By name: the stand-ins that are down."""
NOTES = """{leads} leads arrive, of which each tenth has a card in Slack to come, and a campaign goes to all of them six
hours later. Then `ripen clock +1d` is timed. {made}
The bars hold on a machine that does nothing else."""


@dataclass(frozen=True)
class Day:
    """A measured day: how long the clock took, and the same calls in a row."""

    clock: float
    floor: float
    calls: int


def main(leads: int) -> int:
    with TemporaryDirectory(prefix="ripen-bench-", ignore_cleanup_errors=True) as home, _cloud(Path(home)) as stack:
        begins = stack.clock.now()
        _publish(Path(home), begins)
        days = {
            name: _day(number, leads, down, stack, Path(home)) for number, (name, down) in enumerate(_SCENARIOS.items())
        }
    made = " ".join(f"In {name} the workers made {day.calls:,} calls." for name, day in days.items())
    times = {
        name: Time(ratio=day.clock / day.floor, bar=_BAR, seconds=day.clock, floor_seconds=day.floor)
        for name, day in days.items()
    }
    return show("clock", {}, NOTES.format(leads=leads, made=made), times=times)


@contextmanager
def _cloud(home: Path) -> Iterator[Stack]:
    """Run a local cloud whose functions record their calls."""
    (home / "calls").mkdir()
    os.environ |= {"RIPEN_LOCAL": str(home), "LANGUAGE": "en"}
    recording = {"PYTHONPATH": str(PROJECT / "bench/recorded_calls"), "RIPEN_RECORDED_CALLS": str(home / "calls")}
    subprocess.run(
        [sys.executable, "-m", "sandbox", "--detach"], cwd=PROJECT, env=os.environ | recording, check=True, stdout=2
    )
    try:
        yield connect()
    finally:
        _ripen("down")


def _ripen(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "cli", *arguments], cwd=PROJECT, check=True, stdout=2)


def _publish(home: Path, begins: datetime) -> None:
    """Publish the example with a segment and a campaign for each day."""
    folder = home / "playbook"
    shutil.copytree(PROJECT / "playbook", folder)
    for number in range(len(_SCENARIOS)):
        at = (begins + number * 1.25 * _DAY + timedelta(hours=6)).astimezone(_ZONE)
        (folder / f"segments/day-{number}.yaml").write_text(f"when: {{tag: day-{number}}}\n")
        campaign = f"email: newsletter-december\nsegment: day-{number}\nat: {at:%Y-%m-%dT%H:%M}\n"
        (folder / f"campaigns/day-{number}.yaml").write_text(campaign)
    _ripen("publish", str(folder))


def _day(number: int, leads: int, down: tuple[str, ...], stack: Stack, home: Path) -> Day:
    for part in down:
        _fault(stack, part)
    _arrive(number, leads, stack)
    drain(stack)
    _ripen("campaign", "schedule", f"day-{number}", "--yes")
    drain(stack)
    table = stack.local.stack["Table"] if stack.local else ""
    copy_table(table)
    since, start = time(), monotonic()
    walk(stack, stack.clock.now() + _DAY, lambda passed: None)
    took = monotonic() - start
    made = calls(home / "calls", since)
    return Day(clock=took, floor=seconds(made, table), calls=len(made))


def _fault(stack: Stack, part: str) -> None:
    """Take a stand-in down, for good."""
    where = getattr(stack.local, part)
    web = httpx.Client(verify=ssl.create_default_context(cafile=stack.local.ca if stack.local else None))
    web.post(f"{where}/_control/faults", json={"mode": "down", "count": -1}).raise_for_status()


def _arrive(number: int, leads: int, stack: Stack) -> None:
    """Add the leads of the day, and wake the worker that judges them for the first time."""
    now, secret, sqs = stack.clock.now(), stack.secrets.key("address"), boto3.client("sqs")
    [react] = [url for url in stack.queues if "-React-" in url]
    for index in range(leads):
        who = _reader(number, index)
        given = who.contact(now)
        assert given
        changes = [
            Create(keys.profile(who.id), who.profile(now)),
            Create(keys.address(address_hash(secret, who.email)), Pointer(lead=who.id)),
            Create(keys.contact(who.id), given[0]),
            Create(keys.consent(who.id, now, given[1].id), given[1]),
        ]
        if index % _ALERTED == 0:
            alert = Alert(id="card", lead=who.id, kind=HOT, planned=now)
            changes.append(Create(keys.alert(who.id, alert.id), alert, due=now, lane=Lane.HOT))
        stack.table.write(*changes)
        sqs.send_message(QueueUrl=react, MessageBody=keys.state(who.id).ref)


def _reader(number: int, index: int) -> Persona:
    return Persona(
        email=f"day-{number}@shop-{index}.example.jp",
        last_name=f"山田{index}",
        company="株式会社サンプル",
        job_title="部長",
        phone="03-1234-5678",
        tags=[f"day-{number}"],
    )


if __name__ == "__main__":
    sys.exit(main(_FEW if "--quick" in sys.argv else _LEADS))
