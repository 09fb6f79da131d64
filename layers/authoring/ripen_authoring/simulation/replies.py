"""An answer to a mail, as it comes back: written, delivered and told of as SES would, and taken in by nurture.reply."""

import json
from email.message import EmailMessage

from ripen.adapters.table import keys
from ripen.mail.ledger import Send
from ripen.tracking import link_token
from ripen_authoring.simulation import workers
from ripen_authoring.simulation.world import ADDRESS_KEY, LINK_KEY, World

_THANKS = {"ja": "ありがとうございます。", "en": "Thank you."}
_AWAY = {"ja": "ただいま不在にしております。", "en": "I am out of the office."}


def answer(send: Send, text: str, world: World, number: int, *, machine: bool) -> None:
    """The lead, or a machine in its place, answers this mail at the address that it asks to be answered at."""
    row = world.table.get(keys.profile(send.lead))
    sender, locale = (row.value.email, row.value.locale) if row else ("", "en")
    signed = link_token.sign_token(LINK_KEY, link_token.Purpose.REPLY, link_token.Link(send.id))
    mail = EmailMessage()
    mail["From"], mail["To"] = sender, f"reply+{signed}@reply.example"
    mail["Subject"], mail["Message-ID"] = f"Re: {send.subject}", f"<{number}.{send.id}@simulated>"
    if machine:
        mail["Auto-Submitted"] = "auto-replied"
    usual = (_AWAY if machine else _THANKS)["ja" if locale == "ja" else "en"]
    mail.set_content(text or usual)
    workers.reply.take_in(_told(mail, number, world), _desk(mail, world))


def _told(mail: EmailMessage, number: int, world: World) -> str:
    """The message of SES's, in the shape in which SNS puts it into the queue."""
    about = {
        "mail": {
            "messageId": f"simulated-{number}",
            "timestamp": world.clock.now().isoformat(),
            "source": mail["From"],
        },
        "receipt": {"recipients": [mail["To"]], "action": {"type": "S3", "objectKey": f"replies/{number}"}},
    }
    return json.dumps({"Message": json.dumps(about)})


def _desk(mail: EmailMessage, world: World) -> workers.reply.Dependencies:
    return workers.reply.Dependencies(
        table=world.table,
        clock=world.clock,
        mail=lambda key, most: mail.as_bytes()[:most],
        react=world.queue,
        alert=world.queue,
        link_key=LINK_KEY,
        address_key=ADDRESS_KEY,
    )
