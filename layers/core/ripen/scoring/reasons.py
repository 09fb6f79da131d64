"""The reasons for a score in words: 料金ページを11月21日に3回閲覧 on a card, and with the year in Salesforce.

What the lead did comes before who the lead is: sales calls because of the former.
"""

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum
from math import floor
from zoneinfo import ZoneInfo

from msgspec import Struct

from ripen.lead.lead import Profile
from ripen.lead.state import RulePoints, State
from ripen.playbook.graph import Texts
from ripen.playbook.scoring import EngagementRule, FitRule, Scoring
from ripen.playbook.template import render_text
from ripen.scoring.count_rule import in_window
from ripen.scoring.score import Scored, points_now, points_with_rules


class Said(StrEnum):
    """How a reason says when something happened."""

    RELATIVE = "relative"
    """本日3回, for texts that are read now."""
    BY_DAY = "by day"
    """11月21日に3回, for a card, which is read on the next days as well."""
    DATED = "dated"
    """2026-11-21までに計3回, for texts that are read months later."""


class Reason(Struct, frozen=True, kw_only=True):
    """One reason. `points` are those of now. For fit, which no activity earns, `last` is None and `kind` ""."""

    code: str
    words: str
    points: float
    last: datetime | None = None
    kind: str = ""
    disqualifies: bool = False
    """Whether this is why the lead is cold, however many points it has."""


def reasons(
    profile: Profile,
    state: State,
    scoring: Scoring,
    now: datetime,
    locale: str,
    tz: str,
    said: Said = Said.RELATIVE,
    with_presence: bool = False,
    limit: int = 3,
) -> list[Reason]:
    """Return the reasons for the score, without those that round to no point, and each wording once.

    What disqualifies the lead comes first, then what the lead did, then who the lead is, each strongest first; what
    takes points away comes last.
    `said` is how they say when; `tz` is an IANA name.
    `with_presence` adds, at the end, the rules that only say that a field was filled in: they explain the points and
    are no reason to call.
    """
    fit = _fit(profile, state, scoring, locale)
    first = [reason for reason in (disqualification(profile, state, scoring, locale),) if reason]
    told = [reason for reason, rule in fit if not _only_presence(rule)]
    found = [*_engagement(state, scoring, now, locale, tz, said), *told]
    presence = [reason for reason, rule in fit if _only_presence(rule)] if with_presence else []
    return [*first, *_each_once([*sorted(found, key=_order), *sorted(presence, key=_order)])][:limit]


def reasons_by_rule(
    profile: Profile, state: Scored, scoring: Scoring, now: datetime, locale: str, tz: str
) -> tuple[list[Reason], list[Reason]]:
    """Return a reason for each rule of fit, and for each of engagement, also for those that give nothing now."""
    fit = [reason for reason, _ in _fit(profile, state, scoring, locale)]
    return fit, _engagement(state, scoring, now, locale, tz, Said.RELATIVE)


def disqualification(profile: Profile, state: State, scoring: Scoring, locale: str) -> Reason | None:
    """Return why the lead is cold, however many points it has; None if it is not disqualified."""
    rule = next((rule for rule in scoring.disqualify if rule.code == state.disqualified), None)
    if rule is None:
        return None
    words = render_text(_text(rule.words, locale), {"lead": _lead(profile)})
    said = f"対象外: {words}" if locale == "ja" else f"Disqualified: {words}"
    return Reason(code=rule.code, words=said, points=0.0, disqualifies=True)


def how_often(earned: RulePoints, now: datetime, locale: str, tz: str, said: Said) -> str:
    """Return a phrase for how often and when, such as 本日3回, 3日前に, 3 times today or on 21 November."""
    days = [at.astimezone(ZoneInfo(tz)).date() for at in earned.times]
    phrase = _japanese if locale == "ja" else _english
    match said:
        case Said.DATED:
            return phrase(days, earned.count, None)
        case Said.BY_DAY:
            return (_japanese_day if locale == "ja" else _english_day)(days, earned.count)
    return phrase(days, earned.count, now.astimezone(ZoneInfo(tz)).date())


def _order(reason: Reason) -> tuple[bool, bool, float, str]:
    return reason.points < 0, reason.last is None, -reason.points, reason.code


def _each_once(found: Iterable[Reason]) -> list[Reason]:
    """Return the reasons that are worth a point, without those whose words came before."""
    words: dict[str, Reason] = {}
    for reason in found:
        if floor(abs(reason.points) + 0.5):
            words.setdefault(reason.words, reason)
    return list(words.values())


def _only_presence(rule: FitRule) -> bool:
    return all(condition.present for condition in rule.when)


def _fit(profile: Profile, state: Scored, scoring: Scoring, locale: str) -> list[tuple[Reason, FitRule]]:
    lead = _lead(profile)
    return [
        (Reason(code=rule.code, words=render_text(_text(rule.words, locale), {"lead": lead}), points=rule.points), rule)
        for rule in scoring.fit
        if rule.code in state.fit_reasons
    ]


def _lead(profile: Profile) -> dict[str, str]:
    return {
        "company": profile.company,
        "department": profile.department,
        "job_title": profile.job_title,
        "locale": profile.locale,
        "domain": profile.email.rpartition("@")[2],
    }


def _engagement(state: Scored, scoring: Scoring, now: datetime, locale: str, tz: str, said: Said) -> list[Reason]:
    return [
        Reason(
            code=rule.code,
            words=_words(in_window(earned, rule.count, now), rule, now, locale, tz, said),
            points=points_now(earned, rule, scoring, now),
            last=earned.at,
            kind=rule.kind,
        )
        for earned, rule in points_with_rules(state, scoring)
    ]


def _words(earned: RulePoints, rule: EngagementRule, now: datetime, locale: str, tz: str, said: Said) -> str:
    zone = ZoneInfo(tz)
    today = now.astimezone(zone).date()
    days = [at.astimezone(zone).date() for at in earned.times]
    return render_text(
        _text(rule.words, locale),
        {
            "when": how_often(earned, now, locale, tz, said),
            "count": earned.count,
            "today": days.count(today),
            "last": days[0].isoformat(),
            "subject": rule.subject,
        },
    )


def _text(words: Texts, locale: str) -> str:
    return words.get(locale) or next(iter(words.values()), "")


def _japanese(days: list[date], count: int, today: date | None) -> str:
    if today is None:
        return f"{days[0]}に" if count == 1 else f"{days[0]}までに計{count}回"
    ago = (today - days[0]).days
    if ago > 1:
        return f"{ago}日前に" if count == 1 else f"{ago}日前までに計{count}回"
    times = days.count(days[0])
    return ("昨日" if ago == 1 else "本日") + (f"{times}回" if times > 1 else "")


def _english(days: list[date], count: int, today: date | None) -> str:
    if today is None:
        return f"on {days[0]}" if count == 1 else f"{count} times, last on {days[0]}"
    ago = (today - days[0]).days
    if ago > 1:
        return f"{ago} days ago" if count == 1 else f"{count} times, last {ago} days ago"
    times = days.count(days[0])
    return (f"{times} times " if times > 1 else "") + ("yesterday" if ago == 1 else "today")


def _japanese_day(days: list[date], count: int) -> str:
    last = f"{days[0].month}月{days[0].day}日"
    if days.count(days[0]) < count:
        return f"{last}までに計{count}回"
    return f"{last}に" + (f"{count}回" if count > 1 else "")


def _english_day(days: list[date], count: int) -> str:
    last = f"on {days[0]:%-d %B}"
    if days.count(days[0]) < count:
        return f"{count} times, last {last}"
    return (f"{count} times " if count > 1 else "") + last
