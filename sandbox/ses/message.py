"""Build mails from requests as SES does, and show them in the mailbox."""

from base64 import b64decode
from dataclasses import asdict, dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.header import Header, decode_header, make_header
from email.message import Message
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime
from typing import Any, cast


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A mail's record, without its text."""

    id: str
    at: str
    sender: str
    recipients: list[str]
    subject: str = ""
    configuration_set: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    outcome: str = "delivered"

    def row(self) -> dict[str, Any]:
        return asdict(self)


def sender(request: dict[str, Any]) -> str:
    """Return the sender of a request; a raw mail may name it in its own From header."""
    if request.get("FromEmailAddress") or "Raw" not in request["Content"]:
        return str(request.get("FromEmailAddress", ""))
    return str(message_from_bytes(b64decode(request["Content"]["Raw"]["Data"]))["From"] or "")


def subject(raw: bytes) -> str:
    return _decoded(message_from_bytes(raw)["Subject"])


def build(request: dict[str, Any], id: str, at: datetime) -> bytes:
    """Return the mail that leaves SES: CRLF lines, multipart/alternative, custom headers, SES's Message-ID and Date."""
    content = request["Content"]
    if "Raw" in content:
        mail = message_from_bytes(b64decode(content["Raw"]["Data"]))
        for name in ("Message-ID", "Date"):
            del mail[name]
    else:
        mail = _multipart(request, content["Simple"])
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{id}@ap-northeast-1.amazonses.com>"
    return mail.as_bytes(policy=mail.policy.clone(linesep="\r\n", max_line_length=None))


def _multipart(request: dict[str, Any], simple: dict[str, Any]) -> Message:
    bodies = [(kind, simple["Body"][part]["Data"]) for part, kind in _PARTS if simple["Body"].get(part)]
    texts = [MIMEText(text, kind, "utf-8") for kind, text in bodies]
    mail: Message = texts[0]
    if len(texts) > 1:
        mail = MIMEMultipart("alternative")
        for text in texts:
            mail.attach(text)
    mail["From"] = request["FromEmailAddress"]
    mail["To"] = ", ".join(request["Destination"].get("ToAddresses", []))
    if cc := request["Destination"].get("CcAddresses"):
        mail["Cc"] = ", ".join(cc)
    if reply := request.get("ReplyToAddresses"):
        mail["Reply-To"] = ", ".join(reply)
    subject = simple["Subject"]["Data"]
    mail["Subject"] = subject if subject.isascii() else Header(subject, "utf-8").encode()
    for header in simple.get("Headers", []):
        mail[header["Name"]] = header["Value"]
    return mail


_PARTS = (("Text", "plain"), ("Html", "html"))


def shown(raw: bytes, kept: Kept) -> dict[str, Any]:
    """Return {id, to, from, subject, headers, html, text, at, tags, outcome} of a kept mail, all decoded."""
    mail = message_from_bytes(raw, policy=policy.compat32)
    return {
        "id": kept.id,
        "to": ", ".join(kept.recipients),
        "from": _decoded(mail["From"]),
        "subject": kept.subject,
        "headers": {name: _decoded(value) for name, value in mail.items()},
        "html": _body(mail, "text/html"),
        "text": _body(mail, "text/plain"),
        "at": kept.at,
        "tags": kept.tags,
        "outcome": kept.outcome,
    }


def _decoded(value: str | None) -> str:
    text = "".join((value or "").splitlines())
    return str(make_header(decode_header(text)))


def _body(mail: Message, kind: str) -> str:
    for part in mail.walk():
        if part.get_content_type() == kind:
            return cast("bytes", part.get_payload(decode=True)).decode(part.get_content_charset() or "utf-8", "replace")
    return ""
