"""What a lead or its mailbox does with a mail: clicks, replies, unsubscriptions, bounces and complaints."""

import re

from ripen.adapters import gateway
from ripen.adapters.table import keys
from ripen.failure import Failure
from ripen.ids import digest
from ripen.mail.incoming.feedback import Event, Feedback
from ripen.mail.ledger import Send, SendState
from ripen.tracking import link_token
from ripen.words import Words
from ripen_authoring.simulation import workers
from ripen_authoring.simulation.action import Action, ImpossibleEvent
from ripen_authoring.simulation.replies import receive_reply
from ripen_authoring.simulation.requests import gateway_event
from ripen_authoring.simulation.simulator import ADDRESS_KEY, LINK_KEYS, NETWORK_KEY


def follow_links(action: Action) -> None:
    """Follow a link of the mail, the first one unless a number is written.

    `click` is a person, `scan` is a machine.
    """
    simulator = action.simulator
    email = _named_mail(action)
    send = _latest_send(action, email)
    link = _link_number(action) - 1
    token = link_token.sign_token(LINK_KEYS, link_token.Purpose.CLICK, link_token.Link(send.lead, send.id, link))
    method = "HEAD" if action.event.verb == "scan" else "GET"
    request = gateway.request(gateway_event(method, f"/c/{token}", {"token": token}, f"click {action.number}"))
    dependencies = workers.link.Dependencies(
        simulator.table,
        simulator.playbook.live(),
        simulator.playbook.bundle,
        workers.link.LinkKeys(link=LINK_KEYS, network=NETWORK_KEY),
        simulator.clock.now(),
        simulator.queue,
        clock_moves=True,
    )
    response = workers.link.serve(request, dependencies)
    if response["statusCode"] != 302:
        raise Failure(
            Words(
                f"The mail {email} has no link {link + 1}.", f"メール {email} に {link + 1} 番目のリンクはありません。"
            ),
            Words("Count its links from 1.", "リンクは 1 から数えます。"),
        )


def _link_number(action: Action) -> int:
    """Return the number of the link in its mail: 1 unless another one is written. Raise Failure."""
    written = action.words[1] if len(action.words) > 1 else "1"
    if not re.fullmatch("[1-9][0-9]{0,3}", written):
        shown = written[:20]
        raise Failure(
            Words(f"{shown!r} is not the number of a link.", f"{shown!r} はリンクの番号ではありません。"),
            Words("Count its links from 1.", "リンクは 1 から数えます。"),
        )
    return int(written)


def reply(action: Action) -> None:
    """Reply to the mail: `reply` as a person, `autoreply` as a machine."""
    send = _latest_send(action, _named_mail(action))
    machine = action.event.verb == "autoreply"
    receive_reply(send, " ".join(action.words[1:]), action.simulator, action.number, machine=machine)


def unsubscribe(action: Action) -> None:
    """Unsubscribe by the link of the mail, or of the latest mail where none is named."""
    simulator, send = action.simulator, _latest_send(action, _optional_name(action))
    dependencies = workers.preferences.Dependencies(
        table=simulator.table,
        clock=simulator.clock,
        react=simulator.queue,
        walk=simulator.queue,
        link_keys=LINK_KEYS,
        network_key=NETWORK_KEY,
        bundle=simulator.bundle,
    )
    workers.preferences.unsubscribe(send, dependencies)


def report(action: Action) -> None:
    """Report the mail, or the latest one where none is named, as bounced or as spam."""
    simulator, bounced = action.simulator, action.event.verb == "bounce"
    send, now = _latest_send(action, _optional_name(action)), simulator.clock.now()
    profile = simulator.table.get(keys.profile(action.lead))
    feedback = Feedback(
        event=Event.BOUNCED if bounced else Event.COMPLAINED,
        send=send.id,
        lead=action.lead,
        message_id=send.message_id,
        recipient=profile.value.email if profile else "",
        mailed=send.accepted or now,
        at=now,
        id=digest(action.event.verb, send.id),
        final=True,
        detail="Permanent/General" if bounced else "abuse",
    )
    workers.feedback.record_feedback(
        feedback,
        workers.feedback.Dependencies(
            table=simulator.table,
            clock=simulator.clock,
            react=simulator.queue,
            walk=simulator.queue,
            address_key=ADDRESS_KEY,
        ),
    )


def _named_mail(action: Action) -> str:
    return action.name_among(action.simulator.bundle.emails)


def _optional_name(action: Action) -> str:
    return action.words[0] if action.words else ""


def _latest_send(action: Action, email: str = "") -> Send:
    """Return the latest mail that was sent to the lead. Raise ImpossibleEvent where there is none."""
    sends: list[Send] = [row.value for row in action.simulator.table.under(action.lead, "send#")]
    sent = [send for send in sends if send.state is SendState.ACCEPTED and email in ("", send.email)]
    if not sent:
        raise ImpossibleEvent(
            Words(f"{email or 'no mail'} has not been sent", f"{email or 'メール'} はまだ送信されていません")
        )
    return max(sent, key=lambda send: send.accepted or send.planned)
