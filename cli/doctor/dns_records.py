"""Questions to the DNS, and names of domains."""

from collections.abc import Callable, Iterable
from itertools import takewhile
from typing import Any

import dns.exception
import dns.resolver

from ripen.words import Words

TRY_AGAIN = Words("Try again, or from another network.", "もう一度、または別のネットワークから試してください。")
_SECONDS = 5.0
_SHORT = 3
"""Second-level labels of countries have at most so many letters: co.jp, ac.uk, com.au."""

Texts = Callable[[str], list[str]]
"""Returns the TXT records of a name, [] without any. Raises Unanswered."""
MailHosts = Callable[[str], list[str]]
"""Returns the hosts of the MX records of a name, in lower case. Raises Unanswered."""


class Unanswered(Exception):
    """The DNS did not answer."""

    @property
    def words(self) -> Words:
        return Words(f"the DNS does not answer: {self}", f"DNS が応答しません: {self}")


def texts(name: str) -> list[str]:
    return [b"".join(record.strings).decode(errors="replace") for record in _records(name, "TXT")]


def mail_hosts(name: str) -> list[str]:
    return [str(record.exchange).rstrip(".").lower() for record in _records(name, "MX")]


def _records(name: str, kind: str) -> Iterable[Any]:
    try:
        return dns.resolver.resolve(name, kind, lifetime=_SECONDS)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except dns.exception.DNSException as error:
        raise Unanswered(str(error)) from error


def upwards(domain: str) -> list[str]:
    """Return the domain and those above it. No one can verify or publish a policy for a public suffix."""
    labels = domain.split(".")
    return [".".join(labels[n:]) for n in range(len(labels) - 1)]


def belongs_together(one: str, other: str) -> bool:
    """Return whether two domains have a company's domain in common, as far as their labels show."""
    pairs = zip(_labels(one), _labels(other), strict=False)
    common = [label for label, _ in takewhile(lambda pair: pair[0] == pair[1], pairs)]
    return len(common) >= _needed(common)


def _labels(domain: str) -> list[str]:
    return domain.lower().split(".")[::-1]


def _needed(labels: list[str]) -> int:
    """Return how many labels a company's domain has at least below this top-level domain."""
    is_country = len(labels) > 1 and len(labels[0]) == 2
    return 3 if is_country and len(labels[1]) <= _SHORT else 2
