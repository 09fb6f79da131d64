"""Unsubscribing: GET shows a page, and POST unsubscribes at once, and once."""

from copy import replace
from typing import Any

import pytest

from nurture.preferences import respond
from ripen.adapters.edge import Edge
from ripen.adapters.rows.campaign_counts import campaign_totals
from ripen.adapters.table import Replace, Table, keys
from ripen.lead.activity import ConsentProof
from ripen.lead.contact import AskedConsent, Contact, Permission
from ripen.tracking import link_token
from ripen.tracking.click_signals import network_hash
from tests.support.builders import a_lead
from tests.support.edge_manager import EdgeManager
from tests.support.fakes import NOON, FakeClock, FakeQueue
from tests.support.mail_pages import GOOD, ask, contact
from tests.support.planned_mails import LINK_KEYS, a_send, known, sent, unsubscribing


@pytest.fixture
def mailed(table: Table) -> Table:
    """Hanako, who gave her consent and got a mail in Japanese."""
    known(table)
    sent(table, id=a_send().id, email="case-study")
    return table


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_get_changes_nothing(mailed: Table, clock: FakeClock, queue: FakeQueue, method: str) -> None:
    answer = ask(mailed, clock, queue, method)
    assert answer["statusCode"] == 200
    assert "<form" in answer["body"]
    assert "hanako" not in answer["body"]
    assert contact(mailed).unsubscribed is None
    assert queue.woken == []


@pytest.mark.parametrize(
    "body",
    [
        {"body": "List-Unsubscribe=One-Click", "headers": {"content-type": "application/x-www-form-urlencoded"}},
        {"body": "--x\r\n…", "headers": {"content-type": "multipart/form-data; boundary=x"}},
        {"body": ""},
        {},
        {"body": "!!!", "isBase64Encoded": True},
    ],
)
def test_one_click_unsubscribes_at_once_whatever_the_body(
    mailed: Table, clock: FakeClock, queue: FakeQueue, body: dict[str, Any]
) -> None:
    # when
    answer = ask(mailed, clock, queue, "POST", **body)
    # then
    assert answer["statusCode"] == 200
    assert not {"location", "set-cookie"} & {name.lower() for name in answer["headers"]}
    after = contact(mailed)
    assert after.unsubscribed == clock.now()
    assert not after.consent["marketing"].granted
    (proof,) = mailed.under("lead1", "consent#")
    assert (proof.value.granted, proof.value.source) == (False, "unsubscribe")
    (activity,) = mailed.under("lead1", "activity#")
    assert (activity.value.kind, activity.value.subject, activity.due) == ("unsubscribed", "case-study", clock.now())
    assert queue.woken == [activity.key.ref]


def test_second_post_gets_the_same_answer_and_changes_nothing(
    mailed: Table, clock: FakeClock, queue: FakeQueue
) -> None:
    first = ask(mailed, clock, queue, "POST")
    clock.move(minutes=1)
    assert ask(mailed, clock, queue, "POST") == first
    assert len(list(mailed.under("lead1", "activity#"))) == 1
    assert len(queue.woken) == 1


def test_lead_with_a_new_consent_can_unsubscribe_again(mailed: Table, clock: FakeClock, queue: FakeQueue) -> None:
    ask(mailed, clock, queue, "POST")
    clock.move(days=1)
    row = mailed.get(keys.contact("lead1"))
    assert row is not None
    agreed = Contact(
        lead="lead1",
        unsubscribed=row.value.unsubscribed,
        consent={"marketing": Permission(granted=True, at=clock.now(), record="r2")},
    )
    mailed.write(Replace(row.key, agreed, row.version))
    clock.move(days=1)
    ask(mailed, clock, queue, "POST")
    assert contact(mailed).unsubscribed == clock.now()


def test_a_link_two_years_old_still_works(mailed: Table, clock: FakeClock, queue: FakeQueue) -> None:
    clock.move(days=730)
    assert ask(mailed, clock, queue, "POST")["statusCode"] == 200
    assert contact(mailed).unsubscribed is not None


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "bad",
    [
        "",
        "x" * 48,
        GOOD[:-1],
        GOOD[:-1] + ("A" if GOOD[-1] != "A" else "B"),
        "あ" * 48,
        link_token.sign_token(LINK_KEYS, link_token.Purpose.CLICK, link_token.Link("lead1", a_send().id)),
        link_token.sign_token(LINK_KEYS, link_token.Purpose.UNSUBSCRIBE, link_token.Link("lead1", "a" * 26)),
    ],
)
def test_invalid_link_shows_a_page_that_says_so(
    mailed: Table, clock: FakeClock, queue: FakeQueue, method: str, bad: str
) -> None:
    answer = ask(mailed, clock, queue, method, bad)
    assert answer["statusCode"] == 404
    assert "<html" in answer["body"]
    assert contact(mailed).unsubscribed is None


def test_other_methods_are_not_allowed(mailed: Table, clock: FakeClock, queue: FakeQueue) -> None:
    answer = ask(mailed, clock, queue, "DELETE")
    assert (answer["statusCode"], answer["headers"]["allow"]) == (405, "GET, HEAD, POST")


def test_page_is_in_the_mails_language_unless_another_is_requested(
    mailed: Table, clock: FakeClock, queue: FakeQueue
) -> None:
    assert 'lang="ja"' in ask(mailed, clock, queue, "GET", headers={"accept-language": "en"})["body"]
    assert 'lang="en"' in ask(mailed, clock, queue, "GET", rawQueryString="lang=en")["body"]
    assert 'lang="en"' in ask(mailed, clock, queue, "GET", "x", headers={"accept-language": "en"})["body"]


def test_address_of_the_page_is_hidden_from_other_sites(mailed: Table, clock: FakeClock, queue: FakeQueue) -> None:
    headers = ask(mailed, clock, queue, "GET")["headers"]
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"
    assert headers["x-robots-tag"] == "noindex"


def test_unsubscription_by_a_campaigns_mail_is_counted_and_wakes_the_campaign(
    mailed: Table, clock: FakeClock, queue: FakeQueue
) -> None:
    of_campaign = sent(mailed, id="a" * 26, campaign=True, origin="autumn")
    walk, link = FakeQueue(), link_token.Link("lead1", of_campaign.id)
    token = link_token.sign_token(LINK_KEYS, link_token.Purpose.UNSUBSCRIBE, link)
    event: dict[str, Any] = {"rawPath": f"/unsubscribe/{token}", "pathParameters": {"token": token}, "headers": {}}
    event |= {"requestContext": {"http": {"method": "POST"}}}
    for _ in range(2):
        respond(event, unsubscribing(mailed, clock, react=queue, walk=walk))
    assert campaign_totals(mailed, "autumn") == {"unsubscribed": 1}
    assert walk.woken == [keys.campaign("autumn").ref]


def test_unsubscribing_from_a_requested_mail_refuses_that_mail_too(table: Table, clock: FakeClock) -> None:
    # given a lead that is unsubscribed, and whose address a stranger typed into a form
    known(table, unsubscribed=clock.now(), consent={})
    queue = FakeQueue()
    sent(table, id=a_send().id, email="whitepaper-delivery")
    # when
    for _ in range(2):
        assert ask(table, clock, queue, "POST")["statusCode"] == 200
    # then
    assert contact(table).refused == ("whitepaper-delivery",)
    assert len(queue.woken) == 1


CONFIRM = link_token.sign_token(LINK_KEYS, link_token.Purpose.CONFIRM, link_token.Link("lead1", a_send().id))
PROOF = ConsentProof(purpose="marketing", version="2", locale="ja", bundle="bundle1", network="n1")
ASKED = AskedConsent(proof=PROOF, form="news", record="a1", mailed=NOON)


def confirming(table: Table, clock: FakeClock, queue: FakeQueue, method: str, token: str = CONFIRM) -> Any:
    return ask(table, clock, queue, method, token, rawPath=f"/confirm/{token}")


@pytest.fixture
def asked(table: Table) -> Table:
    """Hanako, who unsubscribed, and for whom somebody ticked the box since."""
    known(table, unsubscribed=NOON, consent={}, asked=ASKED, refused=("whitepaper-delivery",))
    sent(table, id=a_send().id, email="confirm-consent")
    return table


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_looking_at_the_page_of_a_confirmation_changes_nothing(
    asked: Table, clock: FakeClock, queue: FakeQueue, method: str
) -> None:
    before = contact(asked)
    answer = confirming(asked, clock, queue, method)
    assert answer["statusCode"] == 200
    assert "<form" in answer["body"]
    assert "List-Unsubscribe" not in answer["body"]
    assert contact(asked) == before


def test_the_button_of_a_confirmation_counts_once_with_its_proof(
    asked: Table, clock: FakeClock, queue: FakeQueue
) -> None:
    for _ in range(2):
        assert confirming(asked, clock, queue, "POST")["statusCode"] == 200
    after = contact(asked)
    assert (after.unsubscribed, after.refused, after.asked, after.proven) == (None, (), None, clock.now())
    (activity,) = asked.under("lead1", "activity#")
    assert after.consent["marketing"] == Permission(granted=True, at=clock.now(), record=activity.value.id)
    assert activity.value.consent == replace(PROOF, network=activity.value.consent.network)
    assert activity.value.consent.network != "n1"
    assert activity.value.facts["form"] == ASKED.form
    assert (activity.value.kind, activity.due) == ("confirmed", clock.now())
    assert queue.woken == [activity.key.ref]


def test_the_proof_of_a_confirmation_has_the_network_of_the_reader_behind_cloudfront(
    asked: Table, clock: FakeClock, queue: FakeQueue
) -> None:
    event = {
        "rawPath": f"/confirm/{CONFIRM}",
        "pathParameters": {"token": CONFIRM},
        "headers": {"ripen-edge": EdgeManager.key, "ripen-viewer": "198.51.100.7"},
        "requestContext": {"http": {"method": "POST", "sourceIp": "203.0.113.7"}},
    }
    behind = unsubscribing(asked, clock, react=queue, edge=Edge("edge", EdgeManager()))
    assert respond(event, behind)["statusCode"] == 200
    (activity,) = asked.under("lead1", "activity#")
    assert activity.value.consent.network == network_hash("198.51.100.7", behind.network_key)


def test_the_button_of_a_confirmation_adopts_what_was_typed(table: Table, clock: FakeClock, queue: FakeQueue) -> None:
    known(table, a_lead(company="A社", typed={"company": "B社"}))
    sent(table, id=a_send().id, email="confirm-consent")
    confirming(table, clock, queue, "POST")
    profile = table.get(keys.profile("lead1"))
    assert profile is not None
    assert (profile.value.company, profile.value.typed) == ("B社", {})
    [activity] = table.under("lead1", "activity#")
    assert activity.value.values == {"company": "B社"}


@pytest.mark.parametrize("path", ["confirm", "unsubscribe"])
def test_a_token_is_for_one_page_only(asked: Table, clock: FakeClock, queue: FakeQueue, path: str) -> None:
    other = GOOD if path == "confirm" else CONFIRM
    answer = ask(asked, clock, queue, "POST", other, rawPath=f"/{path}/{other}")
    assert answer["statusCode"] == 404
    assert contact(asked).asked == ASKED


def test_unsubscribing_from_a_confirmation_mail_ends_such_mails(
    asked: Table, clock: FakeClock, queue: FakeQueue
) -> None:
    ask(asked, clock, queue, "POST")
    assert set(contact(asked).refused) == {"confirm-consent", "whitepaper-delivery"}
