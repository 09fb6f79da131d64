"""The local cloud behaves as simulated, line by line.

Three people go through the example journeys on the local cloud while its clock moves.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from copy import replace
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from secrets import token_hex
from zoneinfo import ZoneInfo

import httpx
import pytest

from ripen.adapters.playbook import PROPAGATION_TIME
from ripen.operations.publication.publish import publish
from ripen.playbook.bundle import Bundle, FormField
from ripen_authoring.simulation.events import ScenarioEvent, parse_events
from ripen_authoring.simulation.persona import Persona
from ripen_authoring.simulation.run import simulate
from ripen_authoring.simulation.transcript import Line, render_transcript, sort_lines, transcript_lines
from tests.support.form_visitors import A_BROWSER
from tests.support.lived_playbook import arrive
from tests.support.local_cloud import RunningCloud
from tests.support.worker_log import Rows, rows, written

pytestmark = pytest.mark.timeout(900)

ZONE = "Asia/Tokyo"
CLOSE = timedelta(seconds=90)
"""Tolerance: a worker takes seconds, the simulation none."""
END = timedelta(days=3, hours=2, minutes=10)
STORIES = {
    "whitepaper": "+0 form whitepaper; +3d1h click case-study; +3d2h form webinar webinar_date={day}",
    "birthday": "+0 form newsletter birthday={day}",
    "webinar": "+0 form webinar webinar_date={day}; +1d16h click webinar-tomorrow",
}
"""By journey. {day} is the day after tomorrow: the webinar's, and a birthday."""


@dataclass(frozen=True)
class Life:
    persona: Persona
    due: list[ScenarioEvent]
    before: Rows
    """The lead's rows at the start, by ref."""


@dataclass(frozen=True)
class Lives:
    bundle: Bundle
    start: datetime
    of: dict[str, Life]


@pytest.fixture(scope="module")
def lives(cloud: RunningCloud) -> Iterator[Lives]:
    """Run all three at once, so that the clock moves only once."""
    day = (cloud.stack.clock.now().astimezone(ZoneInfo(ZONE)) + timedelta(days=2)).date().isoformat()
    people = {name: a_persona() for name in STORIES}
    with a_webinar_on(day, cloud) as bundle:
        arrive(cloud, *people.values())
        start = cloud.stack.clock.now()
        of = {
            name: Life(who, parse_events(STORIES[name].format(day=day), start, ZONE), rows(cloud, who.id))
            for name, who in people.items()
        }
        deeds = [(deed, life.persona) for life in of.values() for deed in life.due]
        for deed, who in sorted(deeds, key=lambda each: each[0].at):
            until(deed.at, cloud)
            do(deed, who, bundle, cloud)
        until(start + END, cloud)
        yield Lives(bundle, start, of)


@pytest.mark.parametrize("journey", STORIES)
def test_the_local_cloud_does_what_the_simulation_shows(cloud: RunningCloud, lives: Lives, journey: str) -> None:
    # given
    life, end = lives.of[journey], lives.start + END
    # when
    simulated = simulate(lives.bundle.journeys[journey], lives.bundle, life.persona, life.due, lives.start)
    happened = transcript_lines(written(cloud, life.before, lives.start), lives.bundle)
    # then
    expected = within(simulated.lines, end)
    assert transcript(to_the_minute(within(happened, end), expected)) == transcript(expected)


def test_each_scenario_sends_its_mails(cloud: RunningCloud, lives: Lives) -> None:
    sends = {name: cloud.lead(life.persona.email)["sends"] for name, life in lives.of.items()}
    for of_one in sends.values():
        of_one.sort(key=lambda send: send["planned"])
    assert {name: [send["email"] for send in of_one] for name, of_one in sends.items()} == {
        "whitepaper": ["whitepaper-delivery", "case-study", "webinar-invitation", "webinar-confirmation"],
        "birthday": ["welcome", "birthday", "welcome-picks"],
        "webinar": ["webinar-confirmation", "webinar-tomorrow", "webinar-soon"],
    }


def a_persona() -> Persona:
    mark = token_hex(3)
    return Persona(
        email=f"{mark}@lived.example.jp",
        last_name=f"山田{mark}",
        company="株式会社サンプル",
        job_title="部長",
        phone="03-1234-5678",
    )


@contextmanager
def a_webinar_on(day: str, cloud: RunningCloud) -> Iterator[Bundle]:
    """Publish the live playbook with this day added to the form's choices."""
    stack = cloud.stack
    usual = stack.playbook.live().bundle
    form = usual.forms["webinar"]
    fields = tuple(_offered(field, day) for field in form.fields)
    forms = usual.forms | {"webinar": replace(form, fields=fields)}
    bundle = replace(usual, forms=forms, hash=f"webinar{token_hex(8)}")
    publish(bundle, stack.table, stack.playbook, stack.site, stack.clock.now(), ahead=PROPAGATION_TIME)
    try:
        yield bundle
    finally:
        publish(usual, stack.table, stack.playbook, stack.site, stack.clock.now())


def _offered(field: FormField, day: str) -> FormField:
    if field.name != "webinar_date":
        return field
    options = (*field.options, dict.fromkeys(("ja", "en"), day))
    return replace(field, options=options, values=(*field.values, day))


def until(at: datetime, cloud: RunningCloud) -> None:
    if (left := (at - cloud.stack.clock.now()).total_seconds()) > 0:
        cloud.ripen("clock", f"+{ceil(left)}s")


def do(deed: ScenarioEvent, who: Persona, bundle: Bundle, cloud: RunningCloud) -> None:
    """Post a form, or follow the first link of a mail in a browser."""
    name, *words = deed.words
    if deed.verb == "form":
        known = who.model_dump() | dict(word.split("=") for word in words)
        asked = {field.name: known[field.name] for field in bundle.forms[name].fields if known.get(field.name)}
        answer = cloud.submit(name, **asked, consent="yes")
        assert answer.status_code == 202, answer.text
    else:
        [subject] = [send["subject"] for send in cloud.lead(who.email)["sends"] if send["email"] == name]
        [mail] = [mail for mail in cloud.mails(who.email) if mail["subject"] == subject]
        link = re.findall(r'href="([^"]+/c/[^"]+)"', mail["html"])[0]
        assert httpx.get(link, headers=A_BROWSER, timeout=60).status_code == 302


def within(lines: Iterable[Line], end: datetime) -> list[Line]:
    """Return the lines without writes to Salesforce, which the simulation does not have."""
    return [line for line in lines if line.at <= end and line.code != "crm.due"]


def to_the_minute(lived: list[Line], expected: list[Line]) -> list[Line]:
    """Return the lines with the simulation's times where the lived ones are close."""
    times = [line.at for line in expected] + [at for line in expected for at in map(_time, line.facts.values()) if at]

    def near(at: datetime) -> datetime:
        nearest = min(times, key=lambda time: abs(time - at))
        return nearest if abs(nearest - at) <= CLOSE else at

    def moved(line: Line) -> Line:
        said = {name: near(at).isoformat() for name, value in line.facts.items() if (at := _time(value))}
        return replace(line, at=near(line.at), facts=line.facts | said)

    return sort_lines(map(moved, lived))


def _time(fact: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(fact)
    except ValueError:
        return None
    return at if at.tzinfo else None


def transcript(lines: list[Line]) -> list[str]:
    """Return the lines in words; lines of one moment are sorted, because workers run at the same time."""
    return render_transcript(
        sorted(lines, key=lambda line: (line.at, line.code, *line.facts.values())), ZONE, "en"
    ).splitlines()
