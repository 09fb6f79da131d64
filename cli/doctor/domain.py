"""The sender's domain as receivers see it in the DNS: SPF and DMARC (RFC 7208, RFC 7489)."""

from collections.abc import Callable

import dns.exception
import dns.resolver

from cli.doctor.finding import Check, Finding, Owner
from ripen.words import Words

SPF = Check(Words("SPF", "SPF"), Owner.IT)
DMARC = Check(Words("DMARC", "DMARC"), Owner.IT)
_SECONDS = 5.0
_SES = "include:amazonses.com"
_TRY_AGAIN = Words("Try again, or from another network.", "もう一度、または別のネットワークから試してください。")

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
            Words(
                "mails return to amazonses.com: SPF passes for that domain only, not for yours",
                "メールの返送先が amazonses.com です。SPF は通りますが、自社ドメインのものではありません",
            ),
            Words(
                f"SES console → Identities → {domain} → Custom MAIL FROM domain."
                " Publish the MX and TXT records that it shows.",
                f"SES コンソール → ID → {domain} → カスタム MAIL FROM ドメイン。"
                "表示される MX と TXT レコードを公開してください。",
            ),
        )
    try:
        records = [text for text in ask(mail_from) if text.lower().startswith("v=spf1")]
    except Unanswered as error:
        return SPF.warn(_no_answer(error), _TRY_AGAIN)
    if len(records) == 1 and _SES in records[0]:
        return SPF.ok(Words(f"{mail_from} names SES", f"{mail_from} に SES が登録されています"))
    if len(records) > 1:
        found = Words(
            f"{mail_from} has several SPF records, which count as none",
            f"{mail_from} に SPF レコードが複数あり、無効とみなされます",
        )
    else:
        found = Words(
            f"{mail_from} has no SPF record that names SES", f"{mail_from} に SES を含む SPF レコードがありません"
        )
    record = f'"v=spf1 {_SES} ~all"'
    return SPF.fail(
        found,
        Words(
            f"Publish one TXT record at {mail_from}: {record}",
            f"{mail_from} に TXT レコードを一つだけ公開してください: {record}",
        ),
    )


def dmarc(domain: str, ask: Texts) -> Finding:
    """Check the domain's own DMARC record, or that of a domain above it."""
    try:
        for name in _upwards(domain):
            records = [text for text in ask(f"_dmarc.{name}") if text.lower().replace(" ", "").startswith("v=dmarc1")]
            if len(records) > 1:
                return DMARC.fail(
                    Words(
                        f"_dmarc.{name} has several records, which count as none",
                        f"_dmarc.{name} にレコードが複数あり、無効とみなされます",
                    ),
                    Words("Remove all but one.", "一つだけ残してください。"),
                )
            if records:
                record = f"_dmarc.{name}: {records[0]}"
                return DMARC.ok(Words(record, record))
    except Unanswered as error:
        return DMARC.warn(_no_answer(error), _TRY_AGAIN)
    record = f'"v=DMARC1; p=none; rua=mailto:dmarc@{domain}"'
    return DMARC.fail(
        Words(
            f"{domain} has no DMARC record: Gmail and Yahoo! reject bulk mail without one",
            f"{domain} に DMARC レコードがありません。Gmail と Yahoo! は大量のメールを拒否します",
        ),
        Words(
            f"Publish a TXT record at _dmarc.{domain}: {record}",
            f"_dmarc.{domain} に TXT レコードを公開してください: {record}",
        ),
    )


def _no_answer(error: Unanswered) -> Words:
    return Words(f"the DNS does not answer: {error}", f"DNS が応答しません: {error}")


def _upwards(domain: str) -> list[str]:
    """Return the domain and those above it. A public suffix has no such record, so no list of them is needed."""
    labels = domain.split(".")
    return [".".join(labels[n:]) for n in range(len(labels) - 1)]
