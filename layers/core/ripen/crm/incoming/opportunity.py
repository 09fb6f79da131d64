"""Companies with an open opportunity in the CRM: they get no marketing mail (Policy.skips_open_opportunities).

A company is known by its domain (lead/mail_domain.py), a person with a free-mail address by that address alone. A new
colleague is therefore excluded too, and nothing is written for each lead.
"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta

from msgspec import Struct

from ripen.crm.incoming.polling import Poll
from ripen.errors import Rejected
from ripen.lead.address import address_hash, normalise
from ripen.lead.mail_domain import company_domain, site_domain

REVIEW = timedelta(days=1)
"""How often all marked accounts are read again.

An opportunity may have been moved to another account or erased, and a contact may be new.
"""
MOST_TOKENS = 1_000
"""The most domains and addresses of an account. An account with more is no company; the rest is ignored.

So many of the longest domains are 253 KB, and a row of DynamoDB may have 400 KB.
"""
KEYED_BY = 1
"""The version of `company_token`. If it is raised, all marked accounts are read again at the next poll."""


class OpportunityPoll(Poll, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The `poll#opportunities` row, on the agenda from the first publication on.

    The first round reads all open opportunities.
    """

    marks: bool = True
    """Whether the policy excludes companies with an open opportunity, which are then marked."""
    watched: datetime | None = None
    """Since when opportunities are read; None in rows of older code, for which `since` says it."""
    reviewed: datetime | None = None
    """When all marked accounts were last read again."""
    account: str = ""
    """The last account of the current review; "" between reviews."""
    keyed_by: int = 0
    """The version of `company_token` by which the marks were made, or are made in the current review."""


class Account(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The domains and addresses that are marked for one of the CRM's accounts, so that the marks can be removed."""

    id: str
    tokens: tuple[str, ...] = ()


class OpenOpportunities(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The mark of a domain or an address: how many accounts with an open opportunity it belongs to.

    A number stays small, however many accounts share a domain. It is exact, because each account's row lists its marks
    and changes in one transaction with them.
    """

    count: int = 0
    accounts: tuple[str, ...] = ()
    """The accounts that earlier versions listed instead of counting them."""

    @property
    def accounts_open(self) -> int:
        return self.count + len(self.accounts)


class Opportunity(Struct, frozen=True, kw_only=True):
    """An opportunity in the CRM, possibly deleted."""

    id: str
    account: str
    """"" without an account."""
    changed: datetime
    created: datetime
    stage: str
    is_closed: bool
    is_won: bool
    is_deleted: bool = False
    amount: str = ""


class Company(Struct, frozen=True, kw_only=True):
    """An account with an open opportunity, with the website and addresses by which its people are known."""

    account: str
    website: str = ""
    emails: tuple[str, ...] = ()


def company_token(email: str, address_key: bytes) -> str:
    """Return the key of a normalised address: its company's domain, or its hash if it is a free-mail address."""
    return company_domain(email) or address_hash(address_key, email)


def company_tokens(company: Company, address_key: bytes) -> frozenset[str]:
    """Return the keys of all its people. Malformed addresses and websites are ignored."""
    found = {*_site(company.website), *(company_token(email, address_key) for email in _addresses(company.emails))}
    return frozenset(sorted(found, key=lambda name: ("." not in name, name))[:MOST_TOKENS])


def mark_of(mark: OpenOpportunities, is_open: bool) -> OpenOpportunities:
    """Return the mark after an account has got an open opportunity, or has none any more."""
    return OpenOpportunities(count=max(0, mark.accounts_open + (1 if is_open else -1)))


def _addresses(written: tuple[str, ...]) -> Iterator[str]:
    for email in written:
        with suppress(Rejected):
            yield normalise(email)


def _site(website: str) -> Iterator[str]:
    """Yield the domain of the company's website, if it has one."""
    with suppress(ValueError, Rejected):
        if domain := site_domain(website):
            yield company_domain(normalise(f"www@{domain}"))
