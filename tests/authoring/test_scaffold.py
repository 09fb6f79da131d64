"""New files pass the check as they are, in each of the brand's languages, and replace nothing."""

import re
from datetime import UTC, datetime
from pathlib import Path
from shutil import copytree

import pytest

from ripen.failure import Failure
from ripen_authoring import scaffold
from ripen_authoring.compile import check_playbook
from ripen_authoring.files.folder import Folder

EXAMPLE = Path(__file__).parents[2] / "playbook"
NOW = datetime(2026, 11, 28, tzinfo=UTC)
TODAY = NOW.date()
PLACEHOLDER = "this is still the placeholder of `ripen new`"


@pytest.fixture
def playbook(tmp_path: Path) -> Path:
    return copytree(EXAMPLE, tmp_path / "playbook")


def opened(playbook: Path, name: str = "new") -> Folder:
    return scaffold.open_folder(playbook, name)


def everything(folder: Folder) -> scaffold.Files:
    return (
        scaffold.new_form(folder, "new", TODAY)
        | scaffold.new_page(folder, "bare")
        | scaffold.new_page(folder, "second", form="contact")
        | scaffold.new_mail(folder, "alone")
        | scaffold.new_mail(folder, "asked", transactional=True)
        | scaffold.new_journey(folder, "path", form="webinar")
        | scaffold.new_segment(folder, "some")
        | scaffold.new_campaign(folder, "news", TODAY, segment="newsletter-readers")
    )


def test_all_new_files_pass_the_check_and_wait_for_words_alone(playbook: Path) -> None:
    folder = opened(playbook)
    files = everything(folder)
    scaffold.write(folder, files, "en")
    checked = check_playbook(playbook, NOW)
    assert {PLACEHOLDER in str(each) for each in checked.warnings} == {True}
    assert {"new", "new-thanks", "bare", "second"} <= checked.bundle.pages.keys()
    assert checked.bundle.campaigns["news"].at == "2026-12-14T10:00"
    assert [
        path for path, text in files.items() if re.search(r"\b(NAME|FORM|MAIL|SEGMENT|WHEN|MONTH)\b|[«»]", text)
    ] == []


def test_a_placeholder_is_warned_of_at_its_line_until_it_is_replaced(playbook: Path) -> None:
    folder = opened(playbook)
    scaffold.write(folder, scaffold.new_mail(folder, "new"), "en")
    body = playbook / "emails/new/en.md"

    def warned(file: str) -> list[str]:
        return [str(each) for each in check_playbook(playbook, NOW).warnings if each.file == file]

    assert warned("emails/new/en.md") == [
        f"emails/new/en.md:3:1: {PLACEHOLDER} (also on line 5, 7); replace it with your own words"
    ]
    assert f"emails/new/ja.md:3:1: {PLACEHOLDER}" in warned("emails/new/ja.md")[0]
    assert f"emails/new/email.yaml:4:7: {PLACEHOLDER}" in warned("emails/new/email.yaml")[0]

    body.write_text(body.read_text().replace("## A heading", "## A heading that is ours"))
    assert "(also on line 7)" in warned("emails/new/en.md")[0]

    body.write_text("{{ greeting }}\n\nWe say the one thing that matters in the first sentence. Do you?\n")
    assert warned("emails/new/en.md") == []


def test_the_example_has_no_placeholder() -> None:
    assert [str(each) for each in check_playbook(EXAMPLE, NOW).warnings] == []


@pytest.mark.parametrize(
    ("language", "comment"), [("ja", "# フォームの後に見せるページ"), ("en", "# the page after the form")]
)
def test_comments_are_in_the_language_of_the_person(playbook: Path, language: str, comment: str) -> None:
    folder = opened(playbook)
    scaffold.write(folder, everything(folder), language)
    written = (playbook / "forms/new.yaml").read_text()
    assert f"thank_you: new-thanks {comment}\n" in written
    assert [path for path in playbook.rglob("*.yaml") if "# ja:" in path.read_text()] == []


@pytest.mark.parametrize("locales", [("ja",), ("en",), ("en", "fr")])
def test_new_files_are_in_the_languages_of_the_brand(playbook: Path, locales: tuple[str, ...]) -> None:
    settings = playbook / "ripen.yaml"
    settings.write_text(settings.read_text().replace("locales: [ja, en]", f"locales: [{', '.join(locales)}]"))
    files = everything(opened(playbook))
    assert {path.split(".")[1] for path in files if path.startswith("pages/")} == set(locales)
    assert {Path(path).stem for path in files if path.endswith(".md")} == set(locales)
    form = files["forms/new.yaml"]
    assert [("\n  ja:" in form), ("\n  fr:" in form)] == [("ja" in locales), ("fr" in locales)]


@pytest.mark.parametrize("name", ["", "Guide", "資料", "a b", "../x", "a.b", "a" * 51, "true", "null", "2026"])
def test_a_name_that_no_file_may_have_is_refused(playbook: Path, name: str) -> None:
    with pytest.raises(Failure, match="cannot have the name"):
        opened(playbook, name)


def test_nothing_is_written_if_one_file_exists(playbook: Path) -> None:
    folder = opened(playbook, "contact")
    files = scaffold.new_form(folder, "fresh", TODAY) | scaffold.new_page(folder, "contact")
    with pytest.raises(Failure, match=r"pages/contact\.ja\.liquid exists already"):
        scaffold.write(folder, files, "en")
    assert not (playbook / "forms/fresh.yaml").exists()


def test_a_playbook_without_the_shared_parts_is_told_so(playbook: Path) -> None:
    (playbook / "pages/_fields.liquid").unlink()
    folder = opened(playbook)
    with pytest.raises(Failure, match=r"pages/_fields\.liquid"):
        scaffold.write(folder, scaffold.new_form(folder, "new", TODAY), "en")


def test_the_form_and_the_segment_are_known_or_asked_for(playbook: Path) -> None:
    folder = opened(playbook)
    assert "form: webinar" in scaffold.new_journey(folder, "webinar")["journeys/webinar.yaml"]
    with pytest.raises(Failure, match="which form starts the journey"):
        scaffold.new_journey(folder, "path")
    with pytest.raises(Failure, match="There is no forms/wbinar; did you mean 'webinar'"):
        scaffold.new_journey(folder, "path", form="wbinar")
    with pytest.raises(Failure, match="which segment gets the campaign"):
        scaffold.new_campaign(folder, "news", TODAY)
    for path in (playbook / "segments").iterdir():
        path.unlink()
    with pytest.raises(Failure, match="There is no segment"):
        scaffold.new_campaign(opened(playbook), "news", TODAY)


def test_a_mail_that_exists_is_used(playbook: Path) -> None:
    files = scaffold.new_campaign(opened(playbook), "news", TODAY, "newsletter-readers", mail="case-study")
    assert list(files) == ["campaigns/news.yaml"]
    assert "email: case-study" in files["campaigns/news.yaml"]


def test_a_folder_with_broken_settings_is_told_to_check(playbook: Path) -> None:
    (playbook / "ripen.yaml").write_text("brand: [")
    with pytest.raises(Failure, match=r"ripen\.yaml has a mistake"):
        opened(playbook)
