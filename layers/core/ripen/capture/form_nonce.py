"""The nonce in a form: signed and timed, so that a post with it comes from somebody who was shown the form.

It is a text such as "6741f2a0.9f0c….Qm3k…": the time in hexadecimal seconds, random letters, and the first 16 bytes of
an HMAC-SHA256 over both. It hides nothing, and it also makes a repeated post recognisable (deduplication.py).
"""

import hmac
import re
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from hashlib import sha256

_NONCE = re.compile(r"([0-9a-f]{8})\.([0-9A-Za-z_-]{1,64})\.([0-9A-Za-z_-]{22})")
_QUICKEST = timedelta(seconds=2)
"""No person fills in a form in less time."""
_LONGEST = timedelta(days=1)


def sign_nonce(key: bytes, random: str, now: datetime) -> str:
    """Return the nonce of a form that is shown now. `key` is Secrets.key("nonce")."""
    head = f"{int(now.timestamp()):08x}.{random}"
    return f"{head}.{_signature(key, head)}"


def was_shown(key: bytes, nonce: str, now: datetime) -> bool:
    """Return whether we showed the form with this nonce, at least two seconds and at most a day ago."""
    parts = _NONCE.fullmatch(nonce)
    if not key or parts is None:
        return False
    head = f"{parts[1]}.{parts[2]}"
    if not hmac.compare_digest(parts[3], _signature(key, head)):
        return False
    return _QUICKEST <= timedelta(seconds=int(now.timestamp()) - int(parts[1], 16)) <= _LONGEST


def _signature(key: bytes, head: str) -> str:
    return urlsafe_b64encode(hmac.digest(key, head.encode(), sha256)[:16]).decode().rstrip("=")
