"""Templates insert values as text, stay within their limits, and report errors with their place."""

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
def test_value_that_looks_like_a_template_stays_text(hostile: str) -> None:
    assert render_html("<p>{{ name }}</p>", {"name": hostile, "secret": "s"}) == f"<p>{hostile}</p>"
    assert render_text("{{ name }}", {"name": hostile, "secret": "s"}) == hostile


def test_values_are_escaped_in_html_and_not_in_text() -> None:
    values = {"name": "<script>alert(\"1\")</script> & 'x'"}
    assert render_html('<p title="{{ name }}">', values) == (
        '<p title="&lt;script&gt;alert(&#34;1&#34;)&lt;/script&gt; &amp; &#39;x&#39;">'
    )
    assert render_text("{{ name }}", values) == values["name"]


def test_newline_to_br_keeps_the_value_escaped() -> None:
    assert render_html("{{ greeting | newline_to_br }}", {"greeting": "a<b\nc"}) == "a&lt;b<br />\nc"


@pytest.mark.parametrize(
    "break_", ["\r\n", "\n", "\r", "\x0b", "\x0c", "\x00", "\x85", "\u2028", "\u2029", "\t", "\x1b"]
)
def test_line_breaks_in_values_never_break_a_subject(break_: str) -> None:
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
def test_endless_template_is_stopped(bomb: str) -> None:
    with pytest.raises(TemplateError):
        render_text(bomb, {"a": True})


def test_too_long_output_is_stopped() -> None:
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
def test_tags_and_filters_for_files_clock_and_raw_html_do_not_exist(forbidden: str) -> None:
    with pytest.raises(TemplateError, match=r"unexpected tag|unknown filter"):
        render_html(forbidden, {"a": "a"})


def test_error_of_a_missing_value_names_value_and_place() -> None:
    with pytest.raises(TemplateError) as error:
        render_text("first line\n  {{ lead.nickname }}", {"lead": {"name": "Hanako Secret"}})
    assert error.value.line == 2
    assert "nickname" in str(error.value)
    assert "Hanako" not in str(error.value)


def test_missing_value_is_an_error_in_html() -> None:
    with pytest.raises(TemplateError, match="'who' is undefined"):
        render_html("Dear {{ who }}", {})


def test_missing_value_can_be_tested_and_have_a_default() -> None:
    assert render_text("{% if who %}x{% endif %}{{ who | default: 'you' }}", {}) == "you"


@pytest.mark.parametrize("blank", ["", " ", "\u3000"])
@pytest.mark.parametrize(
    "condition",
    [
        "{% if x %}1{% else %}0{% endif %}",
        "{% if y == 'b' %}1{% elsif x %}1{% else %}0{% endif %}",
        "{% unless x %}0{% else %}1{% endunless %}",
        "{% if x and y %}1{% else %}0{% endif %}",
        "{% if y == 'b' or x %}1{% else %}0{% endif %}",
        "{% for i in (1..1) %}{% if x %}1{% else %}0{% endif %}{% endfor %}",
        "{% capture z %}{{ x }}{% endcapture %}{% if z %}1{% else %}0{% endif %}",
    ],
)
def test_blank_value_is_false(condition: str, blank: str) -> None:
    assert render_text(condition, {"x": blank, "y": "a"}) == "0"
    assert render_html(condition, {"x": "株式会社", "y": "a"}) == "1"


@pytest.mark.parametrize(("value", "shown"), [(0, "1"), (True, "1"), (False, "0"), (None, "0"), ([], "1")])
def test_values_that_are_no_texts_are_true_as_in_liquid(value: object, shown: str) -> None:
    assert render_text("{% if x %}1{% else %}0{% endif %}", {"x": value}) == shown


def test_comparison_with_a_blank_value_is_as_in_liquid() -> None:
    source = "{% if x == '' %}a{% endif %}{% if x != '' %}b{% endif %}{% if x == y %}c{% endif %}"
    assert render_text(source, {"x": "", "y": ""}) == "ac"


def test_python_attributes_are_not_accessible() -> None:
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
def test_text_filled_in_without_liquid_equals_the_output_of_liquid(source: str, company: str) -> None:
    variables = {"lead": {"company": company}, "count": 3, "none": None, "yes": True, "when": "本日"}

    def outcome(render: Callable[[], str]) -> str:
        try:
            return render()
        except TemplateError as error:
            return repr(error)

    by_liquid = outcome(lambda: limited_liquid.render(parse(source), variables))

    assert outcome(lambda: render_text(source, variables)) == by_liquid


def test_template_that_only_inserts_values_does_not_load_liquid() -> None:
    script = (
        "import sys; from ripen.playbook.template import render_text; "
        "assert render_text('役職: {{ lead.title }}', {'lead': {'title': '部長'}}) == '役職: 部長'; "
        "assert 'liquid' not in sys.modules"
    )

    known = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    assert subprocess.run([sys.executable, "-c", script], env=known, check=False).returncode == 0
