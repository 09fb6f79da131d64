"""A reply to a mail: its sender, its new text, and who wrote it (reply_author.py).

Sources: RFC 3464 (delivery reports) and RFC 5322.
"""

import re
from collections.abc import Sequence
from email.message import EmailMessage, MIMEPart
from email.parser import BytesParser
from email.policy import EmailPolicy
from email.utils import getaddresses, parseaddr
from itertools import islice
from typing import cast

from msgspec import Struct

from ripen.lead.text import folded
from ripen.mail.incoming.reply_author import Author, author

LARGEST = 250_000
"""The number of bytes of a mail that are read: its text comes before its attachments."""
_MOST_PARTS = 100
_LONGEST = 100_000
_LONGEST_HEADER = 8_000
"""Characters of a header that are parsed: the standard library takes seconds for a long one."""
_LONGEST_REPORT = 20_000
_SHOWN = 500

_CHARSETS = {"iso-2022-jp": "iso2022_jp_ext", "shift_jis": "cp932", "x-sjis": "cp932", "windows-31j": "cp932"}
_ADDRESS_INVALID = re.compile(
    r"退職(?:いた|致|し|され|となり)|退社(?:いたしました|致しました|しました)|(?:異動|転出|転籍)(?:いた|致|し(?:ま|て)|と?なり|により|に伴い)|"
    r"(?:この|本|当該)(?:メール)?アドレスは[^。\n]{0,30}(?:使用|利用|受信)[^。\n]{0,10}(?:して(?:い|お)り?ません|できません|停止|終了)|"
    r"(?:宛先|送信先|受信者|メールボックス)が(?:存在しません|見つかりません)|"
    r"no longer (?:with|at|works?|working|employed|an employee|in use|monitored)|"
    r"(?:has|have) left (?:the )?(?:company|organi[sz]ation|firm)|"
    r"(?:user|mailbox|recipient|address)(?: is)? (?:unknown|not found|does not exist|doesn't exist|unavailable)|"
    r"unknown user|no such (?:user|recipient|mailbox)|550[ -]5\.1\.1|status: 5\.1\.1"
)
_QUOTES = re.compile(
    r"^(?:>|＞)|^[-_]{3,} ?(?:original message|forwarded message|元のメッセージ|転送)|^-{5,}|^_{10,}|"
    r"^(?:on .{5,200} wrote:|.{0,200}\d{4}年\d{1,2}月\d{1,2}日.{0,150}(?::|：|のメール:?|書きました[。:：]?)$)|"
    r"^\d{4}[/-]\d{1,2}[/-]\d{1,2}.{0,150}(?:wrote:|<[^>]+@[^>]+>.{0,10}[:：]?)$|"
    r"^(?:am .{5,200} schrieb .{0,150}:|le .{5,200} a écrit ?:|el .{5,200} escribió:|em .{5,200} escreveu:)$|"
    r"^.{5,200}(?:写道|寫道|님이 작성):$|"
    r"^(?:from|差出人|送信者): ?\S+.{0,200}@"
)
_SENDER = re.compile(r"^(?:from|差出人|送信者|von|de|发件人|寄件者|보낸 사람) ?: ?\S")
_HEADER = re.compile(r"^\S[^:]{1,20}: ?\S")
_TAGS = re.compile(
    r"<(?:style|script|head)\b.*?(?:</(?:style|script|head)>|\Z)|<blockquote\b.*", re.DOTALL | re.IGNORECASE
)


class Reply(Struct, frozen=True, kw_only=True):
    """A reply, as far as it concerns us.

    `text` is its new text, without quotes. `gone` means that a machine says that nobody reads the lead's address any
    more.
    """

    id: str
    """The Message-ID, "" if it has none."""
    sender: str
    single_sender: bool
    """Whether there is one From header with one address. DMARC vouches for no other."""
    to: tuple[str, ...]
    subject: str
    text: str
    author: Author
    gone: bool


def read(raw: bytes, envelope_sender: str = "-") -> Reply:
    """Return the reply in these bytes. No bytes raise an error.

    `envelope_sender` is the sender in SMTP: "" or <> for a mail that no person sends.
    """
    message = _parsed(raw[:LARGEST])
    subject, text = _header(message, "Subject"), _text(message)
    new, has_quote = _without_quotes(text)
    writer = author(message, envelope_sender, subject, new, has_quote)
    sender, single = _sender(message)
    is_report = message.get_content_type() == "multipart/report"
    words = folded(f"{subject}\n{_reported(message) if is_report else new}")
    return Reply(
        id=_header(message, "Message-ID").strip("<> ")[:250],
        sender=sender,
        single_sender=single,
        to=_addresses(message),
        subject=subject,
        text=new[:_SHOWN],
        author=writer,
        gone=writer is Author.MACHINE and _ADDRESS_INVALID.search(words) is not None,
    )


class _LenientPolicy(EmailPolicy):
    """Reads the beginning of each header, and "" if the standard library cannot parse it."""

    def header_fetch_parse(self, name: str, value: str) -> str:
        try:
            return cast("str", super().header_fetch_parse(name, value[:_LONGEST_HEADER]))
        except (ValueError, LookupError, TypeError, AttributeError, IndexError, RecursionError):
            return ""


def _parsed(raw: bytes) -> EmailMessage:
    """Return the message with its parts, or without them if they are nested too deep."""
    parser = BytesParser(policy=_LenientPolicy())
    try:
        return cast("EmailMessage", parser.parsebytes(raw))
    except RecursionError:
        return cast("EmailMessage", parser.parsebytes(raw, headersonly=True))


def _sender(message: EmailMessage) -> tuple[str, bool]:
    """Return the address in From, and whether it is the only one.

    The parsed header is asked: in its text, an encoded display name could look like another address.
    """
    headers = message.get_all("From") or []
    found = [address.addr_spec for header in headers for address in getattr(header, "addresses", ())]
    if found:
        return found[0], len(headers) == len(found) == 1
    return parseaddr(_header(message, "From"))[1], False


def _addresses(message: EmailMessage) -> tuple[str, ...]:
    named = [header for name in ("To", "Cc", "Delivered-To") if (header := _header(message, name))]
    return tuple(address for _, address in getaddresses(named) if address)


def _header(message: EmailMessage, name: str) -> str:
    """Return the header as text on one line, "" if it is missing."""
    return " ".join(str(message.get(name) or "").encode("utf-8", "replace").decode().split())


def _text(message: EmailMessage) -> str:
    found = {"text/plain": "", "text/html": ""}
    for part in islice(message.walk(), _MOST_PARTS):
        kind = part.get_content_type()
        if kind in found and not found[kind] and part.get_content_disposition() != "attachment":
            found[kind] = _decoded(part)
    return found["text/plain"] or _stripped(found["text/html"])


def _decoded(part: MIMEPart) -> str:
    payload = part.get_payload(decode=True)
    raw = payload if isinstance(payload, bytes) else b""
    named = str(part.get_content_charset() or "")
    for charset in (_CHARSETS.get(named, named), "utf-8", "iso2022_jp_ext", "cp932"):
        try:
            return raw.decode(charset)[:_LONGEST]
        except (LookupError, ValueError):
            continue
    return raw.decode("utf-8", "replace")[:_LONGEST]


def _stripped(html: str) -> str:
    text = re.sub(r"<br\s*/?>|</(?:p|div|li|tr)>", "\n", _TAGS.sub("", html), flags=re.IGNORECASE)
    text = re.sub(r"<[^<>]*>", "", text)
    for name, letter in (("&nbsp;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&")):
        text = text.replace(name, letter)
    return text


def _without_quotes(text: str) -> tuple[str, bool]:
    """Return the lines before the first quoted one, and whether there is one."""
    kept: list[str] = []
    lines = text.splitlines()
    for number, line in enumerate(lines, start=1):
        if _QUOTES.match(folded(line.strip())) or _is_header_of_quote(line, lines[number : number + 2]):
            return "\n".join(kept).strip(), True
        kept.append(line.rstrip())
    return "\n".join(kept).strip(), False


def _is_header_of_quote(line: str, following: Sequence[str]) -> bool:
    """Return whether the line names a quoted mail's sender as Outlook does, perhaps without an address.

    A person may begin a line in the same way ("De: lunes a viernes"), but with no header below.
    """
    below = next((each for each in following if each.strip()), "")
    return all(pattern.match(folded(each.strip())) for pattern, each in ((_SENDER, line), (_HEADER, below)))


def _reported(message: EmailMessage) -> str:
    """Return the text of a delivery report, without the mail that it returns."""
    parts = [(part.get_content_type(), part) for part in message.iter_parts()]
    words = [_decoded(part) for kind, part in parts if kind.startswith("text/") and kind != "text/rfc822-headers"]
    fields = [part.as_bytes().decode("utf-8", "replace") for kind, part in parts if kind == "message/delivery-status"]
    return "\n".join(text[:_LONGEST_REPORT] for text in (*words, *fields))
