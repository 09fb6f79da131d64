"""Replies of people and machines as they are really written, in Japanese and English, and in any bytes."""

from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ripen.mail.incoming.parsed_mail import LARGEST
from ripen.mail.incoming.reply import Reply, read
from ripen.mail.incoming.reply_author import Author


def a_mail(subject: str, body: str, charset: str = "utf-8", **headers: str) -> bytes:
    mail = EmailMessage()
    mail["From"] = "山田 花子 <hanako@example.co.jp>"
    mail["To"] = "reply+token@reply.example.com"
    mail["Message-ID"] = "<1@example.co.jp>"
    mail["Subject"] = subject
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(body, charset=charset, cte="base64" if charset != "iso-2022-jp" else "7bit")
    return mail.as_bytes()


PEOPLE = {
    "a question": ("Re: 資料のご送付", "お世話になっております。山田です。\n価格表もいただけますか。\n"),
    "short": ("Re: 資料", "ありがとうございます！"),
    "english": ("Re: Your white paper", "Thanks! Could we talk on Tuesday?\n\nHanako"),
    "an answer to our own automatic mail": ("Re: 【自動返信】資料のご送付", "届きました。ありがとうございます。"),
    "with a quote of an absence": (
        "Re: 日程",
        "来週でお願いします。\n\n"
        "2026年11月21日(土) 12:00 Ripen <news@example.com>:\n> 担当は休暇をいただいております\n",
    ),
    "who will be away one day": ("Re: 日程", "火曜は外出しておりますが、水曜なら終日空いております。"),
    "who mentions the office": ("Re: Meeting", "Could you come to our office on Friday?"),
    "who asks to stop": ("Re: お知らせ", "今後のメールは不要です。配信を止めてください。"),
}
MACHINES = {
    "auto-submitted": a_mail("Re: 資料", "ただいま確認しております。", Auto_Submitted="auto-replied"),
    "auto-submitted with a parameter": a_mail("Re: 資料", "確認中", Auto_Submitted="auto-replied; owner=x"),
    "x-autoreply": a_mail("Re: 資料", "承りました。", X_Autoreply="yes"),
    "precedence": a_mail("Re: 資料", "承りました。", Precedence="auto_reply"),
    "absence in the subject": a_mail("不在通知: Re: 資料のご送付", "11月25日に戻ります。"),
    "automatic in the subject": a_mail("【自動返信】お問い合わせありがとうございます", "担当よりご連絡いたします。"),
    "automatic reply": a_mail("Automatic reply: Your white paper", "I will be back on Monday."),
    "out of office": a_mail("Out of Office Re: Your white paper", "Back on 1 December."),
    "a holiday in the body": a_mail("資料のご送付", "誠に勝手ながら、11月30日まで休暇をいただいております。"),
    "an absence in the body": a_mail("資料のご送付", "本日は不在にしております。急ぎの場合は代表まで。"),
    "automatic in the body": a_mail("お問い合わせ受領", "※このメールは自動返信です。ご返信いただけません。"),
    "away in english": a_mail("Hello", "I am currently out of the office with limited access to email."),
    "leave in english": a_mail("Hello", "I'm on parental leave until March."),
    "full width": a_mail("Ａｕｔｏｍａｔｉｃ　ｒｅｐｌｙ", "来週戻ります"),
}
LEFT = {
    "left": a_mail(
        "自動応答", "山田は10月末をもちまして退職いたしました。後任は佐藤です。", Auto_Submitted="auto-replied"
    ),
    "moved": a_mail("Re: 資料", "山田は人事異動により異動いたしました。", X_Autoreply="yes"),
    "address no longer used": a_mail("Re: 資料", "このメールアドレスは現在使用しておりません。", X_Autoreply="yes"),
    "left in english": a_mail("Automatic reply: Hi", "Hanako is no longer with the company."),
    "a colleague left": a_mail("自動返信", "休暇をいただいております。鈴木は退職いたしました。急ぎは佐藤まで。"),
    "not on Fridays": a_mail("Hi", "I no longer work on Fridays.", Auto_Submitted="auto-replied"),
}


@pytest.mark.parametrize("name", PEOPLE)
@pytest.mark.parametrize("charset", ["utf-8", "iso-2022-jp", "cp932"])
def test_persons_reply_is_recognised_in_any_charset(name: str, charset: str) -> None:
    subject, body = PEOPLE[name]
    found = read(a_mail(subject, body, charset))
    assert found.author is Author.PERSON
    assert found.text.splitlines()[0] == body.splitlines()[0]


@pytest.mark.parametrize("name", MACHINES)
def test_automatic_reply_is_recognised(name: str) -> None:
    found = read(MACHINES[name])
    assert found.author is Author.MACHINE


@pytest.mark.parametrize("name", LEFT)
def test_machine_that_says_that_a_person_has_left_is_doubtful(name: str) -> None:
    """The words may be about a colleague, a street or a weekday: a person decides."""
    assert read(LEFT[name]).author is Author.DOUBTFUL


@pytest.mark.parametrize("sender", ["", "<>"])
def test_reply_without_an_envelope_sender_is_automatic(sender: str) -> None:
    assert read(a_mail("Re: 資料", "届きました"), sender).author is Author.MACHINE


def test_auto_submitted_no_is_a_person() -> None:
    assert read(a_mail("Re: 資料", "届きました", Auto_Submitted="no")).author is Author.PERSON


def test_delivery_report_is_automatic() -> None:
    """The report about a mail of ours comes from SES as a bounce."""
    raw = (
        b"From: mailer-daemon@example.co.jp\nSubject: failed\nMIME-Version: 1.0\n"
        b'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        b"--b\nContent-Type: text/plain\n\nThe user is no longer with us.\n"
        b"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\nStatus: 5.1.1\n--b--\n"
    )
    assert read(raw).author is Author.MACHINE


@pytest.mark.parametrize(
    "quote",
    [
        "> 前のメール",
        "＞ 前のメール",
        "-----Original Message-----",
        "________________________________",
        "On Sat, 21 Nov 2026 at 12:00, Ripen <news@example.com> wrote:",
        "2026年11月21日(土) 12:00 Ripen <news@example.com>:",
        "2026/11/21 12:00、Ripen <news@example.com>のメール:",
        "差出人: Ripen <news@example.com>",
        "From: Ripen <news@example.com>",
        "From: Ripen\nSent: Friday, November 20, 2026 9:00 AM",
        "差出人： Ripen\n送信日時： 2026年11月20日 9:00",
        "Von: Ripen\nGesendet: Freitag, 20. November 2026 09:00",
        "De : Ripen\n\nEnvoyé : vendredi 20 novembre 2026 09:00",
        "Da: Ripen\nInviato: venerdì 20 novembre 2026 09:00",
        "Van: Ripen\nVerzonden: vrijdag 20 november 2026 09:00",
        "Il giorno ven 20 nov 2026 alle ore 09:00 Ripen ha scritto:",
        "Op vr 20 nov 2026 om 09:00 schreef Ripen <news@example.com>:",
        "发件人: Ripen\n发送时间: 2026年11月20日 9:00",
        "보낸 사람: Ripen\n보낸 날짜: 2026년 11월 20일 금요일 오전 9:00",
    ],
)
def test_quoted_lines_are_left_out(quote: str) -> None:
    assert read(a_mail("Re: 資料", f"お願いします。\n\n{quote}\n退職いたしました\n")).text == "お願いします。"


@pytest.mark.parametrize("said", ["De: lunes a viernes, por la tarde.", "Von: mir aus gern.", "差出人: 私です。"])
def test_line_of_a_person_that_looks_like_a_header_is_kept(said: str) -> None:
    assert read(a_mail("Re: 資料", f"Hola\n{said}\nGracias y saludos\n")).text == f"Hola\n{said}\nGracias y saludos"


def test_text_of_an_html_reply_is_read() -> None:
    mail = EmailMessage()
    mail["From"] = "hanako@example.co.jp"
    mail.set_content("<style>p{}</style><p>お願い&amp;します<br>山田</p><blockquote>古い</blockquote>", subtype="html")
    assert read(mail.as_bytes()).text == "お願い&します\n山田"


def test_sender_and_recipients_are_read() -> None:
    found = read(a_mail("Re: 資料", "はい"))
    assert found == Reply(
        id="1@example.co.jp",
        sender="hanako@example.co.jp",
        single_sender=True,
        to=("reply+token@reply.example.com",),
        subject="Re: 資料",
        text="はい",
        author=Author.PERSON,
    )


def test_text_is_cut_at_500_characters() -> None:
    assert len(read(a_mail("Re: 資料", "あ" * 2000)).text) == 500


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00" * 1000,
        b"Subject: =?no-such-charset?B?44GC?=\nContent-Type: text/plain; charset=no-such\n\n\xff\xfe",
        b"From: <<<@@@>>>\nTo: ,,,;\nSubject: =?utf-8?Q?=\n\nx",
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\n--b\n--b",
        b"Content-Type: multipart/report\n\nx",
        b"Content-Transfer-Encoding: base64\n\n!!!!",
        b"Message-ID: <" + b"x" * 5000 + b">\n\n",
        b"Subject: x\n\n" + b"x" * (2 * LARGEST),
        b"Content-Type: text/html\n\n" + b"<div>" * 20_000,
        b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 20_000,
        b"From: " + b"(" * 20_000 + b"\n\nx",
        b"Content-Type: text/plain; " + b"(" * 20_000 + b"\n\nx",
        b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(3000)),
        b"Content-Type: message/rfc822\n\n" * 3000,
        b'Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: text/plain; charset="x y"\n\n\xff\n--b--',
    ],
)
def test_malformed_mail_is_read(raw: bytes) -> None:
    assert len(read(raw).text) <= 500


@pytest.mark.parametrize("tag", [b"<style>", b"<script>", b"<head>", b"<head", b"<style ", b"<blockquote "])
def test_unclosed_tag_swallows_the_rest_at_its_first_occurrence(tag: bytes) -> None:
    """Searching for the end of each one took seconds: they are quadratic together."""
    assert read(b"Content-Type: text/html\n\nHello " + tag * 14_000 + b"bye").text == "Hello"


def test_a_tag_ends_before_the_next_one_begins() -> None:
    """Searching for the end of each "<" took seconds, too."""
    assert read(b"Content-Type: text/html\n\n1 < 2 <b>and</b> " + b"<x" * 20_000).text.startswith("1 < 2 and <x<x")


def test_only_the_first_hundred_parts_are_read() -> None:
    head = b"Content-Type: multipart/mixed; boundary=b\n\n"
    attached, text = b"--b\nContent-Type: image/png\n\n\n", b"--b\nContent-Type: text/plain\n\nHello\n"
    assert read(head + attached * 98 + text).text == "Hello"
    assert read(head + attached * 99 + text).text == ""


@given(st.binary(max_size=400))
def test_no_bytes_raise_an_error(raw: bytes) -> None:
    read(raw)
    read(b"Content-Type: multipart/mixed; boundary=b\nFrom: " + raw)


@pytest.mark.parametrize(
    ("headers", "sender", "single"),
    [
        ("From: Hanako <h@example.co.jp>", "h@example.co.jp", True),
        ("From: eve@evil.example, h@example.co.jp", "eve@evil.example", False),
        ("From: h@example.co.jp\nFrom: eve@evil.example", "h@example.co.jp", False),
        ("From: =?utf-8?q?=3Ch=40example=2Eco=2Ejp=3E?= <eve@evil.example>", "eve@evil.example", True),
        ("From: =?utf-8?q?h=40example=2Eco=2Ejp=2C_?= <eve@evil.example>", "eve@evil.example", True),
        ('From: "h@example.co.jp" <eve@evil.example>', "eve@evil.example", True),
        (f"From: h@example.co.jp{' ' * 1000}, eve@evil.example", "h@example.co.jp", False),
        ("From:", "", False),
        ("Subject: none", "", False),
    ],
)
def test_sender_is_the_address_that_dmarc_vouches_for(headers: str, sender: str, single: bool) -> None:
    reply = read(f"{headers}\nTo: reply@reply.example.com\n\nhi".encode())

    assert (reply.sender, reply.single_sender) == (sender, single)
