"""The HTTP client for the webhooks that a marketer names: one signed call, never into our own network (SSRF).

1. The URL must be https, without a user name, on port 443 or a port from 1024.
2. The host name is resolved once, and all of its addresses must be public.
3. The connection goes to one of these addresses, so that a second DNS answer changes nothing (DNS rebinding). TLS still
   checks the host name.
4. Redirects are not followed.

Sources: OWASP, "Server-Side Request Forgery Prevention Cheat Sheet"; IANA, IPv4 and IPv6 Special-Purpose Address
Registries; RFC 6052 (NAT64).
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
from urllib.parse import SplitResult, quote, urlsplit

import msgspec

from ripen.backoff import retry_after
from ripen.capture.signature import SignedRequest, signatures
from ripen.errors import Undeliverable
from ripen.key_ring import KeyRing

MAX_ANSWER_BYTES = 32 * 1024
_NAT64 = IPv6Network("64:ff9b::/96")
_TRANSIENT_STATUSES = frozenset([408, 425, 429])
"""Request Timeout, Too Early and Too Many Requests (RFC 9110, 8470, 6585); so is every 5xx."""
_UNESCAPED = "%/:=&?~+!$,;'@()*[]-._"
_HTTPS_PORT = 443
_LOWEST_OTHER_PORT = 1024
_MIN_TIMEOUT_SECONDS = 0.05
"""A timeout of 0 would make the socket non-blocking."""


class WebhookClient:
    """Implements ports.Webhooks.

    `keys` returns the keys of the signature. `loopback_port` is the one port on which 127.0.0.1 may be called, for the
    local cloud. `context` lets tests trust their own certificate authority.
    """

    def __init__(
        self, keys: Callable[[], KeyRing], loopback_port: int | None = None, context: ssl.SSLContext | None = None
    ) -> None:
        self._keys = keys
        self._loopback_port = loopback_port
        self._context = context

    def post(self, url: str, body: bytes, id: str, timeout: float) -> dict[str, Any]:
        """Post the JSON `body` and return the JSON object of the answer, {} for an empty answer. Raises Undeliverable.

        `id` is sent as the Idempotency-Key. `timeout` is the number of seconds for the whole call after DNS.
        """
        host, port, target = parse_url(url)
        addresses = self._resolve(host, port)
        address = f"https://{host}{'' if port == _HTTPS_PORT else f':{port}'}{target}"
        signed = SignedRequest(stamp=str(int(time())), key=id, url=address, body=body)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Ripen",
            "Idempotency-Key": id,
            "Ripen-Timestamp": signed.stamp,
            "Ripen-Signature": signatures(self._keys(), signed),
        }
        connection = _Connection(host, port, addresses, timeout, self._context or ssl.create_default_context())
        try:
            connection.request("POST", target, body, headers)
            answer = connection.getresponse()
            content = answer.read(MAX_ANSWER_BYTES + 1)
            if connection.has_timed_out or (answer.length and len(content) <= MAX_ANSWER_BYTES):
                raise Undeliverable("the answer was cut off", permanent=False)
            return _read(answer, content)
        except ssl.SSLCertVerificationError as error:
            raise Undeliverable("no valid certificate", permanent=False) from error
        except (OSError, HTTPException, ValueError) as error:
            raise Undeliverable(f"no answer ({type(error).__name__})", permanent=False) from error
        finally:
            connection.close()

    def _resolve(self, host: str, port: int) -> list[str]:
        """Return the addresses of the host. Raises Undeliverable unless all of them may be called."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise Undeliverable("the host name does not resolve", permanent=False) from error
        addresses = list(dict.fromkeys(str(place[4][0]) for place in found))
        if port == self._loopback_port and addresses == ["127.0.0.1"]:
            return addresses
        if not addresses or not all(map(is_public, addresses)):
            raise Undeliverable("not a public address", permanent=True)
        return addresses


def parse_url(url: str) -> tuple[str, int, str]:
    """Return host (IDNA), port and request target of a URL that may be called. Raises Undeliverable for any other."""
    split, host, port = _split(url)
    _check_origin(split, host, port)
    query = f"?{quote(split.query, safe=_UNESCAPED)}" if split.query else ""
    return host, port, quote(split.path or "/", safe=_UNESCAPED) + query


def _split(url: str) -> tuple[SplitResult, str, int]:
    """Return the parts, host and port of a URL without white space, control characters and backslashes."""
    if "\\" in url or any(letter.isspace() or not letter.isprintable() for letter in url):
        raise Undeliverable("not a valid URL", permanent=True)
    try:
        split = urlsplit(url)
        return split, (split.hostname or "").encode("idna").decode(), split.port or _HTTPS_PORT
    except (ValueError, UnicodeError) as error:
        raise Undeliverable("not a valid URL", permanent=True) from error


def _check_origin(split: SplitResult, host: str, port: int) -> None:
    """Raise Undeliverable unless scheme, host, user and port may be called."""
    if split.scheme != "https" or not host:
        raise Undeliverable("the URL must start with https://", permanent=True)
    if split.username is not None or split.password is not None:
        raise Undeliverable("the URL must not contain a user name", permanent=True)
    if port != _HTTPS_PORT and port < _LOWEST_OTHER_PORT:
        raise Undeliverable(f"the port must be {_HTTPS_PORT} or at least {_LOWEST_OTHER_PORT}", permanent=True)


def is_public(address: str) -> bool:
    """Return whether the address is reachable on the public internet.

    It is not if it is private, loopback, link-local (169.254.169.254), carrier-grade NAT, unique local, multicast or
    reserved, or an IPv6 address that embeds such an IPv4 address.
    """
    found = _embedded_ipv4(ip_address(address))
    is_site_local = isinstance(found, IPv6Address) and found.is_site_local
    return found.is_global and not (found.is_multicast or found.is_reserved or is_site_local)


def _embedded_ipv4(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Return the IPv4 address that a NAT64 or IPv4-mapped IPv6 address embeds, or any other address unchanged."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address


class _Connection(HTTPSConnection):
    """A connection to the first of the checked addresses that accepts it; TLS checks the host name.

    A timer shuts the socket down when the time is over, even if the answer still trickles in.
    """

    def __init__(self, host: str, port: int, addresses: list[str], timeout: float, context: ssl.SSLContext) -> None:
        super().__init__(host, port, timeout=timeout, context=context)
        self._addresses = addresses
        self._tls = context
        self._deadline = monotonic() + timeout
        self._timer: Timer | None = None
        self.has_timed_out = False

    def connect(self) -> None:
        plain = self._connect_to_any()
        plain.settimeout(self._remaining_seconds())
        self.sock = self._tls.wrap_socket(plain, server_hostname=self.host, do_handshake_on_connect=False)
        self._timer = Timer(self._remaining_seconds(), self._shut_down)
        self._timer.daemon = True
        self._timer.start()
        self.sock.do_handshake()

    def close(self) -> None:
        if self._timer:
            self._timer.cancel()
        super().close()

    def _connect_to_any(self) -> socket.socket:
        """Try each address for its share of the remaining time, so that a silent one leaves time for the others."""
        *others, last = self._addresses
        for number, address in enumerate(others):
            with suppress(OSError):
                share = self._remaining_seconds() / (len(others) + 1 - number)
                return socket.create_connection((address, self.port), share)
        return socket.create_connection((last, self.port), self._remaining_seconds())

    def _remaining_seconds(self) -> float:
        return max(self._deadline - monotonic(), _MIN_TIMEOUT_SECONDS)

    def _shut_down(self) -> None:
        self.has_timed_out = True
        with suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)


def _read(answer: HTTPResponse, body: bytes) -> dict[str, Any]:
    """Return the JSON object of the answer. Raises Undeliverable if its status or its body is wrong."""
    _check_status(answer)
    if len(body) > MAX_ANSWER_BYTES:
        raise Undeliverable("answered too much", permanent=True)
    if not body.strip():
        return {}
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        raise Undeliverable("the answer is not JSON", permanent=True) from error
    if not isinstance(found, dict):
        raise Undeliverable("the answer is not a JSON object", permanent=True)
    return found


def _check_status(answer: HTTPResponse) -> None:
    status = answer.status
    if status in _TRANSIENT_STATUSES or status >= 500:
        wait = retry_after(answer.headers.get("Retry-After", ""))
        raise Undeliverable(f"answered {status}", permanent=False, after=wait)
    if not 200 <= status < 300:
        raise Undeliverable(f"answered {status}", permanent=True)
