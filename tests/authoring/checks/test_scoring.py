"""Nonsense in scoring.yaml is refused, at its position: what no lead reaches, what overlaps, what does not exist."""

import pytest

from tests.support.smallest_playbook import FILES, CheckPlaybook, J, S, assert_reported, steps

PLAIN = FILES["scoring.yaml"]
LEVELS = "levels: {2: {enter: 10, leave: 8}, 3: {enter: 30, leave: 24}, 4: {enter: 60, leave: 50}}\n"
FORM = "engagement: [{code: form, on: {form: f}, points: 30, words: Form}]\n"
SIZE = "fit: [{code: size, when: {plan: {at_least: 300}}, points: 40, words: Size}]\n"
GRADES = "grades: {A: 40, B: 25, C: 10}\n"
MATRIX = "hot: {any_of: [A3, A4, B4]}\nwarm: {any_of: [A2]}\nhalf_life: 14 days\n" + GRADES + LEVELS + FORM + SIZE


def rule(text: str) -> str:
    return PLAIN + "engagement:\n  - {code: a, words: A, " + text + "}\n"


def test_matrix_grades_levels_groups_counts_and_models_are_accepted(smallest: CheckPlaybook) -> None:
    counted = (
        "engagement:\n"
        "  - {code: a, on: {read: any}, where: {seconds: {at_least: 60}}, points: 5, group: web, words: A}\n"
        "  - {code: b, on: {activity: any}, count: {at_most: 0, within: 30 days}, points: -5, words: B}\n"
        "  - {code: c, on: {form: f}, where: {plan: gold}, points: 5, words: C}\n"
        "groups: {web: {cap: 60}}\n"
        "models: {x: {hot: {enter: 20, leave: 10}, warm: {enter: 10, leave: 5}, half_life: 3 days}}\n"
        "disqualify: [{code: d, when: {email_kind: free}, words: D}]\n"
        "reset: opportunity lost\n"
    )
    segment = "when: [{rank: {x: hot}}, {grade: [A, B]}, {level: {at_least: 3}}, {disqualified: blank}]\n"
    files = {"scoring.yaml": MATRIX.replace(FORM, "") + counted, S: segment}
    assert smallest(files) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        # ranks
        (MATRIX.replace("[A2]", "[A2, A3]"), "2:21: A3 is warm and hot; remove one"),
        (MATRIX.replace(GRADES, ""), "1:7: `any_of` needs `grades` and `levels`"),
        (MATRIX.replace("warm: {any_of: [A2]}", "warm: {enter: 5, leave: 3}"), "1:1: warm and hot must both have"),
        (MATRIX.replace("[A2]", "[A5]"), "2:17: 'A5' is not allowed; write a grade with a level, such as A3"),
        (PLAIN.replace("hot: {enter: 70, leave: 60}", "hot: {enter: 70}"), "1:1: write `enter` and `leave` (points)"),
        (PLAIN.replace("leave: 60", "leave: 60, any_of: [A3]"), "1:1: write either `enter` and `leave`, or `any_of`"),
        # grades and levels
        (PLAIN + SIZE + "grades: {A: 40, B: 40, C: 10}\n", "5:17: grade B must begin lower than grade A"),
        (PLAIN + SIZE + "grades: {A: 41, B: 25, C: 10}\n", "5:10: no lead reaches grade A: fit is 40 at most"),
        (PLAIN + FORM + LEVELS.replace("leave: 24", "leave: 8"), "5:36: `enter` and `leave` of level 3 must be higher"),
        (PLAIN + FORM + "levels: {2: {enter: 10, leave: 8}}\n", "5:1: write the levels 2, 3 and 4"),
        (PLAIN + FORM.replace("points: 30", "points: 30, cap: 50") + LEVELS,
         "5:67: no lead reaches level 4: engagement is 50 at most"),
        (PLAIN + FORM + LEVELS + "engagement_cap: 59\n", "5:67: no lead reaches level 4: engagement is 59 at most"),
        # rules
        (rule("on: {page: pricing}, points: 5, group: wbe") + "groups: {web: {cap: 60}}\n",
         "5:57: `groups` has no group 'wbe'; did you mean 'web'?"),
        (rule("on: {page: pricing}, points: 5") + "groups: {web: {cap: 60}}\n",
         "(warning) 6:10: no rule is in the group 'web'"),
        (rule("on: {page: pricing}, where: {seconds: present}, points: 5"),
         "5:54: this activity has no 'seconds'"),
        (rule("on: {form: f}, where: {renewal: present}, points: 5"), "5:48: this activity has no 'renewal'"),
        (rule("on: {form: f}, count: {within: 7 days}, points: 5"), "5:40: write `at_least` or `at_most`"),
        (rule("on: {form: f}, count: {at_least: 3, at_most: 2, within: 7 days}, points: 5"),
         "5:40: `at_most` is lower than `at_least`"),
        (rule("on: {form: f}, count: {at_least: 3, within: 7 days}, points: 5, cap: 9"),
         "5:5: a rule with `count` gives its points once; leave `cap` out"),
        (PLAIN + SIZE + "disqualify: [{code: size, when: {plan: x}, words: D}]\n",
         "5:15: another rule has the code 'size'; choose another"),
        (PLAIN + "disqualify: [{code: d, when: {plna: x}, words: D}]\n", "4:31: there is no field 'plna'"),
        # further models
        (PLAIN + "models: {main: {hot: {enter: 20, leave: 10}, warm: {enter: 5, leave: 3}, half_life: 3 days}}\n",
         "4:10: 'main' is the name of the model outside `models`"),
        (PLAIN + "models: {x: {hot: {enter: 20, leave: 10}, warm: {enter: 30, leave: 5}, half_life: 3 days}}\n",
         "4:50: `enter` of warm must be lower than `enter` of hot"),
    ],
)  # fmt: skip
def test_nonsense_is_refused_at_its_position(smallest: CheckPlaybook, text: str, message: str) -> None:
    assert_reported(smallest({"scoring.yaml": text}), "scoring.yaml", message)


@pytest.mark.parametrize(
    ("clause", "message"),
    [
        ("{rank: {y: hot}}", "1:15: scoring.yaml has no model 'y'"),
        ("{rank: {y: hottest}}", "1:1: there is no rank 'hottest'"),
        ("{grade: [A]}", "1:8: scoring.yaml has no `grades`"),
        ("{level: {at_least: 2}}", "1:8: scoring.yaml has no `levels`"),
        ("{disqualified: present}", "1:8: scoring.yaml has no `disqualify`"),
    ],
)
def test_clause_asks_only_for_what_scoring_has(smallest: CheckPlaybook, clause: str, message: str) -> None:
    assert_reported(smallest({S: f"when: {clause}\n"}), S, message)


def test_level_is_reachable_by_points_that_a_journey_gives(smallest: CheckPlaybook) -> None:
    gives = steps("- update: {points: 10, words: Came}")
    assert smallest({"scoring.yaml": PLAIN + LEVELS, J: gives}) == []
    assert smallest({"scoring.yaml": PLAIN + LEVELS})
