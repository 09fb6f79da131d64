"""A template cannot take much time or memory, however it is written; what people write stays far below the limits."""

import resource
from contextlib import suppress
from time import process_time

import pytest

from ripen.playbook import template_limits
from ripen.playbook.template import render_html, render_text
from ripen.playbook.template_limits import MAX_ITERATIONS, MAX_MARKUP, MAX_SOURCE, MAX_SPACES, TemplateError

MOST_SECONDS = 1.0
MOST_MEMORY = 60_000
"""KiB more than before."""
LONG = 240_000

LEXER = {
    "braces": "{" * LONG,
    "outputs that are never closed": "{{ " * (LONG // 3),
    "the same in a comment": "{% comment %}" + "{{ " * 70_000 + "{% endcomment %}",
    "tags without names before them": "{% comment %}{% " + "{{ " * 70_000 + "%}{% endcomment %}",
    "raw blocks that are never closed": "{% raw %}" * (LONG // 9),
    "spaces": "{{" + " " * LONG + "a",
    "spaces in a tag that is closed": "{{" + " " * LONG + "}}",
    "spaces in every tag": ("{{" + " " * (MAX_SPACES - 1) + "}}") * 300,
}
LOOPS = {
    "a range in a filter": "{{ (1..5000000) | join: '' }}",
    "a range in a filter's argument": "{{ x | default: (1..5000000) | join }}",
    "a range in a variable": "{% assign r = (1..5000000) %}{{ r | join: '' }}",
    "a search in a range": "{% if (1..999999999) contains 'x' %}y{% endif %}",
    "a range as a limit": "{% for i in x limit: (1..5000000) %}y{% endfor %}",
    "a reversed range": "{% for i in (1..30000000) reversed %}x{% endfor %}",
    "a range with an offset": "{% for i in (1..999999999999) offset: 999999999990 %}x{% endfor %}",
    "a range to a variable": "{% for i in (1..endless) %}x{% endfor %}",
    "a range with a length that is no number": "{% for i in (1..99999999999999999999) %}x{% endfor %}",
    "loops one after another": "{% for i in (1..5000) %}{% endfor %}" * 1_000,
    "loops beside one another in a loop": "{% for i in (1..70) %}" + "{% for j in (1..70) %}{% endfor %}" * 500
    + "{% endfor %}",
    "a long body": "{% for i in (1..5000) %}" + "{% assign a = i %}" * 500 + "{% endfor %}",
    "a loop in a loop": "{% for i in x %}{% for j in x %}{% endfor %}{% endfor %}",
}  # fmt: skip
TEXTS = {
    "a separator as long as a page": "{{ x | join: text }}",
    "texts that are appended": "{% for i in (1..500) %}{% assign a = text"
    + " | append: text" * 100
    + " %}{% endfor %}",
    "texts that are escaped again": "{{ marks" + " | escape" * 200 + " }}",
    "texts that are encoded again": "{{ marks" + " | url_encode" * 150 + " }}",
    "captures": "{% for i in (1..5000) %}{% capture a %}{{ text }}{% endcapture %}{% endfor %}",
}


@pytest.mark.parametrize("source", [*LEXER.values(), *LOOPS.values(), *TEXTS.values()], ids=[*LEXER, *LOOPS, *TEXTS])
def test_template_without_an_end_is_stopped_soon(source: str) -> None:
    variables = {"x": list(range(MAX_ITERATIONS)), "text": "y" * 20_000, "marks": "&" * 20_000, "endless": "9" * 12}
    render_text("{% if x %}{% endif %}", variables)  # loads Liquid
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = process_time()

    for render in (render_text, render_html):
        with pytest.raises(TemplateError):
            render(source, variables)

    assert process_time() - start < MOST_SECONDS * 2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory < MOST_MEMORY


@pytest.mark.parametrize(
    "nested",
    ["{% if a %}" * 5_000 + "{% endif %}" * 5_000, "{% if " + "a and " * 300 + "a %}x{% endif %}", "{{ " + "a[" * 900],
)
def test_deep_nesting_never_ends_the_process(nested: str) -> None:
    with suppress(TemplateError):
        assert render_text(nested, {"a": True}) == "x"


@pytest.mark.parametrize(
    ("source", "reason", "line", "column"),
    [
        ("a\n b {{ x", "expected '}}', found end of file", 2, 4),
        ("a\n{% if x", "missing tag name or closing delimiter", 2, 1),
        ("{% raw %}x", "expected tag 'endraw', found end of file", 1, 1),
        ("\n{{ 'a" + "b" * MAX_MARKUP + "' }}", "a tag has at most 2,000 characters", 2, 1),
        ("{{" + " " * MAX_SPACES + "a | upcase }}", "a tag has at most 2,000 characters and 100 spaces in a row", 1, 1),
        ("x" * (MAX_SOURCE + 1) + "{{ a | upcase }}", "a template has at most 250,000 characters", 1, 1),
        ("{{ a }}\n {% for i in a limit: (1..3) %}{% endfor %}", "a range such as", 2, 23),
    ],
)
def test_error_says_what_is_too_much_and_where(source: str, reason: str, line: int, column: int) -> None:
    with pytest.raises(TemplateError, match=reason) as stopped:
        render_text(source, {"a": "x"})
    assert (stopped.value.line, stopped.value.column) == (line, column)


def test_what_people_write_stays_below_the_limits() -> None:
    rows = [{"name": f"row {number}", "value": number} for number in range(500)]
    table = (
        "{% for row in rows %}<tr><td>{{ row.name | upcase }}</td><td>{{ row.value | plus: 1 }}</td></tr>{% endfor %}"
    )

    assert render_html(table, {"rows": rows}).count("<tr>") == 500
    assert render_text("{% for i in (1..3) %}{{ i }}{% endfor %}", {}) == "123"
    assert render_text("{% for i in (1..5) reversed limit: 2 %}{{ i }}{% else %}none{% endfor %}", {}) == "21"
    assert render_text("{% raw %}{{ x {% endraw %}{{ a | join: ', ' }}", {"a": ["b", "c"]}) == "{{ x b, c"
    assert render_text("a { b } {c:{d:{}}} %} }}{{ x | append: 'y' }}", {"x": "x"}) == "a { b } {c:{d:{}}} %} }}xy"


def test_source_of_the_largest_size_is_rendered() -> None:
    source = "{{ a | upcase }}".rjust(MAX_SOURCE, "x")
    assert render_text(source, {"a": "b"}).endswith("xB")
    assert template_limits.MAX_OUTPUT > MAX_SOURCE
