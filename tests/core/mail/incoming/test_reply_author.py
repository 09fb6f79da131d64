"""Who wrote a reply: proof of a machine decides, and words only where nothing speaks for a person."""

import tomllib
from pathlib import Path

import pytest

from ripen.mail.incoming.reply import read
from ripen.mail.incoming.reply_author import Author
from tests.core.mail.incoming.test_reply import a_mail

_CORPUS = tomllib.loads(Path(__file__).with_name("replies.toml").read_text("utf-8"))
REPLIES = [
    pytest.param(subject, text, Author(author), id=f"{language}: {subject} {text}")
    for language, found in _CORPUS.items()
    for author, replies in found.items()
    for subject, text in replies
]
_QUOTE = "\n\n> Ripen wrote\n> this"
ABSENCE = "I am out of the office until Monday."


def test_corpus_has_ten_languages() -> None:
    assert len(_CORPUS) == 10
    assert len(REPLIES) >= 200


@pytest.mark.parametrize(("subject", "text", "author"), REPLIES)
def test_author_of_a_reply_without_headers(subject: str, text: str, author: Author) -> None:
    assert read(a_mail(subject, text.replace("|", _QUOTE))).author is author


@pytest.mark.parametrize(
    ("header", "value"),
    [("Auto-Submitted", "auto-replied"), ("X-Autoreply", "yes"), ("Precedence", "auto_reply"), ("Return-Path", "<>")],
)
def test_header_decides_whatever_the_words(header: str, value: str) -> None:
    raw = a_mail("Re: Hello", f"Could we talk?{_QUOTE}", **{header.replace("-", "_"): value})
    assert read(raw).author is Author.MACHINE


@pytest.mark.parametrize("precedence", ["bulk", "list", "junk"])
def test_bulk_precedence_is_only_a_sign(precedence: str) -> None:
    assert read(a_mail("Hello", "Received.", Precedence=precedence)).author is Author.MACHINE
    assert read(a_mail("Re: Hello", "Received.", Precedence=precedence)).author is Author.DOUBTFUL
    assert read(a_mail("Re: Hello", "Could we talk?", Precedence=precedence)).author is Author.PERSON


def test_absence_in_the_text_needs_a_quote_or_two_signs_of_a_person() -> None:
    assert read(a_mail("Hello", ABSENCE)).author is Author.MACHINE
    assert read(a_mail("Re: Hello", ABSENCE)).author is Author.DOUBTFUL
    assert read(a_mail("Hello", f"{ABSENCE} Is Tuesday fine?")).author is Author.DOUBTFUL
    assert read(a_mail("Re: Hello", f"{ABSENCE} Is Tuesday fine?")).author is Author.PERSON
    assert read(a_mail("Hello", f"{ABSENCE}{_QUOTE}")).author is Author.PERSON


def test_automatic_subject_is_never_a_persons_for_certain() -> None:
    assert read(a_mail("Automatic reply: Hello", ABSENCE)).author is Author.MACHINE
    assert read(a_mail("Automatic reply: Hello", f"Need help?{_QUOTE}")).author is Author.DOUBTFUL


def test_question_mark_of_a_url_asks_nothing() -> None:
    assert read(a_mail("Re: Hello", f"{ABSENCE} https://example.com/?x=1")).author is Author.DOUBTFUL
    assert read(a_mail("Hello", f"{ABSENCE} www.example.com/a?x=1&y=?")).author is Author.MACHINE


@pytest.mark.parametrize("text", ["Remove me from your list.", "Please send me an offer.", "資料をお願いします。"])
def test_request_or_refusal_with_a_machines_words_is_doubtful(text: str) -> None:
    assert read(a_mail("Hello", f"{ABSENCE} {text}")).author is Author.DOUBTFUL
    assert read(a_mail("Hello", text, Precedence="list")).author is Author.DOUBTFUL


def test_our_own_subject_is_no_request() -> None:
    assert read(a_mail("Automatic reply: Unsubscribe or get an offer", "Back soon.")).author is Author.MACHINE
    assert read(a_mail("Unsubscribe", ABSENCE)).author is Author.DOUBTFUL


@pytest.mark.parametrize("text", ["Hanako has left the company.", "Bob is no longer with us.", "退職しました"])
def test_proven_machine_that_says_that_a_person_has_left_is_doubtful(text: str) -> None:
    assert read(a_mail("Hello", text, Auto_Submitted="auto-replied")).author is Author.DOUBTFUL
    assert read(a_mail("Hello", text)).author is Author.PERSON
