"""Templates: values are text, limits hold, and errors say where."""

import os
import subprocess
import sys
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ripen.playbook import limited_liquid
from ripen.playbook.template import parse, render_html, render_line, render_text
from ripen.playbook.template_limits import TemplateError


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


@given(
    st.lists(
        st.sampled_from(
            ["{{ lead.company }}", "{{count}}", "{{ none }}", "{{ yes }}", "{{ lead }}", "{{ nobody }}", "}}", "{{"]
        )
        | st.sampled_from(
            ["{{ count | plus: 1 }}", "{%- if count %}x{% endif %}", "{{- when -}}", " 回 ", "<b>", "{{ lead['a b'] }}"]
        )
        | st.text(max_size=5),
        max_size=5,
    ).map("".join),
    st.text(max_size=10),
)
def test_what_is_filled_in_without_liquid_is_what_liquid_writes(source: str, company: str) -> None:
    variables = {"lead": {"company": company}, "count": 3, "none": None, "yes": True, "when": "本日"}

    def outcome(render: Callable[[], str]) -> str:
        try:
            return render()
        except TemplateError as error:
            return repr(error)

    by_liquid = outcome(lambda: limited_liquid.render(parse(source), variables))

    assert outcome(lambda: render_text(source, variables)) == by_liquid


def test_a_template_that_only_names_values_does_not_load_liquid() -> None:
    script = (
        "import sys; from ripen.playbook.template import render_text; "
        "assert render_text('役職: {{ lead.title }}', {'lead': {'title': '部長'}}) == '役職: 部長'; "
        "assert 'liquid' not in sys.modules"
    )

    known = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    assert subprocess.run([sys.executable, "-c", script], env=known, check=False).returncode == 0
