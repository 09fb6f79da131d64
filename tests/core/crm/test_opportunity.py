"""By what a company is known with which sales is dealing."""

import pytest

from ripen.crm.opportunity import MOST_TOKENS, Company, company_token, company_tokens
from ripen.lead.address import address_hash

KEY = b"k" * 32


def of(*emails: str, website: str = "") -> frozenset[str]:
    return company_tokens(Company(account="001", website=website, emails=emails), KEY)


@pytest.mark.parametrize(
    ("email", "known_by"),
    [
        ("hanako@acme.example", "acme.example"),
        ("info@acme.example", "acme.example"),
        ("ken@gmail.com", address_hash(KEY, "ken@gmail.com")),
        ("info@gmail.com", address_hash(KEY, "info@gmail.com")),
        ("ken@docomo.ne.jp", address_hash(KEY, "ken@docomo.ne.jp")),
    ],
)
def test_a_person_is_known_by_the_company_s_domain_or_where_it_is_nobody_s_by_the_address(
    email: str, known_by: str
) -> None:
    assert company_token(email, KEY) == known_by


def test_all_domains_of_an_account_s_people_count_as_they_are_kept() -> None:
    assert of("Hanako@ＡＣＭＥ.example", "ken@acme.example", "eva@acme.co.jp") == {"acme.example", "acme.co.jp"}


def test_what_is_no_address_is_passed_over() -> None:
    assert of("", "nobody", "a@b@c", "hanako@acme.example") == {"acme.example"}


@pytest.mark.parametrize(
    ("website", "found"),
    [
        ("https://www.acme.example/jp?x=1", {"acme.example"}),
        ("acme.example", {"acme.example"}),
        ("WWW.Acme.example:8080/", {"acme.example"}),
        ("http://jp.acme.example", {"jp.acme.example"}),
        ("https://例え.jp", {"xn--r8jz45g.jp"}),
        ("gmail.com", set()),
        ("", set()),
        ("n/a", set()),
        ("under construction", set()),
        ("http://[", set()),
        ("http://192.0.2.1/", set()),
    ],
)
def test_so_does_the_domain_of_its_website(website: str, found: set[str]) -> None:
    assert of(website=website) == found


def test_an_account_that_is_a_drawer_for_all_kinds_of_people_has_an_end() -> None:
    found = of(*(f"p{n}@gmail.com" for n in range(MOST_TOKENS + 5)), "hanako@zzz.example")
    assert (len(found), "zzz.example" in found) == (MOST_TOKENS, True)
