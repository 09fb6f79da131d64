"""`ripen check`: every mistake in one run, with its place and what to write instead."""

import shutil
from pathlib import Path

import pytest

from ripen_authoring.compile import compile_playbook
from ripen_authoring.problem import InvalidPlaybook

EXAMPLE = Path(__file__).parents[3] / "playbook"


class Plan:
    """A copy of the example that a test may spoil."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def edit(self, file: str, old: str, new: str) -> int:
        """Replace the first `old`; returns the line it was on."""
        text = (self.path / file).read_text("utf-8")
        assert old in text, f"{old!r} is not in {file}"
        (self.path / file).write_text(text.replace(old, new, 1), "utf-8")
        return text[: text.index(old)].count("\n") + 1

    def problems(self) -> list[str]:
        try:
            compile_playbook(self.path)
        except InvalidPlaybook as broken:
            return [str(problem) for problem in broken.problems]
        return []


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    shutil.copytree(EXAMPLE, tmp_path / "playbook")
    return Plan(tmp_path / "playbook")


def test_the_example_is_in_order(plan: Plan) -> None:
    assert plan.problems() == []


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("ripen.yaml", "time_zone:", "timezone:", "unknown key 'timezone'; did you mean 'time_zone'?"),
        ("ripen.yaml", "Asia/Tokyo", "Asia/Tokio", "no time zone 'Asia/Tokio'; did you mean 'Asia/Tokyo'?"),
        ("ripen.yaml", "address: news@ripen.example", "address: news", "'news' is no e-mail address"),
        ("ripen.yaml", "per_week: 3", "per_week: many", "write a whole number here"),
        ("ripen.yaml", "- job_title: {", "- jobtitle: {", "nothing asks for 'jobtitle'; did you mean 'job_title'?"),
        ("ripen.yaml", "    - domain: [", "      domain: [", "each of these keeps a lead out"),
        ("forms/whitepaper.yaml", "label: {ja: 姓, en: Last name}", "lable: x", "unknown key 'lable'; did you mean 'label'?"),
        ("forms/whitepaper.yaml", "label: {ja: 名, en: First name}", "label: {ja: 名}", "'label' has no text in en"),
        ("forms/whitepaper.yaml", "whitepaper-thanks", "whitepaper-thank", "did you mean 'whitepaper-thanks'?"),
        ("forms/whitepaper.yaml", "lead_magnet: whitepaper-delivery", "lead_magnet: case-study", "class: transactional"),
        ("forms/whitepaper.yaml", "電話番号: phone", "電話番号: telephone", "this form has no field 'telephone'"),
        ("forms/whitepaper.yaml", "      phone: phone", "      phone: fone", "did you mean 'phone'?"),
        ("forms/whitepaper.yaml", "honeypot: website", "honeypot: company", "nobody may fill the honeypot in"),
        ("forms/whitepaper.yaml", "  - name: first_name", "  - name: last_name", "'last_name' is there twice"),
        ("forms/whitepaper.yaml", "  typeform:", "  typeforms:", "'typeforms' is none of 'typeform'"),
        ("forms/whitepaper.yaml", "https://ripen.example]", "ripen.example]", "write a site such as"),
        ("journeys/whitepaper.yaml", "- wait: 3 days", "- wait: three days", "write e.g. 30 minutes, 12 hours, 3 days"),
        ("journeys/whitepaper.yaml", "- send: case-study", "- send: case-studies", "did you mean 'case-study'?"),
        ("journeys/whitepaper.yaml", "- send: case-study", "- send: whitepaper-delivery", "give one of them an `id`"),
        ("journeys/whitepaper.yaml", "- send: case-study", "- email: case-study", "unknown key 'email'"),
        ("journeys/whitepaper.yaml", "form: whitepaper", "form: white-paper", "did you mean 'whitepaper'?"),
        ("journeys/whitepaper.yaml", "after 90 days", "90 days", "write never, or e.g. after 90 days"),
        ("segments/decision-makers.yaml", "email_kind", "email_kidn", "did you mean 'email_kind'?"),
        ("scoring.yaml", "leave: 60", "leave: 70", "`leave` must be lower than `enter`"),
        ("scoring.yaml", "- code: pricing", "- code: mail-click", "another reason has the code 'mail-click' already"),
        ("scoring.yaml", "on: {page: pricing}", "on: {page: prices}", "there is no 'prices' in pages/"),
        ("scoring.yaml", "on: {page: pricing}", "on: {page: pricing, form: whitepaper}", "exactly one of form, page, click, read or download"),
        ("scoring.yaml", "{{ when }}閲覧", "{{ wenn }}閲覧", "unknown variable 'wenn'; did you mean 'when'?"),
        ("emails/case-study/email.yaml", "class: marketing", "class: promotion", "'promotion' is none of 'marketing'"),
        ("emails/case-study/email.yaml", "lead.last_name }}", "lead.lastname }}", "'lead' has no 'lastname'; did you mean 'last_name'?"),
        ("emails/case-study/ja.mjml", "<mj-button", "<mj-buton", "mismatched tag"),
        ("emails/case-study/ja.mjml", "{{ greeting |", "{{ greting |", "unknown variable 'greting'; did you mean 'greeting'?"),
        ("emails/case-study/ja.mjml", "| newline_to_br }}", "| newline_to_bar }}", "did you mean 'newline_to_br'?"),
        ("emails/case-study/ja.mjml", "{{ greeting", "{% esle %}{{ greeting", "did you mean 'else'?"),
        ("emails/case-study/ja.mjml", "/pages/pricing?lang=ja", "/pages/prices", "there is no page 'prices'; did you mean 'pricing'?"),
        ("emails/case-study/ja.mjml", "/pages/pricing?lang=ja", "{{ lead.company }}", "a link needs a fixed target"),
        ("emails/case-study/ja.mjml", "/pages/pricing?lang=ja", "javascript:alert(1)", "a link needs a fixed target"),
        ("emails/case-study/ja.mjml", "/pages/pricing?lang=ja", "//evil.example", "a link needs a fixed target"),
        ("emails/case-study/ja.mjml", '"_bottom.ja.mjml"', '"_botom.ja.mjml"', "did you mean '_bottom.ja.mjml'?"),
        ("emails/_bottom.ja.mjml", "{{ unsubscribe_url }}", "mailto:x@ripen.example", "a way to stop it"),
        ("emails/_bottom.ja.mjml", "{{ brand.postal_address }}", "", "the sender's postal address"),
        ("emails/_bottom.ja.mjml", "{{ brand.contact }}", "", "where to complain"),
        ("pages/pricing.ja.liquid", "title: 料金プラン", "titel: 料金プラン", "unknown key 'titel'; did you mean 'title'?"),
        ("pages/pricing.ja.liquid", "/pages/whitepaper?lang=ja", "/pages/whitepapers", "did you mean 'whitepaper'?"),
        ("pages/pricing.ja.liquid", "'_top.liquid'", "'../ripen.yaml'", "no shared part '../ripen.yaml'"),
        ("pages/whitepaper.ja.liquid", "form.title", "form.titel", "'form' has no 'titel'; did you mean 'title'?"),
        ("pages/whitepaper.ja.liquid", "form: whitepaper", "form: whitepapers", "did you mean 'whitepaper'?"),
        ("pages/_fields.liquid", "carried.value", "carried.content", "Liquid:"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_at_its_line_with_what_to_write_instead(
    plan: Plan, file: str, old: str, new: str, said: str
) -> None:
    line = plan.edit(file, old, new)

    problems = plan.problems()

    told = [problem for problem in problems if said in problem]
    assert told, problems
    if not any(
        word in said
        for word in ("a link", "a way", "keeps", "address: {", "postal", "complain", "mismatched", "Liquid")
    ):
        assert any(problem.startswith(f"{file}:{line}:") for problem in told), problems


def test_all_mistakes_are_told_in_one_run(plan: Plan) -> None:
    plan.edit("ripen.yaml", "time_zone:", "timezone:")
    plan.edit("ripen.yaml", "per_week: 3", "per_week: -1")
    plan.edit("forms/whitepaper.yaml", "honeypot:", "honypot:")
    plan.edit("journeys/whitepaper.yaml", "3 days", "3 dayz")

    assert {problem.split(":")[0] for problem in plan.problems()} == {
        "ripen.yaml",
        "forms/whitepaper.yaml",
        "journeys/whitepaper.yaml",
    }
    assert len(plan.problems()) == 4


def test_a_broken_file_is_not_also_called_missing(plan: Plan) -> None:
    plan.edit("forms/whitepaper.yaml", "honeypot:", "honypot:")

    assert len(plan.problems()) == 1


def test_yaml_that_does_not_parse_is_told_with_line_and_column(plan: Plan) -> None:
    plan.edit("scoring.yaml", "hot: {enter: 70", "hot: {enter: 70}}")

    assert any(problem.startswith("scoring.yaml:3:") and "one } too many" in problem for problem in plan.problems())


def test_a_missing_language_is_told(plan: Plan) -> None:
    (plan.path / "emails/case-study/en.mjml").unlink()
    (plan.path / "pages/pricing.en.liquid").unlink()

    assert plan.problems() == [
        "emails/case-study/email.yaml:1:1: there is no en.mjml beside this file",
        "pages/pricing.ja.liquid:1:1: there is no pricing.en.liquid",
    ]


def test_an_unknown_mjml_tag_is_told_at_its_place_in_a_shared_part(plan: Plan) -> None:
    line = plan.edit("emails/_top.mjml", "  <mj-column>", "  <mj-colum />\n  <mj-column>")

    assert all(
        f"emails/_top.mjml:{line}:3: MJML has no <mj-colum>; did you mean 'mj-column'?" == p for p in plan.problems()
    )
    assert plan.problems()


def test_a_file_that_nothing_reads_is_told(plan: Plan) -> None:
    (plan.path / "jorneys").mkdir()
    (plan.path / "forms" / "White Paper.yml").write_text("title: x")

    problems = plan.problems()

    assert "jorneys:1:1: nothing reads this; did you mean 'journeys'?" in problems
    assert any(problem.startswith("forms/White Paper.yml:1:1: this name will not do") for problem in problems)


def test_a_file_in_another_encoding_is_told(plan: Plan) -> None:
    (plan.path / "segments/decision-makers.yaml").write_bytes("when: {company: 株式会社}".encode("cp932"))

    assert plan.problems() == ["segments/decision-makers.yaml:1:1: this file is not UTF-8; save it as UTF-8"]


def test_a_page_part_that_includes_itself_is_told(plan: Plan) -> None:
    plan.edit("pages/_top.liquid", "<header", "{% include '_top.liquid' %}\n<header")

    assert any("'_top.liquid' includes itself" in problem for problem in plan.problems())


def test_a_promised_document_that_no_journey_sends_is_told(plan: Plan) -> None:
    plan.edit("journeys/whitepaper.yaml", "  - send: whitepaper-delivery\n", "")

    assert any("no journey sends 'whitepaper-delivery' on this form" in problem for problem in plan.problems())


def test_a_folder_without_a_playbook_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidPlaybook, match="there is no such file"):
        compile_playbook(tmp_path)
