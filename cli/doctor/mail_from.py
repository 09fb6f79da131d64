"""The MAIL FROM domain: where mails return to, and for which SPF passes."""

from typing import Any

from cli.doctor.dns_records import TRY_AGAIN, MailHosts, Unanswered
from cli.doctor.finding import Check, Finding, Owner
from cli.doctor.spf import RECORD
from ripen.words import Words

MAIL_FROM = Check(Words("MAIL FROM", "MAIL FROM"), Owner.IT)


def mail_from(identity: dict[str, Any], name: str, region: str, ask: MailHosts) -> tuple[Finding, str]:
    """Return the finding, and the MAIL FROM domain, "" while mails return to SES's own.

    `identity` is SES's description of the identity `name`.
    """
    attributes = identity.get("MailFromAttributes") or {}
    domain = str(attributes.get("MailFromDomain") or "")
    if not domain:
        return _none(name), ""
    status = attributes.get("MailFromDomainStatus")
    in_use = domain if status == "SUCCESS" else ""
    host = f"feedback-smtp.{region}.amazonses.com"
    try:
        hosts = ask(domain)
    except Unanswered as error:
        return MAIL_FROM.warn(error.words, TRY_AGAIN), in_use
    if hosts != [host]:
        return _wrong_records(domain, hosts, host), ""
    if not in_use:
        waits = Words(
            f"{domain} is published; SES still reports {status}, and looks again within hours",
            f"{domain} は公開済みです。SES の状態は {status} で、数時間以内に再確認されます",
        )
        return MAIL_FROM.warn(waits, Words("Look again tomorrow: ripen doctor", "明日もう一度: ripen doctor")), ""
    return MAIL_FROM.ok(Words(domain, domain)), domain


def _none(name: str) -> Finding:
    return MAIL_FROM.warn(
        Words(f"{name} has none: mails return to amazonses.com", f"{name} では未設定で、返送先は amazonses.com です"),
        Words(
            f"Deploy with the parameter MailFrom, or: SES console → Identities → {name} → Custom MAIL FROM domain.",
            "パラメーター MailFrom を付けて配備するか、"
            f"SES コンソール → ID → {name} → カスタム MAIL FROM ドメインで設定してください。",
        ),
    )


def _wrong_records(domain: str, hosts: list[str], host: str) -> Finding:
    there = ", ".join(hosts) or "–"
    return MAIL_FROM.fail(
        Words(
            f"the MX of {domain} must be {host} alone; it is {there}",
            f"{domain} の MX は {host} だけでなければなりません。現在: {there}",
        ),
        Words(
            f'Publish at {domain} one MX record, "10 {host}", and one TXT record, "{RECORD}".',
            f'{domain} に MX レコード "10 {host}" と TXT レコード "{RECORD}" を一つずつ公開してください。',
        ),
    )
