"""The document around a mail's words says what mailboxes and screen readers need to know."""

import re

import pytest

from ripen_authoring.mails.html_document import complete, without_amp

AMP = """<html ⚡4email><head><meta charset="utf-8"><script async src="https://cdn.ampproject.org/v0.js"></script>
<style amp4email-boilerplate>body{visibility:hidden}</style>
<style AMP-boilerplate>body{animation:-amp-start 8s}@keyframes -amp-start{from{visibility:hidden}}</style>
<noscript><style amp-boilerplate>body{animation:none}</style></noscript>
<style amp-custom>p{color:red}</style></head><body><p>Hello</p></body></html>"""


def document(inside: str = "<p>Hello</p>", head: str = "", html: str = "<html>", body: str = "<body>") -> str:
    return f"<!doctype html>{html}<head>{head}</head>{body}{inside}</body></html>"


def test_nothing_of_amp_hides_the_mail() -> None:
    plain = without_amp(AMP)

    assert "visibility" not in plain and "-amp-start" not in plain and "ampproject" not in plain
    assert "<style amp-custom>p{color:red}</style>" in plain and "<p>Hello</p>" in plain


@pytest.mark.parametrize(
    ("head", "utf8"),
    [
        ("", '<meta charset="utf-8">'),
        ('<meta charset="ISO-2022-JP">', '<meta charset="utf-8">'),
        ("<META CHARSET=shift_jis />", "<META CHARSET=utf-8 />"),
        ('<meta content="text/html; charset=EUC-JP" http-equiv="Content-Type">',
         '<meta content="text/html; charset=utf-8" http-equiv="Content-Type">'),
        ('<meta name="description" content="charset">', '<meta charset="utf-8"><meta name="description"'),
    ],
)  # fmt: skip
def test_charset_is_that_of_the_mail(head: str, utf8: str) -> None:
    made = complete(document(head=head), "ja", "")

    assert utf8 in made
    assert len(re.findall("utf-8", made)) == 1


@pytest.mark.parametrize(
    ("html", "language"),
    [
        ("<html>", '<html lang="ja">'),
        ('<html lang="und" dir="auto">', '<html lang="ja" dir="auto">'),
        ("<html LANG=en>", '<html lang="ja">'),
        ('<html lang="ja-JP">', '<html lang="ja-JP">'),
        ('<HTML xml:lang="en" {% if 1 > 0 %}class="a"{% endif %}>',
         '<HTML lang="ja" xml:lang="en" {% if 1 > 0 %}class="a"{% endif %}>'),
    ],
)  # fmt: skip
def test_language_is_that_of_the_file(html: str, language: str) -> None:
    assert language in complete(document(html=html), "ja", "")


@pytest.mark.parametrize(
    ("head", "schemes"),
    [
        ("", ["light", "light"]),
        ("<style>@media (prefers-color-scheme: dark) { p { color: #fff } }</style>", ["light dark", "light dark"]),
        ('<meta content="only light" name="color-scheme">', ["only light"]),
    ],
)
def test_mail_names_its_colour_schemes(head: str, schemes: list[str]) -> None:
    made = complete(document(head=head), "en", "")

    metas = "".join(re.findall(r"<meta[^>]*color-schemes?\"[^>]*>", made))
    assert re.findall(r'content="([^"]*)"', metas) == schemes


@pytest.mark.parametrize(
    "body", ["<body>", '<BODY\n class="a" style="color: #333">', "<body {% if 1 > 0 %}id=a{% endif %}>"]
)
def test_preheader_is_hidden_at_the_start_of_the_body(body: str) -> None:
    made = complete(document(body=body), "en", "Soon over")

    style, shown = re.findall(rf'{re.escape(body)}<div style="([^"]*)">(.*?)</div><p>', made)[0]
    assert shown == "{{ preheader }}"
    assert "display:none" in style and "color" not in style and "font-size" not in style


def test_preheader_is_not_shown_twice() -> None:
    shown = document("<div hidden>{{ preheader }}</div>")
    assert complete(shown, "en", "Soon over").count("preheader") == 1
    assert "preheader" not in complete(document(), "en", " ")


def test_preview_of_mjml_has_no_white_letters() -> None:
    mjmls = '<div style="display:none;font-size:1px;color:#ffffff;line-height:1px;opacity:0;">{{ preheader }}</div>'
    assert "#ffffff" not in complete(document(mjmls), "en", "Soon over")
