"""The signals of one click that later help to distinguish a person from a machine.

They contain no personal data: of the network and the browser only keyed hashes, of the program only its kind.
"""

import hmac
import re
from base64 import b32encode
from collections.abc import Mapping
from enum import StrEnum
from hashlib import sha256
from ipaddress import IPv6Address, ip_address, ip_network

HIDDEN_LINK = 0xFFFF
"""Number of the hidden link in each mail: no person sees it, and no mail has so many links."""

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
"""How scanners and link previews identify themselves. CUBOT is a telephone."""


_DESCRIPTION = ("user-agent", "accept-language", "sec-ch-ua", "sec-ch-ua-platform")
"""The headers by which a browser describes itself in each of its requests."""


class AgentKind(StrEnum):
    """The kind of program that made the request, by its User-Agent."""

    BROWSER = "browser"
    SCANNER = "scanner"
    LIBRARY = "library"
    NONE = "none"


class RequestKind(StrEnum):
    """How the link was requested."""

    NAVIGATION = "navigation"
    """As a browser requests a page that its user opens."""
    BARE = "bare"


def request_signals(method: str, headers: Mapping[str, str], address: str, key: bytes) -> dict[str, str]:
    """Return the signals of a request as facts. Header names are lower-case; `address` is the IP address."""
    return {
        "method": method,
        "agent": agent_kind(headers.get("user-agent", "")).value,
        "request": (RequestKind.NAVIGATION if is_page_navigation(headers) else RequestKind.BARE).value,
        "network": network_hash(address, key),
    }


def agent_kind(user_agent: str) -> AgentKind:
    """Return the kind of program that this User-Agent names."""
    if not user_agent.strip():
        return AgentKind.NONE
    if _SCANNER.search(user_agent):
        return AgentKind.SCANNER
    return AgentKind.LIBRARY if _LIBRARY.search(user_agent) else AgentKind.BROWSER


def is_page_navigation(headers: Mapping[str, str]) -> bool:
    """Return whether the request is that of a browser whose user follows a link.

    It asks for HTML, as a navigation (W3C Fetch Metadata, which old browsers do not send), and is no prefetch.
    """
    return (
        "text/html" in headers.get("accept", "").lower()
        and headers.get("sec-fetch-mode", "navigate") == "navigate"
        and "prefetch" not in headers.get("sec-purpose", headers.get("purpose", "")).lower()
    )


def browser_hash(headers: Mapping[str, str], address: str, key: bytes) -> str:
    """Return a keyed hash of the network and of how the program describes itself, "" if the address is unknown.

    Requests of one browser have the same. Two people with the same browser and language in one office do, too.
    """
    network = network_hash(address, key)
    described = "\n".join((network, *(headers.get(name, "") for name in _DESCRIPTION)))
    return _hash(described, key) if network else ""


def network_hash(address: str, key: bytes) -> str:
    """Return a keyed hash of the network (IPv4 /24, IPv6 /64), "" if the address is unknown."""
    try:
        ip = ip_address(address)
    except ValueError:
        return ""
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    near = ip_network(f"{ip}/{24 if ip.version == 4 else 64}", strict=False)
    return _hash(str(near), key)


def _hash(text: str, key: bytes) -> str:
    return b32encode(hmac.digest(key, text.encode(errors="replace"), sha256)[:10]).decode().lower()
