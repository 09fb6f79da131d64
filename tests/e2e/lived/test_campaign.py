"""Campaigns and a schedule on the local cloud: start, pause, resume, stop, halt and apology."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from secrets import token_hex
from typing import Any

import pytest

from ripen.agenda import shard
from ripen.campaign.mailing import is_canary
from ripen.operations.sending.campaign_report import campaign_report, campaign_run
from ripen_authoring.simulation.persona import Persona
from tests.e2e.test_follow_up import unsubscribe
from tests.support.lived_playbook import arrive, published
from tests.support.local_cloud import RunningCloud, eventually

pytestmark = pytest.mark.timeout(600)

FIRST, NEXT, SECOND, LAST = range(1), range(1, 2), range(10, 12), range(50, 54)
"""Shards of the roster. At one mail per minute a lead's turn is the minute with its shard's number."""

REGULAR = Persona(email=f"{token_hex(4)}@regular.example.jp", last_name="常連", tags=("regulars",))


@dataclass(frozen=True)
class Told:
    """The mailbox and the output of the commands at each stage: the recipients so far, and the campaign's state."""

    first: set[str]
    doubtful: set[str]
    """The ids of the lead whose turn was first too and whose mail is unknown: SES may have sent it."""
    second: set[str]
    last: set[str]
    had: dict[str, list[str]]
    """The recipients at each stage: paused, an hour later, resumed, an hour after the stop."""
    stood: dict[str, dict[str, Any]]
    """The campaign's JSON at the same stages."""
    held: list[dict[str, Any]]
    """The output of `ripen held --json` an hour after the pause."""


@dataclass(frozen=True)
class BadLetter:
    reader: str
    later: str
    """The address of a lead whose turn comes after the canaries."""


@pytest.fixture(scope="module")
def letter(cloud: RunningCloud) -> Told:
    """Pause the campaign after its first mails, resume it, and stop it before its last ones."""
    published(cloud)
    groups = [list(people("crowd", 1, of)) for of in (FIRST, NEXT, SECOND, LAST)]
    crowd = [who for group in groups for who in group]
    arrive(cloud, *crowd, REGULAR)
    had, stood = dict[str, list[str]](), dict[str, dict[str, Any]]()

    def look(when: str) -> None:
        had[when] = [who.email for who in crowd for _ in cloud.mails(who.email)]
        stood[when] = campaign(cloud, "letter")

    cloud.ripen("campaign", "schedule", "letter", "--now", "--yes")
    cloud.control("mailbox", "faults", mode="drop", count=1)
    cloud.ripen("clock", "+3m")
    cloud.ripen("campaign", "pause", "letter")
    look("paused")
    cloud.ripen("clock", "+63m")
    look("later")
    held = json.loads(cloud.ripen("held", "--json"))
    cloud.ripen("campaign", "resume", "letter")
    cloud.ripen("clock", "+15m")
    cloud.ripen("campaign", "stop", "letter")
    look("resumed")
    cloud.ripen("clock", "+1h")
    look("stopped")
    doubtful = {each["email"] for each in held}
    first, second, last = ({who.email for who in group} for group in (groups[0] + groups[1], groups[2], groups[3]))
    return Told(first - doubtful, doubtful, second, last, had, stood, held)


def people(tag: str, count: int, shards: range, is_fit: Callable[[Persona], bool] = bool) -> Iterator[Persona]:
    """Yield `count` people with that tag whose turns are in these shards."""
    while count:
        who = Persona(email=f"{token_hex(4)}@crowd.example.jp", last_name="山田", company="株式会社見本", tags=(tag,))
        if shard(who.id) in shards and is_fit(who):
            count -= 1
            yield who


def campaign(cloud: RunningCloud, name: str) -> dict[str, Any]:
    """Return the JSON of `ripen campaign show`, without starting a command."""
    row = campaign_run(name, cloud.stack.table, cloud.stack.playbook)
    return campaign_report(row.value, cloud.stack.table)


def test_a_paused_campaign_sends_nothing_more(letter: Told) -> None:
    assert set(letter.had["paused"]) == letter.first
    assert letter.had["later"] == letter.had["paused"]
    assert letter.stood["later"]["run"]["state"] == "paused"
    assert letter.stood["later"]["states"]["planned"] == len(letter.second | letter.last)


def test_a_mail_without_an_answer_is_held_and_listed(letter: Told) -> None:
    assert [(each["origin"], each["email"] in letter.had["stopped"]) for each in letter.held] == [("letter", False)]


def test_a_resumed_campaign_sends_the_remaining_mails_once(letter: Told) -> None:
    assert sorted(letter.had["resumed"]) == sorted(letter.first | letter.second)


def test_a_stopped_campaign_skips_the_remaining_mails_for_good(letter: Told) -> None:
    assert letter.had["stopped"] == letter.had["resumed"]
    stood = letter.stood["stopped"]
    assert (stood["run"]["state"], stood["states"]["planned"]) == ("stopped", 0)
    assert stood["skipped"] == {"campaign stopped": len(letter.last)}


def test_the_apology_reaches_exactly_the_recipients(cloud: RunningCloud, letter: Told) -> None:
    # given
    recipients = json.loads(cloud.ripen("campaign", "recipients", "letter", "--json"))
    assert sorted(one["email"] for one in recipients) == sorted(letter.had["stopped"])
    # when
    said = cloud.ripen("campaign", "schedule", "letter-apology", "--now", "--yes")
    cloud.ripen("clock", "+1m")
    # then
    assert f"to {len(recipients)} leads" in said
    got = json.loads(cloud.ripen("campaign", "recipients", "letter-apology", "--json"))
    assert sorted(one["email"] for one in got) == sorted(letter.had["stopped"])
    assert {len(cloud.mails(email)) for email in letter.had["stopped"]} == {2}
    assert {len(cloud.mails(email)) for email in letter.last} == {0}


def test_a_schedule_enters_its_segment_once_at_its_time(cloud: RunningCloud, letter: Told) -> None:
    lead = cloud.lead(REGULAR.email)
    assert [(run["journey"], run["state"]) for run in lead["enrollments"]] == [("round", "finished")]
    assert "came-round" in lead["profile"]["tags"]
    assert cloud.lead(min(letter.first))["enrollments"] == []


@pytest.fixture(scope="module")
def bad_letter(cloud: RunningCloud) -> BadLetter:
    return halt(cloud)


def halt(cloud: RunningCloud) -> BadLetter:
    """Run a campaign with three canaries: two whose mailboxes do not exist, and one that unsubscribes."""
    published(cloud)
    careful = cloud.stack.playbook.live().bundle.campaigns["letter-careful"]
    gone = (Persona(email=f"bounce-{n}{token_hex(3)}@simulator.example.jp", tags=("careful",)) for n in range(10_000))
    canaries = islice((who for who in gone if is_canary(careful, who.id)), 2)
    [reader] = people("careful", 1, range(64), lambda who: is_canary(careful, who.id))
    [later] = people("careful", 1, range(64), lambda who: not is_canary(careful, who.id))
    arrive(cloud, *canaries, reader, later)
    cloud.ripen("campaign", "schedule", "letter-careful", "--now", "--yes")
    cloud.ripen("clock", "+3m")
    unsubscribe(cloud, cloud.mails(reader.email)[0])
    return BadLetter(reader.email, later.email)


def test_a_campaign_halts_when_its_canaries_bounce(cloud: RunningCloud, bad_letter: BadLetter) -> None:
    stood = campaign(cloud, "letter-careful")
    assert (stood["run"]["state"], stood["run"]["reason"]) == ("halted", "2 of 3 mails bounced: more than 5.0%")
    assert cloud.mails(bad_letter.later) == []


def test_a_halt_is_posted_once_with_its_reason_and_the_next_step(cloud: RunningCloud, bad_letter: BadLetter) -> None:
    cloud.tick()
    [card] = eventually(lambda: cloud.cards("letter-careful"))
    said = json.dumps(card, ensure_ascii=False)
    assert "3通のうち2通が届かずに戻りました" in said
    assert "ripen campaign resume letter-careful" in said


def test_an_unsubscription_from_a_campaign_mail_is_counted(cloud: RunningCloud, bad_letter: BadLetter) -> None:
    assert campaign(cloud, "letter-careful")["events"]["unsubscribed"] == 1
    assert cloud.lead(bad_letter.reader)["consent"]["unsubscribed"]
