"""E-mail addresses: normalised once, on arrival, and looked up by a keyed hash."""

import hmac
import re
from base64 import b32encode
from hashlib import sha256
from typing import Literal
from unicodedata import category, normalize

from ripen.errors import Rejected
from ripen.lead.mail_domain import is_shared

Kind = Literal["free", "role", "company"]

_CARRIERS = frozenset(
    ("docomo.ne.jp", "ezweb.ne.jp", "au.com", "softbank.ne.jp", "vodafone.ne.jp", "disney.ne.jp", "pdx.ne.jp")
)
"""Mobile carriers whose customers still have addresses such as a..b@ and a.@, which RFC 5321 forbids."""
_CARRIER_LOCAL = re.compile(r"[a-z0-9._+/?-]{1,64}")

_ROLES = frozenset(
    [
        "info",
        "sales",
        "support",
        "contact",
        "office",
        "admin",
        "administrator",
        "postmaster",
        "webmaster",
        "hello",
        "help",
        "inquiry",
        "toiawase",
        "marketing",
        "pr",
        "press",
        "recruit",
        "saiyo",
        "jinji",
        "soumu",
        "keiri",
        "hr",
        "jobs",
        "billing",
        "noreply",
        "no-reply",
    ]
)

_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0x3002: 0x2E, 0xFF61: 0x2E}
_INVISIBLE = dict.fromkeys((0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF))
_AROUND = "".join(map(chr, range(0x20))) + "\x7f"
"""Control characters, which come with an address that is copied from a document."""
_LONGEST = 254  # RFC 5321 §4.5.3.1.3, less the angle brackets
_LONGEST_LOCAL = 64

NOT_AN_ADDRESS = "this is not an e-mail address"
NOT_ASCII = "mail cannot be sent to an address with non-ASCII letters before the @"
TOO_LONG = "this e-mail address is too long"


def address_hash(key: bytes, email: str) -> str:
    """Return 26 characters that identify a normalised address without revealing it; `key` is Secrets.key("address")."""
    return b32encode(hmac.digest(key, email.encode(), sha256)[:16]).decode().rstrip("=").lower()


def normalise(raw: str) -> str:
    """Return the address as it is stored and written to. Raises Rejected(field="email").

    It is half-width and lower-case, without display name, "mailto:" or final dot, and the domain is in punycode. The
    local part is lower-cased too: no provider in use distinguishes case, people type it as they like, and one person
    must stay one lead.
    """
    local, domain = _split(_bare(raw))
    if not local.isascii():
        raise Rejected(NOT_ASCII, field="email")
    if len(local) > _LONGEST_LOCAL or len(local) + len(domain) >= _LONGEST:
        raise Rejected(TOO_LONG, field="email")
    if _of_carrier(domain):
        if not _CARRIER_LOCAL.fullmatch(local):
            raise Rejected(NOT_AN_ADDRESS, field="email")
        return f"{local}@{domain}"
    from email_validator import EmailNotValidError, validate_email  # slow to load, and most functions never need it

    try:
        found = validate_email(f"{local}@{domain}", check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        raise Rejected(NOT_AN_ADDRESS, field="email") from None
    email = (found.ascii_email or found.normalized).lower()
    if len(email) > _LONGEST:
        raise Rejected(TOO_LONG, field="email")
    return email


def kind(email: str) -> Kind:
    """Return "free" (of a provider that many share: mail_domain.py), "role" (info@, sales@) or "company".

    The address must be normalised.
    """
    local, _, domain = email.partition("@")
    if is_shared(domain):
        return "free"
    return "role" if local.partition("+")[0] in _ROLES else "company"


def domain(email: str) -> str:
    """Return the domain of a normalised address."""
    return email.partition("@")[2]


def _bare(raw: str) -> str:
    """Return the text half-width and lower-case, without surrounding spaces, display name and "mailto:"."""
    text = raw.translate(_WIDE).translate(_INVISIBLE).strip().strip(_AROUND).strip()
    if any(category(letter) in ("Cc", "Cs") for letter in text):
        raise Rejected(NOT_AN_ADDRESS, field="email")
    if text.endswith(">") and "<" in text:
        text = text[text.rindex("<") + 1 : -1].strip()
    text = text.lower()
    if text.startswith("mailto:"):
        text = text.removeprefix("mailto:").partition("?")[0].strip()
    return text


def _split(text: str) -> tuple[str, str]:
    if text.count("@") != 1:
        raise Rejected(NOT_AN_ADDRESS, field="email")
    local, _, domain = text.partition("@")
    return local.strip(), normalize("NFKC", domain.strip()).removesuffix(".")


def _of_carrier(domain: str) -> bool:
    """Return whether it is a carrier's domain, or an old regional subdomain of one (t.vodafone.ne.jp)."""
    return domain in _CARRIERS or any(domain.endswith(f".{carrier}") for carrier in _CARRIERS)
