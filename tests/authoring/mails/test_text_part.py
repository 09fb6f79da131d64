"""The text part says what the html says."""

import pytest

from ripen_authoring.mails.text_part import plain_text

LAYOUT = "<table><tbody><tr><td><p>First</p></td></tr><tr><td>{}</td></tr></tbody></table>"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<ul><li>a<ul><li>b<ol><li>c</ol></ul><li>d</ul>", "- a\n  - b\n    1. c\n- d"),
        ("<ol><li>a</li><li><p>b</p><ul><li>c</li></ul></li></ol>", "1. a\n2. b\n  - c"),
        ("<p>- 1 </p><ul><li></li></ul>", "- 1\n-"),
        ('<img src="https://a.example/c.png" alt="Chart of 2026">', "[Chart of 2026]"),
        ('<img src="https://a.example/c.png" alt="">x', "x"),
        ('<a href="{{ links[0] }}"><img src="https://a.example/c.png" alt="R&amp;D"></a>', "[R&D]\n{{ links[0] }}"),
        ("<p>now <del>100</del> <s>90</s> 80</p>", "now ~~100~~ ~~90~~ 80"),
    ],
)
def test_lists_pictures_and_struck_words_are_in_the_text(html: str, text: str) -> None:
    assert plain_text(LAYOUT.format(html)).replace("\n\n", "\n") == f"First\n{text}\n"
