"""A reply to a mail, received by nurture.reply in the form in which SES delivers it."""

import json
from email.message import EmailMessage

from ripen.adapters.table import keys
from ripen.mail.ledger import Send
from ripen.tracking import link_token
from ripen_authoring.simulation import workers
from ripen_authoring.simulation.simulator import ADDRESS_KEY, LINK_KEYS, Simulator

_DEFAULT_TEXT = {"ja": "ありがとうございます。", "en": "Thank you."}
_OUT_OF_OFFICE = {"ja": "ただいま不在にしております。", "en": "I am out of the office."}


def receive_reply(send: Send, text: str, simulator: Simulator, number: int, *, machine: bool) -> None:
    """Receive a reply of the lead, or of a machine in its place, at the reply address of the mail."""
    row = simulator.table.get(keys.profile(send.lead))
    sender, locale = (row.value.email, row.value.locale) if row else ("", "en")
    token = link_token.sign_token(LINK_KEYS, link_token.Purpose.REPLY, link_token.Link(send.lead, send.id))
    mail = EmailMessage()
    mail["From"], mail["To"] = sender, f"reply+{token}@reply.example"
    mail["Subject"], mail["Message-ID"] = f"Re: {send.subject}", f"<{number}.{send.id}@simulated>"
    if machine:
        mail["Auto-Submitted"] = "auto-replied"
    default = (_OUT_OF_OFFICE if machine else _DEFAULT_TEXT)["ja" if locale == "ja" else "en"]
    mail.set_content(text or default)
    workers.reply.receive_reply(_notification(mail, number, simulator), _dependencies(mail, simulator))


def _notification(mail: EmailMessage, number: int, simulator: Simulator) -> str:
    """Return the message of SES in the form in which SNS puts it into the queue."""
    about = {
        "mail": {
            "messageId": f"simulated-{number}",
            "timestamp": simulator.clock.now().isoformat(),
            "source": mail["From"],
        },
        "receipt": {"recipients": [mail["To"]], "action": {"type": "S3", "objectKey": f"replies/{number}"}},
    }
    return json.dumps({"Message": json.dumps(about)})


def _dependencies(mail: EmailMessage, simulator: Simulator) -> workers.reply.Dependencies:
    return workers.reply.Dependencies(
        table=simulator.table,
        clock=simulator.clock,
        mail=lambda key, most: mail.as_bytes()[:most],
        react=simulator.queue,
        alert=simulator.queue,
        link_keys=LINK_KEYS,
        address_key=ADDRESS_KEY,
    )
