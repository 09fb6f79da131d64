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


def test_corpus_has_eight_languages() -> None:
    assert len(_CORPUS) == 8
    assert len(REPLIES) >= 120


@pytest.mark.parametrize(("subject", "text", "author"), REPLIES)
def test_author_of_a_reply_without_headers(subject: str, text: str, author: Author) -> None:
    assert read(a_mail(subject, text.replace("|", _QUOTE))).author is author


@pytest.mark.parametrize(("subject", "text", "author"), REPLIES)
def test_nobody_is_gone_unless_a_machine_says_so(subject: str, text: str, author: Author) -> None:
    assert not read(a_mail(subject, text)).gone or author is Author.MACHINE


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


def test_one_sign_of_a_person_is_enough() -> None:
    assert read(a_mail("Hello", ABSENCE)).author is Author.MACHINE
    assert read(a_mail("Re: Hello", ABSENCE)).author is Author.DOUBTFUL
    assert read(a_mail("Hello", f"{ABSENCE}{_QUOTE}")).author is Author.PERSON
    assert read(a_mail("Hello", f"{ABSENCE} Is Tuesday fine?")).author is Author.PERSON
