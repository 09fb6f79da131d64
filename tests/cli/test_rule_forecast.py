"""`ripen plan` says how many leads new rules would make hot, warm or cold, and put into segments."""

from copy import replace
from typing import Any

import pytest
from rich.console import Console

from cli.output.rule_forecast import say_rule_forecast
from cli.output.scoring_lines import scoring_line
from ripen.adapters.table import Create, Table, keys
from ripen.lead.history import HistoryPage, history_entry
from ripen.lead.state import Rank, State
from ripen.operations.publication.rule_forecast import forecast_rules
from ripen.playbook.bundle import Bundle, Segment
from ripen.playbook.clause import Condition
from ripen.playbook.scoring import HotThreshold
from tests.support.builders import a_bundle, a_lead, an_activity
from tests.support.fakes import NOON

LIVE = a_bundle()
PRESENT = Segment(
    name="s", title={"en": "With a company", "ja": "会社名あり"}, when=(Condition(field="company", present=True),)
)


def a_form_lead(table: Table, lead: str, rank: Rank, *, in_page: bool = False, **known: Any) -> None:
    """A lead that sent one form, whose history is in the state or in a page."""
    form = history_entry(an_activity(lead=lead, kind="form_submitted", subject="whitepaper", folded=NOON))
    state = State(lead=lead, rank=rank, activity_count=1, history=() if in_page else (form,))
    table.write(Create(keys.profile(lead), a_lead(id=lead, **known)), Create(keys.state(lead), state))
    if in_page:
        table.write(Create(keys.history_page(lead, 1), HistoryPage(entries=(form,))))


def with_hot_from(points: float, **changes: Any) -> Bundle:
    hot = HotThreshold(enter=points, leave=points - 1, needs="nothing")
    warm = replace(LIVE.scoring.warm, enter=points - 2, leave=points - 3)
    return replace(LIVE, hash="new", scoring=replace(LIVE.scoring, hot=hot, warm=warm), **changes)


def said(found: Any, new: Bundle) -> str:
    console = Console(highlight=False, width=200)
    with console.capture() as shown:
        say_rule_forecast(found, LIVE, new, console)
    return shown.get()


def test_leads_that_would_change_rank_are_counted_and_nothing_is_written(table: Table) -> None:
    a_form_lead(table, "lead1", Rank.COLD)
    a_form_lead(table, "lead2", Rank.COLD, in_page=True)
    a_form_lead(table, "lead3", Rank.HOT)
    before = [list(table.under(lead, "")) for lead in ("lead1", "lead2", "lead3")]
    new = with_hot_from(4)
    found = forecast_rules(LIVE, new, table, NOON)
    assert found.ranks == {(Rank.COLD, Rank.HOT): 2}
    assert said(found, new) == "Of all 3 leads: 2 become hot.\n"
    assert [list(table.under(lead, "")) for lead in ("lead1", "lead2", "lead3")] == before


def test_leads_that_cool_are_counted_too(table: Table) -> None:
    a_form_lead(table, "lead1", Rank.HOT)
    new = with_hot_from(10_000)
    found = forecast_rules(LIVE, new, table, NOON)
    assert said(found, new) == "Of all 1 leads: 1 becomes cold.\n"
    assert found.plain()["ranks"] == [{"before": "hot", "after": "cold", "leads": 1}]


def test_segments_that_gain_and_lose_leads_are_named(table: Table) -> None:
    a_form_lead(table, "lead1", Rank.COLD, company="A")
    a_form_lead(table, "lead2", Rank.COLD, company="")
    new = replace(LIVE, segments={"s": PRESENT})
    found = forecast_rules(LIVE, new, table, NOON)
    assert "- Segment “With a company”: 1 more, 0 fewer." in said(found, new)


def test_a_sample_says_that_there_are_more(table: Table, japanese: None) -> None:
    for number in range(24):
        a_form_lead(table, f"lead{number}", Rank.COLD)
    found = forecast_rules(LIVE, LIVE, table, NOON, most=8)
    assert not found.sample.is_all
    assert said(found, LIVE).startswith(
        f"調べた見込み客 {found.sample.read} 人のうち（ほかにもいます）: ホットになる {found.sample.read} 人。"
    )


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("hot.enter: 70 → 60", "hot  from: 70 → 60"),
        ("engagement_cap: – → 90", "engagement at most: – → 90"),
        ("fit[gone].points: 1 → 2", "(gone)  points: 1 → 2"),
        ("models.product.hot.enter: 70 → 60", "product:  hot  from: 70 → 60"),
        ("groups: – → {web: {cap: 60}}", "groups: – → {web: {cap: 60}}"),
    ],
)
def test_lines_of_the_scoring_file_are_said_in_words(line: str, words: str) -> None:
    assert scoring_line(line, None, LIVE).strip() == words


def test_a_rule_is_called_by_what_sales_reads(japanese: None) -> None:
    rule = LIVE.scoring.engagement[0]
    line = f"engagement[{rule.code}]: – → {{code: {rule.code}, on: {{form: any}}, points: 20}}"
    assert scoring_line(line, None, LIVE) == f"「{LABEL}」 ({rule.code}): – → {{on: {{form: any}}, points: 20}}"


LABEL = LIVE.scoring.engagement[0].words["ja"]
