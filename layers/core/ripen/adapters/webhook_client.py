"""Calls a webhook that a marketer named: signed, in one attempt, and never into our own network.

The address is checked and then connected to, so that a name which resolves to something else a moment later (DNS rebinding)
gains nothing; redirects are not followed; TLS still checks the name. Sources: OWASP, "Server-Side Request Forgery
Prevention"; IANA, special-purpose address registries; RFC 6052 (NAT64).
"""

import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPException, HTTPResponse, HTTPSConnection
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from threading import Timer
from time import monotonic, time
from typing import Any
from urllib.parse import quote, urlsplit

import msgspec

from ripen.capture.signature import signature
from ripen.errors import Undeliverable

LARGEST = 32 * 1024
"""Bytes of an answer."""
_NAT64 = IPv6Network("64:ff9b::/96")
_LATER = frozenset([408, 425, 429])
_SAFE = "%/:=&?~+!$,;'@()*[]-._"
_LOWEST_PORT = 1024
_HTTPS = 443
_LEAST_SECONDS = 0.05


class WebhookClient:
    """`key` signs. `loopback_port` is the one port on which 127.0.0.1 is taken, for the local cloud; `context`, for tests,
    whom TLS trusts."""

    def __init__(
        self, key: Callable[[], bytes], loopback_port: int | None = None, context: ssl.SSLContext | None = None
    ) -> None:
        self._key = key
        self._loopback_port = loopback_port
        self._context = context

    def post(self, url: str, body: bytes, id: str, timeout: float) -> dict[str, Any]:
        """The JSON object answered ({} for an empty answer) within `timeout` seconds. Raises Undeliverable."""
        host, port, target = parts(url)
        addresses = self._checked(host, port)
        stamp = str(int(time()))
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Ripen",
            "Idempotency-Key": id,
            "Ripen-Timestamp": stamp,
            "Ripen-Signature": signature(self._key(), stamp, body),
        }
        line = _Line(host, port, addresses, timeout, self._context or ssl.create_default_context())
        try:
            line.request("POST", target, body, headers)
            answer = line.getresponse()
            said = answer.read(LARGEST + 1)
            if line.is_over or (answer.length and len(said) <= LARGEST):
                raise Undeliverable("the answer broke off", permanent=False)
            return _read(answer, said)
        except ssl.SSLCertVerificationError as error:
            raise Undeliverable("no valid certificate", permanent=False) from error
        except (OSError, HTTPException, ValueError) as error:
            raise Undeliverable(f"no answer ({type(error).__name__})", permanent=False) from error
        finally:
            line.close()

    def _checked(self, host: str, port: int) -> list[str]:
        """The addresses of the host; all of them may be called. Raises Undeliverable."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise Undeliverable("the name is not known", permanent=False) from error
        addresses = list(dict.fromkeys(str(place[4][0]) for place in found))
        if port == self._loopback_port and addresses == ["127.0.0.1"]:
            return addresses
        if not addresses or not all(map(is_public, addresses)):
            raise Undeliverable("not a public address", permanent=True)
        return addresses


def parts(url: str) -> tuple[str, int, str]:
    """Host, port and what is asked for, of an https address. Raises Undeliverable for any other."""
    try:
        found = urlsplit(url)
        host, port = (found.hostname or "").encode("idna").decode(), found.port or _HTTPS
    except (ValueError, UnicodeError) as error:
        raise Undeliverable("not an address", permanent=True) from error
    if any(letter.isspace() or not letter.isprintable() for letter in url) or "\\" in url:
        raise Undeliverable("not an address", permanent=True)
    if found.scheme != "https" or not host:
        raise Undeliverable("only https:// is called", permanent=True)
    if found.username is not None or found.password is not None:
        raise Undeliverable("no user in the address", permanent=True)
    if port != _HTTPS and port < _LOWEST_PORT:
        raise Undeliverable("not a port of the web", permanent=True)
    asked = quote(found.path or "/", safe=_SAFE) + (f"?{quote(found.query, safe=_SAFE)}" if found.query else "")
    return host, port, asked


def is_public(address: str) -> bool:
    """Anybody's on the internet: not private, loopback, link-local (169.254.169.254), carrier-grade NAT, unique local,
    multicast or reserved, nor a v6 address with such a v4 address in it."""
    found = _meant(ip_address(address))
    old = isinstance(found, IPv6Address) and found.is_site_local
    return found.is_global and not (found.is_multicast or found.is_reserved or old)


def _meant(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The address that counts: of a v6 one that stands for a v4 one, that one."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address


class _Line(HTTPSConnection):
    """To the first address that takes the call, of those that were checked, under the host's name; cut off when the time is
    over, however slowly it is answered."""

    def __init__(self, host: str, port: int, addresses: list[str], timeout: float, context: ssl.SSLContext) -> None:
        super().__init__(host, port, timeout=timeout, context=context)
        self._addresses = addresses
        self._trust = context
        self._until = monotonic() + timeout
        self._clock: Timer | None = None
        self.is_over = False

    def connect(self) -> None:
        plain = self._reached()
        plain.settimeout(self._left())
        self.sock = self._trust.wrap_socket(plain, server_hostname=self.host, do_handshake_on_connect=False)
        self._clock = Timer(self._left(), self._cut)
        self._clock.daemon = True
        self._clock.start()
        self.sock.do_handshake()

    def close(self) -> None:
        if self._clock:
            self._clock.cancel()
        super().close()

    def _reached(self) -> socket.socket:
        """Each address has its share of the time that is left, so that one which keeps silent leaves the others theirs."""
        *others, last = self._addresses
        for number, address in enumerate(others):
            with suppress(OSError):
                return socket.create_connection((address, self.port), self._left() / (len(others) + 1 - number))
        return socket.create_connection((last, self.port), self._left())

    def _left(self) -> float:
        """Seconds; never none at all, which would mean not to wait for what is on its way."""
        return max(self._until - monotonic(), _LEAST_SECONDS)

    def _cut(self) -> None:
        self.is_over = True
        with suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)


def _read(answer: HTTPResponse, body: bytes) -> dict[str, Any]:
    status = answer.status
    if status in _LATER or status >= 500:
        wait = answer.headers.get("Retry-After", "")
        raise Undeliverable(f"answered {status}", permanent=False, after=int(wait) if wait.isdecimal() else None)
    if not 200 <= status < 300:
        raise Undeliverable(f"answered {status}", permanent=True)
    if len(body) > LARGEST:
        raise Undeliverable("answered too much", permanent=True)
    if not body.strip():
        return {}
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        raise Undeliverable("answered no JSON", permanent=True) from error
    if not isinstance(found, dict):
        raise Undeliverable("answered no JSON object", permanent=True)
    return found
