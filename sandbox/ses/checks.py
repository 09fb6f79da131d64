"""Requests that SES v2 refuses, each with the message of SES.

Sources: the SES v2 API reference ("SendEmail", "Message", "MessageHeader", "MessageTag") and the Developer Guide's
pages on addresses (the local part is 7-bit ASCII, the domain punycode) and on header fields (those that SES sets
itself, and those that a mail has once).
"""

import re
from typing import Any

_HEADER_NAME = re.compile(r"[!-9;-@A-~]{1,126}")
_HEADER_VALUE = re.compile(r"[ -~]{1,995}")
_TAG_NAME = re.compile(r"[A-Za-z0-9_-]{1,256}|ses:(no-track|feedback-id-[ab])")
_TAG_VALUE = re.compile(r"[A-Za-z0-9_-]{1,256}")
_DOMAIN = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")
_ADDRESS = re.compile(r"(?:.*<([^<>]*)>\s*|([^<>]*))", re.DOTALL)
_OURS = {
    *("from", "to", "cc", "bcc", "subject", "reply-to", "return-path", "date", "message-id", "mime-version"),
    *("content-type", "content-disposition"),
}
_ONCE = {
    *("auto-submitted", "importance", "in-reply-to", "keywords", "list-archive", "list-help", "list-id", "list-owner"),
    *("list-post", "list-subscribe", "list-unsubscribe", "list-unsubscribe-post", "organization", "precedence"),
    *("priority", "references", "sender", "thread-index", "thread-topic", "user-agent"),
}
_MOST_HEADERS = 15
_MOST_RECIPIENTS = 50


class Refused(Exception):
    """An error response of SES; the code is the name of the exception that boto3 raises."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


def bare(address: str) -> str:
    """Return the address in `Name <address>` as it was typed. Raises Refused if SES would refuse it."""
    found = _ADDRESS.fullmatch(address)
    bare = ((found[1] if found[1] is not None else found[2]) if found else "").strip()
    local, at, domain = bare.rpartition("@")
    if not at or not local or not domain:
        raise Refused("BadRequestException", "Missing final '@domain'")
    if not local.isascii() or any(c.isspace() or not c.isprintable() for c in local):
        raise Refused("BadRequestException", "Local address contains control or whitespace")
    if not _DOMAIN.fullmatch(domain):
        raise Refused("BadRequestException", "Domain contains illegal character")
    return bare


def send_email(request: dict[str, Any]) -> list[str]:
    """Return the recipients of a SendEmail request that SES would accept. Raises Refused."""
    content = request.get("Content", {})
    destination = request.get("Destination", {})
    to = [bare(each) for kind in ("To", "Cc", "Bcc") for each in destination.get(f"{kind}Addresses", [])]
    if len(to) > _MOST_RECIPIENTS:
        raise Refused("BadRequestException", "Recipient count exceeds 50.")
    for address in request.get("ReplyToAddresses", []):
        bare(address)
    _tags(request.get("EmailTags", []))
    match content:
        case {"Simple": simple}:
            _simple(simple)
            bare(request.get("FromEmailAddress", ""))
            if not to:
                raise Refused("BadRequestException", "Missing required field 'Destination'.")
        case {"Raw": {"Data": str()}}:
            pass
        case {"Template": _}:
            raise Refused("BadRequestException", "This stand-in knows no templates.")
        case _:
            raise Refused("BadRequestException", "Content must be one of Simple, Raw or Template.")
    return to


def _simple(simple: dict[str, Any]) -> None:
    subject, body = simple.get("Subject", {}).get("Data"), simple.get("Body", {})
    if not subject:
        raise Refused("BadRequestException", "Missing required field 'Subject'.")
    if "\n" in subject or "\r" in subject:
        raise Refused("BadRequestException", "Subject must not contain line breaks.")
    if not any(body.get(part, {}).get("Data") for part in ("Text", "Html")):
        raise Refused("BadRequestException", "Missing required field 'Body'.")
    headers = simple.get("Headers", [])
    if len(headers) > _MOST_HEADERS:
        raise Refused("BadRequestException", "Number of headers exceeds 15.")
    names = [header.get("Name", "").lower() for header in headers]
    for header in headers:
        name, value = header.get("Name", ""), header.get("Value", "")
        if not _HEADER_NAME.fullmatch(name) or name.lower() in _OURS:
            raise Refused("BadRequestException", f"Invalid header name: {name}")
        if name.lower() in _ONCE and names.count(name.lower()) > 1:
            raise Refused("BadRequestException", f"Duplicate header: {name}")
        if not _HEADER_VALUE.fullmatch(value) or len(name) + len(value) > 996:
            raise Refused("BadRequestException", f"Invalid value of header {name}")


def _tags(tags: list[dict[str, str]]) -> None:
    for tag in tags:
        if not _TAG_NAME.fullmatch(tag.get("Name", "")) or not _TAG_VALUE.fullmatch(tag.get("Value", "")):
            raise Refused("BadRequestException", "Tag names and values hold only A-Z, a-z, 0-9, _ and -.")
