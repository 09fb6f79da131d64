"""capture.link: a click is redirected to its target and recorded for a later verdict."""

from copy import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from capture.link import Dependencies, LinkKeys, serve
from ripen.adapters.gateway import Response, request
from ripen.adapters.playbook import Live
from ripen.adapters.table import Change, Table
from ripen.agenda import GRACE
from ripen.ids import digest
from ripen.key_ring import KeyRing
from ripen.lead.activity import Activity, Kind, Verdict
from ripen.playbook.bundle import Bundle, Email
from ripen.tracking.click_cap import ClickCap
from ripen.tracking.click_signals import HIDDEN_LINK, network_hash
from ripen.tracking.click_verdict import VERDICT_DELAY
from ripen.tracking.link_token import Link, Purpose, sign_token
from tests.support.builders import a_bundle, a_mail
from tests.support.fakes import NOON, FakeQueue
from tests.support.gateway_events import KEYS, SITE, an_event, rows
from tests.support.planned_mails import sent as mailed

SEND = digest("send1")
NETWORK_KEY = b"n" * 32
LINKS = (
    "/pages/whitepaper-read",
    "https://www.example.com/a?b=1",
    "//evil.example/x",
    "https://a.example/\r\nset-cookie: x=1",
    "javascript:alert(1)",
    "/\\evil.example",
    "https://a.example/ 山",
)


def bundle_with(links: tuple[str, ...], english: tuple[str, ...] = ()) -> Bundle:
    locales = {"ja": a_mail(links=links), "en": a_mail(links=english or links)}
    return replace(
        a_bundle(),
        emails={"case-study": Email(name="case-study", mail_class="marketing", locales=locales)},
    )


LIVE = Live(bundle_with(LINKS), SITE)


class ReadOnlyTable(Table):
    """A DynamoDB that takes no writes."""

    def write(self, *changes: Change) -> None:
        raise ClientError({"Error": {"Code": "InternalServerError"}}, "TransactWriteItems")


@pytest.fixture
def sent(table: Table) -> Table:
    mailed(table, id=SEND, email="case-study")
    return table


def token(number: int = 0, send: str = SEND) -> str:
    return sign_token(KEYS, Purpose.CLICK, Link("lead1", send, number))


def follow(
    table: Table,
    token: str,
    method: str = "GET",
    id: str = "request1",
    *,
    react: FakeQueue | None = None,
    clock_moves: bool = False,
    clicks: ClickCap | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    event = an_event(method, f"/c/{token}", {"token": token}, id=id, headers=headers or {})
    event["requestContext"]["http"]["sourceIp"] = "203.0.113.7"
    own = LinkKeys(link=KEYS, network=NETWORK_KEY)
    old = bundle_with(("/old",), ("/old-in-english",))
    dependencies = Dependencies(table, LIVE, lambda hash: old, own, NOON, react or FakeQueue(), clock_moves)
    return serve(request(event), replace(dependencies, clicks=clicks) if clicks else dependencies)


def activities(table: Table) -> list[Activity]:
    return [row.value for row in table.under("lead1", "activity#")]


def test_a_click_is_redirected_and_recorded(sent: Table) -> None:
    answered = follow(sent, token(1))
    assert (answered["statusCode"], answered["headers"]["location"]) == (302, LINKS[1])
    assert answered["headers"]["referrer-policy"] == "no-referrer"
    assert answered["headers"]["cache-control"] == "no-store"
    assert answered["headers"]["x-robots-tag"] == "noindex"
    (activity,) = activities(sent)
    assert (activity.kind, activity.subject, activity.verdict) == (Kind.LINK_CLICKED, "case-study", Verdict.UNJUDGED)
    assert activity.facts.items() >= {"send": SEND, "link": "1", "of": "7", "url": LINKS[1]}.items()


def test_a_click_in_a_campaign_s_mail_names_the_campaign(sent: Table) -> None:
    of_campaign = digest("campaign's send")
    mailed(sent, id=of_campaign, email="case-study", campaign=True, origin="spring")
    follow(sent, token(1, of_campaign))
    (activity,) = activities(sent)
    assert activity.facts["campaign"] == "spring"


def test_a_click_is_recorded_with_signals_and_without_the_ip_address(sent: Table) -> None:
    follow(sent, token(), headers={"user-agent": "Mozilla/5.0", "accept": "text/html"})
    follow(sent, token(), "HEAD", id="request2", headers={"user-agent": "curl/8"})
    one, other = sorted((a.facts for a in activities(sent)), key=lambda facts: facts["method"])
    near = {"network": network_hash("203.0.113.7", NETWORK_KEY)}
    assert one.items() >= ({"method": "GET", "agent": "browser", "request": "navigation"} | near).items()
    assert other.items() >= ({"method": "HEAD", "agent": "library", "request": "bare"} | near).items()
    assert one["browser"] != other["browser"] != ""
    assert "203.0.113" not in str(activities(sent))


def test_the_hidden_link_has_no_target_and_is_recorded(sent: Table) -> None:
    answered = follow(sent, token(HIDDEN_LINK))
    assert (answered["statusCode"], answered["body"]) == (204, "")
    assert "location" not in answered["headers"]
    (activity,) = activities(sent)
    assert (activity.facts["link"], activity.facts["url"]) == (str(HIDDEN_LINK), "")


def test_fold_is_woken_for_the_verdict_and_the_tick_finds_the_click_only_later(sent: Table, queue: FakeQueue) -> None:
    follow(sent, token(), react=queue)
    (row,) = sent.under("lead1", "activity#")
    assert (queue.woken, queue.delays) == ([row.key.ref], [VERDICT_DELAY.seconds + 1])
    assert row.due == NOON + VERDICT_DELAY + GRACE


def test_tick_finds_the_click_at_its_time_where_the_clock_can_be_moved(sent: Table, queue: FakeQueue) -> None:
    follow(sent, token(), react=queue, clock_moves=True)
    (row,) = sent.under("lead1", "activity#")
    assert (queue.woken, row.due) == ([], NOON + VERDICT_DELAY)


def test_fold_is_not_woken_for_a_click_that_was_not_recorded(sent: Table, queue: FakeQueue) -> None:
    follow(ReadOnlyTable("table", sent._client), token(), react=queue)
    assert queue.woken == []


def test_a_path_leads_to_our_own_site(sent: Table) -> None:
    assert follow(sent, token(0))["headers"]["location"] == f"{SITE}/pages/whitepaper-read"


def test_a_link_keeps_the_target_of_the_sent_mail(table: Table) -> None:
    mailed(table, id=SEND, email="case-study", bundle="old1")
    assert follow(table, token(0))["headers"]["location"] == f"{SITE}/old"


def test_a_link_leads_to_the_target_in_the_language_of_the_mail(table: Table) -> None:
    mailed(table, id=SEND, email="case-study", bundle="old1", locale="en")
    assert follow(table, token(0))["headers"]["location"] == f"{SITE}/old-in-english"
    (activity,) = activities(table)
    assert (activity.lead, activity.facts["send"]) == ("lead1", SEND)


def test_a_head_request_is_redirected_and_recorded_as_such(sent: Table) -> None:
    assert follow(sent, token(), "HEAD")["statusCode"] == 302
    (activity,) = activities(sent)
    assert activity.facts["method"] == "HEAD"


def test_link_of_an_older_bundle_that_is_no_uri_is_followed(table: Table) -> None:
    mailed(table, id=SEND, email="case-study")
    live = Live(bundle_with(("https://日本語.jp/山",)), SITE)
    event = an_event("GET", f"/c/{token()}", {"token": token()})
    own = LinkKeys(link=KEYS, network=NETWORK_KEY)
    answered = serve(request(event), Dependencies(table, live, lambda hash: live.bundle, own, NOON, FakeQueue(), False))
    assert answered["headers"]["location"] == "https://xn--wgv71a119e.jp/%E5%B1%B1"


def test_each_request_is_recorded_once(sent: Table) -> None:
    for id in ("request1", "request1", "request2"):
        assert follow(sent, token(), id=id)["statusCode"] == 302
    assert len(activities(sent)) == 2


@pytest.mark.parametrize("number", [2, 3, 4, 5, 6, 7, 65534])
def test_a_malformed_target_is_not_followed(sent: Table, number: int) -> None:
    answered = follow(sent, token(number))
    assert answered["statusCode"] == 404
    assert "location" not in answered["headers"]
    assert activities(sent) == []


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        token()[:-1],
        token()[:-1] + ("A" if token()[-1] != "A" else "B"),
        token() + "A",
        sign_token(KEYS, Purpose.UNSUBSCRIBE, Link("lead1", SEND)),
        sign_token(KeyRing.of(b"x" * 32), Purpose.CLICK, Link("lead1", SEND)),
        token(send=digest("never sent")),
        "//evil.example",
        "https://evil.example",
        "\r\nset-cookie: x",
    ],
)
def test_an_invalid_token_gets_a_page_and_no_redirect(sent: Table, wrong: str) -> None:
    before = rows(sent)
    answered = follow(sent, wrong)
    assert answered["statusCode"] == 404
    assert "<h1>" in answered["body"]
    assert "location" not in answered["headers"]
    assert rows(sent) == before


def test_a_click_that_cannot_be_recorded_is_still_redirected(sent: Table) -> None:
    answered = follow(ReadOnlyTable("table", sent._client), token())
    assert (answered["statusCode"], answered["headers"]["location"]) == (302, f"{SITE}/pages/whitepaper-read")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=100)
@given(st.text(max_size=60))
def test_no_other_text_is_a_valid_token(sent: Table, text: str) -> None:
    answered: dict[str, Any] = follow(sent, text)
    assert answered["statusCode"] == 404
    assert "location" not in answered["headers"]


def test_many_clicks_of_one_browser_in_one_link_make_few_rows(sent: Table) -> None:
    clicks = ClickCap()
    for number in range(25):
        assert follow(sent, token(), id=f"request{number}", clicks=clicks)["statusCode"] == 302
    assert len(activities(sent)) == 5
    follow(sent, token(1), id="another link", clicks=clicks)
    assert len(activities(sent)) == 6


def test_many_browsers_of_one_network_make_few_rows_too(sent: Table) -> None:
    clicks = ClickCap()
    for number in range(25):
        follow(sent, token(), id=f"request{number}", clicks=clicks, headers={"user-agent": f"Browser/{number}"})
    assert len(activities(sent)) == 20


def test_a_person_behind_a_scanner_is_recorded(sent: Table) -> None:
    clicks = ClickCap()
    for number in range(9):
        follow(sent, token(), "HEAD", id=f"scan{number}", clicks=clicks, headers={"user-agent": "scanner"})
    follow(sent, token(), id="person", clicks=clicks, headers={"user-agent": "Mozilla/5.0"})
    assert [one.facts["method"] for one in activities(sent)].count("GET") == 1
