"""The Slack cards about a lead: readable in five seconds, made of Block Kit, updated in place.

Text that people typed is plain or escaped, and cut: see blocks.py. A whole message stays below 10,000 characters.
"""

import re
from copy import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from ripen.lead.lead import Profile
from ripen.slack.action import ACCEPT, NOT_FIT, OPEN_CRM, RELEASE
from ripen.slack.alert import CONTACT_REQUEST, DOUBTFUL_REPLY, HAND_OFF, REPLY, UNPROVEN_REPLY, Alert, AlertOutcome
from ripen.slack.blocks import (
    Block,
    context,
    cut,
    cut_note,
    escape,
    header,
    mention,
    mrkdwn,
    plain,
    section,
    section_of_text,
)
from ripen.slack.card_facts import CardFacts, answer_blocks, fact_blocks, fact_line, headline, lead_name
from ripen.slack.card_words import card_words
from ripen.slack.hand_off_words import card_line

_FIRST = {CONTACT_REQUEST: "asks", HAND_OFF: "handed_off"}
"""The words of a card's first line, by the kind of its alert; that of a hot lead is what the lead did."""
_MARKS = {REPLY: "✉️", UNPROVEN_REPLY: "⚠️", DOUBTFUL_REPLY: "❔"}
_CAUTIONS = {UNPROVEN_REPLY: "unproven", DOUBTFUL_REPLY: "doubtful"}
_BUTTON = re.compile(r"([A-Za-z0-9_-]{1,64})\|([a-z2-7]{26})")


def lead_card(alert: Alert, facts: CardFacts, locale: str, tz: str) -> dict[str, Any]:
    """Return the card of a lead that is handed off to sales, as {"text", "blocks"}.

    It begins with what just happened, then says who the lead is, then its score and why. It has the buttons Accept and
    Not a fit while it is open. Otherwise it says which person pressed one, and when; an accepted lead can be released.
    """
    words, first, asks = card_words(locale), headline(facts, locale), alert.kind == CONTACT_REQUEST
    if alert.kind in _FIRST:
        first = words[_FIRST[alert.kind]].format(form=cut(alert.text, "word"))
        facts = replace(facts, reasons=[*filter(None, [facts.news]), *facts.reasons])
    why = cut_note(alert.text) if alert.kind == HAND_OFF else ""
    left_out = words["requests_left_out"].format(count=alert.left_out)
    blocks = [
        header("news", first),
        *([context("left_out", plain(left_out))] if alert.left_out else []),
        *([section_of_text("why", why)] if why else []),
        *(answer_blocks(facts.answered, alert.text) if asks else []),
        *fact_blocks(facts, locale),
        *(answer_blocks(facts.answered) if not asks else []),
        *_status(alert, facts, words, locale, tz),
        *_actions(_answers(alert, words) + _links(facts.profile, words)),
    ]
    return {"text": fact_line(first, facts, locale), "blocks": blocks}


def lead_summary(facts: CardFacts, locale: str) -> dict[str, Any]:
    """Return the same facts without an alert: the answer to `/ripen lead`."""
    first = headline(facts, locale)
    links = _actions(_links(facts.profile, card_words(locale)))
    return {
        "text": fact_line(first, facts, locale),
        "blocks": [header("news", first), *fact_blocks(facts, locale), *answer_blocks(facts.answered), *links],
    }


def direct_card(text: str, alert: Alert, facts: CardFacts, locale: str, tz: str) -> dict[str, Any]:
    """Return a direct message about a hand-off: a line, and the card of the hand-off with its buttons."""
    card = lead_card(alert, facts, locale, tz)
    line = context("direct", mrkdwn(text))
    return {"text": f"{text} {card['text']}", "blocks": [line, *card["blocks"]]}


def thread_line(text: str) -> dict[str, Any]:
    """Return a line in the thread of a card."""
    return {"text": text, "blocks": [section("line", text)]}


def note_card(alert: Alert, profile: Profile, locale: str) -> dict[str, Any]:
    """Return the card of a journey's note or a lead's reply: its text, the lead, and the link to the record."""
    words, mark = card_words(locale), _MARKS.get(alert.kind, "🔔")
    text, name = cut_note(alert.text), lead_name(profile, locale)
    blocks: list[Block] = [
        section_of_text("said", f"{mark} {text}"),
        *([context(caution, plain(words[caution]))] if (caution := _CAUTIONS.get(alert.kind)) else []),
        *([context("left_out", plain(words["left_out"].format(count=alert.left_out)))] if alert.left_out else []),
        context("who", plain(words["sep"].join((name, cut(profile.email, "touch"))))),
        *_actions(_links(profile, words)),
    ]
    return {"text": escape(f"{mark} {name}: {cut(text, 'reason')}"), "blocks": blocks}


def parse_button(value: str) -> tuple[str, str] | None:
    """Return lead and alert from a button's value; None for a value that we never set."""
    found = _BUTTON.fullmatch(value)
    return (found[1], found[2]) if found else None


def _status(alert: Alert, facts: CardFacts, words: dict[str, str], locale: str, tz: str) -> list[Block]:
    """Return one line: who got the lead, or the outcome; and the owner in Salesforce or what the record waits for."""
    parts, link = [], facts.profile.crm
    if not alert.outcome and (line := card_line(alert.hand_off, locale)):
        parts.append(line)
    if alert.outcome:
        who, when = mention(alert.by, alert.by_name), _clock(alert.acted, tz)
        parts.append(words[alert.outcome].format(who=who, when=when).rstrip())
    elif asked := alert.asked:
        who, owner = mention(asked.by, asked.by_name), escape(cut(asked.owner_name, "name"))
        parts.append(words["asked"].format(who=who, owner=owner, when=_clock(asked.at, tz)))
    if facts.record_wait:
        parts.append(escape(cut(facts.record_wait, "note")))
    elif link and (link.owner or link.owner_name):
        owner = escape(cut(link.owner_name, "name")) or words["unassigned"]
        parts.append(words["owner"].format(owner=owner))
    return [context("state", *map(mrkdwn, parts))] if parts else []


def _clock(at: datetime | None, tz: str) -> str:
    return at.astimezone(ZoneInfo(tz)).strftime("%H:%M") if at else ""


def _answers(alert: Alert, words: dict[str, str]) -> list[Block]:
    value = f"{alert.lead}|{alert.id}"
    if alert.outcome is AlertOutcome.ACCEPTED:
        return [{"type": "button", "action_id": RELEASE, "text": plain(words["release"]), "value": value}]
    if alert.outcome:
        return []
    return [
        {"type": "button", "action_id": ACCEPT, "style": "primary", "text": plain(words["accept"]), "value": value},
        {"type": "button", "action_id": NOT_FIT, "text": plain(words["not_fit"]), "value": value},
    ]


def _links(profile: Profile, words: dict[str, str]) -> list[Block]:
    if profile.crm is None or not profile.crm.url.startswith("https://"):
        return []
    return [{"type": "button", "action_id": OPEN_CRM, "text": plain(words["open"]), "url": profile.crm.url}]


def _actions(buttons: list[Block]) -> list[Block]:
    return [{"type": "actions", "block_id": "act", "elements": buttons}] if buttons else []
