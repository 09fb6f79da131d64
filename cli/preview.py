"""A mail as one person would get it, by the sender's own renderer, but for its links: they lead where they say and count
nothing. No row is written."""

from copy import replace
from datetime import datetime
from secrets import token_bytes

from ripen.failure import Failure
from ripen.ids import digest
from ripen.lead.lead import Profile
from ripen.mail.ledger import MailClass, Send
from ripen.mail.message import OutgoingMail, Unwritable, compose
from ripen.nearest import nearest
from ripen.playbook.bundle import Bundle
from ripen.tracking import link_token
from ripen.tracking.click_signals import HIDDEN_LINK

TEST = "[TEST] "
_OURS = ("List-Unsubscribe", "List-Unsubscribe-Post", "Feedback-ID")


def preview(
    name: str, profile: Profile, bundle: Bundle, site: str, now: datetime, entry: dict[str, str] | None = None
) -> OutgoingMail:
    """`entry` is what let the person in, {{ entry.… }}. Raises Failure with what is wrong."""
    email = bundle.emails.get(name)
    if email is None:
        raise Failure(f"There is no mail {name!r}{nearest(name, bundle.emails)}", "Look into emails/.")
    send = Send(
        id=digest("preview", name, profile.id),
        lead=profile.id,
        email=name,
        mail_class=MailClass(email.mail_class),
        origin="preview",
        step="preview",
        planned=now,
    )
    key = token_bytes(32)
    try:
        mail = compose(send, profile, bundle, site, key, now, facts=entry)
    except Unwritable as error:
        raise Failure(f"{name} cannot be written: {error}", "Mend it: ripen check") from None
    return _plain(mail, send.id, email.locales[mail.locale].links, site, key)


def marked(mail: OutgoingMail, to: str) -> OutgoingMail:
    """As a test for somebody of the team: outside every statistic."""
    headers = {name: value for name, value in mail.headers.items() if name not in _OURS}
    return replace(mail, to=to, subject=TEST + mail.subject, headers=headers, tags={"preview": "yes"})


def _plain(mail: OutgoingMail, send: str, targets: tuple[str, ...], site: str, key: bytes) -> OutgoingMail:
    """With the targets themselves, signed by a key that nobody keeps where no target is."""
    html, text = mail.html, mail.text
    for number, target in enumerate(targets):
        signed = f"{site}/c/{link_token.sign(key, link_token.Purpose.CLICK, link_token.Link(send, number))}"
        where = target if not target.startswith("/") else site + target
        html, text = html.replace(signed, where), text.replace(signed, where)
    trap = f"{site}/c/{link_token.sign(key, link_token.Purpose.CLICK, link_token.Link(send, HIDDEN_LINK))}"
    return replace(mail, html=html.replace(trap, ""), text=text)
