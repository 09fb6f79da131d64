"""Mails from MJML, Markdown, pasted HTML and text alone get the same links and the same footer."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from ripen.playbook.bundle import Mail
from ripen_authoring.checks.mail.accessibility import contrast_ratio
from ripen_authoring.compile import compile_playbook
from ripen_authoring.mails import markdown
from ripen_authoring.mails.rendering import number_text_links
from ripen_authoring.problem import InvalidPlaybook
from tests.support.smallest_playbook import FILES

FRAME = """<mjml><mj-body><mj-section><mj-column>
<!-- body -->
<mj-text>{{ brand.legal_name }} {{ brand.postal_address }} {{ brand.contact }}
<a href="{{ unsubscribe_url }}">Unsubscribe</a></mj-text>
</mj-column></mj-section></mj-body></mjml>
"""
FOOT = "{{ brand.legal_name }} {{ brand.postal_address }} {{ brand.contact }}"
Compile = Callable[..., Mail]


@pytest.fixture
def written(tmp_path: Path) -> Compile:
    """Compiles the smallest playbook with the body of one marketing mail in this file, and returns the mail."""

    def compile_(name: str, body: str, **more: str) -> Mail:
        files = {file: text for file, text in FILES.items() if file != "emails/m/en.mjml"}
        for file, text in (files | {f"emails/m/{name}": body} | more).items():
            path = tmp_path / "p" / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        return compile_playbook(tmp_path / "p").emails["m"].locales["en"]

    return compile_


@pytest.mark.parametrize("name", ["en.mjml", "en.html", "en.md"])
def test_mail_has_the_colour_of_the_brand(written: Compile, name: str) -> None:
    paper = {
        "en.mjml": FRAME.replace("<mj-text>", '<mj-text color="{{ brand.accent }}">'),
        "en.html": f'<p style="color: {{{{brand.accent}}}}">{FOOT} <a href="{{{{ unsubscribe_url }}}}">Stop</a></p>',
        "en.md": "Hello",
    }[name]
    frame = FRAME.replace("<mj-text>", '<mj-text color="{{ brand.accent }}">')

    mail = written(name, paper, **{"emails/_frame.mjml": frame, "ripen.yaml": in_brown(FILES["ripen.yaml"])})

    assert re.search(r"color: ?#7a3e12", mail.html)
    assert "accent" not in mail.html


@pytest.mark.parametrize(
    ("name", "text"),
    [("en.md", "LIQUID9DIUQIL {{ lead.company }}"), ("en.html", "<p><!--liquid:7-->{% if greeting %}x{% endif %}</p>")],
)
def test_text_that_looks_like_our_own_mark_stays_as_it_is(written: Compile, name: str, text: str) -> None:
    end = "" if name == "en.md" else f'<p>{FOOT} <a href="{{{{ unsubscribe_url }}}}">Stop</a></p>'

    mail = written(name, text + end, **{"emails/_frame.mjml": FRAME})

    assert text in mail.html


def in_brown(ripen: str) -> str:
    assert "brand: {" in ripen
    return ripen.replace("brand: {", 'brand: {accent: "#7a3e12", ', 1)


def test_markdown_goes_into_the_frame_and_keeps_its_liquid(written: Compile) -> None:
    body = """{{ greeting | newline_to_br }}

# Big & small

{% if lead.company != '' %}For **companies**.{% endif %} See [prices](https://www.b.example/pricing?a=1&b=2).

- one
- two

---

![A chart](https://www.b.example/chart.png)

[Start now](/pages/pricing "button")
"""
    body = body.replace("/pages/pricing", "https://other.example/start")

    mail = written("en.md", body, **{"emails/_frame.mjml": FRAME})

    assert "{{ greeting | newline_to_br }}" in mail.html
    assert "{% if lead.company != '' %}For <strong>companies</strong>.{% endif %}" in mail.html
    assert "Big &amp; small</h1>" in mail.html
    assert re.search(r"<ul>\s*<li>one</li>", mail.html)
    assert 'alt="A chart"' in mail.html
    assert mail.links == ("https://www.b.example/pricing?a=1&b=2", "https://other.example/start")
    assert "Start now\n{{ links[1] }}" in mail.text
    assert "Unsubscribe\n{{ unsubscribe_url }}" in mail.text


def test_html_in_markdown_is_escaped(written: Compile) -> None:
    mail = written("en.md", "Hello <script>alert(1)</script>", **{"emails/_frame.mjml": FRAME})

    assert "<script>" not in mail.html
    assert "&lt;script&gt;" in mail.html


def test_markdown_without_a_frame_is_an_error(written: Compile) -> None:
    with pytest.raises(InvalidPlaybook, match=r"needs emails/_frame.mjml"):
        written("en.md", "Hello")
    with pytest.raises(ValueError, match=r"no <!-- body -->"):
        markdown.to_mjml("Hello", "<mjml></mjml>")


def test_frame_of_one_language_is_preferred_to_the_general_one(written: Compile) -> None:
    frames = {"emails/_frame.mjml": FRAME, "emails/_frame.en.mjml": FRAME.replace("Unsubscribe", "Stop")}

    assert ">Stop</a>" in written("en.md", "Hello", **frames).html


def test_pasted_html_gets_inline_styles_and_numbered_links(written: Compile) -> None:
    body = f"""<html><head><style>p {{ color: #123456 }}
@media (max-width: 9px) {{ p {{ color: red }} }}</style></head><body>
<table><tbody>{{% if lead.company != '' %}}<tr><td>{{{{ lead.company }}}}</td></tr>{{% endif %}}</tbody></table>
<p>See <a href="https://other.example/?x=1&amp;y=2">this</a></p>
<p>{FOOT} <a href="{{{{ unsubscribe_url }}}}">Stop</a></p></body></html>"""

    mail = written("en.html", body)

    assert '<p style="color: #123456;">See <a href="{{ links[0] }}">this</a></p>' in mail.html
    assert "@media" in mail.html
    assert re.search(r"<tbody>\s*\{% if lead.company != '' %\}<tr>.*</tr>\{% endif %\}</tbody>", mail.html, re.DOTALL)
    assert 'href="{{ unsubscribe_url }}"' in mail.html
    assert mail.links == ("https://other.example/?x=1&y=2",)
    assert "{{ links[0] }}" in mail.text


def test_pasted_html_needs_an_unsubscribe_link(written: Compile) -> None:
    with pytest.raises(InvalidPlaybook, match="the html of a marketing mail must contain an unsubscribe link"):
        written("en.html", f"<p>{FOOT}</p>")


def test_links_in_a_text_mail_are_numbered(written: Compile) -> None:
    mail = written("en.txt", f"See https://other.example/x (or https://b.example/y).\n{FOOT} {{{{ unsubscribe_url }}}}")

    assert mail.html == ""
    assert mail.links == ("https://other.example/x", "https://b.example/y")
    assert mail.text.startswith("See {{ links[0] }} (or {{ links[1] }}).\n")


def test_hand_written_text_part_uses_the_link_numbers_of_the_html(written: Compile) -> None:
    text = f"Go: https://other.example/\n{FOOT} {{{{ unsubscribe_url }}}}\n"

    mail = written("en.mjml", FILES["emails/m/en.mjml"], **{"emails/m/en.txt": text})

    assert mail.links == ("https://other.example/",)
    assert mail.text.startswith("Go: {{ links[0] }}\n")


def test_mail_with_two_bodies_in_one_language_is_an_error(written: Compile) -> None:
    with pytest.raises(InvalidPlaybook, match=r"this mail is also in en.mjml; keep one of the two"):
        written("en.mjml", FILES["emails/m/en.mjml"], **{"emails/m/en.html": "<p>x</p>"})


def test_links_to_own_sites_get_utm_parameters_if_configured(written: Compile) -> None:
    sites = "https://www.b.example/a https://www.b.example/b?utm_source=x https://www.b.example.evil.example/"
    text = f"{sites}\n{FOOT} {{{{ unsubscribe_url }}}}"

    mail = written("en.txt", text, **{"ripen.yaml": FILES["ripen.yaml"] + "utm: {source: letter}\n"})

    assert mail.links == (
        "https://www.b.example/a?utm_source=letter&utm_medium=email&utm_campaign=m",
        "https://www.b.example/b?utm_source=x",
        "https://www.b.example.evil.example/",
    )


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("https://a.example/x.", ("https://a.example/x",)),
        ("詳細はhttps://a.example/x、または/pages/y?lang=ja。", ("https://a.example/x",)),
        ("こちら: /pages/y?lang=ja", ("/pages/y?lang=ja",)),
        ("https://a.example/pages/y", ("https://a.example/pages/y",)),
        ("<https://a.example/x>", ("https://a.example/x",)),
    ],
)
def test_address_in_a_text_ends_before_punctuation(text: str, links: tuple[str, ...]) -> None:
    assert number_text_links(text, ())[1][: len(links)] == links


def test_contrast_ratio_follows_wcag() -> None:
    assert contrast_ratio("#000000", "#ffffff") == pytest.approx(21)
    assert contrast_ratio("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
    assert contrast_ratio("#ffffff", "#ffffff") == 1


@pytest.mark.parametrize("name", ["en.mjml", "en.html", "en.md"])
def test_every_mail_shows_its_preheader_and_names_its_language(written: Compile, name: str) -> None:
    body = {
        "en.mjml": FRAME,
        "en.html": f'<style amp4email-boilerplate>body{{visibility:hidden}}</style><meta charset="iso-2022-jp">{FOOT} '
        '<a href="{{ unsubscribe_url }}">Stop</a>',
        "en.md": "Hello",
    }[name]
    email = FILES["emails/m/email.yaml"] + "preheader: Soon over\n"

    mail = written(name, body, **{"emails/_frame.mjml": FRAME, "emails/m/email.yaml": email})

    assert mail.html.count("{{ preheader }}</div>") == 1
    assert '<html lang="en"' in mail.html
    assert "visibility" not in mail.html and "2022" not in mail.html
    assert "preheader" not in mail.text
