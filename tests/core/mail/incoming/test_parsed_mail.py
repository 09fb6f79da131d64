"""A mail is parsed within a budget: any 250 KB take less than a second, and what is left out is known."""

from time import process_time

import pytest

from ripen.mail.incoming.parsed_mail import LARGEST, LONGEST_HEADER, MOST_CHARACTERS, MOST_STEPS, parse
from ripen.mail.incoming.reply import read
from ripen.mail.incoming.reply_author import Author

MIXED = b"Content-Type: multipart/mixed; boundary=x\n\n"


def parts(count: int, headers: bytes) -> bytes:
    return MIXED + (b"--x\n" + headers + b"\n\nhi\n") * count + b"--x--\n"


def parameters(count: int, part: int) -> bytes:
    return b"Content-Type: text/plain; " + b";".join(b"a%d*%d*=x" % (part, number) for number in range(count))


def nested(count: int) -> bytes:
    return b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(count))


HOSTILE = {
    "From of <": (b"From: " + b"<," * 3990 + b"\n") * 31 + b"\nhi",
    "From of other <": b"".join(b"From: %d" % n + b"<," * 1990 + b"\n" for n in range(60)) + b"\nhi",
    "From of addresses": (b"From: " + b"a@b.c," * 1333 + b"\n") * 31 + b"\nhi",
    "From of quotes": b"".join(b"From: %d" % n + b'"' * 990 + b"\n" for n in range(240)) + b"\nhi",
    "To of dots": b"To: " + b"." * 240_000 + b"\n\nhi",
    "Subject of encoded words": b"Subject: " + b"=?utf-8?q?a?= " * 17_000 + b"\n\nhi",
    "parameters of 99 parts": MIXED + b"".join(b"--x\n" + parameters(240, n) + b"\n\nhi\n" for n in range(80)),
    "parameters of 30 parts": MIXED + b"".join(b"--x\n" + parameters(800, n) + b"\n\nhi\n" for n in range(30)),
    "dispositions": parts(90, b"Content-Disposition: attachment; " + b"a*0*=x;" * 350),
    "semicolons": parts(240, b"Content-Type: text/plain" + b";" * 900),
    "many parts": MIXED + b"--x\n\n\n" * 40_000,
    "many nested parts and lines": nested(200) + b"a\n" * 110_000,
    "many headers": b"a:\n" * 83_000 + b"\nhi",
    "many other headers": b"".join(b"a%d:\n" % n for n in range(35_000)) + b"\nhi",
    "delivery status": b"Content-Type: message/delivery-status\n\n" + b"\n" * 249_000,
    "delivery status of fields": b"Content-Type: message/delivery-status\n\n" + b"a:b\n\n" * 49_000,
    "messages": b"Content-Type: message/rfc822\n\n" * 8_000,
    "accents": b"Content-Type: text/plain; charset=utf-8\n\n" + "\u0301\u0316".encode() * 60_000,
    "ligatures": b"Content-Type: text/plain; charset=utf-8\n\n" + "\ufdfa".encode() * 80_000,
    "dates": b"Content-Type: text/plain; charset=utf-8\n\n" + "2026年1月1日".encode() * 14_000,
    "ich bin": b"Content-Type: text/plain\n\n" + b"ich bin " * 31_000,
    "urls": b"Content-Type: text/plain\n\nI am on leave " + b"http://" * 35_000,
    "tags": b"Content-Type: text/html\n\n" + b"<a" * 120_000,
    "folded header": b"From: a\n" + b" b\n" * 80_000 + b"\nhi",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_mail_takes_long(name: str) -> None:
    start = process_time()
    read(HOSTILE[name][:LARGEST])
    assert process_time() - start < 3


def test_beginning_of_a_long_header_is_parsed() -> None:
    mail = parse(b"Subject: " + b"x" * (LONGEST_HEADER + 1) + b"\n\nhi")
    assert (len(str(mail.message["Subject"])), mail.is_complete) == (LONGEST_HEADER, True)


def test_headers_over_the_budget_are_empty_and_known() -> None:
    mail = parse(b"".join(b"To: %03d" % n + b"x" * (LONGEST_HEADER - 3) + b"\n" for n in range(9)) + b"From: a\n\nhi")
    read = [str(value) for value in mail.message.get_all("To") or []]
    assert sum(map(len, read)) == MOST_CHARACTERS
    assert (read[-1], str(mail.message["From"]), mail.is_complete) == ("", "", False)


def test_repeated_header_is_parsed_once() -> None:
    mail = parse(b"".join(b"To: " + b"x" * LONGEST_HEADER + b"\n" for _ in range(20)) + b"\nhi")
    assert len({str(value) for value in mail.message.get_all("To") or []}) == 1
    assert mail.is_complete


def test_many_attachments_do_not_hide_the_sender() -> None:
    named = b"".join(b'--x\nContent-Type: image/png; name="' + b"%d" % n * 100 + b'"\n\nhi\n' for n in range(99))
    mail = parse(b"From: hanako@example.co.jp\n" + MIXED + named)
    assert (str(mail.message["From"]), mail.is_complete) == ("hanako@example.co.jp", False)


@pytest.mark.parametrize(("lines", "complete"), [(MOST_STEPS // 10 - 2, True), (MOST_STEPS // 10 - 1, False)])
def test_lines_are_bounded(lines: int, complete: bool) -> None:
    assert parse(b"Subject: x\n\n" + b"a\n" * lines).is_complete is complete


def test_lines_are_fewer_with_many_boundaries() -> None:
    text = b"a\n" * (MOST_STEPS // 40)
    assert parse(nested(3) + text).is_complete
    assert not parse(nested(60) + text).is_complete


def test_mail_over_the_budget_is_no_persons_for_certain() -> None:
    assert read(b"Subject: x\n\nhi\n" + b"a\n" * MOST_STEPS).author is Author.DOUBTFUL
    assert read(b"Subject: x\nAuto-Submitted: auto-replied\n\nhi\n" + b"a\n" * MOST_STEPS).author is Author.MACHINE
