"""Every link of a mail's html is found, and nothing else in the html changes."""

import pytest

from ripen_authoring.mails.rendering import BadLink, number_links
from ripen_authoring.mails.text_part import plain_text

TARGET = "/pages/p?a=1&b=2"
BUTTON = (
    '<!--[if mso]><v:roundrect xmlns:v="urn:v" href="/pages/p?a=1&amp;b=2" arcsize="8%"><center>Go</center>'
    '</v:roundrect><![endif]--><!--[if !mso]><!--><a href="/pages/p?a=1&amp;b=2">Go</a><!--<![endif]-->'
)


@pytest.mark.parametrize(
    ("html", "numbered"),
    [
        ('<a title="x > y" href="{0}">w</a>', '<a title="x > y" href="{0}">w</a>'),
        ("<a title='\"' href='{0}' class=b>w</a>", '<a title=\'"\' href="{0}" class=b>w</a>'),
        ("<A CLASS=b HREF = {0}>w</A>", '<A CLASS=b HREF = "{0}">w</A>'),
        ('<a\n  data-href="x"\n  href=" {0} "\n>w</a>', '<a\n  data-href="x"\n  href="{0}"\n>w</a>'),
        ('<a {% if a > b %}id="i"{% endif %} href="{0}">w</a>', '<a {% if a > b %}id="i"{% endif %} href="{0}">w</a>'),
        ('日本\n語<area alt="A" href="{0}"/>', '日本\n語<area alt="A" href="{0}"/>'),
        ('<![foo[x]]><a href="{0}">w</a>',) * 2,
        ('<!--[if gte mso 9]>\n<v:rect href="{0}" />\n<![endif]-->',) * 2,
    ],
)
def test_link_is_found_however_it_is_written(html: str, numbered: str) -> None:
    written = html.replace("{0}", TARGET.replace("&", "&amp;"))
    assert number_links(written) == (numbered.replace("{0}", "{{ links[0] }}"), (TARGET,))


def test_button_for_outlook_has_the_link_of_the_button_for_others() -> None:
    numbered, links = number_links(BUTTON)
    assert links == (TARGET,)
    assert numbered.count('href="{{ links[0] }}"') == 2
    assert plain_text(numbered) == "Go\n{{ links[0] }}\n"


@pytest.mark.parametrize(
    "html",
    [
        '<a href="#top">w</a><a href="sms:+8190">w</a><a href="MAILTO:a@b.example">w</a><a href="tel:+81">w</a>',
        '<a href="{{ unsubscribe_url }}">w</a>',
        '<link href="https://fonts.example/css" rel="stylesheet"><style>a[href="x"] {}</style><a name="top">w</a>',
        '<!-- <a href="x">w</a> --><p>href="x"</p>',
    ],
)
def test_other_addresses_stay(html: str) -> None:
    assert number_links(html) == (html, ())


@pytest.mark.parametrize(
    ("html", "bad"),
    [
        ('<a href="guide.html">w</a>', "guide.html"),
        ("<area href=../x>", "../x"),
        ('<A title="x > y" HREF="//a.example">w</a>', "//a.example"),
        ('<!--[if mso]><v:rect href="p.html"></v:rect><![endif]-->', "p.html"),
        ('<a href="">w</a>', ""),
        ('<a href="javascript:x">w</a>', "javascript:x"),
        ('<a href="https://a.example/{{ lead.id }}">w</a>', "https://a.example/{{ lead.id }}"),
    ],
)
def test_address_that_is_not_fixed_is_refused(html: str, bad: str) -> None:
    with pytest.raises(BadLink) as caught:
        number_links(html)
    assert str(caught.value) == bad


def test_target_becomes_a_uri() -> None:
    html = '<a href="https://ja.wikipedia.org/wiki/日本">1</a><a href="https://日本語.jp/?q=名刺&amp;p=2#結果">2</a>'
    assert number_links(html)[1] == (
        "https://ja.wikipedia.org/wiki/%E6%97%A5%E6%9C%AC",
        "https://xn--wgv71a119e.jp/?q=%E5%90%8D%E5%88%BA&p=2#%E7%B5%90%E6%9E%9C",
    )


def test_text_part_has_the_address_of_each_link_after_its_words() -> None:
    html = (
        '<p><a title="x > y" href="{{ links[0] }}">One <b>word</b></a> more</p><map><area alt="A &amp; B" '
        'href="{{ links[1] }}"></map><a href="#top">Top</a><a href="mailto:a@b.example">Write</a>'
    )
    assert plain_text(html).split("\n") == [
        "One word",
        "{{ links[0] }}",
        "more",
        "",
        "A & B",
        "{{ links[1] }}",
        "TopWrite",
        "",
    ]
