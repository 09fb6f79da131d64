"""Replies to a mail, as a person's mail program writes them or as an autoresponder does."""

from collections.abc import Mapping
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Any
from uuid import uuid4


def answer(mail: Mapping[str, Any], text: str, automatic: bool, at: datetime) -> tuple[str, str, bytes]:
    """Return the reply's envelope sender, its recipient and its text; `mail` is the original as shown."""
    headers: dict[str, str] = mail["headers"]
    sender, to = mail["to"].partition(",")[0], parseaddr(headers.get("Reply-To") or mail["from"])[1]
    written = EmailMessage(policy=SMTP)
    written["From"], written["To"] = sender, to
    written["Subject"] = ("Automatic reply: " if automatic else "Re: ") + mail["subject"]
    written["Date"] = format_datetime(at)
    written["Message-ID"] = f"<{uuid4()}@{sender.rpartition('@')[2]}>"
    written["In-Reply-To"] = written["References"] = headers["Message-ID"]
    if automatic:
        written["Auto-Submitted"] = "auto-replied"  # RFC 3834
        written.set_content(text)
    else:
        quoted = "\n".join(f"> {line}".rstrip() for line in mail["text"].splitlines())
        written.set_content(f"{text}\n\nOn {at:%Y-%m-%d %H:%M}, {parseaddr(mail['from'])[1]} wrote:\n{quoted}\n")
    return ("" if automatic else sender), to, written.as_bytes()
