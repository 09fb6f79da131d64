"""The reference of docs/playbook.md has every key of the files and valid examples, the same in English and Japanese."""

import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from ripen_authoring.files.document import read_yaml
from ripen_authoring.files.validation import validate
from ripen_authoring.models import (
    clauses,
    forms,
    journeys,
    mailings,
    part,
    personas,
    scoring,
    settings,
    simple_steps,
    simulations,
    step,
    steps,
)

PROJECT = Path(__file__).parents[2]
ENGLISH, JAPANESE = PROJECT / "docs/playbook.md", PROJECT / "docs/playbook.ja.md"
SECTIONS = {
    ("ripen.yaml",): (settings, part),
    ("forms/", "pages/"): (forms,),
    ("journeys/",): (journeys, clauses, step, simple_steps, steps),
    ("segments/", "emails/", "campaigns/"): (mailings,),
    ("scoring.yaml",): (scoring,),
    ("personas/",): (personas, simulations),
}
"""The modules of models whose keys are in the sections that begin with these."""
EXAMPLES: dict[str, tuple[type[part.Part], ...]] = {
    "ripen.yaml": (settings.RipenFile,),
    "forms/": (forms.FormFile,),
    "journeys/": (journeys.JourneyFile,),
    "segments/": (mailings.SegmentFile,),
    "emails/": (mailings.EmailFile,),
    "campaigns/": (mailings.CampaignFile,),
    "scoring.yaml": (scoring.ScoringFile, scoring.ScoringFile),
    "personas/": (personas.PersonaFile, simulations.ScenarioFile),
}
"""The models of the examples in each section."""
_CODE = re.compile(r"^```\w*\n(.*?)^```|`([^`\n]+)`", re.MULTILINE | re.DOTALL)
_BLOCK = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_COMMENT = re.compile(r"(?:^|\s+)# .*")
_WORDS = re.compile(r"(?<=\S)   +.*")
_YAML = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)

every_page = pytest.mark.parametrize("page", [ENGLISH, JAPANESE], ids=lambda page: page.name)


def section(page: Path, beginning: str) -> str:
    """Return the section whose heading begins with this."""
    return next(text for text in re.split(r"^## ", page.read_text(), flags=re.MULTILINE) if text.startswith(beginning))


def keys(module: ModuleType) -> Iterator[tuple[str, str]]:
    """Yield each key that the module's models accept, with its model."""
    for model in vars(module).values():
        if isinstance(model, type) and issubclass(model, part.Part) and model.__module__ == module.__name__:
            for name, field in model.model_fields.items():
                yield model.__name__, field.alias or name


@every_page
@pytest.mark.parametrize("beginnings", SECTIONS, ids="".join)
def test_every_key_is_in_the_section_of_its_file(page: Path, beginnings: tuple[str, ...]) -> None:
    code = " ".join(block or span for name in beginnings for block, span in _CODE.findall(section(page, name)))
    words = set(re.findall(r"[A-Za-z][a-z0-9_]*", code))
    assert [(model, key) for each in SECTIONS[beginnings] for model, key in keys(each) if key not in words] == []


@every_page
@pytest.mark.parametrize("beginning", EXAMPLES)
def test_every_example_is_valid(page: Path, beginning: str) -> None:
    examples = _YAML.findall(section(page, beginning))
    assert len(examples) == len(EXAMPLES[beginning])
    for model, text in zip(EXAMPLES[beginning], examples, strict=True):
        validate(model, read_yaml(f"{beginning} in {page.name}", text))


def text(page: Path) -> str:
    """Return the page without its blocks of code."""
    return _BLOCK.sub("", page.read_text())


def test_both_pages_have_the_same_headings_in_the_same_order() -> None:
    levels = [re.findall(r"^(#+) ", text(page), re.MULTILINE) for page in (ENGLISH, JAPANESE)]
    assert levels[0] == levels[1]


def test_both_pages_have_the_same_blocks_apart_from_their_explanations() -> None:
    english, japanese = (
        [_without_explanations(block) for block in _BLOCK.findall(page.read_text())] for page in (ENGLISH, JAPANESE)
    )
    assert english == japanese


def test_both_pages_name_the_same_code() -> None:
    english, japanese = (set(re.findall(r"`([^`\n]+)`", text(page))) for page in (ENGLISH, JAPANESE))
    assert english ^ japanese == set()


def _without_explanations(block: str) -> list[str]:
    code = (_explanation_of(block).sub("", line) for line in block.replace("--lang ja", "--lang en").splitlines())
    return [line for line in code if line.strip()]


def _explanation_of(block: str) -> re.Pattern[str]:
    """Return what explains a line: a comment in YAML, or the words after a command."""
    return _COMMENT if block.startswith("```yaml") else _WORDS
