"""A mail to one lead: its text, links and headers, with any name that the lead has typed."""

import re
from copy import replace
from typing import Any, Literal

import pytest

from ripen.key_ring import KeyRing
from ripen.lead.lead import CrmLink, Profile
from ripen.mail.content.mail_links import MailLinks
from ripen.mail.content.message import LARGEST, OutgoingMail, RenderError, compose, named_address
from ripen.mail.ledger import MailClass, Send
from ripen.playbook.bundle import Bundle
from ripen.tracking import link_token
from ripen.tracking.click_signals import HIDDEN_LINK
from tests.support.builders import a_brand, a_bundle, a_lead, a_mail, a_marketing_mail
from tests.support.fakes import NOON

KEYS = KeyRing.of(b"k" * 32)
LINKS = MailLinks("https://m.example.com", KEYS)
ID = "a" * 25 + "e"


def a_send(**changes: Any) -> Send:
    return a_marketing_mail(**{"id": ID} | changes)


def written(profile: Profile | None = None, bundle: Bundle | None = None, **send: Any) -> OutgoingMail:
    return compose(a_send(**send), profile or a_lead(), bundle or a_bundle(), LINKS, NOON)


def saying(**mail: Any) -> Bundle:
    bundle = a_bundle()
    email = replace(bundle.emails["case-study"], locales={"ja": a_mail(**mail)})
    return replace(bundle, emails={"case-study": email})


def test_mail_names_the_lead_and_the_sender() -> None:
    mail = written()
    assert mail.subject == "山田様へ"
    assert mail.text.startswith("山田 花子 様\n")
    assert "<p>山田 花子 様</p>" in mail.html
    assert mail.sender == "=?utf-8?b?44Oq44Oa44Oz57eo6ZuG6YOo?= <news@example.com>"
    assert mail.reply_to == "hello@example.com"
    assert mail.locale == "ja"


def test_every_link_is_signed_and_the_unsubscribe_link_is_in_body_and_headers() -> None:
    mail = written()
    unsubscribe = mail.headers["List-Unsubscribe"]
    assert unsubscribe.startswith("<https://m.example.com/unsubscribe/")
    assert unsubscribe.strip("<>") in mail.text
    assert unsubscribe.strip("<>") in mail.html
    assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    click = mail.text.splitlines()[1].removeprefix("https://m.example.com/c/")
    assert link_token.read_token(KEYS, link_token.Purpose.CLICK, click) == link_token.Link("lead1", ID, 0)
    with pytest.raises(link_token.BadToken):
        link_token.read_token(KEYS, link_token.Purpose.UNSUBSCRIBE, click)


@pytest.mark.parametrize("mail_class", ["marketing", "transactional"])
def test_frame_shows_the_text_of_the_mails_class(mail_class: Literal["marketing", "transactional"]) -> None:
    bundle = saying(text="{% if mail.class == 'marketing' %}You agreed{% else %}You asked{% endif %}")
    email = replace(bundle.emails["case-study"], mail_class=mail_class)
    mail = written(bundle=replace(bundle, emails={"case-study": email}))
    assert mail.text == {"marketing": "You agreed", "transactional": "You asked"}[mail_class]


def test_each_mail_has_one_hidden_link_that_people_cannot_reach() -> None:
    mail = written(bundle=saying(html="<html><body><p>{{ greeting }}</p></body></html>"))
    hidden = re.search(
        r'<div style="display:none[^"]*" aria-hidden="true"><a href="([^"]+)" tabindex="-1".*</a></div></body>',
        mail.html,
    )
    assert hidden
    link = link_token.read_token(KEYS, link_token.Purpose.CLICK, hidden[1].removeprefix("https://m.example.com/c/"))
    assert link == link_token.Link("lead1", ID, HIDDEN_LINK)
    assert hidden[1] not in mail.text
    assert written().html.count("display:none") == 1


def test_both_classes_can_be_unsubscribed_from() -> None:
    assert "List-Unsubscribe" in written(mail_class=MailClass.TRANSACTIONAL).headers


def test_the_tags_name_the_send_and_the_coming_attempt() -> None:
    own = {"send_id": ID, "lead": "lead1", "class": "marketing", "attempt": "2"}
    assert written(attempt=1).tags.items() >= own.items()


@pytest.mark.parametrize(
    ("asked", "written_in", "got"),
    [
        ("en", {"ja", "en"}, "en"),
        ("fr", {"ja", "en"}, "ja"),
        ("en", {"ja"}, "ja"),
        ("ja", {"en"}, "en"),
    ],
)
def test_missing_language_falls_back(asked: str, written_in: set[str], got: str) -> None:
    bundle = a_bundle()
    email = replace(bundle.emails["case-study"], locales={locale: a_mail() for locale in written_in})
    mail = written(a_lead(locale=asked), replace(bundle, emails={"case-study": email}))
    assert mail.locale == got


@pytest.mark.parametrize("address", ["a..b@docomo.ne.jp", "a.@ezweb.ne.jp", "hanako+news@example.co.jp"])
def test_an_address_is_kept_as_typed(address: str) -> None:
    assert written(a_lead(email=address)).to == address


HOSTILE = [
    "{{7*7}}",
    "{% for i in (1..999999999) %}x{% endfor %}",
    "<script>alert(1)</script>",
    "\r\nBcc: victim@example.com",
    "\u2028Bcc: x",
    "\x00\x1b[31m",
]


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_values_are_escaped_and_start_no_header(value: str) -> None:
    brand = a_brand(sender_name={"ja": f"A{value}"}, reply_to=f"hello@example.com{value}")
    bundle = saying(html="<p>{{ lead.company }}</p>", text="{{ lead.company }}", subject="{{ lead.company }}")
    mail = written(a_lead(company=value), replace(bundle, brand=brand))
    for line in (mail.subject, mail.sender, mail.reply_to, *mail.headers.values()):
        assert line.isprintable(), line
    assert all(header.isascii() for header in (mail.sender, *mail.headers.values()))
    assert "<script>" not in mail.html
    assert "49" not in mail.text
    assert value.strip() in mail.text


def test_a_long_name_is_encoded_in_words_of_legal_length() -> None:
    name = "株式会社サンプルマーケティングオートメーション編集部チーム東京本社"
    sender = named_address(name, "news@example.com")
    assert all(len(word) <= 75 for word in sender.split())
    from email.header import decode_header, make_header

    assert str(make_header(decode_header(sender))) == f"{name} <news@example.com>"


def test_ses_writes_the_feedback_id_of_the_mail_and_its_origin() -> None:
    bundle = a_bundle()
    mail = written(bundle=replace(bundle, emails={"事例": bundle.emails["case-study"]}), email="事例")
    assert "Feedback-ID" not in mail.headers
    assert (mail.tags["ses:feedback-id-a"], mail.tags["ses:feedback-id-b"]) == ("--", "whitepaper")


def test_a_tag_is_never_empty() -> None:
    assert written(origin="").tags["ses:feedback-id-b"] == "-"


@pytest.mark.parametrize(
    ("bundle", "email"),
    [
        (saying(text="{{ nobody.knows }}"), "case-study"),
        (saying(html="{% for %}"), "case-study"),
        (a_bundle(), "no-such-mail"),
        (
            replace(a_bundle(), emails={"case-study": replace(a_bundle().emails["case-study"], locales={})}),
            "case-study",
        ),
    ],
)
def test_render_error_says_why_without_personal_data(bundle: Bundle, email: str) -> None:
    with pytest.raises(RenderError) as why:
        written(bundle=bundle, email=email)
    assert str(why.value)
    assert "山田" not in str(why.value)


def test_conditions_that_do_not_hold_leave_one_blank_line() -> None:
    text = """{% if lead.company == "x" %}Dear x,{% endif %}

{{ lead.last_name }}様

  {% if lead.company == "x" %}
x
  {% endif %}

- a
- b"""

    assert written(bundle=saying(text=text)).text == "山田様\n\n- a\n- b"


def test_mail_over_the_limit_is_not_sent() -> None:
    largest = "あ" + "x" * (LARGEST - 4)

    assert written(a_lead(company="c"), saying(text=largest + "{{ lead.company }}")).weight == LARGEST
    assert written(bundle=saying(html=largest[:-1000])).weight > LARGEST - 1000
    for part in ({"text": largest + "{{ lead.company }}"}, {"html": largest}):
        with pytest.raises(RenderError, match="too large: 200 KB of 200 KB"):
            written(a_lead(company="c2"), saying(**part))


def test_mail_with_its_own_sender_name_is_signed_by_it() -> None:
    bundle = a_bundle()
    email = replace(bundle.emails["case-study"], sender_name={"ja": "Tanaka"})
    assert written(bundle=replace(bundle, emails={"case-study": email})).sender == "Tanaka <news@example.com>"


ALICE = CrmLink(
    object="Lead", id="00Q1", url="", owner="005A", owner_name="Alice Sato", owner_email="alice@example.com"
)


@pytest.mark.parametrize(
    ("owner", "sender", "reply_to"),
    [
        (ALICE, "Alice Sato <alice@example.com>", "alice@example.com"),
        (replace(ALICE, owner_email="alice@Example.COM"), "Alice Sato <alice@Example.COM>", "alice@Example.COM"),
        (replace(ALICE, owner_email="alice@other.example"), "Alice Sato <news@example.com>", "alice@other.example"),
        (replace(ALICE, owner_email=""), "Alice Sato <news@example.com>", "hello@example.com"),
        (replace(ALICE, owner_email="a@example.com>,x"), "Alice Sato <news@example.com>", "hello@example.com"),
        (replace(ALICE, owner_name=""), "Ripen <news@example.com>", "hello@example.com"),
        (replace(ALICE, owner="00G1", owner_name="Queue"), "Ripen <news@example.com>", "hello@example.com"),
        (None, "Ripen <news@example.com>", "hello@example.com"),
    ],
)
def test_a_mail_from_the_owner_uses_only_an_address_that_the_brand_may_send_from(
    owner: CrmLink | None, sender: str, reply_to: str
) -> None:
    bundle = a_bundle(brand=a_brand(sender_name={"ja": "Ripen"}))
    email = replace(bundle.emails["case-study"], sender="owner")
    bundle = replace(bundle, emails={"case-study": email})
    mail = written(a_lead(crm=owner), bundle)
    assert (mail.sender, mail.reply_to) == (sender, reply_to)


def test_a_mail_from_the_brand_is_not_signed_by_the_owner() -> None:
    mail = written(a_lead(crm=ALICE), a_bundle(brand=a_brand(sender_name={"ja": "Ripen"})))
    assert (mail.sender, mail.reply_to) == ("Ripen <news@example.com>", "hello@example.com")


def test_mail_shows_the_facts_of_the_entry_and_webhook_answers() -> None:
    words = (
        "{{ entry.webinar_date }}|{{ answers.webhook-a.seat }}|{{ entry.none }}{{ answers.none.seat }}|{{ lead.plan }}"
    )
    mail = compose(
        a_send(),
        a_lead(attributes={"plan": "pro", "company": "not this one"}),
        saying(text=words),
        LINKS,
        NOON,
        facts={"webinar_date": "2026-12-10"},
        answers={"webhook-a": {"seat": 12}, "webhook-b": {"failed": "no answer"}},
    )

    assert mail.text == "2026-12-10|12||pro"


def test_unknown_variables_are_blank() -> None:
    assert written(bundle=saying(text="{{ entry.x }}|{{ answers.a.b }}|{{ lead.x }}|{{ owner.name }}")).text == "|||"


def test_text_mail_has_no_html() -> None:
    assert written(bundle=saying(html="")).html == ""


def test_each_mail_has_a_signed_reply_address_if_we_receive_replies() -> None:
    mail = compose(a_send(), a_lead(), a_bundle(), MailLinks(LINKS.site, KEYS, "reply.example.com"), NOON)
    local, _, domain = mail.reply_to.partition("@")
    assert domain == "reply.example.com"
    assert len(local) <= 64
    assert link_token.read_token(KEYS, link_token.Purpose.REPLY, local.removeprefix("reply+")) == link_token.Link(
        "lead1", ID
    )
    assert written().reply_to == "hello@example.com"


@pytest.mark.parametrize(("locale", "subject"), [("ja", "受け取りの確認"), ("en", "Please confirm")])
def test_the_confirmation_mail_links_to_its_page_and_names_nobody(locale: str, subject: str) -> None:
    lead = a_lead(locale=locale, last_name="Smith", company="Evil Inc")
    mail = written(lead, email="confirm-consent", mail_class=MailClass.TRANSACTIONAL)
    assert subject in mail.subject
    token = mail.text.partition("https://m.example.com/confirm/")[2].split()[0]
    assert link_token.read_token(KEYS, link_token.Purpose.CONFIRM, token) == link_token.Link("lead1", ID)
    assert "https://m.example.com/unsubscribe/" in mail.text
    assert "Smith" not in mail.text
    assert "Evil" not in mail.text
    assert mail.html == ""
