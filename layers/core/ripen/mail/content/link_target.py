"""The target of a link in a mail: known at publish, and a URI that every mail program and server understands.

`ripen publish` and capture.link use the same definition, so no link is published that leads nowhere.
"""

import re
from urllib.parse import SplitResult, quote, urlsplit, urlunsplit

_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_MARKS = "!$&'()*+,;=:@~%"
"""The characters that stay as they are in a path: sub-delims, ":" and "@", and what is encoded already (RFC 3986)."""
_AUTHORITY = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@%\[\]-]+")
_NEVER = (" ", "\\", "{{", "{%")


def link_target(written: str) -> str:
    """Return the target as a URI: an address on the web, or a path on our own site. Return "" for anything else.

    Letters that a URI cannot have are percent-encoded in UTF-8 (RFC 3987 §3.1), and a domain is in punycode (UTS #46),
    as a browser does with what people copy from its address bar.
    """
    if not written.isprintable() or any(mark in written for mark in _NEVER):
        return ""
    try:
        parts = urlsplit(written)
        on_the_web = parts.scheme in ("http", "https") and bool(parts.hostname)
        authority = _authority(parts) if on_the_web else ""
    except ValueError:  # a port that is no number, brackets that are no IP address, or a domain that cannot exist
        return ""
    is_path = re.match("/(?!/)", written) is not None
    if not (_AUTHORITY.fullmatch(authority) if on_the_web else is_path):
        return ""
    rest = (_encoded(parts.path, "/"), _encoded(parts.query, "/?"), _encoded(parts.fragment, "/?"))
    return urlunsplit((parts.scheme, authority, *rest))


def _authority(parts: SplitResult) -> str:
    """Return the authority in ASCII. Raise ValueError."""
    if parts.netloc.isascii():
        return parts.netloc if parts.port != 0 else ""
    import idna  # slow to load, and most addresses are ASCII

    user, at, _ = parts.netloc.rpartition("@")
    port = f":{parts.port}" if parts.port else ""
    return f"{user}{at}{idna.encode(parts.hostname or '', uts46=True).decode()}{port}"


def _encoded(part: str, marks: str) -> str:
    return quote(_STRAY_PERCENT.sub("%25", part), safe=_MARKS + marks)
