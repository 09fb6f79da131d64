"""The keys by which a company with an open opportunity is known."""

import msgspec
import pytest

from ripen.crm.incoming.opportunity import (
    MOST_TOKENS,
    Company,
    OpenOpportunities,
    company_token,
    company_tokens,
    mark_of,
)
from ripen.lead.address import address_hash

KEY = b"k" * 32


def of(*emails: str, website: str = "") -> frozenset[str]:
    return company_tokens(Company(account="001", website=website, emails=emails), KEY)


@pytest.mark.parametrize(
    ("email", "known_by"),
    [
        ("hanako@acme.example", "acme.example"),
        ("hanako@jp.acme.example", "acme.example"),
        ("hans@web.de", address_hash(KEY, "hans@web.de")),
        ("info@acme.example", "acme.example"),
        ("ken@gmail.com", address_hash(KEY, "ken@gmail.com")),
        ("info@gmail.com", address_hash(KEY, "info@gmail.com")),
        ("ken@docomo.ne.jp", address_hash(KEY, "ken@docomo.ne.jp")),
    ],
)
def test_a_person_is_known_by_domain_or_by_a_free_mail_address(email: str, known_by: str) -> None:
    assert company_token(email, KEY) == known_by


def test_all_domains_of_an_account_count() -> None:
    assert of("Hanako@ＡＣＭＥ.example", "ken@acme.example", "eva@acme.co.jp") == {"acme.example", "acme.co.jp"}


def test_a_malformed_address_is_ignored() -> None:
    assert of("", "nobody", "a@b@c", "hanako@acme.example") == {"acme.example"}


@pytest.mark.parametrize(
    ("website", "found"),
    [
        ("https://www.acme.example/jp?x=1", {"acme.example"}),
        ("acme.example", {"acme.example"}),
        ("WWW.Acme.example:8080/", {"acme.example"}),
        ("http://jp.acme.example", {"acme.example"}),
        ("https://www.facebook.com/acme", set()),
        ("https://例え.jp", {"xn--r8jz45g.jp"}),
        ("gmail.com", set()),
        ("", set()),
        ("n/a", set()),
        ("under construction", set()),
        ("http://[", set()),
        ("http://192.0.2.1/", set()),
    ],
)
def test_the_domain_of_its_website_counts(website: str, found: set[str]) -> None:
    assert of(website=website) == found


def test_the_keys_of_an_account_are_limited() -> None:
    found = of(*(f"p{n}@gmail.com" for n in range(MOST_TOKENS + 5)), "hanako@zzz.example")
    assert (len(found), "zzz.example" in found) == (MOST_TOKENS, True)


def test_a_domain_of_many_companies_has_a_small_mark() -> None:
    mark = OpenOpportunities()
    for _ in range(50_000):
        mark = mark_of(mark, is_open=True)
    assert (mark, len(msgspec.json.encode(mark))) == (OpenOpportunities(count=50_000), len('{"count":50000}'))
