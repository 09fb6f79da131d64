"""Open opportunities in the CRM: at which companies sales is dealing, so that marketing keeps quiet there (Policy.skips_open_opportunities).

A company is known by its mail domain, a person with a free-mail address by that address alone: so a colleague who comes to us
for the first time is spared too, with nothing written for each lead.
"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from msgspec import Struct

from ripen.errors import Rejected
from ripen.lead.address import address_hash, domain, kind, normalise

REVIEW = timedelta(days=1)
"""How often marked accounts are looked at though none of their opportunities changed: one may have been moved to another account or
erased, a contact may be new."""
MOST_TOKENS = 2_000
"""An account of more domains and addresses is no company but a drawer for all kinds of people: what is beyond is left out."""


class Position(Struct, frozen=True):
    """How far a look has come, in the order of the CRM's changes."""

    changed: datetime
    id: str


class OpportunityPoll(Struct, frozen=True, kw_only=True):
    """The `poll#opportunities` row, on the agenda while the policy asks."""

    since: datetime | None = None
    """What changed up to then has been seen; None until all that are open have been."""
    began: datetime | None = None
    """When the look began that is not over yet, …"""
    place: Position | None = None
    """… and how far it has come."""
    reviewed: datetime | None = None
    """When all marked accounts were last looked at anew, …"""
    account: str = ""
    """… and the last one of the review under way."""
    attempts: int = 0
    """Failed ones since the CRM last answered."""


class Account(Struct, frozen=True, kw_only=True):
    """What is marked for one of the CRM's accounts, so that it can be taken back."""

    id: str
    tokens: tuple[str, ...] = ()


class OpenOpportunities(Struct, frozen=True, kw_only=True):
    """Accounts with an open opportunity to which a domain or an address belongs."""

    accounts: tuple[str, ...] = ()


class Opportunity(Struct, frozen=True, kw_only=True):
    """As the CRM has it, or had it before it was deleted."""

    id: str
    account: str
    """"" where it has none."""
    changed: datetime


class Company(Struct, frozen=True, kw_only=True):
    """An account with an open opportunity, and how its people can be told."""

    account: str
    website: str = ""
    emails: tuple[str, ...] = ()


def company_token(email: str, address_key: bytes) -> str:
    """What a normalised address is looked up by: its company's domain, or its own hash where the domain is no company's."""
    return address_hash(address_key, email) if kind(email) == "free" else domain(email)


def company_tokens(company: Company, address_key: bytes) -> frozenset[str]:
    """Of all its people. Addresses and websites that are none are passed over."""
    found = {*_site(company.website), *(company_token(email, address_key) for email in _addresses(company.emails))}
    return frozenset(sorted(found, key=lambda name: ("." not in name, name))[:MOST_TOKENS])


def _addresses(written: tuple[str, ...]) -> Iterator[str]:
    for email in written:
        with suppress(Rejected):
            yield normalise(email)


def _site(website: str) -> Iterator[str]:
    """The domain that goes with it: "https://www.acme.example/jp" is acme.example's."""
    with suppress(ValueError, Rejected):
        host = urlsplit(website if "//" in website else f"//{website}").hostname or ""
        email = normalise(f"www@{host.removeprefix('www.')}")
        if kind(email) != "free":
            yield domain(email)
