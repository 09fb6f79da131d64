"""Check the public address, with which every link in a mail begins."""

from botocore.exceptions import BotoCoreError, ClientError

from cli.doctor.dns_records import belongs_together
from cli.doctor.finding import Check, Finding, Owner
from ripen.adapters.playbook import Playbook
from ripen.errors import Unavailable
from ripen.words import Words

CHECK = Check(Words("Public address", "公開アドレス"), Owner.IT)


def address(published: Playbook, site: str, domain: str, sender: str) -> Finding:
    """Check that links begin with a host name of the company's own, and that the live playbook uses it.

    `site` is the address that the stack serves, `domain` its parameter Domain, `sender` the brand's From address.
    """
    if not domain:
        return CHECK.warn(
            Words(f"links begin with {site}", f"リンクの先頭は {site} です"),
            Words(
                "Set the parameter Domain before the first mailing: links in mails must outlive this API.",
                "最初の配信の前にパラメーター Domain を設定してください。"
                "メールのリンクは、この API がなくなっても使えなければなりません。",
            ),
        )
    if (linked := _linked(published)) not in ("", site):
        return CHECK.fail(
            Words(
                f"links begin with {linked}, but the stack serves {site}",
                f"リンクの先頭は {linked} ですが、スタックのアドレスは {site} です",
            ),
            Words("Publish the playbook again: ripen publish", "もう一度公開してください: ripen publish"),
        )
    if sender and not belongs_together(domain, sender.partition("@")[2]):
        return CHECK.warn(
            Words(
                f"links begin with {site}, mails come from {sender}", f"リンクの先頭は {site}、差出人は {sender} です"
            ),
            Words(
                "Links to another domain than the sender's look like phishing:"
                " set the parameter Domain to a name below the sender's domain, then: ripen publish",
                "差出人と異なるドメインへのリンクはフィッシングとみなされやすくなります。"
                "パラメーター Domain を差出人のドメインの下の名前にして、もう一度公開してください: ripen publish",
            ),
        )
    return CHECK.ok(Words(site, site))


def _linked(published: Playbook) -> str:
    """Return the address that the live playbook was published for; "" if none can be read, which Playbook reports."""
    try:
        return published.live().site
    except (Unavailable, BotoCoreError, ClientError):
        return ""
