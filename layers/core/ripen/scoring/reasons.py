"""The reasons for a score in words: 料金ページを本日3回閲覧 in Slack, and with dates in Salesforce."""

from datetime import date, datetime
from math import floor
from zoneinfo import ZoneInfo

from msgspec import Struct

from ripen.lead.lead import Profile
from ripen.lead.state import RulePoints, State
from ripen.playbook.bundle import EngagementRule, Scoring
from ripen.playbook.graph import Texts
from ripen.playbook.template import render_text
from ripen.scoring.score import capped, decayed, half_life, points_with_rules


class Reason(Struct, frozen=True, kw_only=True):
    """One reason. `points` are those of now; `last` is None for fit, which does not come from activities."""

    code: str
    words: str
    points: float
    last: datetime | None = None


def reasons(
    profile: Profile,
    state: State,
    scoring: Scoring,
    now: datetime,
    locale: str,
    tz: str,
    with_dates: bool = False,
    limit: int = 3,
) -> list[Reason]:
    """Return the reasons for the score, strongest first, without those that round to no point.

    `with_dates` writes dates instead of "today", for texts that are read months later; `tz` is an IANA name.
    """
    found = [*_fit(profile, state, scoring, locale), *_engagement(state, scoring, now, locale, tz, with_dates)]
    shown = [reason for reason in found if floor(abs(reason.points) + 0.5)]
    return sorted(shown, key=lambda reason: (-reason.points, reason.code))[:limit]


def how_often(earned: RulePoints, now: datetime, locale: str, tz: str, with_dates: bool) -> str:
    """Return a phrase for how often and when, such as 本日3回, 3日前に, 3 times today or on 2026-11-21."""
    days = [at.astimezone(ZoneInfo(tz)).date() for at in earned.times]
    phrase = _japanese if locale == "ja" else _english
    return phrase(days, earned.count, None if with_dates else now.astimezone(ZoneInfo(tz)).date())


def _fit(profile: Profile, state: State, scoring: Scoring, locale: str) -> list[Reason]:
    lead = {
        "company": profile.company,
        "department": profile.department,
        "job_title": profile.job_title,
        "locale": profile.locale,
        "domain": profile.email.rpartition("@")[2],
    }
    return [
        Reason(code=rule.code, words=render_text(_text(rule.words, locale), {"lead": lead}), points=rule.points)
        for rule in scoring.fit
        if rule.code in state.fit_reasons
    ]


def _engagement(state: State, scoring: Scoring, now: datetime, locale: str, tz: str, with_dates: bool) -> list[Reason]:
    return [
        Reason(
            code=rule.code,
            words=_words(earned, rule, now, locale, tz, with_dates),
            points=capped(decayed(earned, half_life(scoring), now), rule.cap),
            last=earned.at,
        )
        for earned, rule in points_with_rules(state, scoring)
    ]


def _words(earned: RulePoints, rule: EngagementRule, now: datetime, locale: str, tz: str, with_dates: bool) -> str:
    zone = ZoneInfo(tz)
    today = now.astimezone(zone).date()
    days = [at.astimezone(zone).date() for at in earned.times]
    return render_text(
        _text(rule.words, locale),
        {
            "when": how_often(earned, now, locale, tz, with_dates),
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
