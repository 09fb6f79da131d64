"""The reasons for a score, in words."""

from copy import replace
from datetime import datetime, timedelta

import pytest

from ripen.lead.activity import Activity, Kind
from ripen.lead.history import history_entry
from ripen.lead.state import RulePoints, State
from ripen.playbook.clause import Condition
from ripen.playbook.scoring import EngagementRule, FitRule
from ripen.scoring.reasons import Reason, Said, reasons
from ripen.scoring.score import add_points, fit
from tests.support.builders import a_bundle, a_lead, an_activity
from tests.support.fakes import NOON

TOKYO = "Asia/Tokyo"
SCORING = replace(
    a_bundle().scoring,
    engagement=(
        EngagementRule(
            code="pricing",
            kind="page_viewed",
            points=12,
            cap=36,
            words={"ja": "料金ページを{{ when }}閲覧", "en": "Viewed the pricing page {{ when }}"},
        ),
        EngagementRule(
            code="numbers",
            kind="link_clicked",
            subject="mail",
            points=1,
            words={"ja": "{{ subject }} {{ count }} {{ today }} {{ last }}"},
        ),
        EngagementRule(code="no", kind="rejected_by_sales", points=-50, words={"ja": "対象外"}),
    ),
    fit=(
        FitRule(
            code="title",
            when=(Condition(field="job_title", contains=("部長",)),),
            points=40,
            words={"ja": "役職: {{ lead.job_title }}", "en": "Job title: {{ lead.job_title }}"},
        ),
    ),
)
HANAKO = a_lead(job_title="営業部長")


def reasons_after(
    *hours_ago: float,
    kind: Kind = Kind.PAGE_VIEWED,
    now: datetime = NOON,
    locale: str = "ja",
    said: Said = Said.RELATIVE,
) -> list[Reason]:
    rule_points: dict[str, RulePoints] = {}
    for n, hours in enumerate(hours_ago):
        at = now - timedelta(hours=hours)
        rule_points = add_points(
            rule_points,
            history_entry(an_activity(id=str(n), kind=kind, subject="mail", at=at, received=at)),
            SCORING,
        )
    points, codes = fit(HANAKO, SCORING)
    state = State(lead="lead1", rule_points=rule_points, fit=points, fit_reasons=codes)
    return reasons(HANAKO, state, SCORING, now, locale, TOKYO, said=said)


@pytest.mark.parametrize(
    ("hours_ago", "relative", "dated", "day"),
    [
        ((0,), "料金ページを本日閲覧", "料金ページを2026-11-21に閲覧", "料金ページを11月21日に閲覧"),
        (
            (0, 1, 2),
            "料金ページを本日3回閲覧",
            "料金ページを2026-11-21までに計3回閲覧",
            "料金ページを11月21日に3回閲覧",
        ),
        (
            (0, 24),
            "料金ページを本日閲覧",
            "料金ページを2026-11-21までに計2回閲覧",
            "料金ページを11月21日までに計2回閲覧",
        ),
        ((13,), "料金ページを昨日閲覧", "料金ページを2026-11-20に閲覧", "料金ページを11月20日に閲覧"),
        ((24, 25), "料金ページを昨日2回閲覧", "料金ページを2026-11-20までに計2回閲覧", "料金ページを11月20日に2回閲覧"),
        ((72,), "料金ページを3日前に閲覧", "料金ページを2026-11-18に閲覧", "料金ページを11月18日に閲覧"),
        (
            (72, 96),
            "料金ページを3日前までに計2回閲覧",
            "料金ページを2026-11-18までに計2回閲覧",
            "料金ページを11月18日までに計2回閲覧",
        ),
    ],
)
def test_reason_says_how_often_and_when(hours_ago: tuple[float, ...], relative: str, dated: str, day: str) -> None:
    assert relative in [reason.words for reason in reasons_after(*hours_ago)]
    assert dated in [reason.words for reason in reasons_after(*hours_ago, said=Said.DATED)]
    assert day in [reason.words for reason in reasons_after(*hours_ago, said=Said.BY_DAY)]


@pytest.mark.parametrize(
    ("hours_ago", "relative", "dated", "day"),
    [
        ((0,), "today", "on 2026-11-21", "on 21 November"),
        ((0, 1, 2), "3 times today", "3 times, last on 2026-11-21", "3 times on 21 November"),
        ((24,), "yesterday", "on 2026-11-20", "on 20 November"),
        ((24, 25), "2 times yesterday", "2 times, last on 2026-11-20", "2 times on 20 November"),
        ((72,), "3 days ago", "on 2026-11-18", "on 18 November"),
        ((72, 96), "2 times, last 3 days ago", "2 times, last on 2026-11-18", "2 times, last on 18 November"),
    ],
)
def test_reason_says_how_often_and_when_in_english(
    hours_ago: tuple[float, ...], relative: str, dated: str, day: str
) -> None:
    page = "Viewed the pricing page "
    assert page + relative in [reason.words for reason in reasons_after(*hours_ago, locale="en")]
    assert page + dated in [reason.words for reason in reasons_after(*hours_ago, locale="en", said=Said.DATED)]
    assert page + day in [reason.words for reason in reasons_after(*hours_ago, locale="en", said=Said.BY_DAY)]


def test_today_begins_at_midnight_in_the_time_zone_of_the_brand() -> None:
    just_past_midnight = NOON + timedelta(hours=12, minutes=1)
    assert "料金ページを昨日閲覧" in [r.words for r in reasons_after(1, now=just_past_midnight)]


def test_words_can_contain_the_numbers() -> None:
    assert reasons_after(0, 1, 30, kind=Kind.LINK_CLICKED)[0].words == "mail 3 2 2026-11-21"


def test_what_the_lead_did_comes_before_who_the_lead_is() -> None:
    (pricing, title) = reasons_after(14 * 24)
    assert (title.code, title.words, title.points, title.last) == ("title", "役職: 営業部長", 40, None)
    assert (pricing.code, pricing.points) == ("pricing", 6)
    assert pricing.last == NOON - timedelta(days=14)


def test_points_of_a_reason_are_capped() -> None:
    assert [r.points for r in reasons_after(0, 0, 0, 0, 0)] == [36, 40]


def test_less_than_half_a_point_is_no_reason() -> None:
    assert [r.code for r in reasons_after(24 * 14 * 5)] == ["title"]


def test_strongest_reason_of_a_kind_is_first_by_present_points() -> None:
    def earned(points: float, days_ago: int) -> RulePoints:
        return RulePoints(points=points, at=NOON - timedelta(days=days_ago))

    state = State(lead="lead1", rule_points={"pricing": earned(12, 14), "numbers": earned(10, 1)})

    assert [r.code for r in reasons(HANAKO, state, SCORING, NOON, "ja", TOKYO)] == ["numbers", "pricing"]


def test_a_field_that_was_filled_in_is_no_reason_to_call_and_explains_the_points_last() -> None:
    rule = FitRule(
        code="phone",
        when=(Condition(field="phone", present=True), Condition(field="company", present=True)),
        points=60,
        words={"ja": "電話番号の記入あり"},
    )
    scoring = replace(SCORING, fit=(rule, *SCORING.fit))
    points, codes = fit(HANAKO, scoring)
    state = State(lead="lead1", fit=points, fit_reasons=codes)

    assert [r.code for r in reasons(HANAKO, state, scoring, NOON, "ja", TOKYO)] == ["title"]
    explained = reasons(HANAKO, state, scoring, NOON, "ja", TOKYO, with_presence=True)
    assert [r.code for r in explained] == ["title", "phone"]


def test_no_reason_repeats_the_words_of_another() -> None:
    twin = replace(SCORING.fit[0], code="manager", points=15)
    scoring = replace(SCORING, fit=(twin, *SCORING.fit))
    state = State(lead="lead1", fit=55, fit_reasons=("title", "manager"))

    assert [(r.code, r.points) for r in reasons(HANAKO, state, scoring, NOON, "ja", TOKYO)] == [("title", 40)]


def test_negative_points_are_last() -> None:
    assert [r.code for r in reasons_after(0, kind=Kind.REJECTED_BY_SALES)] == ["title", "no"]


def test_number_of_reasons_is_limited() -> None:
    state = State(lead="lead1", fit=40, fit_reasons=("title",))
    assert len(reasons(HANAKO, state, SCORING, NOON, "ja", TOKYO, limit=1)) == 1
    assert reasons(HANAKO, State(lead="lead1"), SCORING, NOON, "ja", TOKYO) == []


def test_words_of_another_locale_are_used_if_the_locale_has_none() -> None:
    assert reasons_after(0, kind=Kind.REJECTED_BY_SALES, locale="en")[-1].words == "対象外"


def test_points_of_a_journey_step_have_the_words_of_the_step() -> None:
    def points(id: str, step: str, hours_ago: float, **words: str) -> Activity:
        facts = {"journey": "expo", "step": step, "points": "10"} | {
            f"words.{lang}": text for lang, text in words.items()
        }
        at = NOON - timedelta(hours=hours_ago)
        return an_activity(id=id, kind=Kind.POINTS_GIVEN, subject="expo", at=at, received=at, facts=facts)

    given = [
        points("b", "meet", 1, ja="{{ when }}面談", en="Met {{ when }}"),
        points("a", "meet", 2, ja="面談"),
        points("c", "call", 3),
    ]
    rule_points: dict[str, RulePoints] = {}
    for activity in given:
        rule_points = add_points(rule_points, history_entry(activity), SCORING)

    found = reasons(a_lead(), State(lead="lead1", rule_points=rule_points), SCORING, NOON, "ja", TOKYO)

    assert [reason.words for reason in found] == ["本日2回面談", "シナリオによる加点"]
