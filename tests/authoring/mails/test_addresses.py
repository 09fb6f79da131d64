"""Addresses in a text end where a reader sees their end."""

import pytest

from ripen_authoring.mails.addresses import addresses, replace_addresses, unclear_addresses
from ripen_authoring.mails.markdown import PLACE, to_mjml
from ripen_authoring.mails.rendering import BadLink, number_text_links

A = "https://a.example/x"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"{A}.", A),
        (f"詳しくは{A}。次に", A),
        (f"（{A}）と", A),
        (f"{A}・別紙", A),
        (f"{A}をご覧", A),
        (f"{A}ページ", A),
        (f"「{A}」", A),
        (f"{A}！", A),
        (f"{A}…", A),
        (f"(see {A}?).", A),
        (f"[{A}]", A),
        (f"{A}_(b)", f"{A}_(b)"),
        (f"({A}_(b)), and", f"{A}_(b)"),
        (f"{A}?q=名刺&p=2#結果 ", f"{A}?q=名刺&p=2#結果"),
        ("https://日本語.jp/です", "https://日本語.jp/"),
        ("<https://a.example/日本のロボット>", "https://a.example/日本のロボット"),
        ("詳細は/pages/guideです", "/pages/guide"),
        ("/pages/y?lang=ja。", "/pages/y?lang=ja"),
        ("https://a.example/pages/y", "https://a.example/pages/y"),
    ],
)
def test_address_ends_before_punctuation_and_kana(text: str, found: str) -> None:
    assert [address for _, address in addresses(text)] == [found]
    assert replace_addresses(text, lambda _: "@") == text.replace(found, "@")


def test_liquid_is_no_address_and_no_part_of_one() -> None:
    text = '{{ x | default: "https://a.example/" }}{% if y == "https://a.example/" %}{% endif %}'
    assert list(addresses(text)) == []
    with pytest.raises(BadLink, match=r"lead\.id"):
        number_text_links(f"{A}/{{{{ lead.id }}}}", ())


@pytest.mark.parametrize("text", [f"{A}参照", "https://a.example/アニメ", "https://a.example/日本のロボット"])
def test_address_that_runs_into_words_is_unclear(text: str) -> None:
    assert len(list(unclear_addresses(text))) == 1
    assert list(unclear_addresses(f"<{text}>")) == []


@pytest.mark.parametrize("text", [f"{A}をご覧", f"{A}?q=名刺 です", "https://ja.wikipedia.org/wiki/日本"])
def test_other_addresses_are_clear(text: str) -> None:
    assert list(unclear_addresses(text)) == []


@pytest.mark.parametrize(
    ("text", "html"),
    [
        (f"See {A}。", f'See <a href="{A}">{A}</a>。'),
        (f"**{A}_b_c?d=1&e=2**", f'<strong><a href="{A}_b_c?d=1&amp;e=2">{A}_b_c?d=1&amp;e=2</a></strong>'),
        (f"[{A}](https://b.example)", f'<a href="https://b.example">{A}</a>'),
        (f"`{A}`", f"<code>{A}</code>"),
        ("Go to /pages/x", "Go to /pages/x"),
    ],
)
def test_bare_address_in_markdown_is_a_link(text: str, html: str) -> None:
    assert to_mjml(text, PLACE) == f"<mj-text>{html}</mj-text>"
