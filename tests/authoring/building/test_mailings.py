"""From the files of segments and campaigns to the bundle; schedules and closures."""

import re

import pytest

from ripen.playbook.bundle import Campaign, Segment
from ripen.playbook.clause import Condition, Did, Not, Tagged
from ripen_authoring import expressions
from ripen_authoring.building.mailings import campaign, segment
from ripen_authoring.files.document import read_yaml
from ripen_authoring.files.validation import validate
from ripen_authoring.models.mailings import CampaignFile, SegmentFile
from ripen_authoring.problem import InvalidPlaybook, InvalidValue

DAY = 86400
HOT = Condition(field="rank", any_of=("hot",))


def test_segment_separates_conditions_about_one_field() -> None:
    written = read_yaml(
        "s.yaml", "when: [{rank: hot}, {all: [{company: present}]}, {never: {clicked: any}}, {not: {tag: x}}]"
    )

    assert segment("s", validate(SegmentFile, written), ("en",)) == Segment(
        name="s",
        when=(HOT, Condition(field="company", present=True)),
        also=(Did(kind="link_clicked", at_least=0, at_most=0), Not(clause=Tagged(tag="x"))),
    )


def test_campaign_has_time_speed_and_limits() -> None:
    written = read_yaml(
        "c.yaml",
        "{email: m, segment: s, at: 2026-12-01T10:00:00, zone: lead, per_hour: 500, "
        "canary: {share: 10%, wait: 2 hours}, "
        "priority: low, expires: 2 days, halt: {bounces: 4%}}",
    )

    assert campaign("c", validate(CampaignFile, written), ("en",)) == Campaign(
        name="c",
        email="m",
        segment="s",
        at="2026-12-01T10:00",
        zone="lead",
        per_hour=500,
        canary=0.1,
        canary_seconds=7200,
        priority="low",
        expires_seconds=2 * DAY,
        halt_bounces=0.04,
        halt_complaints=0.001,
        halt_unsubscribes=0.02,
    )


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("FREQ=SOMETIMES", "is not an RRULE .the value of FREQ is not valid"),
        ("BYDAY=MO", "FREQ is missing"),
        ("every Monday", "each part must be NAME=VALUE"),
        ("FREQ=MINUTELY", "more than once an hour"),
        ("FREQ=DAILY;UNTIL=20200101", "never occurs"),
    ],
)
def test_invalid_rrule_is_refused(rule: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        expressions.check_rrule(rule, "2026-12-01T09:00")


@pytest.mark.parametrize(
    "rule", ["", "FREQ=A", "FREQ=DAILY;X=1", "X", "BYDAY=MO", "FREQ=MONTHLY;BYDAY=9MO", "FREQ=DAILY;"]
)
def test_reason_of_an_invalid_rrule_is_japanese_in_japanese(rule: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        expressions.check_rrule(rule, "2026-12-01T09:00")
    reason = refused.value.message.ja.partition("ではありません（")[2].partition("）")[0]
    assert re.search("[ぁ-ん]", reason)
    assert ":" not in reason


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-12-29 to 2027-01-03", ("2026-12-29", "2027-01-03")),
        ("12-29 to 01-03", ("12-29", "01-03")),
        ("08-13", ("08-13", "08-13")),
    ],
)
def test_closure_is_parsed(written: str, meant: tuple[str, str]) -> None:
    assert expressions.closure(written) == meant


@pytest.mark.parametrize("written", ["2027-01-03 to 2026-12-29", "13-01", "2026-12-29 to 01-03", "New Year"])
def test_invalid_closure_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"write|ends before"):
        expressions.closure(written)


def test_campaign_can_go_to_the_recipients_of_another() -> None:
    written = read_yaml("sorry.yaml", "{email: m, to: {recipients: autumn}, at: 2026-12-01T10:00}")
    made = campaign("sorry", validate(CampaignFile, written), ("en",))
    assert (made.segment, made.recipients_of) == ("", "autumn")


@pytest.mark.parametrize("to", ["", "segment: s, to: {recipients: autumn}, "])
def test_campaign_needs_exactly_one_audience(to: str) -> None:
    written = read_yaml("c.yaml", f"{{email: m, {to}at: 2026-12-01T10:00}}")
    with pytest.raises(InvalidPlaybook) as broken:
        validate(CampaignFile, written)
    assert "write either `segment`" in broken.value.problems[0].message.en
