"""Addresses as people copy them become URIs, and everything that is no fixed address is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ripen.mail.content.link_target import link_target

WIKIPEDIA = "https://ja.wikipedia.org/wiki/%E6%97%A5%E6%9C%AC"


@pytest.mark.parametrize(
    ("written", "uri"),
    [
        ("https://a.example/?x=1&y=a+b%20c#d", "https://a.example/?x=1&y=a+b%20c#d"),
        ("https://ja.wikipedia.org/wiki/日本", WIKIPEDIA),
        (WIKIPEDIA, WIKIPEDIA),
        (
            "https://a.example/s?q=名刺&p=2#結果",
            "https://a.example/s?q=%E5%90%8D%E5%88%BA&p=2#%E7%B5%90%E6%9E%9C",
        ),
        ("https://日本語.jp/", "https://xn--wgv71a119e.jp/"),
        ("https://日本語。ｊｐ:8443/a", "https://xn--wgv71a119e.jp:8443/a"),
        ("https://straße.example", "https://xn--strae-oqa.example"),
        ("https://a.example/100%OFF?q[]=1|2", "https://a.example/100%25OFF?q%5B%5D=1%7C2"),
        ("https://a.example/Foo_(bar)/~me;v=1,2", "https://a.example/Foo_(bar)/~me;v=1,2"),
        ("/pages/資料?lang=ja", "/pages/%E8%B3%87%E6%96%99?lang=ja"),
    ],
)
def test_address_becomes_a_uri(written: str, uri: str) -> None:
    assert link_target(written) == uri


@pytest.mark.parametrize(
    "written",
    [
        "",
        "//evil.example/x",
        "pages/x",
        "../x",
        "www.a.example",
        "ftp://a.example/",
        "javascript:alert(1)",
        "https://",
        "https:///x",
        "https://a.example/a b",
        "https://a.example/\u3000x",
        "https://a.example/\nx",
        "https:\\\\a.example",
        "https://a.example/{{ lead.id }}",
        "https://a.example/{% if x %}",
        "https://a.example:port/",
        'https://a"b.example/',
        "https://[::1/",
        "https://日本\u00ad..jp/",
        "https://-日本.jp/",
        "https://a.example／evil.example",
    ],
)
def test_anything_else_is_no_target(written: str) -> None:
    assert link_target(written) == ""


@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "S", "Zs", "Cc"]), max_size=30))
def test_target_is_ascii_and_stays_what_it_is(text: str) -> None:
    for written in (f"https://a.example/{text}", f"https://{text}/", f"/{text}"):
        uri = link_target(written)
        assert uri.isascii()
        assert uri.isprintable()
        assert not {" ", "\\", "<", ">", '"'} & set(uri)
        assert link_target(uri) == uri
