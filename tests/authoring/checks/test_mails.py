"""One error at a time in a mail of the smallest playbook, with its position and its message."""

import pytest

from tests.support.smallest_playbook import FILES, FOOT, MARKDOWN, B, C, CheckPlaybook, E, T, assert_reported, mail


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        (E, "class: marketing\nsubject: Hello {{ entry.plam }}\n", "2:1: 'entry' has no 'plam'; did you mean 'plan'?"),
        (B, mail("<mj-image src='https://b.example/a.png' />"),
         "2:16: the picture https://b.example/a.png has no description"),
        (B, mail("<mj-text color='#bbbbbb'>Pale</mj-text>"),
         "(warning) 2:26: 'Pale' is hard to read: the contrast of #bbbbbb on #ffffff is 1.9"),
        (B, mail('<mj-text><a href="https://www.b.example/x">x</a></mj-text>'),
         "(warning) 2:19: https://www.b.example/x has no utm_source"),
        (B, mail("<mj-text>" + "long " * 25_000 + "</mj-text>"),
         "(warning) 1:1: this mail has 12"),
        (B, mail("<mj-text>" + "long " * 42_000 + "</mj-text>"),
         "1:1: this mail has over 200 KB with its links, and would not be sent; make it shorter"),
        (B, mail("<mj-text>" + "".join(f"<a href='https://b.example/{n}'>{n}</a>" for n in range(700)) + "</mj-text>"),
         "(warning) 1:1: this mail has 10"),
        (T, "{% for n in (1..800) %}https://b.example/x {% endfor %}", "(warning) 1:1: this mail has 10"),
        (B, FILES[B].replace("{{ unsubscribe_url }}", "mailto:a@b.example"),
         "1:1: the html of a marketing mail must contain an unsubscribe link"),
        (B, mail("<mj-text>" + "<div>" * 300 + "x" + "</div>" * 300 + "</mj-text>"),
         "1:1: the tags are more than 200 deep; close them earlier"),
        ("emails/m/en.html", "<div>" * 20_000, "1:1: the tags are more than 200 deep; close them earlier"),
        (T, "Hello {{ lead.nick }}", "1:10: 'lead' has no 'nick'"),
        (T, "\n", "1:1: this mail has no text; write some"),
        (B, mail("<mj-raw><!--[if mso]><v:rect><v:fill src='b.png'/></v:rect><![endif]--></mj-raw>"),
         "2:43: mail programs cannot load the picture 'b.png'"),
        ("emails/m/en.html", f"<table background='c.png'><tr><td>{FOOT}</td></tr></table>",
         "1:20: mail programs cannot load the picture 'c.png'"),
        ("emails/m/en.html", f"<!--[if mso]><![foo[x]]><v:image src='d.png'/><![endif]--><p>{FOOT}</p>",
         "1:39: mail programs cannot load the picture 'd.png'"),
        (B, mail('<mj-text><map><area href="guide.html" alt="A"/></map></mj-text>'),
         "2:27: a link needs a fixed target (https://… or /pages/…)"),
        (T, "See https://www.b.example/アニメ {{ lead.last_name }}",
         "(warning) 1:5: is the whole link 'https://www.b.example/'?"),
        (B, mail("<mj-image src='a.png' alt='A' />"),
         "2:16: mail programs cannot load the picture 'a.png'; write its address on the web"),
        (B, mail("<mj-text><form action='https://b.example'></form></mj-text>"),
         "(warning) 2:10: mailbox providers remove <form> from a mail"),
        (B, mail('<mj-text><a href="/pages/nope">x</a></mj-text>'), "2:19: there is no page 'nope'"),
        (B, mail("<mj-text>｛｛ lead.company ｝｝</mj-text>"), "2:10: '｛｛' is full-width; write '{{'"),
        (B, mail("<mj-text>{% if lead.company %}</mj-text>"),
         "2:10: this {% if %} is never closed; write {% endif %} after it"),
        (B, mail("<mj-text>{% fi lead.company %}</mj-text>"), "2:10: Liquid has no tag 'fi'; did you mean 'if'?"),
        (E, "class: marketing\nsubject: {en: ' '}\n", "2:11: write a subject: a mail without one looks like spam"),
    ],
)  # fmt: skip
def test_error_is_reported_at_its_position(smallest: CheckPlaybook, file: str, text: str, message: str) -> None:
    assert_reported(smallest({file: text}), file, message)


def test_campaign_with_entry_variables_in_its_mail_gives_a_warning(smallest: CheckPlaybook) -> None:
    message = "1:1: 'm' uses entry.…, which is blank in a campaign, because the lead is in no journey"
    assert smallest({B: mail("<mj-text>{{ entry.plan }}</mj-text>")}) == [f"(warning) {C}:{message}"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Hello\n\n[Go](/pages/nope)\n", "3:6: there is no page 'nope'"),
        ("Hello <b>you</b>, <https://other.example>\n", "(warning) 1:7: Markdown shows '<b>' as text"),
        ("Hello\n\n[Go](https://other.example/a b)\n",
         "(warning) 3:4: this is not a link, because its address contains a space"),
        ("\n", "1:1: this mail has no text; write some"),
        ("![A](a.png)\n", "1:6: mail programs cannot load the picture 'a.png'"),
    ],
)  # fmt: skip
def test_mistakes_in_markdown_are_reported(smallest: CheckPlaybook, text: str, message: str) -> None:
    prefix = "(warning) " if message.startswith("(warning) ") else ""
    problems = smallest(MARKDOWN | {"emails/k/en.md": text})
    assert problems[0].startswith(f"{prefix}emails/k/en.md:{message.removeprefix(prefix)}"), problems


def test_shared_part_may_begin_with_a_byte_order_mark(smallest: CheckPlaybook) -> None:
    body = mail("<mj-text>Hello</mj-text>").replace("<mj-body>", '<mj-include path="_head.mjml" /><mj-body>')
    head = "\ufeff<mj-head><mj-title>Hello</mj-title></mj-head>"
    assert smallest({B: body, "emails/_head.mjml": head}) == []
