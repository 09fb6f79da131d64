"""A scanner fetches all links of a mail, and a stranger opens a forwarded one: the use cases of several functions."""

import re
from copy import replace

import pytest
from msgspec.structs import asdict

from capture import link, page
from nurture.advance import move
from nurture.deliver import deliver
from nurture.preferences import respond
from ripen.adapters.gateway import Response, request
from ripen.adapters.playbook import Live, Playbook
from ripen.adapters.rows.decisions import read_decisions
from ripen.adapters.rows.fold_rows import Queues
from ripen.adapters.table import Create, Row, Table, keys
from ripen.agenda import Lane, shard
from ripen.lead.activity import Verdict
from ripen.playbook.bundle import Page
from tests.support.builders import a_bundle, a_lead, an_activity
from tests.support.fakes import NOON, FakeClock, FakeQueue
from tests.support.folded_activities import react
from tests.support.gateway_events import an_event
from tests.support.planned_mails import LINK_KEYS, SITE, FakeSes, an_outside, unsubscribing
from tests.support.sqs_events import a_playbook, queues_of_advance

CHROME = {
    "user-agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0.0.0 Safari/537.36",
    "accept": "text/html,application/xhtml+xml",
    "sec-fetch-mode": "navigate",
}
FORM = "{{ page.title }} {{ form.action }}|{% for h in hidden %}{{ h.name }}={{ h.value }};{% endfor %}"
PAGE = Page(name="whitepaper-read", title={"ja": "資料"}, source={"*": FORM}, form="whitepaper")
BUNDLE = replace(a_bundle(), pages={"whitepaper-read": PAGE})
LIVE = Live(BUNDLE, SITE)
OWN = link.LinkKeys(link=LINK_KEYS, network=b"n" * 32)


@pytest.fixture
def queues() -> Queues:
    return Queues(advance=FakeQueue(), sync=FakeQueue(), alert=FakeQueue())


@pytest.fixture
def html(table: Table, clock: FakeClock, queues: Queues) -> str:
    """The mail that a form of Hanako's has brought her, a minute ago."""
    playbook: Playbook = a_playbook(table, BUNDLE)
    form = an_activity()
    key = keys.activity("lead1", form.at, form.id)
    table.write(Create(keys.profile("lead1"), a_lead(job_title="")), Create(key, form, due=NOON))
    react([key.ref], table, BUNDLE, clock, queues)
    enrollment = keys.enrollment("lead1", "whitepaper", form.id)
    move(enrollment.ref, table, playbook, clock, queues_of_advance())
    (send,) = table.under("lead1", "send#")
    ses = FakeSes()
    deliver(send.key, an_outside(table, clock, ses))
    clock.move(minutes=1)
    return ses.taken[0].html


def fetch(url: str, table: Table, clock: FakeClock, queues: Queues, address: str = "198.51.100.4") -> Response:
    """What our API answers, as it would be asked by a browser."""
    path = url.removeprefix(SITE).partition("?")[0]
    token = path.rpartition("/")[2]
    event = an_event("GET", path, {"token": token, "page": token}, id=f"{path} {clock.now()}", headers=CHROME)
    event["requestContext"]["http"]["sourceIp"] = address
    if path.startswith("/c/"):
        return link.serve(
            request(event), link.Dependencies(table, LIVE, lambda hash: BUNDLE, OWN, clock.now(), FakeQueue())
        )
    if path.startswith("/unsubscribe/"):
        return respond(event, unsubscribing(table, clock, bundle=BUNDLE))
    return page.serve(request(event), LIVE, nonce="n1")


def later(table: Table, clock: FakeClock, queues: Queues) -> None:
    """All that waits for its verdict is judged, when the tick finds it."""
    clock.move(minutes=4)
    refs = [due.ref for due in table.due(Lane.HOT, shard("lead1"), clock.now())]
    react([ref for ref in refs if keys.kind(ref) == "activity"], table, BUNDLE, clock, queues)


def rest(table: Table) -> list[Row[object]]:
    """All rows of the lead but the hits themselves, the words about them, and the count of what was folded."""
    kept = ("activity", "decision", "state")
    return [row for row in table.under("lead1", "") if keys.kind(row.key.ref) not in kept]


def test_a_scanner_that_fetches_every_link_scores_nothing_and_changes_nothing(
    table: Table, clock: FakeClock, queues: Queues, html: str
) -> None:
    # given
    before = table.get(keys.state("lead1"))
    others = rest(table)
    # when all links are fetched within two seconds, by something that looks like a browser
    for url in re.findall(r'href="([^"]+)"', html):
        assert fetch(url, table, clock, queues)["statusCode"] < 400
        clock.move(milliseconds=500)
    later(table, clock, queues)
    # then the score, the CRM's mark, the journeys, the consent and the sends are as they were
    after = table.get(keys.state("lead1"))
    assert before is not None
    assert after is not None
    assert (after.value.rule_points, after.value.rank, after.value.last_activity) == (
        before.value.rule_points,
        before.value.rank,
        before.value.last_activity,
    )
    assert rest(table) == others
    # and why is said, once
    verdicts = [decision for decision in read_decisions(table, "lead1") if decision.what == "verdict"]
    assert [(decision.outcome, decision.reason) for decision in verdicts] == [("machine", "fetched the hidden link")]


def test_the_person_who_clicks_after_the_scanner_counts(
    table: Table, clock: FakeClock, queues: Queues, html: str
) -> None:
    links = re.findall(r'href="([^"]+/c/[^"]+)"', html)
    for url in links:
        fetch(url, table, clock, queues)
    clock.move(seconds=20)
    fetch(links[0], table, clock, queues, address="203.0.113.9")
    later(table, clock, queues)
    hits = [row.value for row in table.under("lead1", "activity#") if row.value.kind == "link_clicked"]
    assert [hit.verdict for hit in hits] == [Verdict.MACHINE] * len(links) + [Verdict.HUMAN]
    state = table.get(keys.state("lead1"))
    assert state is not None
    assert state.value.rule_points["click"].count == 1


def test_a_forwarded_mail_never_greets_a_stranger(table: Table, clock: FakeClock, queues: Queues, html: str) -> None:
    """A click proves an address, not a person: the opened page shows nothing about the recipient."""
    known = {str(value) for value in asdict(a_lead(job_title="")).values() if value and not hasattr(value, "year")}
    secret = known - {"ja"}
    assert {"山田", "花子", "hanako@example.co.jp"} <= secret
    for url in re.findall(r'href="([^"]+)"', html):
        answered = fetch(url, table, clock, queues)
        assert answered["headers"].get("set-cookie") is None
        if target := answered["headers"].get("location", ""):
            opened = fetch(target, table, clock, queues)
            assert "資料 /forms/whitepaper" in opened["body"]
            for said in (target, opened["body"]):
                assert not [word for word in secret if word in said]
        assert not [word for word in secret if word in answered["body"]]
