"""Lets happen what a scenario says, by the very code that takes it in on AWS."""

import json
from copy import replace
from typing import Any

from ripen.adapters import gateway
from ripen.adapters.rows.crm_link import relinked
from ripen.adapters.table import Create, Replace, Row, keys
from ripen.capture import entry_request
from ripen.capture.entry_request import EntryRequest
from ripen.crm import opportunity
from ripen.errors import Rejected
from ripen.failure import Failure
from ripen.ids import digest
from ripen.lead.activity import Activity, Kind
from ripen.lead.lead import CrmLink, Profile
from ripen.mail.feedback import Event, Feedback
from ripen.mail.ledger import Send, SendPointer, SendState
from ripen.nearest import nearest
from ripen.tracking import link_token
from ripen_authoring.simulation import workers
from ripen_authoring.simulation.occurrences import Happening
from ripen_authoring.simulation.replies import answer
from ripen_authoring.simulation.world import ADDRESS_KEY, LINK_KEY, NETWORK_KEY, World

_BROWSER = {
    "accept": "text/html,application/xhtml+xml",
    "sec-fetch-mode": "navigate",
    "user-agent": "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0",
    "host": "ripen.example",
}
_VIEWS = {"view": Kind.PAGE_VIEWED, "read": Kind.PAGE_READ, "download": Kind.FILE_DOWNLOADED}


class Impossible(Exception):
    """It cannot happen as things stand: a link is clicked in a mail that has not been sent."""


def happen(happening: Happening, world: World, lead: str, number: int) -> None:
    """At the world's time. Raises Impossible, and Failure where the playbook does not know what it is about."""
    words = happening.words
    match happening.verb:
        case "form":
            _form(_known(happening, world.bundle.forms), dict(_pairs(words[1:], happening)), world, lead, number)
        case "click" | "scan":
            _click(_known(happening, world.bundle.emails), words, happening.verb == "scan", world, lead, number)
        case "view" | "read" | "download":
            _did(_VIEWS[happening.verb], _word(happening), world, lead, number)
        case "campaign":
            _join(_word(happening), words[1] if len(words) > 1 else "Sent", world, lead, number)
        case "unsubscribe":
            _unsubscribe(words[0] if words else "", world, lead)
        case "bounce" | "complain":
            _refuse(happening.verb, words[0] if words else "", world, lead)
        case "reply" | "autoreply":
            send = latest(world, lead, _known(happening, world.bundle.emails)).value
            answer(send, " ".join(words[1:]), world, number, machine=happening.verb == "autoreply")
        case "convert":
            _convert(world, lead)
        case "opportunity":
            _deal(happening, world, lead)
        case "set":
            _change(world, lead, dict(_pairs(words, happening)), number)
        case "tag" | "untag":
            _tag(world, lead, words, happening.verb == "tag", number)
        case "enter":
            journey = _known(happening, world.bundle.journeys)
            enter(journey, world, lead, number, dict(_pairs(words[1:], happening)))


def enter(journey: str, world: World, lead: str, number: int, facts: dict[str, str] | None = None) -> None:
    """By hand, or with facts by a request: the journey's own `who` and `again` are asked. Raises Failure."""
    said = {"key": f"by hand {number}", "by": "hand"}
    if facts:
        asks = EntryRequest(journey=journey, email="", key=f"request {number}", facts=facts)
        try:
            said = entry_request.requested_entry(asks, world.bundle.journeys[journey], lead, world.clock.now()).facts
        except Rejected as rejected:
            raise Failure(f"The request is refused: {rejected.reason} ({rejected.field}).", "Mend the event.") from None
    _did(Kind.ENTRY_ASKED, journey, world, lead, number, said)


def latest(world: World, lead: str, email: str = "") -> Row[Send]:
    """The latest mail that went out. Raises Impossible."""
    sent = [row for row in world.table.under(lead, "send#") if row.value.state is SendState.ACCEPTED]
    sent = [row for row in sent if email in ("", row.value.email)]
    if not sent:
        raise Impossible(f"{email or 'no mail'} has not been sent")
    return max(sent, key=lambda row: row.value.accepted or row.value.planned)


def _form(form: str, answers: dict[str, str], world: World, lead: str, number: int) -> None:
    row = world.table.get(keys.profile(lead))
    asked = world.bundle.forms[form]
    typed = _typed(row.value, {field.name for field in asked.fields}) if row else {}
    if asked.consent and _agrees(world, lead):
        typed["consent"] = "yes"
    event = _event("POST", f"/forms/{form}", {"form": form}, f"form {number}", json.dumps(typed | answers))
    dependencies = workers.form.Dependencies(
        world.table, world.queue, world.playbook.live(), ADDRESS_KEY, world.clock.now(), lambda: f"simulated{number}"
    )
    answer = workers.form.serve(event, dependencies)
    if answer["statusCode"] != 202:
        raise Failure(f"The form {form} refuses this: {answer['body']}", "Give the persona what the form requires.")


def _typed(profile: Profile, asked: set[str]) -> dict[str, str]:
    """What this person fills in of what is asked."""
    known = {name: getattr(profile, name, "") for name in asked if hasattr(profile, name)}
    return {name: str(value) for name, value in (profile.attributes | known).items() if name in asked and value}


def _agrees(world: World, lead: str) -> bool:
    row = world.table.get(keys.contact(lead))
    permission = row.value.consent.get("marketing") if row else None
    return bool(permission and permission.granted)


def _click(email: str, words: tuple[str, ...], machine: bool, world: World, lead: str, number: int) -> None:
    send = latest(world, lead, email).value
    links = [int(words[1]) - 1] if len(words) > 1 and words[1].isdigit() else [0]
    for link in links:
        signed = link_token.sign_token(LINK_KEY, link_token.Purpose.CLICK, link_token.Link(send.id, link))
        method = "HEAD" if machine else "GET"
        event = _event(method, f"/c/{signed}", {"token": signed}, f"click {number}")
        request = gateway.request(event)
        own = workers.link.OwnKeys(link=LINK_KEY, network=NETWORK_KEY)
        now = world.clock.now()
        answer = workers.link.serve(request, world.table, world.playbook.live(), world.playbook.bundle, own, now)
        if answer["statusCode"] != 302:
            raise Failure(f"The mail {email} has no link {link + 1}.", "Count its links from 1.")


def _did(kind: Kind, subject: str, world: World, lead: str, number: int, facts: dict[str, str] | None = None) -> None:
    now = world.clock.now()
    id = digest("did", kind, subject, number)
    activity = Activity(id=id, lead=lead, kind=kind, at=now, received=now, subject=subject, facts=facts or {})
    key = keys.activity(lead, now, activity.id)
    world.table.write(Create(key, activity, due=now))
    world.queue.wake(key.ref)


def _join(campaign: str, status: str, world: World, lead: str, number: int) -> None:
    """One membership for each campaign, as in Salesforce: a second time changes its status."""
    membership = {"member": digest("member", campaign, lead), "campaign": campaign, "campaign_id": campaign}
    facts = membership | {"status": status, "new": "yes"}
    _did(Kind.CAMPAIGN_JOINED, campaign, world, lead, number, facts)


def _convert(world: World, lead: str) -> None:
    """Sales makes a Contact of the Lead, and Salesforce is asked about it at once."""
    if row := world.table.get(keys.profile(lead)):
        known = replace(row, value=replace(row.value, crm=CrmLink(object="Lead", id="simulated", url="")))
        contact = CrmLink(object="Contact", id="simulated", url="")
        *changes, converted = relinked(known, contact, world.clock.now())
        world.table.write(*changes, converted)
        world.queue.wake(converted.key.ref)


def _deal(happening: Happening, world: World, lead: str) -> None:
    """As capture.poll marks it, for the lead's domain or address."""
    if (word := _word(happening)) not in ("opens", "closes"):
        raise Failure(f"In {happening.written!r}: an opportunity opens or closes.", f"Write: {happening.usage}")
    if not world.bundle.policy.skips_open_opportunities:
        raise Impossible("no policy asks about opportunities (open_opportunity: skip)")
    if profile := world.table.get(keys.profile(lead)):
        key = keys.deal(opportunity.company_token(profile.value.email, ADDRESS_KEY))
        row, accounts = world.table.get(key), ("simulated",) if word == "opens" else ()
        world.table.write(Replace(key, opportunity.OpenOpportunities(accounts=accounts), row.version if row else 0))


def _unsubscribe(email: str, world: World, lead: str) -> None:
    send = latest(world, lead, email).value
    pointer = SendPointer(lead=lead, email=send.email)
    workers.preferences.unsubscribe(pointer, send.id, world.table, world.clock, world.queue, world.queue)


def _refuse(verb: str, email: str, world: World, lead: str) -> None:
    send, now = latest(world, lead, email).value, world.clock.now()
    profile = world.table.get(keys.profile(lead))
    told = Feedback(
        event=Event.BOUNCED if verb == "bounce" else Event.COMPLAINED,
        send=send.id,
        lead=lead,
        message_id=send.message_id,
        recipient=profile.value.email if profile else "",
        mailed=send.accepted or now,
        at=now,
        id=digest(verb, send.id),
        final=True,
        detail="Permanent/General" if verb == "bounce" else "abuse",
    )
    workers.feedback.take_in(told, world.table, world.clock, world.queue, ADDRESS_KEY, world.queue)


def _change(world: World, lead: str, fields: dict[str, str], number: int) -> None:
    row = world.table.get(keys.profile(lead))
    if row is None:
        return
    own: dict[str, Any] = {name: value for name, value in fields.items() if hasattr(row.value, name)}
    others = {name: value for name, value in fields.items() if name not in own}
    attributes = row.value.attributes | others
    _write_profile(world, row, replace(row.value, **(own | {"attributes": attributes})), number)


def _tag(world: World, lead: str, tags: tuple[str, ...], add: bool, number: int) -> None:
    row = world.table.get(keys.profile(lead))
    if row is None:
        return
    kept = tuple(tag for tag in row.value.tags if tag not in tags)
    _write_profile(world, row, replace(row.value, tags=(*kept, *tags) if add else kept), number)


def _write_profile(world: World, row: Row[Profile], profile: Profile, number: int) -> None:
    """And the fold hears of it, as of what a journey's step changes."""
    world.table.write(Replace(row.key, profile, row.version))
    _did(Kind.UPDATED, "", world, profile.id, number)


def _event(method: str, path: str, parameters: dict[str, str], id: str, body: str = "") -> dict[str, Any]:
    return {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": "",
        "headers": (_BROWSER if not body else {"host": "ripen.example", "content-type": "application/json"}),
        "pathParameters": parameters,
        "requestContext": {"http": {"method": method, "sourceIp": "192.0.2.1"}, "requestId": id},
        "body": body,
        "isBase64Encoded": False,
    }


def _known(happening: Happening, names: dict[str, Any]) -> str:
    name = _word(happening)
    if name not in names:
        raise Failure(f"In {happening.written!r}: there is no {name!r}{nearest(name, names)}", "Mend the event.")
    return name


def _word(happening: Happening) -> str:
    if not happening.words:
        raise Failure(f"{happening.written!r} does not say which.", f"Name it: {happening.verb} NAME")
    return happening.words[0]


def _pairs(words: tuple[str, ...], happening: Happening) -> list[tuple[str, str]]:
    for word in words:
        if "=" not in word:
            raise Failure(
                f"In {happening.written!r}: {word!r} is no field=value.", 'Say for example: set company="Acme"'
            )
    return [(name, value) for name, _, value in (word.partition("=") for word in words)]
