"""The Slack card about a lead: readable in five seconds, made of Block Kit, kept up to date in its place.

What people typed is shown as plain text or escaped, and cut: see blocks.py. A whole message stays below 10,000
characters.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from msgspec import Struct

from ripen.lead.lead import Profile, Touch
from ripen.lead.state import Rank, State
from ripen.playbook.bundle import Bundle
from ripen.playbook.wording import display_phone, full_name
from ripen.scoring.reasons import reasons
from ripen.scoring.score import Score, score
from ripen.slack.alert import Alert
from ripen.slack.blocks import Block, cut, escape, lines, mrkdwn, plain, section

ACCEPT = "accept"
NOT_FIT = "not_fit"
OPEN_CRM = "open_crm"

ACCEPTED = "accepted"
NOT_A_FIT = "not a fit"

_USER_ID = re.compile(r"[UW][A-Z0-9]{2,20}")
_MARKS = {Rank.HOT: "🔥", Rank.WARM: "🌤️", Rank.COLD: "❄️"}
_WORDS = {
    "ja": {
        "nobody": "お名前未入力",
        "score": "*{total}点* {rank}　（属性 {fit}・行動 {engagement}）",
        "first": "初回",
        "lead": "獲得",
        "last": "直近",
        "direct": "直接",
        "accept": "対応する",
        "not_fit": "見送り",
        "open": "Salesforce で開く",
        "unsynced": "Salesforce に登録中…",
        "accepted": "✅ 対応: {who}　{when}",
        "not a fit": "🚫 見送り: {who}　{when}",
        "owner": "Salesforce の担当: {owner}",
        "sep": " ・ ",
    },
    "en": {
        "nobody": "Name not given",
        "score": "*{total} points* {rank}  (fit {fit}, engagement {engagement})",
        "first": "First",
        "lead": "Converted",
        "last": "Latest",
        "direct": "direct",
        "accept": "Accept",
        "not_fit": "Not a fit",
        "open": "Open in Salesforce",
        "unsynced": "Saving to Salesforce…",
        "accepted": "✅ Accepted by {who}  {when}",
        "not a fit": "🚫 Not a fit: {who}  {when}",
        "owner": "Salesforce owner: {owner}",
        "sep": " · ",
    },
}


class CardFacts(Struct, frozen=True, kw_only=True):
    """What the card says of a lead at one moment; `reasons` are in words, strongest first."""

    profile: Profile
    rank: Rank
    score: Score
    reasons: Sequence[str] = ()


def card_facts(profile: Profile, state: State | None, bundle: Bundle, now: datetime) -> CardFacts:
    """How the lead stands at `now`, in the words of the brand's locale."""
    known = state or State(lead=profile.id)
    brand = bundle.brand
    why = reasons(profile, known, bundle.scoring, now, brand.default_locale, brand.time_zone)
    return CardFacts(
        profile=profile,
        rank=known.rank,
        score=score(known, bundle.scoring, now),
        reasons=[reason.words for reason in why],
    )


def hot_lead_card(alert: Alert, standing: CardFacts, locale: str, tz: str) -> dict[str, Any]:
    """The card of an alert, {"text", "blocks"}: Accept and Not a fit until somebody has acted, then who did and when."""
    words = _words(locale)
    blocks = [*_facts(standing, locale), _state(alert, standing.profile, words, tz)]
    buttons = [*_answers(alert, words), *_links(standing.profile, words)]
    if buttons:
        blocks.append({"type": "actions", "block_id": "act", "elements": buttons})
    return {"text": _text(standing, locale), "blocks": [block for block in blocks if block]}


def lead_summary(standing: CardFacts, locale: str) -> dict[str, Any]:
    """The same facts without an alert: the answer to `/ripen lead`."""
    words = _words(locale)
    blocks = _facts(standing, locale)
    if links := _links(standing.profile, words):
        blocks.append({"type": "actions", "block_id": "act", "elements": links})
    return {"text": _text(standing, locale), "blocks": blocks}


def note_card(alert: Alert, profile: Profile, locale: str) -> dict[str, Any]:
    """What a journey or a reply has to say of a lead: who it is about, the text as it is, the way to the lead's record."""
    words, mark = _words(locale), "✉️" if alert.kind == "reply" else "🔔"
    said = lines(alert.text)
    about = [plain(words["sep"].join((_who(profile, locale), cut(profile.email, "touch"))))]
    blocks: list[Block] = [
        {"type": "section", "block_id": "said", "text": plain(f"{mark} {said}")},
        {"type": "context", "block_id": "who", "elements": about},
    ]
    if links := _links(profile, words):
        blocks.append({"type": "actions", "block_id": "act", "elements": links})
    return {"text": escape(f"{mark} {_who(profile, locale)}: {cut(said, 'reason')}"), "blocks": blocks}


def parse_button(value: str) -> tuple[str, str] | None:
    """(lead, alert) out of a button's value; None for what we never put there."""
    found = re.fullmatch(r"([A-Za-z0-9_-]{1,64})\|([a-z2-7]{26})", value)
    return (found[1], found[2]) if found else None


def _facts(standing: CardFacts, locale: str) -> list[Block]:
    words, profile = _words(locale), standing.profile
    blocks: list[Block] = [
        {"type": "header", "block_id": "who", "text": plain(f"{_MARKS[standing.rank]} {_who(profile, locale)}")},
        section("score", *_score_lines(standing, words)),
        _contact(profile, words),
    ]
    if standing.reasons:
        why = [f"• {escape(cut(reason, 'reason'))}" for reason in standing.reasons[:3]]
        blocks.append(section("why", *why))
    if touches := _touches(profile, words):
        blocks.append({"type": "context", "block_id": "touches", "elements": [plain(touches)]})
    return blocks


def _who(profile: Profile, locale: str) -> str:
    name, company = cut(full_name(profile), "name"), cut(profile.company, "company")
    if not name:
        return company or _words(locale)["nobody"]
    named = f"{name.removesuffix('様').rstrip()} 様" if locale == "ja" else name
    return f"{named}　{company}".strip() if locale == "ja" else ", ".join(filter(None, (named, company)))


def _score_lines(standing: CardFacts, words: dict[str, str]) -> list[str]:
    score, profile = standing.score, standing.profile
    line = words["score"].format(
        total=round(score.total),
        rank=standing.rank.upper(),
        fit=round(score.fit),
        engagement=round(score.engagement),
    )
    place = words["sep"].join(escape(cut(part, "word")) for part in (profile.department, profile.job_title) if part)
    return [line, place] if place else [line]


def _contact(profile: Profile, words: dict[str, str]) -> Block:
    """Phone and address as words that Slack itself makes links of; a phone as typed keeps nothing a link is made of."""
    parts = [f"✉️ {escape(cut(profile.email, 'touch'))}"]
    if profile.phone:
        shown = display_phone(profile.phone)
        parts.insert(0, f"☎️ {escape(cut(re.sub(r'[:/.@]', ' ', shown), 'word'))}")
    text = {"type": "mrkdwn", "text": words["sep"].join(parts)}
    return {"type": "section", "block_id": "contact", "text": text}


def _touches(profile: Profile, words: dict[str, str]) -> str:
    """First → lead → latest, each origin once."""
    shown: dict[str, str] = {}
    named = (("first", profile.first_touch), ("lead", profile.lead_touch), ("last", profile.last_touch))
    for name, touch in named:
        if touch:
            shown.setdefault(_origin(touch, words), words[name])
    return "　→　".join(f"{name}: {origin}" for origin, name in shown.items())


def _origin(touch: Touch, words: dict[str, str]) -> str:
    """ "google / cpc / spring ・ /pages/whitepaper"."""
    clicked = "google" if touch.gclid else "yahoo" if touch.yclid else "facebook" if touch.fbclid else ""
    source = touch.utm_source or clicked or _host(touch.referrer) or words["direct"]
    origin = " / ".join(part for part in (source, touch.utm_medium, touch.utm_campaign) if part)
    return words["sep"].join(cut(part, "touch") for part in (origin, _path(touch.url)) if part)


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _path(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


def _state(alert: Alert, profile: Profile, words: dict[str, str], tz: str) -> Block:
    """One line on where it stands: who acted and when, who owns it, or that Salesforce does not have it yet."""
    parts = []
    if alert.outcome:
        when = alert.acted.astimezone(ZoneInfo(tz)).strftime("%H:%M") if alert.acted else ""
        parts.append(words[alert.outcome].format(who=_mention(alert), when=when).rstrip())
    if profile.crm is None:
        parts.append(words["unsynced"])
    elif profile.crm.owner_name:
        parts.append(words["owner"].format(owner=escape(cut(profile.crm.owner_name, "name"))))
    return {"type": "context", "block_id": "state", "elements": [mrkdwn(part) for part in parts]} if parts else {}


def _mention(alert: Alert) -> str:
    return f"<@{alert.by}>" if _USER_ID.fullmatch(alert.by) else f"@{escape(cut(alert.by_name, 'name'))}"


def _answers(alert: Alert, words: dict[str, str]) -> list[Block]:
    if alert.outcome:
        return []
    value = f"{alert.lead}|{alert.id}"
    return [
        {"type": "button", "action_id": ACCEPT, "style": "primary", "text": plain(words["accept"]), "value": value},
        {"type": "button", "action_id": NOT_FIT, "text": plain(words["not_fit"]), "value": value},
    ]


def _links(profile: Profile, words: dict[str, str]) -> list[Block]:
    if profile.crm is None or not profile.crm.url.startswith("https://"):
        return []
    return [{"type": "button", "action_id": OPEN_CRM, "text": plain(words["open"]), "url": profile.crm.url}]


def _text(standing: CardFacts, locale: str) -> str:
    """The notification, and what a screen reader says."""
    reason = cut(standing.reasons[0], "reason") if standing.reasons else ""
    who = f"{_MARKS[standing.rank]} {_who(standing.profile, locale)}"
    points = f"{round(standing.score.total)}{'点' if locale == 'ja' else ' points'}"
    return escape(" – ".join(part for part in (who, points, reason) if part))


def _words(locale: str) -> dict[str, str]:
    return _WORDS.get(locale, _WORDS["en"])
