"""One request for a link of a mail: what of it helps to tell a person from a machine later. No personal data: of the
network only a keyed hash is kept, of the program only its kind.
"""

import hmac
import re
from base64 import b32encode
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from hashlib import sha256
from ipaddress import IPv6Address, ip_address, ip_network

HIDDEN_LINK = 0xFFFF
"""Number of the hidden link that each mail has: no person sees it, and no mail has so many links."""
VERDICT_DELAY = timedelta(seconds=120)
"""How long a hit waits for a sign of a person before it is judged (DESIGN rule 7)."""

_LIBRARY = re.compile(
    r"curl|wget|python|aiohttp|httpx|urllib|libwww|java/|jakarta|apache-httpclient|okhttp|go-http|node|axios|undici|ruby"
    r"|perl|php|guzzle|powershell|winhttp|postman|\bgot\b",
    re.IGNORECASE,
)
_SCANNER = re.compile(
    r"(?<!cu)bot\b|crawl|spider|scan|preview|barracuda|proofpoint|mimecast|fortinet|forcepoint|trend ?micro|symantec"
    r"|messagelabs|sophos|zscaler|cloudmark|safebrowsing|urldefense|virustotal|ms-office|existence discovery"
    r"|facebookexternalhit|externalagent",
    re.IGNORECASE,
)
"""Names that scanners and link previews give themselves. CUBOT is a telephone."""


class AgentKind(StrEnum):
    """The kind of program that asked, by its own words."""

    BROWSER = "browser"
    SCANNER = "scanner"
    LIBRARY = "library"
    NONE = "none"


def request_signals(method: str, headers: Mapping[str, str], address: str, key: bytes) -> dict[str, str]:
    """The signals of one request, for the activity's facts. Header names are lower-case; `address` is the sender's IP."""
    return {
        "method": method,
        "agent": agent_kind(headers.get("user-agent", "")).value,
        "asked": "like a browser" if is_page_navigation(headers) else "barely",
        "network": network_hash(address, key),
    }


def agent_kind(name: str) -> AgentKind:
    """What a User-Agent says about itself."""
    if not name.strip():
        return AgentKind.NONE
    if _SCANNER.search(name):
        return AgentKind.SCANNER
    return AgentKind.LIBRARY if _LIBRARY.search(name) else AgentKind.BROWSER


def is_page_navigation(headers: Mapping[str, str]) -> bool:
    """Whether it was asked as browsers ask when somebody follows a link: for HTML, as a navigation (W3C Fetch Metadata,
    which old browsers do not send), and not ahead of time."""
    return (
        "text/html" in headers.get("accept", "").lower()
        and headers.get("sec-fetch-mode", "navigate") == "navigate"
        and "prefetch" not in headers.get("sec-purpose", headers.get("purpose", "")).lower()
    )


def network_hash(address: str, key: bytes) -> str:
    """A keyed hash of the neighbourhood (IPv4 /24, IPv6 /64), the same for hits from one place; "" where unknown."""
    try:
        ip = ip_address(address)
    except ValueError:
        return ""
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    near = ip_network(f"{ip}/{24 if ip.version == 4 else 64}", strict=False)
    return b32encode(hmac.digest(key, str(near).encode(), sha256)[:10]).decode().lower()
