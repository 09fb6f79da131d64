"""An address belongs to the company that registered its domain, and a shared domain to none."""

import pytest

from ripen.lead.address import kind
from ripen.lead.mail_domain import company_domain, is_shared, registered_domain, site_domain

OWN = """
example.co.jp acme.za.com docomo-cs.co.jp nttdocomo.com softbank.jp kddi.com google.com amazon.co.jp apple.com
navercorp.com u-tokyo.ac.jp notgmail.com gmail.com.example ocn.ne.jp.example acme.dyndns.org co.jp
"""

SHARED = """
gmail.com web.de gmx.de t-online.de orange.fr libero.it mail.ru yandex.ru naver.com hanmail.net daum.net qq.com
163.com yahoo.co.jp yahoo.de yahoo.fr ybb.ne.jp docomo.ne.jp ezweb.ne.jp au.com t.vodafone.ne.jp i.softbank.jp
outlook.jp hotmail.co.jp icloud.com me.com protonmail.com proton.me tuta.io hey.com mail.goo.ne.jp rose.ocn.ne.jp
ba2.so-net.ne.jp red.plala.or.jp a1.dion.ne.jp nifty.com jcom.home.ne.jp jcom.zaq.ne.jp mineo.jp
privaterelay.appleid.com marketplace.amazon.co.jp vip.qq.com
"""


@pytest.mark.parametrize(
    ("domain", "registered"),
    [
        ("acme.com", "acme.com"),
        ("jp.acme.com", "acme.com"),
        ("mail.tokyo.acme.co.jp", "acme.co.jp"),
        ("acme.co.jp", "acme.co.jp"),
        ("acme.chuo.tokyo.jp", "acme.chuo.tokyo.jp"),
        ("city.yokohama.jp", "city.yokohama.jp"),
        ("www.city.yokohama.jp", "city.yokohama.jp"),
        ("g.ecc.u-tokyo.ac.jp", "u-tokyo.ac.jp"),
        ("shop.acme.myshopify.com", "acme.myshopify.com"),
        ("acme.za.com", "acme.za.com"),
        ("mail.acme.example", "acme.example"),
        ("mail.acme.xn--55qx5d.cn", "acme.xn--55qx5d.cn"),
        ("mail.xn--wgv71a119e.jp", "xn--wgv71a119e.jp"),
        ("mail.acme.xn--p1ai", "acme.xn--p1ai"),
        ("mail.acme.xn--99999999999", "acme.xn--99999999999"),
        ("www.ck", "www.ck"),
        ("a.b.ck", "a.b.ck"),
        ("chuo.tokyo.jp", "chuo.tokyo.jp"),
        ("co.jp", "co.jp"),
        ("localhost", "localhost"),
        ("", ""),
    ],
)
def test_the_registered_domain_is_what_stands_before_a_public_suffix(domain: str, registered: str) -> None:
    assert registered_domain(domain) == registered


@pytest.mark.parametrize(
    "domain",
    SHARED.split(),
)
def test_people_of_many_companies_share_the_domain_of_a_provider(domain: str) -> None:
    assert is_shared(domain)
    assert company_domain(f"taro@{domain}") == ""
    assert kind(f"taro@{domain}") == "free"


@pytest.mark.parametrize(
    "domain",
    OWN.split(),
)
def test_a_company_has_its_domain_for_itself(domain: str) -> None:
    assert not is_shared(domain)
    assert company_domain(f"taro@{domain}") == registered_domain(domain)
    assert kind(f"taro@{domain}") == "company"


def test_people_of_one_company_share_its_registered_domain() -> None:
    assert company_domain("taro@jp.acme.com") == company_domain("hanako@acme.com") == "acme.com"


@pytest.mark.parametrize(
    ("website", "domain"),
    [
        ("https://www.acme.example/jp", "acme.example"),
        ("acme.co.jp", "acme.co.jp"),
        ("WWW.Tokyo.ACME.co.jp.", "acme.co.jp"),
        ("https://www.facebook.com/acme", ""),
        ("https://sites.google.com/view/acme", ""),
        ("https://note.com/acme", ""),
        ("https://acme.gmail.com", ""),
        ("", ""),
    ],
)
def test_a_website_has_the_domain_of_its_company(website: str, domain: str) -> None:
    assert site_domain(website) == domain


def test_a_malformed_website_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="IPv6"):
        site_domain("https://[acme")
