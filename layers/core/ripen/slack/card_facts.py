"""The facts about a lead that every card shows: name, score, contact, reasons and touches."""

import re
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

from msgspec import Struct

from ripen.lead.lead import Profile, Touch
from ripen.lead.state import Rank, State
from ripen.playbook.bundle import Bundle
from ripen.playbook.wording import display_phone, full_name, with_honorific
from ripen.scoring.rank import lacks_proof
from ripen.scoring.reasons import reasons
from ripen.scoring.score import Score, score
from ripen.slack.blocks import Block, context, cut, escape, plain, section
from ripen.slack.card_words import card_words

_MOST_REASONS = 3
_MOST_TYPED = 4
_MARKS = {Rank.HOT: "🔥", Rank.WARM: "🌤️", Rank.COLD: "❄️"}
_CLICK_IDS = {"gclid": "google", "yclid": "yahoo", "fbclid": "facebook"}


class CardFacts(Struct, frozen=True, kw_only=True):
    """What a card says about a lead at one moment. `reasons` are in words, strongest first."""

    profile: Profile
    rank: Rank
    score: Score
    reasons: Sequence[str] = ()
    lacks_proof: bool = False
    """Whether only the missing proof of the address keeps the lead below hot."""
    record_wait: str = ""
    """What the record in Salesforce waits for, in words; "" if there is one."""


def card_facts(profile: Profile, state: State | None, bundle: Bundle, now: datetime) -> CardFacts:
    """Return the lead's rank, score and reasons at `now`, in the words of the brand's locale."""
    known = state or State(lead=profile.id)
    brand = bundle.brand
    why = reasons(profile, known, bundle.scoring, now, brand.default_locale, brand.time_zone)
    return CardFacts(
        profile=profile,
        rank=known.rank,
        score=score(known, bundle.scoring, now),
        reasons=[reason.words for reason in why],
        lacks_proof=lacks_proof(known, bundle.scoring, now),
    )


def fact_blocks(facts: CardFacts, locale: str) -> list[Block]:
    """Return the blocks of the name, the score, the contact, the reasons and the touches."""
    words = card_words(locale)
    blocks = [
        {"type": "header", "block_id": "who", "text": plain(marked_name(facts, locale))},
        section("score", *_score_lines(facts, words)),
        _contact(facts.profile, words),
    ]
    if facts.reasons:
        why = [f"• {escape(cut(reason, 'reason'))}" for reason in facts.reasons[:_MOST_REASONS]]
        blocks.append(section("why", *why))
    if touches := _touches(facts.profile, words):
        blocks.append(context("touches", plain(touches)))
    return blocks


def fact_line(facts: CardFacts, locale: str) -> str:
    """Return name, points and strongest reason on one line: the notification, and the text for a screen reader."""
    reason = cut(facts.reasons[0], "reason") if facts.reasons else ""
    points = card_words(locale)["points"].format(total=round(facts.score.total))
    return escape(" – ".join(part for part in (marked_name(facts, locale), points, reason) if part))


def marked_name(facts: CardFacts, locale: str) -> str:
    """Return the lead's name and company behind the mark of the rank."""
    return f"{_MARKS[facts.rank]} {lead_name(facts.profile, locale)}"


def lead_name(profile: Profile, locale: str) -> str:
    """Return name and company, as far as they are known."""
    name, company = cut(full_name(profile), "name"), cut(profile.company, "company")
    if not name:
        return company or card_words(locale)["nobody"]
    if locale == "ja":
        return f"{with_honorific(name)}　{company}".strip()
    return ", ".join(filter(None, (name, company)))


def _score_lines(facts: CardFacts, words: dict[str, str]) -> list[str]:
    score, profile = facts.score, facts.profile
    line = words["score"].format(
        total=round(score.total),
        rank=facts.rank.upper(),
        fit=round(score.fit),
        engagement=round(score.engagement),
    )
    place = words["sep"].join(escape(cut(part, "word")) for part in (profile.department, profile.job_title) if part)
    proof = words["no_proof"] if facts.lacks_proof else ""
    return [part for part in (line, proof, place, _typed(profile, words)) if part]


def _typed(profile: Profile, words: dict[str, str]) -> str:
    """Return the values that somebody typed and that differ from the known ones, "" if there are none.

    They lose every character that a link could be made of.
    """
    shown = [escape(cut(re.sub(r"[:/.@]", " ", value), "word")) for value in profile.typed.values()][:_MOST_TYPED]
    return words["typed"].format(values=words["sep"].join(shown)) if shown else ""


def _contact(profile: Profile, words: dict[str, str]) -> Block:
    """Return phone and address as words that Slack links by itself.

    A phone in free text loses every character that a link could be made of.
    """
    parts = [f"✉️ {escape(cut(profile.email, 'touch'))}"]
    if profile.phone:
        shown = display_phone(profile.phone)
        parts.insert(0, f"☎️ {escape(cut(re.sub(r'[:/.@]', ' ', shown), 'word'))}")
    text = {"type": "mrkdwn", "text": words["sep"].join(parts)}
    return {"type": "section", "block_id": "contact", "text": text}


def _touches(profile: Profile, words: dict[str, str]) -> str:
    """Return the first, the lead's and the last touch in this order, each origin once."""
    shown: dict[str, str] = {}
    named = (("first", profile.first_touch), ("lead", profile.lead_touch), ("last", profile.last_touch))
    for name, touch in named:
        if touch:
            shown.setdefault(_origin(touch, words), words[name])
    return "　→　".join(f"{name}: {origin}" for origin, name in shown.items())


def _origin(touch: Touch, words: dict[str, str]) -> str:
    """Return source and page, as in "google / cpc / spring ・ /pages/whitepaper"."""
    source = touch.utm_source or _ad_network(touch) or _host(touch.referrer) or words["direct"]
    origin = " / ".join(part for part in (source, touch.utm_medium, touch.utm_campaign) if part)
    return words["sep"].join(cut(part, "touch") for part in (origin, _path(touch.url)) if part)


def _ad_network(touch: Touch) -> str:
    return next((network for name, network in _CLICK_IDS.items() if getattr(touch, name)), "")


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
