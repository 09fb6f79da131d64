"""The docs keep their form: decisions have a date and a status and are in the index, and no link is broken."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

from cli.command_list import COMMANDS

PROJECT = Path(__file__).parent.parent
DECISIONS = PROJECT / "docs/decisions"
INDEX = DECISIONS / "README.md"
AREAS = sorted(set(DECISIONS.glob("*.md")) - {INDEX})
PAGES = sorted({*PROJECT.glob("*.md"), *PROJECT.glob("docs/**/*.md")})
MODULES = {
    str(module.relative_to(PROJECT))
    for part in ("functions", "layers", "cli", "sandbox", "bench", "tests", "docs")
    for module in PROJECT.glob(f"{part}/**/*.py")
    if "node_modules" not in module.parts
}
POINTS = ("Question", "Choice", "Why", "What would change our mind")
_STATUS = re.compile(r"(\d{4}-\d{2}-\d{2}) · (in force|historic|replaced by \[[^\]]+\]\([^)]+\.md#[^)]+\))")
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
_MODULE = re.compile(r"`([\w./-]+\.py)`")
_CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.MULTILINE | re.DOTALL)
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def entries(area: Path) -> Iterator[tuple[str, str]]:
    """Yield each entry's title and text."""
    for entry in re.split(r"^## ", area.read_text(), flags=re.MULTILINE)[1:]:
        title, _, text = entry.partition("\n")
        yield title, text


def anchor(heading: str) -> str:
    """Return the anchor that GitHub gives to a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def anchors(page: Path) -> set[str]:
    return {anchor(heading) for heading in _HEADING.findall(_FENCE.sub("", page.read_text()))}


@pytest.mark.parametrize("area", AREAS, ids=lambda area: area.stem)
def test_each_decision_has_date_status_and_four_points(area: Path) -> None:
    found = list(entries(area))
    assert found
    for title, text in found:
        assert _STATUS.fullmatch(text.strip().splitlines()[0]), title
        assert [point for point in POINTS if f"- **{point}.** " not in text] == [], title


def test_the_index_lists_each_decision_once_with_its_date_and_status() -> None:
    expected = set[str]()
    for area in AREAS:
        for title, text in entries(area):
            date, status = text.strip().splitlines()[0].split(" · ", 1)
            link = f"{area.name}#{anchor(title)}"
            expected.add(f"| [{area.stem}]({area.name}) | [{title}]({link}) | {date} | {status} |")
    rows = [line for line in INDEX.read_text().splitlines() if line.startswith("| [")]
    assert sorted(rows) == sorted(expected)


def test_each_library_of_the_layer_has_its_reason() -> None:
    required = (PROJECT / "layers/dependencies/requirements.in").read_text().splitlines()
    libraries = {re.split(r"[\[<=> ]", line)[0] for line in required if line and not line.startswith("#")}
    table = (DECISIONS / "dependencies.md").read_text()
    assert {name for name in libraries if f"\n| {name} |" not in table} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_each_link_leads_to_an_existing_file_and_heading(page: Path) -> None:
    lost = []
    for link in _LINK.findall(_CODE.sub("", page.read_text())):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, heading = unquote(link).partition("#")
        target = page.parent / path if path else page
        if not target.exists() or (heading and heading not in anchors(target)):
            lost.append(link)
    assert lost == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_each_module_that_a_page_names_exists(page: Path) -> None:
    """A page may leave out the first folders: `journey/split.py`."""
    ends = {name for name in _MODULE.findall(page.read_text()) if not name.startswith("/")}
    assert {end for end in ends if not any(f"/{module}".endswith(f"/{end}") for module in MODULES)} == set()


def test_each_harness_of_the_tests_is_in_the_page_about_testing() -> None:
    page = (PROJECT / "docs/testing.md").read_text()
    harnesses = {path.stem for path in (PROJECT / "tests/support").glob("*.py")} - {"__init__"}
    assert sorted(name for name in harnesses if f"`{name}`" not in page) == []


def test_each_class_in_the_data_model_exists() -> None:
    page = (PROJECT / "docs/data-model.md").read_text()
    named = set(re.findall(r"`(\w+)\.([A-Z]\w+)`", page))
    classes = {
        (module.stem, name)
        for module in (PROJECT / "layers/core/ripen").rglob("*.py")
        for name in re.findall(r"^class (\w+)", module.read_text(), re.MULTILINE)
    }
    assert named
    assert sorted(named - classes) == []


def test_each_command_is_on_the_page_of_commands_in_both_languages() -> None:
    english, japanese = (
        re.findall(r"^\| `ripen ([\w-]+)", (PROJECT / "docs" / name).read_text(), re.MULTILINE)
        for name in ("tools.md", "tools.ja.md")
    )
    assert english == japanese
    assert sorted(english) == sorted(COMMANDS)


def test_page_about_security_says_who_may_run_each_command_and_use_each_path() -> None:
    page = (PROJECT / "docs/security.md").read_text()
    matrix = page.partition("## Who may do what")[2].partition("\n## ")[0]
    template = (PROJECT / "infra/template.yaml").read_text()
    paths = set(re.findall(r"Path: \"?(/[a-z.]+)", template))
    assert len(paths) > 5
    assert sorted(path for path in paths if path not in matrix) == []
    assert sorted(name for name in COMMANDS if not re.search(rf"[`, ]{name}`", matrix)) == []
