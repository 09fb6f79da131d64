"""DMARC of the sender's domain: the policy, and whether our mails are aligned with it (RFC 7489)."""

from cli.doctor.dns_records import TRY_AGAIN, Texts, Unanswered, upwards
from cli.doctor.finding import Check, Finding, Owner
from ripen.words import Words

DMARC = Check(Words("DMARC", "DMARC"), Owner.IT)
_POLICIES = ("none", "quarantine", "reject")


def dmarc(domain: str, signed_by: str, mail_from: str, ask: Texts) -> Finding:
    """Check the record of the domain in From, or of a domain above it.

    `signed_by` is the identity whose DKIM signature the mails carry, "" without one; `mail_from` the domain that they
    return to, "" for SES's own.
    """
    try:
        for name in upwards(domain):
            records = [text for text in ask(f"_dmarc.{name}") if _tags(text)[:1] == [("v", "DMARC1")]]
            if len(records) > 1:
                return DMARC.fail(
                    Words(
                        f"_dmarc.{name} has several records, which count as none",
                        f"_dmarc.{name} にレコードが複数あり、無効とみなされます",
                    ),
                    Words("Remove all but one.", "一つだけ残してください。"),
                )
            if records:
                return _judged(records[0], name, domain, signed_by, mail_from)
    except Unanswered as error:
        return DMARC.warn(error.words, TRY_AGAIN)
    return DMARC.fail(
        Words(
            f"{domain} has no DMARC record: Gmail and Yahoo! reject bulk mail without one",
            f"{domain} に DMARC レコードがありません。Gmail と Yahoo! は大量のメールを拒否します",
        ),
        _publish(domain),
    )


def _judged(record: str, name: str, domain: str, signed_by: str, mail_from: str) -> Finding:
    """Judge the record at `name`. A domain below it may have a policy of its own there (`sp`)."""
    tags = dict(_tags(record))
    policy = tags.get("p", "") if name == domain else tags.get("sp", tags.get("p", ""))
    if tags.get("p", "") not in _POLICIES or policy not in _POLICIES:
        return DMARC.fail(
            Words(
                f"_dmarc.{name} names no policy (p=), so it counts as none: {record}",
                f"_dmarc.{name} にポリシー（p=）がないため、無効とみなされます: {record}",
            ),
            _publish(name),
        )
    by_signature = bool(signed_by) and (signed_by == domain or tags.get("adkim", "r") != "s")
    by_return = bool(mail_from) and (mail_from == domain or tags.get("aspf", "r") != "s")
    shown = Words(f"_dmarc.{name}: {record}", f"_dmarc.{name}: {record}")
    if by_signature:
        return DMARC.ok(shown) if by_return or not mail_from else DMARC.ok(_by_signature_only(shown))
    if by_return:
        return DMARC.warn(
            Words(
                f"{shown.en} – only SPF counts for mails from {domain}, and forwarding breaks it",
                f"{shown.ja}（{domain} からのメールでは SPF だけが有効で、転送されると失敗します）",
            ),
            _loosen("adkim", domain, signed_by),
        )
    return DMARC.fail(
        Words(
            f"{shown.en} – neither DKIM nor SPF counts for mails from {domain}: receivers treat them as forged",
            f"{shown.ja}（{domain} からのメールでは DKIM も SPF も無効で、なりすましとみなされます）",
        ),
        _loosen("adkim", domain, signed_by),
    )


def _by_signature_only(shown: Words) -> Words:
    return Words(
        f"{shown.en} – aspf=s: SPF of another domain does not count, the DKIM signature does",
        f"{shown.ja}（aspf=s のため SPF は数えられず、DKIM の署名だけが有効です）",
    )


def _loosen(tag: str, domain: str, signed_by: str) -> Words:
    """Say how the signature comes to count."""
    if not signed_by:
        return Words(f"Verify {domain} in SES with Easy DKIM.", f"SES で {domain} を Easy DKIM で検証してください。")
    return Words(
        f"Mails from {domain} are signed by {signed_by}. With {tag}=s both must be the same:"
        f" remove {tag}=s, or verify {domain} in SES as an identity of its own.",
        f"{domain} からのメールは {signed_by} が署名しています。{tag}=s では同じドメインでなければなりません。"
        f"{tag}=s を外すか、{domain} を SES で個別に検証してください。",
    )


def _tags(record: str) -> list[tuple[str, str]]:
    """Return the tags in their order. Only the first may be the version, whose value is written in capitals."""
    parts = [part.partition("=") for part in record.split(";") if part.strip()]
    tags = [(name.strip().lower(), value.strip()) for name, _, value in parts]
    return [(name, value if name == "v" else value.lower()) for name, value in tags]


def _publish(domain: str) -> Words:
    record = f'"v=DMARC1; p=none; rua=mailto:dmarc@{domain}"'
    return Words(
        f"Publish a TXT record at _dmarc.{domain}: {record}",
        f"_dmarc.{domain} に TXT レコードを公開してください: {record}",
    )
