"""One error at a time in a mail of the smallest playbook, with its position and its message."""

import pytest

from tests.support.smallest_playbook import FILES, FOOT, MARKDOWN, B, C, CheckPlaybook, E, R, T, assert_reported, mail


def styled(style: str) -> str:
    head = f"<mj-head><mj-style>{style}</mj-style></mj-head>"
    return FILES[B].replace("<mj-body>", f"{head}<mj-body>")


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
        (B, mail("<mj-text><span style='color:rgb(187, 187, 187)'>Pale</span></mj-text>"),
         "(warning) 2:49: 'Pale' is hard to read: the contrast of #bbbbbb on #ffffff is 1.9"),
        (B, mail("<mj-text><span style='color:lightyellow'>Pale</span></mj-text>"), "(warning) 2:42: 'Pale' is hard"),
        (B, mail("<mj-text><span style='color:hsl(0 100% 80%)'>Pale</span></mj-text>"), "(warning) 2:46: 'Pale'"),
        (B, mail("<mj-text font-size='7pt'>Terms apply</mj-text>"),
         "(warning) 2:26: 'Terms apply' is smaller than 10 pixels"),
        (B, styled("p{color:red}" * 700), "(warning) 1:20: this style sheet has 8,4"),
        (B, styled("@import url(https://b.example/c.css);"), "(warning) 1:26: most mailboxes ignore @import"),
        (B, styled("@media print{a{b:c} @media screen{a{b:c}}}"), "(warning) 1:26: Gmail ignores the whole style"),
        (B, mail("<mj-text><b onclick='x()'>Go</b></mj-text>"), "(warning) 2:13: mailboxes remove scripts, so onclick"),
        ("emails/m/en.html", f"<style>body{{visibility:hidden}}</style><p>{FOOT}</p>",
         "1:8: a style hides the whole <body>, so the mail is blank"),
        (T, "====================\nHello", "(warning) 1:1: the text begins with '=========='"),
        (T, "Press the button", "(warning) 1:11: the text part speaks of a button, but has only links"),
        (B, mail("<mj-text>下のボタンから</mj-text>"), "(warning) 2:12: the text part speaks of a button"),
        (B, mail("<mj-raw><amp-img src='https://b.example/a.png'></amp-img></mj-raw>"),
         "(warning) 2:9: mailbox providers remove <amp-img> from a mail"),
        (E, f"class: marketing\nsubject: {'あ' * 31}\n", "(warning) 2:1: this subject is 62 characters wide"),
        (E, "class: marketing\nsubject: Hi\nsender_name: Ripen 🎉\n", "(warning) 3:1: spam filters distrust emoji"),
        (R, FILES[R].replace("name: Ripen,", "name: ★ Ripen,"), "(warning) 2:55: spam filters distrust emoji"),
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


@pytest.mark.parametrize(
    ("file", "text"),
    [
        (E, "class: marketing\nsubject: '{% if lead.company %}{{ lead.company }}{% endif %}" + "あ" * 30 + "'\n"),
        (E, "class: marketing\nsubject: Hi\nsender_name: 株式会社リペン㈱〒\n"),
        (B, styled("@media print{a{b:c}} @media screen{a{b:c}}")),
        (B, mail("<mj-text font-size='10px'>Terms <span style='color:rgba(0,0,0,.1)'>apply</span></mj-text>")),
        (T, "--- Hello ---\n"),
    ],
)  # fmt: skip
def test_what_mailboxes_show_gives_no_warning(smallest: CheckPlaybook, file: str, text: str) -> None:
    assert smallest({file: text}) == []
