"""With whom sales is dealing, against our stand-in, over TLS."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from ripen.adapters.salesforce.opportunities import SalesforceOpportunities
from ripen.crm.opportunity import Company, Opportunity, Position
from ripen.errors import NotConnected
from sandbox.salesforce.connected_app import connected_app
from tests.support.salesforce_org import FixedSecrets, Org, TwoPages, ask, create, token


@pytest.fixture
def deals(org: Org) -> SalesforceOpportunities:
    return SalesforceOpportunities(FixedSecrets(connected_app(org.folder).secret(org.url)))


def made(org: Org, object: str, *rows: dict[str, Any]) -> list[str]:
    before = {row["Id"] for row in ask(org, f"SELECT Id FROM {object}")}  # noqa: S608
    create(org, [{"attributes": {"type": object}} | row for row in rows])
    return [row["Id"] for row in ask(org, f"SELECT Id FROM {object} ORDER BY CreatedDate, Id") if row["Id"] not in before]  # noqa: S608  # fmt: skip


def a_deal(account: str | None, stage: str = "Prospecting") -> dict[str, Any]:
    return {"Name": "Deal", "AccountId": account, "StageName": stage, "CloseDate": "2026-12-31"}


def touch(org: Org, method: str, id: str, **fields: str) -> None:
    path = f"{org.url}/services/data/v62.0/sobjects/Opportunity/{id}"
    requests.request(method, path, headers=token(org), json=fields or None, timeout=5).raise_for_status()


def changed(deals: SalesforceOpportunities, since: datetime | None, after: Position | None = None) -> list[Opportunity]:
    return [deal for page in deals.changed(since, after) for deal in page]


def now() -> datetime:
    return datetime.now(UTC)


def test_at_first_all_that_are_open_come(org: Org, deals: SalesforceOpportunities) -> None:
    [acme] = made(org, "Account", {"Name": "Acme"})
    is_open, _, free = made(org, "Opportunity", a_deal(acme), a_deal(acme, "Closed Won"), a_deal(None))
    found = changed(deals, None)
    assert [(deal.id, deal.account) for deal in found] == [(is_open, acme), (free, "")]
    assert abs(found[0].changed - now()) < timedelta(minutes=1)


def test_later_what_changed_comes_the_closed_and_the_deleted_too(org: Org, deals: SalesforceOpportunities) -> None:
    [acme] = made(org, "Account", {"Name": "Acme"})
    one, two, three = made(org, "Opportunity", a_deal(acme), a_deal(acme), a_deal(acme))
    touch(org, "PATCH", one, StageName="Closed Lost")
    touch(org, "DELETE", two)
    assert {deal.id for deal in changed(deals, now())} == {one, two, three}
    assert {deal.account for deal in changed(deals, now())} == {acme}
    assert [deal.id for deal in changed(deals, None)] == [three]


def test_what_changed_long_before_is_left_behind_and_what_overlaps_is_not(
    org: Org, deals: SalesforceOpportunities
) -> None:
    made(org, "Opportunity", a_deal(None))
    assert len(changed(deals, now() + timedelta(minutes=9))) == 1
    assert changed(deals, now() + timedelta(minutes=15)) == []


@pytest.mark.parametrize("since", [None, timedelta()])
def test_a_look_goes_on_behind_its_place_even_among_many_of_one_second(
    org: Org, deals: SalesforceOpportunities, since: timedelta | None
) -> None:
    made(org, "Opportunity", *[a_deal(None)] * 4)
    asked = None if since is None else now() + since
    first, *rest = changed(deals, asked)
    assert changed(deals, asked, Position(first.changed, first.id)) == rest
    assert changed(deals, asked, Position(rest[-1].changed, rest[-1].id)) == []


def test_accounts_with_an_open_one_come_with_website_and_people(org: Org, deals: SalesforceOpportunities) -> None:
    acme, beta, lost = made(
        org, "Account", {"Name": "Acme", "Website": "https://acme.example"}, {"Name": "Beta"}, {"Name": "Lost"}
    )
    made(org, "Opportunity", a_deal(acme), a_deal(acme), a_deal(beta), a_deal(lost, "Closed Lost"))
    people = [(acme, "hanako@acme.example"), (acme, "ken@gmail.com"), (acme, None), (lost, "eva@lost.example")]
    made(org, "Contact", *({"LastName": "山田", "AccountId": id, "Email": email} for id, email in people))

    found = sorted(deals.open([acme, beta, lost]), key=lambda company: company.account)

    assert found == [
        Company(account=acme, website="https://acme.example", emails=("hanako@acme.example", "ken@gmail.com")),
        Company(account=beta),
    ]


def test_where_none_is_open_nobody_is_asked_for(org: Org, deals: SalesforceOpportunities) -> None:
    [acme] = made(org, "Account", {"Name": "Acme"})
    org.calls.clear()
    assert deals.open([acme]) == []
    assert len([call for call in org.calls if "composite" in call]) == 1


def test_more_than_a_page_is_read_on(deals: SalesforceOpportunities) -> None:
    deals._connection = connection = TwoPages()
    pages = deals.changed(now(), None)
    next(pages)
    assert len(connection.asked) == 1
    assert list(pages) == [[]]
    assert connection.asked[0].startswith("/services/data/v62.0/queryAll?")
    assert connection.asked[1:] == ["/services/data/v62.0/query/01g-2000"]


def test_who_is_not_connected_hears_so(org: Org) -> None:
    with pytest.raises(NotConnected):
        changed(SalesforceOpportunities(FixedSecrets({})), None)
