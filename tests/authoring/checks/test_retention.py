"""`keep`: how long rows are kept, and that it suffices for the playbook's clauses."""

from pathlib import Path

import pytest

from ripen.lead.activity import Kind
from ripen.playbook.retention import Retention
from ripen_authoring.building.retention import GROUPS
from ripen_authoring.compile import compile_playbook
from ripen_authoring.models.settings import KeepPart
from tests.support.smallest_playbook import FILES, CheckPlaybook, J, R, S, assert_reported, steps

VIEWED = "when: {viewed: pricing, within: 400 days}\n"
GOAL = "goal: {all: [{clicked: m}, {tag: x}]}\n"


def keep(written: str) -> dict[str, str]:
    return {R: f"{FILES[R]}keep: {{{written}}}\n"}


def compiled(tmp_path: Path, smallest: CheckPlaybook, changes: dict[str, str]) -> Retention:
    assert [problem for problem in smallest(changes) if "(warning)" not in problem] == []
    return compile_playbook(tmp_path / "p").keep


@pytest.mark.parametrize(
    ("written", "changes", "message"),
    [
        ("visits: 2 years", {}, "6:8: '2 years' is not a number of days; write 100 days or more, or forever"),
        ("clicks: for ever", {}, "6:8: 'for ever' is not a number of days; write 30 days or more, or forever"),
        ("clicks: 29 days", {}, "6:8: '29 days' is too short: verdicts about clicks"),
        ("visits: 99 days", {}, "6:8: '99 days' is too short: a browser's own record"),
        ("downloads: 99 days", {}, "6:8: '99 days' is too short: a browser's own record"),
        ("refusals: 1094 days", {}, "6:8: '1094 days' is too short: refusals prove"),
        ("mails: 729 days", {}, "6:8: '729 days' is too short: links in a mail lead to its row for two years"),
        ("visits: 399 days", {S: VIEWED},
         "6:8: segment 's' asks about visits of 400 days, and 399 days are kept: write `visits: 400 days` or more"),
        ("visits: 399 days", {J: "enrol: {on: {form: f}, who: {read: any, within: 400 days}}\nsteps: [{send: m}]\n"},
         "6:8: journey 'j' asks about visits of 400 days"),
        ("forms: 99 days", {J: steps("- branch:", "    - {when: {submitted: any, within: 100 days}, then: [send: m]}")},
         "6:8: journey 'j' asks about forms of 100 days"),
        ("forms: 999 weeks", {J: steps("- branch:", "    - {when: {submitted: any}, then: [send: m]}")},
         "6:8: journey 'j' asks about forms of any age: write `forms: forever`, or add `within` to the clause"),
        ("clicks: 90 days", {J: GOAL + steps("- wait: 100 days", "- send: m")},
         "6:8: journey 'j' asks about clicks of 109 days"),
        ("clicks: 900 days", {J: GOAL + steps("- wait: until renewal - 7 days", "- send: m")},
         "6:8: journey 'j' asks about clicks of any age"),
    ],
)  # fmt: skip
def test_period_that_is_too_short_is_an_error(
    smallest: CheckPlaybook, written: str, changes: dict[str, str], message: str
) -> None:
    assert_reported(smallest(keep(written) | changes), R, message)


@pytest.mark.parametrize(
    ("written", "changes"),
    [
        ("visits: 400 days", {S: VIEWED}),
        ("visits: 100 days", {S: "when: {viewed: pricing}\n"}),
        ("clicks: 30 days", {J: "goal: {clicked: m}\n" + steps("- wait: 100 days", "- send: m")}),
        ("forms: forever", {J: steps("- branch:", "    - {when: {submitted: any}, then: [send: m]}")}),
    ],
    ids=["as long as the window", "the state counts", "one activity suffices", "forever"],
)
def test_period_that_suffices_is_compiled(
    tmp_path: Path, smallest: CheckPlaybook, written: str, changes: dict[str, str]
) -> None:
    key, _, period = written.partition(": ")
    days = None if period == "forever" else int(period.removesuffix(" days"))

    found = compiled(tmp_path, smallest, keep(written) | changes)

    assert {found.activities.get(kind) for kind in GROUPS[key]} == {days}


def test_default_is_as_long_as_the_clauses_need(tmp_path: Path, smallest: CheckPlaybook) -> None:
    branch = steps("- branch:", "    - {when: {submitted: any}, then: [send: m]}")

    found = compiled(tmp_path, smallest, {S: VIEWED.replace("400", "800"), J: branch})

    assert found.activities[Kind.PAGE_VIEWED] == 800
    assert found.activities[Kind.PAGE_READ] == 730
    assert Kind.FORM_SUBMITTED not in found.activities


def test_each_kind_of_activity_has_one_period() -> None:
    assert sorted(kind for kinds in GROUPS.values() for kind in kinds) == sorted(Kind)
    assert GROUPS.keys() == KeepPart.model_fields.keys() - {"mails"}
