"""The names of the playbook's parts as people read them."""

from copy import replace

import pytest

from ripen.playbook.bundle import Segment
from ripen.playbook.clause import Condition
from ripen.playbook.titles import Folder, quoted_title, title, title_and_name
from ripen.playbook.trigger import OnSegment
from ripen.scoring.rules_version import rules_version, trigger_unchanged
from tests.support.builders import a_bundle, a_campaign

SEGMENT = Segment(name="vips", when=(Condition(field="company", present=True),))
PLAIN = a_bundle(segments={"vips": SEGMENT}, campaigns={"autumn": a_campaign(title={"ja": "秋の便り"})})
TITLED = replace(PLAIN, segments={"vips": replace(SEGMENT, title={"ja": "得意先", "en": "Best customers"})})


@pytest.mark.parametrize(
    ("folder", "name", "words"),
    [
        ("segments", "vips", ("Best customers", "得意先")),
        ("campaigns", "autumn", ("秋の便り", "秋の便り")),
        ("journeys", "whitepaper", ("whitepaper", "whitepaper")),
        ("journeys", "gone", ("gone", "gone")),
        ("emails", "whitepaper-delivery", ("Your white paper", "…様へ")),
        ("forms", "whitepaper", ("White paper", "資料")),
        ("pages", "whitepaper", ("資料", "資料")),
    ],
)
def test_part_is_called_by_its_title_else_by_its_file(folder: Folder, name: str, words: tuple[str, str]) -> None:
    assert title(TITLED, folder, name) == words


def test_title_is_quoted_in_a_sentence_and_stands_before_the_name_in_a_heading() -> None:
    assert quoted_title(TITLED, "segments", "vips") == ("“Best customers”", "「得意先」")
    assert title_and_name(TITLED, "segments", "vips") == ("Best customers (vips)", "得意先（vips）")
    assert title_and_name(PLAIN, "segments", "vips") == ("vips", "vips")


def test_title_of_a_segment_recalculates_no_lead() -> None:
    assert rules_version(TITLED) == rules_version(PLAIN)
    assert trigger_unchanged(OnSegment(segment="vips"), PLAIN, TITLED)
    other = replace(PLAIN, segments={"vips": replace(SEGMENT, when=())})
    assert rules_version(other) != rules_version(PLAIN)
