"""The ledger shows each rule with its activities, and its points add up to the score, to the last point."""

from copy import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ripen.fold.fold import add_activities, with_rank
from ripen.lead.activity import Activity, Kind, Verdict
from ripen.lead.history import history_entry
from ripen.lead.state import Rank, State
from ripen.playbook.clause import Condition
from ripen.playbook.scoring import Count, EngagementRule, FitRule, HotThreshold, Scoring, Threshold
from ripen.scoring.ledger import LIMIT, Ledger, ledgers
from ripen.scoring.rank import rank
from ripen.scoring.score import score
from ripen.scoring.whole_points import whole
from tests.support.builders import a_bundle, a_lead, an_activity
from tests.support.fakes import NOON

DAY = timedelta(days=1)
WORDS = {"ja": "規則", "en": "Rule"}
RULES = (
    EngagementRule(code="form", kind="form_submitted", points=17.3, words=WORDS),
    EngagementRule(code="view", kind="page_viewed", points=7.7, cap=20, words=WORDS, group="web"),
    EngagementRule(
        code="often",
        kind="page_viewed",
        points=9.1,
        words=WORDS,
        group="web",
        count=Count(at_least=2, within_seconds=604800),
    ),
    EngagementRule(code="refused", kind="rejected_by_sales", points=-12.9, words=WORDS),
)
FIT = (
    FitRule(code="title", when=(Condition(field="job_title", present=True),), points=20.5, words=WORDS, group="who"),
    FitRule(code="company", when=(Condition(field="company", present=True),), points=5.25, words=WORDS, group="who"),
)
SCORING = Scoring(
    half_life_days=10,
    engagement=RULES,
    fit=FIT,
    warm=Threshold(enter=35, leave=25),
    hot=HotThreshold(enter=70, leave=60, needs="nothing"),
)


def a_ledger(activities: list[Activity], scoring: Scoring = SCORING) -> tuple[State, tuple[Ledger, ...]]:
    bundle = a_bundle(scoring=scoring)
    entries = [history_entry(activity) for activity in activities]
    state, _ = with_rank(add_activities(State(lead="lead1"), a_lead(), entries, bundle), bundle, NOON)
    return state, ledgers(a_lead(), state, scoring, entries, NOON, "en", "Asia/Tokyo")


def done(kind: Kind, days: float, **changes: object) -> Activity:
    at = NOON - days * DAY
    return an_activity(**({"id": f"{kind}{days}", "kind": kind, "at": at, "received": at} | changes))


def test_activity_is_shown_with_its_points_then_and_now() -> None:
    machine = done(Kind.FORM_SUBMITTED, 1, verdict=Verdict.MACHINE)
    _, (main,) = a_ledger([done(Kind.FORM_SUBMITTED, 10), done(Kind.FORM_SUBMITTED, 0), machine])
    line = next(line for line in main.rules if line.code == "form")
    assert [(each.at, each.points, each.now) for each in line.activities] == [
        (NOON, 17.3, 17.3),
        (NOON - 10 * DAY, 17.3, pytest.approx(8.65)),
    ]
    assert line.points == 26


def test_ledger_says_when_the_rank_changes_and_when_a_count_ends() -> None:
    _, (main,) = a_ledger([done(Kind.PAGE_VIEWED, 1), done(Kind.PAGE_VIEWED, 0)])
    often = next(line for line in main.rules if line.code == "often")
    assert often.until == NOON + 6 * DAY
    # 25.75 of fit, 14.9 of views and 9.1 for having come twice: warm, and so for ever
    assert (main.rank, main.next_change, main.next_rank) == (Rank.WARM, None, None)
    _, (main,) = a_ledger([done(Kind.FORM_SUBMITTED, 0)], replace(SCORING, warm=Threshold(enter=35, leave=30)))
    assert main.next_rank is Rank.COLD
    assert main.next_change is not None and main.next_change > NOON + 10 * DAY


kinds = st.sampled_from([Kind.FORM_SUBMITTED, Kind.PAGE_VIEWED, Kind.REJECTED_BY_SALES, Kind.POINTS_GIVEN])


@given(
    st.lists(st.tuples(kinds, st.floats(0, 60)), max_size=10),
    st.sampled_from([None, 15.0, 30.5]),
    st.sampled_from([None, 22.0]),
    st.sampled_from([{}, {"web": 18.0, "who": 21.0}]),
)
def test_points_shown_add_up_to_the_score_shown(
    history: list[tuple[Kind, float]], cap: float | None, fit_cap: float | None, groups: dict[str, float]
) -> None:
    # given a lead under any caps, with a further model
    scoring = replace(SCORING, engagement_cap=cap, fit_cap=fit_cap, groups=groups)
    scoring = replace(scoring, models={"x": replace(scoring, half_life_days=3)})
    facts = {"points": "3.3", "journey": "j", "step": "s", "words.en": "Came"}
    state, found = a_ledger([done(kind, days, facts=facts) for kind, days in history], scoring)
    # then the rules add up to what is shown above them, which is what thresholds are held to
    assert [ledger.name for ledger in found] == ["main", "x"]
    fit_codes = {rule.code for rule in FIT}
    for ledger, model, rules in ((found[0], state, scoring), (found[1], state.models["x"], scoring.models["x"])):
        shown = whole(score(model, rules, NOON))
        assert (ledger.fit, ledger.engagement, ledger.total) == (shown.fit, shown.engagement, shown.total)
        assert sum(line.points for line in ledger.rules) == ledger.total
        limits = [number for number, line in enumerate(ledger.rules) if line.code == LIMIT]
        assert len(limits) <= 2
        if not limits:
            assert sum(line.points for line in ledger.rules if line.code in fit_codes) == ledger.fit
        assert rank(ledger.total, Rank.COLD, True, rules) is rank(
            score(model, rules, NOON).total, Rank.COLD, True, rules
        )
