"""The challenge in a form, Cloudflare Turnstile: which verdict on its token says that a person passed it for us.

Source: Cloudflare, Turnstile docs, "Validate the token": a token is valid once, for five minutes, and has at most 2,048
characters. Cloudflare checks that; we check that the challenge was shown by a site of ours, and by us.
"""

from collections.abc import Collection, Iterable
from urllib.parse import urlsplit

from msgspec import Struct

TOKEN_FIELD = "cf-turnstile-response"  # noqa: S105 (the name of a field)
ACTION = "ripen"
"""What our widgets call themselves, so that a token from another form of the company does not count."""
LONGEST_TOKEN = 2048


class Verdict(Struct, frozen=True, rename={"errors": "error-codes"}):
    """Cloudflare's verdict on a token."""

    success: bool
    hostname: str = ""
    action: str = ""
    errors: tuple[str, ...] = ()


def token_of(answers: Iterable[tuple[str, str]]) -> str:
    """Return the token of a post, "" if it has none that can be valid."""
    token = next((value for name, value in answers if name == TOKEN_FIELD), "")
    return token if token.isascii() and token.isprintable() and len(token) <= LONGEST_TOKEN else ""


def is_passed(verdict: Verdict | None, hosts: Collection[str]) -> bool:
    """Return whether a person passed our challenge on one of the hosts. Without a verdict, nobody did."""
    return verdict is not None and verdict.success and verdict.action == ACTION and verdict.hostname in hosts


def hosts_of(*origins: str) -> frozenset[str]:
    """Return the host names of origins such as https://www.example.com."""
    return frozenset(host for origin in origins if (host := _host(origin)))


def _host(origin: str) -> str:
    try:
        return urlsplit(origin).hostname or ""
    except ValueError:
        return ""
