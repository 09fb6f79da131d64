"""Templates: values are text, limits hold, and errors say where."""

import pytest

from ripen.template import TemplateError, render_html, render_line, render_text


@pytest.mark.parametrize("hostile", ["{{7*7}}", "{% for i in (1..9) %}x{% endfor %}", "{{ secret }}", "{%"])
def test_a_value_that_looks_like_a_template_stays_text(hostile: str) -> None:
    assert render_html("<p>{{ name }}</p>", {"name": hostile, "secret": "s"}) == f"<p>{hostile}</p>"
    assert render_text("{{ name }}", {"name": hostile, "secret": "s"}) == hostile


def test_html_escapes_values_and_text_does_not() -> None:
    values = {"name": "<script>alert(\"1\")</script> & 'x'"}
    assert render_html('<p title="{{ name }}">', values) == (
        '<p title="&lt;script&gt;alert(&#34;1&#34;)&lt;/script&gt; &amp; &#39;x&#39;">'
    )
    assert render_text("{{ name }}", values) == values["name"]


def test_line_breaks_in_html_keep_the_value_escaped() -> None:
    assert render_html("{{ greeting | newline_to_br }}", {"greeting": "a<b\nc"}) == "a&lt;b<br />\nc"


@pytest.mark.parametrize(
    "break_", ["\r\n", "\n", "\r", "\x0b", "\x0c", "\x00", "\x85", "\u2028", "\u2029", "\t", "\x1b"]
)
def test_a_subject_is_one_line_whatever_the_value_holds(break_: str) -> None:
    assert render_line("{{ name }}様へ", {"name": f"山田{break_}Bcc: x@example.com"}) == "山田 Bcc: x@example.com様へ"


@pytest.mark.parametrize(
    "bomb",
    [
        "{% for i in (1..900000) %}{% assign a = i %}{% endfor %}",
        "{% for i in (1..100) %}{% for j in (1..100) %}{% assign a = j %}{% endfor %}{% endfor %}",
        "{% assign s = 'aaaaaaaaaa' %}{% for i in (1..20) %}{% assign s = s | append: s %}{% endfor %}",
        "{% assign n = 9 %}{% for i in (1..2500) %}" + "{% assign n = n | plus: n %}" * 20 + "{% endfor %}{{ n }}",
        "{% if a %}" * 40 + "{% endif %}" * 40,
    ],
)
def test_a_template_that_would_run_away_is_stopped(bomb: str) -> None:
    with pytest.raises(TemplateError):
        render_text(bomb, {"a": True})


def test_too_much_output_is_stopped() -> None:
    with pytest.raises(TemplateError, match="OutputStreamLimitError"):
        render_text("{% for i in (1..4000) %}{{ a }}{% endfor %}", {"a": "x" * 1000})


@pytest.mark.parametrize(
    "forbidden",
    [
        "{% include 'x' %}",
        "{% render 'x' %}",
        "{{ a | safe }}",
        "{{ 'now' | date: '%Y' }}",
        "{{ a | replace: 'a', 'b' }}",
        "{% tablerow i in (1..2) %}{% endtablerow %}",
    ],
)
def test_what_reads_files_the_clock_or_undoes_escaping_is_unknown(forbidden: str) -> None:
    with pytest.raises(TemplateError, match=r"unexpected tag|unknown filter"):
        render_html(forbidden, {"a": "a"})


def test_a_missing_value_is_an_error_that_names_it_and_its_place() -> None:
    with pytest.raises(TemplateError) as error:
        render_text("first line\n  {{ lead.nickname }}", {"lead": {"name": "Hanako Secret"}})
    assert error.value.line == 2
    assert "nickname" in str(error.value)
    assert "Hanako" not in str(error.value)


def test_a_missing_value_is_an_error_in_html_too() -> None:
    with pytest.raises(TemplateError, match="'who' is undefined"):
        render_html("Dear {{ who }}", {})


def test_a_missing_value_may_be_tested_for_and_may_have_a_default() -> None:
    assert render_text("{% if who %}x{% endif %}{{ who | default: 'you' }}", {}) == "you"


def test_python_objects_do_not_open_up() -> None:
    with pytest.raises(TemplateError):
        render_text("{{ a.__class__ }}", {"a": "x"})
