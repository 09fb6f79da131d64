"""The sender's domain as receivers see it in the DNS: SPF and DMARC (RFC 7208, RFC 7489)."""

from collections.abc import Callable

import dns.exception
import dns.resolver

from cli.doctor.finding import Check, Finding, Owner

SPF = Check("SPF", Owner.IT)
DMARC = Check("DMARC", Owner.IT)
_SECONDS = 5.0
_SES = "include:amazonses.com"

Texts = Callable[[str], list[str]]
"""Returns the TXT records of a name, [] without any. Raises Unanswered."""


class Unanswered(Exception):
    """The DNS did not answer."""


def texts(name: str) -> list[str]:
    try:
        found = dns.resolver.resolve(name, "TXT", lifetime=_SECONDS)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except dns.exception.DNSException as error:
        raise Unanswered(str(error)) from error
    return [b"".join(record.strings).decode(errors="replace") for record in found]


def spf(mail_from: str, domain: str, ask: Texts) -> Finding:
    """Check SPF. `mail_from` is the MAIL FROM domain set in SES, "" for SES's own."""
    if not mail_from:
        return SPF.warn(
            "mails return to amazonses.com: SPF passes, but not for your domain",
            f"SES console → Identities → {domain} → Custom MAIL FROM domain; publish the MX and TXT records it shows.",
        )
    try:
        records = [text for text in ask(mail_from) if text.lower().startswith("v=spf1")]
    except Unanswered as error:
        return SPF.warn(f"the DNS does not answer: {error}", "Try again, or from another network.")
    if len(records) == 1 and _SES in records[0]:
        return SPF.ok(f"{mail_from} names SES")
    found = "several SPF records, which counts as none" if len(records) > 1 else "no SPF record that names SES"
    return SPF.fail(f"{mail_from}: {found}", f'Publish one TXT record at {mail_from}: "v=spf1 {_SES} ~all"')


def dmarc(domain: str, ask: Texts) -> Finding:
    """Check the domain's own DMARC record, or that of a domain above it."""
    try:
        for name in _upwards(domain):
            records = [text for text in ask(f"_dmarc.{name}") if text.lower().replace(" ", "").startswith("v=dmarc1")]
            if len(records) > 1:
                return DMARC.fail(f"_dmarc.{name} has several records, which counts as none", "Leave one of them.")
            if records:
                return DMARC.ok(f"_dmarc.{name}: {records[0]}")
    except Unanswered as error:
        return DMARC.warn(f"the DNS does not answer: {error}", "Try again, or from another network.")
    return DMARC.fail(
        f"{domain} has no DMARC record: Gmail and Yahoo! turn mass mail away",
        f'Publish a TXT record at _dmarc.{domain}: "v=DMARC1; p=none; rua=mailto:dmarc@{domain}"',
    )


def _upwards(domain: str) -> list[str]:
    """Return the domain and those above it. A public suffix has no such record, so no list of them is needed."""
    labels = domain.split(".")
    return [".".join(labels[n:]) for n in range(len(labels) - 1)]
