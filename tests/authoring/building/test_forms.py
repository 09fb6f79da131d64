"""The options of a select: words by language, and one value that is kept."""

import pytest

from ripen_authoring.building.forms import form
from ripen_authoring.models.forms import FormFile
from tests.support.smallest_playbook import FILES, CheckPlaybook, S

SMALL = {"ja": "小規模", "en": "Small"}
FORM = FILES["forms/f.yaml"]


@pytest.mark.parametrize(
    ("written", "words", "value"),
    [
        ("basic", {"ja": "basic", "en": "basic"}, "basic"),
        (SMALL, SMALL, "小規模"),
        ({"value": "small", "label": SMALL}, SMALL, "small"),
        ({"value": "s", "label": "S"}, {"ja": "S", "en": "S"}, "s"),
    ],
)
def test_option_has_words_by_language_and_one_value(written: object, words: dict[str, str], value: str) -> None:
    field = {"name": "size", "type": "select", "label": "Size", "options": [written]}
    built = form("f", FormFile.model_validate({"title": "F", "submit": "S", "fields": [field]}), ("ja", "en")).fields[0]
    assert (built.options, built.values) == ((words,), (value,))


@pytest.mark.parametrize("clause", ["when: {{size: {0}}}", "when: {{not: {{field: {{size: [{0}]}}}}}}"])
def test_clause_with_the_words_of_an_option_is_a_warning(smallest: CheckPlaybook, clause: str) -> None:
    field = "  - {name: size, type: select, label: S, options: [{value: small, label: Small}]}\n"
    problems = smallest({"forms/f.yaml": FORM + field, S: clause.format("Small")})
    assert [line.rpartition(": ")[2] for line in problems] == ["the answer 'Small' is kept as 'small'; write 'small'"]
    assert smallest({"forms/f.yaml": FORM + field, S: clause.format("small")}) == []
