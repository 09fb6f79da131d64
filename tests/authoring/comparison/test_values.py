"""Two values of a file are compared in the words of the file, one line for each difference."""

import pytest

from ripen_authoring.comparison.values import changed_values
from ripen_authoring.files.document import read_yaml

JOURNEY = """
steps:
  - send: offer
  - wait: 3 days
  - wait_for:
      - {name: interested, when: {clicked: offer}}
      - {after: 4 business days at 10:00, then: [{send: reminder}]}
"""
SCORING = """
hot: {enter: 70, needs: proof}
engagement:
  - {code: guide, on: {form: guide}, points: 30}
  - {code: pricing, on: {page: pricing}, points: 12}
"""
NAMES = "fit: [{code: senior, when: {job_title: {contains: [部長, VP, head]}}}]"
LONG = "It was a long text about what the guide offers to people who read it"


def changed(file: str, *replaced: tuple[str, str]) -> list[str]:
    new = file
    for old, other in replaced:
        assert old in new
        new = new.replace(old, other)
    return list(changed_values(read_yaml("a.yaml", file).value, read_yaml("a.yaml", new).value))


@pytest.mark.parametrize(
    ("file", "old", "new", "lines"),
    [
        (JOURNEY, "3 days", "4 days", ["steps[2].wait: 3 days → 4 days"]),
        (JOURNEY, "4 business days at", "3 business days at",
         ["steps[3].wait_for[2].after: 4 business days at 10:00 → 3 business days at 10:00"]),
        (JOURNEY, "{clicked: offer}", "{viewed: pricing}",
         ["steps[3].wait_for[interested].when: {clicked: offer} → {viewed: pricing}"]),
        (JOURNEY, "  - wait: 3 days\n", "  - wait: 3 days\n  - send: news\n", ["steps[3]: – → {send: news}"]),
        (JOURNEY, "  - wait: 3 days\n", "", ["steps[2]: {wait: 3 days} → –"]),
        (JOURNEY, "- wait: 3 days", "- send: news", ["steps[2]: – → {send: news}", "steps[2]: {wait: 3 days} → –"]),
        (SCORING, ", needs: proof", "", ["hot.needs: proof → –"]),
        (SCORING, "points: 12", "points: 15", ["engagement[pricing].points: 12 → 15"]),
        (SCORING, "enter: 70", "enter: true", ["hot.enter: 70 → true"]),
        (NAMES, "VP, head", "head, CTO", ["fit[senior].when.job_title.contains: VP → CTO"]),
        (NAMES, "[部長, VP, head]", "[部長, VP, head, CTO]", ["fit[senior].when.job_title.contains: – → CTO"]),
        ("locales: [ja, en]", "ja, en", "en, ja", ["locales: ja, en → en, ja"]),
        ("a: 1", "a: 1", "a: 1\nkeep: {visits: 100 days}", ["keep: – → {visits: 100 days}"]),
        ("keep: {visits: 2 years}", "2 years", "100 days", ["keep.visits: 2 years → 100 days"]),
        ("goal: {submitted: webinar}", "{submitted: webinar}", "{viewed: pricing}",
         ["goal: {submitted: webinar} → {viewed: pricing}"]),
        ("words: {ja: 請求, en: Asked}", "請求", "希望", ["words.ja: 請求 → 希望"]),
        ("a: 1 # said", "# said", "# not said", []),
    ],
)  # fmt: skip
def test_difference_is_said_in_the_words_of_the_file(file: str, old: str, new: str, lines: list[str]) -> None:
    assert changed(file, (old, new)) == lines


def test_every_difference_has_its_line() -> None:
    found = changed(SCORING, ("70", "60"), (", needs: proof", ""), ("30", "20"), ("12", "11"), ("guide}", "paper}"))
    assert len(found) == 5


def test_new_order_of_named_items_is_one_line() -> None:
    first, second = SCORING.splitlines()[-2:]
    assert changed(SCORING, (f"{first}\n{second}", f"{second}\n{first}")) == [
        "engagement: guide, pricing → pricing, guide"
    ]


def test_long_text_is_cut_where_it_does_not_differ() -> None:
    [line] = changed(f"text: {LONG}", ("who read it", "who ask for it"))
    assert line == "text: … people who read it → … people who ask for it"
