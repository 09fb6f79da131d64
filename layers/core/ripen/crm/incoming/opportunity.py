"""Companies with an open opportunity in the CRM: they get no marketing mail (Policy.skips_open_opportunities).

A company is known by its mail domain, a person with a free-mail address by that address alone. A new colleague is
therefore excluded too, and nothing is written for each lead.
"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from msgspec import Struct

from ripen.crm.incoming.polling import Poll
from ripen.errors import Rejected
from ripen.lead.address import address_hash, domain, kind, normalise

REVIEW = timedelta(days=1)
"""How often all marked accounts are read again.

An opportunity may have been moved to another account or erased, and a contact may be new.
"""
MOST_TOKENS = 2_000
"""The most domains and addresses of an account. An account with more is no company; the rest is ignored."""


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


class Account(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The domains and addresses that are marked for one of the CRM's accounts, so that the marks can be removed."""

    id: str
    tokens: tuple[str, ...] = ()


class OpenOpportunities(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The mark of a domain or an address: the accounts with an open opportunity that it belongs to."""

    accounts: tuple[str, ...] = ()


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
    return address_hash(address_key, email) if kind(email) == "free" else domain(email)


def company_tokens(company: Company, address_key: bytes) -> frozenset[str]:
    """Return the keys of all its people. Malformed addresses and websites are ignored."""
    found = {*_site(company.website), *(company_token(email, address_key) for email in _addresses(company.emails))}
    return frozenset(sorted(found, key=lambda name: ("." not in name, name))[:MOST_TOKENS])


def _addresses(written: tuple[str, ...]) -> Iterator[str]:
    for email in written:
        with suppress(Rejected):
            yield normalise(email)


def _site(website: str) -> Iterator[str]:
    """Yield the mail domain of a website: "https://www.acme.example/jp" has acme.example."""
    with suppress(ValueError, Rejected):
        host = urlsplit(website if "//" in website else f"//{website}").hostname or ""
        email = normalise(f"www@{host.removeprefix('www.')}")
        if kind(email) != "free":
            yield domain(email)
