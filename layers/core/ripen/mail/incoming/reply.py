"""A reply to a mail: its sender, its new text, and who wrote it (reply_author.py).

Source: RFC 5322.
"""

import re
from collections.abc import Sequence
from email.message import EmailMessage, MIMEPart
from email.utils import getaddresses, parseaddr
from itertools import islice

from msgspec import Struct

from ripen.lead.text import folded
from ripen.mail.incoming.parsed_mail import LONGEST_HEADER, ParsedMail, header_text, parse
from ripen.mail.incoming.reply_author import Author, author

_MOST_PARTS = 100
_LONGEST = 100_000
_LONGEST_TEXT = 10_000
"""Characters without tags that are judged. Unicode takes quadratic time for long rows of accents."""
_LONGEST_LINE = 500
_SHOWN = 500

_CHARSETS = {"iso-2022-jp": "iso2022_jp_ext", "shift_jis": "cp932", "x-sjis": "cp932", "windows-31j": "cp932"}
_QUOTES = re.compile(
    r"^(?:>|＞)|^[-_]{3,} ?(?:original message|forwarded message|元のメッセージ|転送)|^-{5,}|^_{10,}|"
    r"^(?:on .{5,200} wrote:|.{0,200}\d{4}年\d{1,2}月\d{1,2}日.{0,150}(?::|：|のメール:?|書きました[。:：]?)$)|"
    r"^\d{4}[/-]\d{1,2}[/-]\d{1,2}.{0,150}(?:wrote:|<[^>]+@[^>]+>.{0,10}[:：]?)$|"
    r"^(?:am .{5,200} schrieb .{0,150}:|le .{5,200} a écrit ?:|el .{5,200} escribió:|em .{5,200} escreveu:)$|"
    r"^(?:il .{5,200} ha scritto:|op .{5,200} schreef .{0,150}:)$|"
    r"^.{5,200}(?:写道|寫道|님이 작성):$|"
    r"^(?:from|差出人|送信者): ?\S+.{0,200}@"
)
_SENDER = re.compile(r"^(?:from|差出人|送信者|von|de|da|van|发件人|寄件者|보낸 사람) ?: ?\S")
_HEADER = re.compile(r"^\S[^:]{1,20}: ?\S")
_TAGS = re.compile(
    r"<(?:style|script|head)\b.*?(?:</(?:style|script|head)>|\Z)|<blockquote\b.*", re.DOTALL | re.IGNORECASE
)


class Reply(Struct, frozen=True, kw_only=True):
    """A reply, as far as it concerns us. `text` is its new text, without quotes."""

    id: str
    """The Message-ID, "" if it has none."""
    sender: str
    single_sender: bool
    """Whether there is one From header with one address. DMARC vouches for no other."""
    to: tuple[str, ...]
    subject: str
    text: str
    author: Author


def read(raw: bytes, envelope_sender: str = "-") -> Reply:
    """Return the reply in these bytes. No bytes raise an error.

    `envelope_sender` is the sender in SMTP: "" or <> for a mail that no person sends. A mail over the budget of
    parsed_mail.py is not a person's for certain.
    """
    mail = parse(raw)
    message = mail.message
    id, subject = header_text(message, "Message-ID"), header_text(message, "Subject")
    sender, single = _sender(mail)
    new, has_quote = _without_quotes(_text(message)[:_LONGEST_TEXT])
    to, writer = _addresses(message), author(message, envelope_sender, subject, new, has_quote)
    return Reply(
        id=id.strip("<> ")[:250],
        sender=sender,
        single_sender=single,
        to=to,
        subject=subject,
        text=new[:_SHOWN],
        author=Author.DOUBTFUL if writer is Author.PERSON and not mail.is_complete else writer,
    )


def _sender(mail: ParsedMail) -> tuple[str, bool]:
    """Return the address in From, and whether it is the only one.

    The parsed header is asked: in its text, an encoded display name could look like another address. Behind the part
    of a long header that is parsed, another address could follow.
    """
    headers = mail.message.get_all("From") or []
    found = [address.addr_spec for header in headers for address in getattr(header, "addresses", ())]
    if found:
        longest = max(len(value) for name, value in mail.message.raw_items() if name.casefold() == "from")
        return found[0], len(headers) == len(found) == 1 and longest <= LONGEST_HEADER
    return parseaddr(header_text(mail.message, "From"))[1], False


def _addresses(message: EmailMessage) -> tuple[str, ...]:
    named = [header for name in ("To", "Cc", "Delivered-To") if (header := header_text(message, name))]
    return tuple(address for _, address in getaddresses(named) if address)


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
        if _QUOTES.match(_folded(line)) or _is_header_of_quote(line, lines[number : number + 2]):
            return "\n".join(kept).strip(), True
        kept.append(line.rstrip())
    return "\n".join(kept).strip(), False


def _is_header_of_quote(line: str, following: Sequence[str]) -> bool:
    """Return whether the line names a quoted mail's sender as Outlook does, perhaps without an address.

    A person may begin a line in the same way ("De: lunes a viernes"), but with no header below.
    """
    below = next((each for each in following if each.strip()), "")
    return all(pattern.match(_folded(each)) for pattern, each in ((_SENDER, line), (_HEADER, below)))


def _folded(line: str) -> str:
    return folded(line.strip()[:_LONGEST_LINE])
