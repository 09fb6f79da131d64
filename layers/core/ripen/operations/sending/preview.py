"""Render a mail as one person would get it.

Its links lead directly to their targets and count nothing. No row is written.
"""

from copy import replace
from datetime import datetime
from secrets import token_bytes

from ripen.failure import Failure
from ripen.ids import digest
from ripen.key_ring import KeyRing
from ripen.lead.lead import Profile
from ripen.mail.content.mail_links import MailLinks
from ripen.mail.content.message import OutgoingMail, RenderError, compose
from ripen.mail.ledger import MailClass, Send
from ripen.nearest import nearest
from ripen.operations.phrases import reason
from ripen.playbook.bundle import Bundle
from ripen.words import Words

TEST = "[TEST] "
_OURS = ("List-Id", "List-Unsubscribe", "List-Unsubscribe-Post")


def preview(
    name: str, profile: Profile, bundle: Bundle, site: str, now: datetime, entry: dict[str, str] | None = None
) -> OutgoingMail:
    """Return the mail, with the facts of the enrollment as {{ entry.… }}. Raise Failure if it cannot be rendered."""
    email = bundle.emails.get(name)
    if email is None:
        hint = nearest(name, bundle.emails)
        raise Failure(
            Words(f"There is no mail {name!r}{hint.en}", f"メール {name!r} はありません{hint.ja}"),
            Words("The mails are in emails/.", "メールは emails/ にあります。"),
        )
    send = Send(
        id=digest("preview", name, profile.id),
        lead=profile.id,
        email=name,
        mail_class=MailClass(email.mail_class),
        origin="preview",
        step="preview",
        planned=now,
    )
    links = MailLinks(site, KeyRing.of(token_bytes(32)))
    try:
        mail = compose(send, profile, bundle, links, now, facts=entry)
    except RenderError as error:
        raise Failure(
            Words(f"{name}: {reason(str(error), 'en')}", f"{name}: {reason(str(error), 'ja')}"),
            Words("Find the mistake with: ripen check", "まちがいを探すには: ripen check"),
        ) from None
    return _with_plain_links(mail, send, email.locales[mail.locale].links, links)


def as_test(mail: OutgoingMail, to: str) -> OutgoingMail:
    """Return the mail as a test for a member of the team, which no statistic counts."""
    headers = {name: value for name, value in mail.headers.items() if name not in _OURS}
    return replace(mail, to=to, subject=TEST + mail.subject, headers=headers, tags={"preview": "yes"})


def _with_plain_links(mail: OutgoingMail, send: Send, targets: tuple[str, ...], links: MailLinks) -> OutgoingMail:
    """Put the targets in place of the click links. Other links stay signed by a key that is not kept."""
    html, text = mail.html, mail.text
    for number, target in enumerate(targets):
        signed = links.click(send, number)
        where = target if not target.startswith("/") else links.site + target
        html, text = html.replace(signed, where), text.replace(signed, where)
    return replace(mail, html=html.replace(links.hidden(send), ""), text=text)
