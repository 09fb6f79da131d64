"""E-mail addresses: normalised once, at the door, and looked up by a keyed hash."""

import hmac
from base64 import b32encode
from hashlib import sha256


def address_hash(key: bytes, email: str) -> str:
    """26 characters that name a normalised address without telling it; `key` is Secrets.key("address")."""
    return b32encode(hmac.digest(key, email.encode(), sha256)[:16]).decode().rstrip("=").lower()
