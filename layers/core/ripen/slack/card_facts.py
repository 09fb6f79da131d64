"""The facts about a lead that every card shows: its latest act, name, contact, touches, score and reasons."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import urlsplit

from msgspec import Struct

from ripen.lead.activity import OWN_KINDS, Kind
from ripen.lead.attribution import origin
from ripen.lead.lead import FormAnswers, Profile, Touch
from ripen.lead.state import Rank, State
from ripen.playbook.bundle import Bundle
from ripen.playbook.form_answers import AnsweredForm, answered_form
from ripen.playbook.titles import title
from ripen.playbook.wording import display_phone, full_name, with_honorific
from ripen.scoring.rank import lacks_proof
from ripen.scoring.reasons import Reason, Said, reasons
from ripen.scoring.score import Score, score
from ripen.scoring.whole_points import whole
from ripen.slack.blocks import Block, context, cut, cut_answer, cut_note, escape, plain, section
from ripen.slack.card_words import card_words

_MOST_REASONS = 3
_ALL = 1000
_MOST_TYPED = 4
_MARKS = {Rank.HOT: "🔥", Rank.WARM: "🌤️", Rank.COLD: "❄️"}
_NEWS = (*OWN_KINDS, Kind.REPLIED, Kind.CONFIRMED)


class CardFacts(Struct, frozen=True, kw_only=True):
    """What a card says about a lead at one moment."""

    profile: Profile
    rank: Rank
    score: Score
    cell: str = ""
    """Grade and level, such as "A3", if the playbook has them."""
    news: str = ""
    """What the lead did last, in words; "" if it did nothing that counts."""
    reasons: Sequence[str] = ()
    """The other reasons for the score, in words, those to show first."""
    disqualified: str = ""
    """Why the lead is cold, however many points it has, in words; "" if it is not disqualified."""
    lacks_proof: bool = False
    """Whether only the missing proof of the address keeps the lead below hot."""
    answered: AnsweredForm | None = None
    """The answers to show: those of the contact request, else of the latest form."""
    page_titles: Mapping[str, str] = {}
    """The titles of our own pages by path."""
    record_wait: str = ""
    """What the record in Salesforce waits for, in words; "" if there is one."""


def card_facts(
    profile: Profile, state: State | None, bundle: Bundle, now: datetime, asked: FormAnswers | None = None
) -> CardFacts:
    """Return the lead's rank, score, latest act and reasons at `now`, in the words of the brand's locale.

    `asked` are the answers of the contact request that the card is about.
    """
    known = state or State(lead=profile.id)
    brand = bundle.brand
    locale, zone = brand.default_locale, brand.time_zone
    why = reasons(profile, known, bundle.scoring, now, locale, zone, said=Said.BY_DAY, limit=_ALL)
    shown = [asked] if asked else profile.answers
    news = max(filter(_is_act, why), key=_when, default=None)
    disqualifies = next((reason for reason in why if reason.disqualifies), None)
    return CardFacts(
        profile=profile,
        rank=known.rank,
        cell=f"{known.grade}{known.level or ''}",
        score=score(known, bundle.scoring, now),
        news=news.words if news else "",
        reasons=[reason.words for reason in why if reason not in (news, disqualifies)],
        disqualified=disqualifies.words if disqualifies else "",
        lacks_proof=lacks_proof(known, bundle.scoring, now),
        answered=next((answered_form(each, bundle, brand.default_locale) for each in shown), None),
        page_titles={
            f"/pages/{name}": title(bundle, "pages", name).in_language(brand.default_locale) for name in bundle.pages
        },
    )


def _is_act(reason: Reason) -> bool:
    """Return whether the lead itself did it: points that sales' answer or a journey gave are no news."""
    return reason.last is not None and reason.kind in _NEWS


def _when(reason: Reason) -> tuple[datetime, float]:
    return reason.last or datetime.min.replace(tzinfo=UTC), reason.points


def headline(facts: CardFacts, locale: str) -> str:
    """Return what just happened, behind the mark of the rank: the first line of a card."""
    return f"{_MARKS[facts.rank]} {cut(facts.news, 'news') or card_words(locale)['no_news']}"


def fact_blocks(facts: CardFacts, locale: str) -> list[Block]:
    """Return the blocks of who the lead is, its contact and touches, and the score with its reasons."""
    words = card_words(locale)
    touches = _touches(facts, words, locale)
    return [
        *([context("disqualified", plain(f"⛔ {cut(facts.disqualified, 'reason')}"))] if facts.disqualified else []),
        section("who", *_who(facts.profile, words, locale)),
        _contact(facts.profile, words),
        *([context("touches", plain(touches))] if touches else []),
        section("score", *_score_lines(facts, words), *_reasons(facts)),
    ]


def answer_blocks(form: AnsweredForm | None, title: str = "") -> list[Block]:
    """Return what the lead answered, below the form's title and the day, or alone if `title` says the form already."""
    if form is None:
        return []
    first = [] if form.title == title else [f"📝 {cut(form.heading, 'reason')}"]
    lines = (f"{cut(label, 'word')}: {cut_answer(value)}" for label, value in form.answers)
    return [{"type": "section", "block_id": "answers", "text": plain(cut_note("\n".join((*first, *lines))))}]


def fact_line(first: str, facts: CardFacts, locale: str) -> str:
    """Return a card's first line, the name and the points: the notification, and the text for a screen reader."""
    points = card_words(locale)["points"].format(total=whole(facts.score).total)
    return escape(" – ".join((first, lead_name(facts.profile, locale), points)))


def _reasons(facts: CardFacts) -> list[str]:
    return [f"• {escape(cut(reason, 'reason'))}" for reason in facts.reasons[:_MOST_REASONS]]


def _who(profile: Profile, words: dict[str, str], locale: str) -> list[str]:
    place = words["sep"].join(escape(cut(part, "word")) for part in (profile.department, profile.job_title) if part)
    return [part for part in (f"*{escape(lead_name(profile, locale))}*", place) if part]


def lead_name(profile: Profile, locale: str) -> str:
    """Return name and company, as far as they are known."""
    name, company = cut(full_name(profile), "name"), cut(profile.company, "company")
    if not name:
        return company or card_words(locale)["nobody"]
    if locale == "ja":
        return f"{with_honorific(name)}　{company}".strip()
    return ", ".join(filter(None, (name, company)))


def _score_lines(facts: CardFacts, words: dict[str, str]) -> list[str]:
    score = whole(facts.score)
    rank = f"{words[facts.rank]} {facts.cell}".strip()
    line = words["score"].format(total=score.total, rank=rank, fit=score.fit, engagement=score.engagement)
    proof = words["no_proof"] if facts.lacks_proof else ""
    return [part for part in (line, proof, _typed(facts.profile, words)) if part]


def _typed(profile: Profile, words: dict[str, str]) -> str:
    """Return the values of the profile that somebody typed and that differ, "" if there are none.

    They lose every character that a link could be made of.
    """
    answered = {name for form in profile.answers for name in form.values}
    typed = [value for name, value in profile.typed.items() if name not in answered]
    shown = [escape(cut(re.sub(r"[:/.@]", " ", value), "word")) for value in typed][:_MOST_TYPED]
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


def _touches(facts: CardFacts, words: dict[str, str], locale: str) -> str:
    """Return the first, the lead's and the last touch in this order, each origin once."""
    profile, shown = facts.profile, dict[str, str]()
    named = (("first", profile.first_touch), ("lead", profile.lead_touch), ("last", profile.last_touch))
    for name, touch in named:
        if touch:
            shown.setdefault(_origin(touch, facts.page_titles, words, locale), words[name])
    return "　→　".join(f"{name}: {origin}" for origin, name in shown.items())


def _origin(touch: Touch, page_titles: Mapping[str, str], words: dict[str, str], locale: str) -> str:
    """Return origin and page, as in "Google ad / spring ・ White paper"; a page that is not ours by its path."""
    path = _path(touch.url)
    parts = (" / ".join(origin(touch, locale)), page_titles.get(path, path))
    return words["sep"].join(cut(part, "touch") for part in parts if part)


def _path(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        return ""
