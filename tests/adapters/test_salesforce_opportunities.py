"""Changed opportunities and the accounts that have an open one, against our stand-in over TLS."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from ripen.adapters.salesforce.opportunities import SalesforceOpportunities
from ripen.crm.incoming.opportunity import Company, Opportunity
from ripen.crm.incoming.polling import Position
from ripen.errors import NotConnected
from sandbox.salesforce.connected_app import connected_app
from tests.support.salesforce_org import FixedSecrets, Org, TwoPages, create, token


@pytest.fixture
def deals(org: Org) -> SalesforceOpportunities:
    return SalesforceOpportunities(FixedSecrets(connected_app(org.folder).secret(org.url)))


def a_deal(account: str | None, stage: str = "Prospecting") -> dict[str, Any]:
    return {"Name": "Deal", "AccountId": account, "StageName": stage, "CloseDate": "2026-12-31"}


def touch(org: Org, method: str, id: str, **fields: str) -> None:
    path = f"{org.url}/services/data/v62.0/sobjects/Opportunity/{id}"
    requests.request(method, path, headers=token(org), json=fields or None, timeout=5).raise_for_status()


def changed(deals: SalesforceOpportunities, since: datetime | None, after: Position | None = None) -> list[Opportunity]:
    return [deal for page in deals.changed(since, after) for deal in page]


def now() -> datetime:
    return datetime.now(UTC)


def test_first_poll_reads_all_open_opportunities(org: Org, deals: SalesforceOpportunities) -> None:
    [acme] = create(org, "Account", {"Name": "Acme"})
    is_open, _, free = create(org, "Opportunity", a_deal(acme), a_deal(acme, "Closed Won"), a_deal(None))
    found = changed(deals, None)
    assert [(deal.id, deal.account) for deal in found] == [(is_open, acme), (free, "")]
    assert abs(found[0].changed - now()) < timedelta(minutes=1)


def test_later_poll_reads_changes_with_closed_and_deleted_opportunities(
    org: Org, deals: SalesforceOpportunities
) -> None:
    [acme] = create(org, "Account", {"Name": "Acme"})
    one, two, three = create(org, "Opportunity", a_deal(acme), a_deal(acme), a_deal(acme))
    touch(org, "PATCH", one, StageName="Closed Lost")
    touch(org, "DELETE", two)
    assert {deal.id for deal in changed(deals, now())} == {one, two, three}
    assert {deal.account for deal in changed(deals, now())} == {acme}
    assert [deal.id for deal in changed(deals, None)] == [three]


def test_changes_of_the_last_ten_minutes_are_read_again_and_older_ones_are_not(
    org: Org, deals: SalesforceOpportunities
) -> None:
    create(org, "Opportunity", a_deal(None))
    assert len(changed(deals, now() + timedelta(minutes=9))) == 1
    assert changed(deals, now() + timedelta(minutes=15)) == []


@pytest.mark.parametrize("since", [None, timedelta()])
def test_poll_continues_after_its_position_among_changes_of_one_second(
    org: Org, deals: SalesforceOpportunities, since: timedelta | None
) -> None:
    create(org, "Opportunity", *[a_deal(None)] * 4)
    asked = None if since is None else now() + since
    first, *rest = changed(deals, asked)
    assert changed(deals, asked, Position(first.changed, first.id)) == rest
    assert changed(deals, asked, Position(rest[-1].changed, rest[-1].id)) == []


def test_accounts_with_an_open_opportunity_have_website_and_contacts(org: Org, deals: SalesforceOpportunities) -> None:
    acme, beta, lost = create(
        org, "Account", {"Name": "Acme", "Website": "https://acme.example"}, {"Name": "Beta"}, {"Name": "Lost"}
    )
    create(org, "Opportunity", a_deal(acme), a_deal(acme), a_deal(beta), a_deal(lost, "Closed Lost"))
    people = [(acme, "hanako@acme.example"), (acme, "ken@gmail.com"), (acme, None), (lost, "eva@lost.example")]
    create(org, "Contact", *({"LastName": "山田", "AccountId": id, "Email": email} for id, email in people))

    found = sorted(deals.open([acme, beta, lost]), key=lambda company: company.account)

    assert found == [
        Company(account=acme, website="https://acme.example", emails=("hanako@acme.example", "ken@gmail.com")),
        Company(account=beta),
    ]


def test_contacts_are_not_queried_without_an_open_opportunity(org: Org, deals: SalesforceOpportunities) -> None:
    [acme] = create(org, "Account", {"Name": "Acme"})
    org.calls.clear()
    assert deals.open([acme]) == []
    assert len([call for call in org.calls if "composite" in call]) == 1


def test_next_page_is_read(deals: SalesforceOpportunities) -> None:
    deals._connection = connection = TwoPages()
    pages = deals.changed(now(), None)
    next(pages)
    assert len(connection.asked) == 1
    assert list(pages) == [[]]
    assert connection.asked[0].startswith("/services/data/v62.0/queryAll?")
    assert connection.asked[1:] == ["/services/data/v62.0/query/01g-2000"]


def test_missing_connection_raises_not_connected(org: Org) -> None:
    with pytest.raises(NotConnected):
        changed(SalesforceOpportunities(FixedSecrets({})), None)
