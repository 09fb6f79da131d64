"""The golden list: one mistake each, in the smallest playbook, with the line and what is said: mails."""

import pytest

from tests.support.smallest_playbook import FILES, MARKDOWN, B, C, E, Plan, T, mail, told_at


@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        (E, "class: marketing\nsubject: Hello {{ entry.plam }}\n", "2:1: 'entry' has no 'plam'; did you mean 'plan'?"),
        (B, mail("<mj-image src='https://b.example/a.png' />"), "2:16: the picture https://b.example/a.png has no words"),
        (B, mail("<mj-text color='#bbbbbb'>Pale</mj-text>"), "(warning) 2:26: 'Pale' is hard to read: #bbbbbb on #ffffff"),
        (B, mail('<mj-text><a href="https://www.b.example/x">x</a></mj-text>'), "(warning) 2:19: https://www.b.example/x has no utm_source"),
        (B, mail("<mj-text>" + "long " * 25_000 + "</mj-text>"), "1:1: this mail is larger than 100 KB"),
        (B, FILES[B].replace("{{ unsubscribe_url }}", "mailto:a@b.example"), "1:1: the html of a marketing mail must say a way to stop it"),
        (T, "Hello {{ lead.nick }}", "1:10: 'lead' has no 'nick'"),
        (T, "\n", "1:1: this mail has no text part"),
        (B, mail("<mj-image src='a.png' alt='A' />"), "2:16: nobody can fetch the picture 'a.png'; write where it is on the web"),
        (B, mail("<mj-text><form action='https://b.example'></form></mj-text>"), "(warning) 2:10: mailbox providers take <form> out"),
        (B, mail('<mj-text><a href="/pages/nope">x</a></mj-text>'), "2:19: there is no page 'nope'"),
        (B, mail("<mj-text>｛｛ lead.company ｝｝</mj-text>"), "2:10: '｛｛' is full-width; write '{{'"),
        (B, mail("<mj-text>{% if lead.company %}</mj-text>"), "2:10: this {% if %} is never closed; write {% endif %} behind it"),
        (B, mail("<mj-text>{% fi lead.company %}</mj-text>"), "2:10: Liquid has no tag 'fi'; did you mean 'if'?"),
        (E, "class: marketing\nsubject: {en: ' '}\n", "2:11: a mail without a subject looks like spam"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_at_its_place(smallest: Plan, file: str, text: str, told: str) -> None:
    told_at(smallest({file: text}), file, told)


def test_a_campaign_whose_mail_speaks_of_a_run_is_warned_of(smallest: Plan) -> None:
    told = "1:1: 'm' says entry.…, which is blank in a campaign: no journey brought the lead there"
    assert smallest({B: mail("<mj-text>{{ entry.plan }}</mj-text>")}) == [f"(warning) {C}:{told}"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Hello\n\n[Go](/pages/nope)\n", "3:6: there is no page 'nope'"),
        ("Hello <b>you</b>, <https://other.example>\n", "(warning) 1:7: Markdown shows '<b>' as it is"),
        ("Hello\n\n[Go](https://other.example/a b)\n", "(warning) 3:4: this is no link, for there is a space in the address"),
        ("\n", "1:1: this mail has no text part; write some words"),
        ("![A](a.png)\n", "1:6: nobody can fetch the picture 'a.png'"),
    ],
)  # fmt: skip
def test_what_markdown_would_show_otherwise_than_meant_is_told(smallest: Plan, text: str, told: str) -> None:
    prefix = "(warning) " if told.startswith("(warning) ") else ""
    problems = smallest(MARKDOWN | {"emails/k/en.md": text})
    assert problems[0].startswith(f"{prefix}emails/k/en.md:{told.removeprefix(prefix)}"), problems


def test_a_shared_part_with_a_byte_order_mark_is_a_part_like_any_other(smallest: Plan) -> None:
    body = mail("<mj-text>Hello</mj-text>").replace("<mj-body>", '<mj-include path="_head.mjml" /><mj-body>')
    head = "\ufeff<mj-head><mj-title>Hello</mj-title></mj-head>"
    assert smallest({B: body, "emails/_head.mjml": head}) == []
